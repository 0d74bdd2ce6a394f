//! Letting the service do what chmpx needs of it on this host, once chmpx is here.

use std::path::Path;

use super::progress::say;
use crate::agent::Chain;
use crate::commands::{Exit, Failed};
use crate::effects::packages::Installer;
use crate::effects::{host_step, latitude, small_file};
use crate::model::host_step::{AGENT, Step};
use crate::model::latitude::DROP_IN;
use crate::model::settings::Settings;
use crate::settings::below;

/// Writes the drop-in that this host needs, if any, and has the service start with it.
pub(super) async fn give(
    installer: &Installer,
    settings: &Settings,
    root: &Path,
) -> Result<(), Failed> {
    let Some(text) = latitude::needs(settings, root).await.drop_in() else { return Ok(()) };
    let path = below(root, Path::new(DROP_IN));
    if !installer.has_systemd() || small_file::text(&path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    for step in [
        Step::Write(path.clone(), text),
        Step::run(&["systemctl", "daemon-reload"]),
        Step::run(&["systemctl", "try-restart", "--no-block", "--", AGENT]),
    ] {
        host_step::perform(&step).await.map_err(|error| Failed {
            exit: Exit::CannotWrite,
            what: format!("{}: {}", step.sentence(), Chain(&error)),
            help: "do this step by hand, and those that follow it".to_owned(),
        })?;
    }
    say(&format!("wrote {}, which this host needs", path.display()));
    Ok(())
}
