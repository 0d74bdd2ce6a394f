//! Bringing the supervisor of chmpx and the agent to one file, once chmpx is here.

use super::progress::say;
use crate::agent::Chain;
use crate::commands::{Exit, Failed};
use crate::effects::chmpx::Chmpx;
use crate::effects::packages::{Installer, PackageError};
use crate::effects::{host_step, supervisor};
use crate::model::host_step::Step;
use crate::model::packages::Unit;
use crate::model::settings::Settings;

/// Links the file that the supervisor waits for to the agent's, unless something else is there.
pub(super) async fn agree(settings: &Settings) -> Result<(), Failed> {
    let found = supervisor::found(&settings.paths.antpickax_dir, &settings.target.path);
    let Some(elsewhere) = found.elsewhere() else { return Ok(()) };
    let Some((at, target)) = elsewhere.link() else {
        say(&format!("{}: {}", elsewhere.sentence(), elsewhere.help()));
        return Ok(());
    };
    let step = Step::Link { at: at.to_owned(), target: target.to_owned() };
    host_step::perform(&step).await.map_err(|error| Failed {
        exit: Exit::CannotWrite,
        what: format!("{}: {}", step.sentence(), Chain(&error)),
        help: "do this step by hand".to_owned(),
    })?;
    say(&format!("{}: the supervisor of chmpx waits for it", step.sentence()));
    Ok(())
}

/// Enables and starts `unit`. A supervisor of chmpx that runs without one waits for the file that was
/// named when it began, for ever, and has nothing to lose by beginning anew.
pub(super) async fn begin(
    installer: &Installer,
    unit: &Unit,
    settings: &Settings,
) -> Result<(), PackageError> {
    if waits(unit, settings) {
        installer.begin_anew(unit).await
    } else {
        installer.begin(unit).await
    }
}

fn waits(unit: &Unit, settings: &Settings) -> bool {
    settings.chmpx.unit.as_deref() == Some(unit.as_str())
        && supervisor::runs(&settings.chmpx.pid_file)
        && !Chmpx::new(settings.chmpx.clone(), settings.target.path.clone()).runs()
}
