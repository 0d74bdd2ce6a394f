//! Waiting for who this node is.
//!
//! The official user-data script leaves the files of the identity when it is done with K2HR3, and
//! knows no agent that it could start then: one that came with the image would have given up. What
//! is set and wrong is not waited for.

use std::time::Duration;

use tokio::time::sleep;
use tracing::warn;

use super::{Signals, Stop};
use crate::effects::systemd;
use crate::effects::watch::{DEBOUNCE, Noticed, Watch};
use crate::model::settings::Settings;
use crate::settings::{self, Layers, SettingsError};

/// What is not noticed is looked for this often; the watchdog of the unit is more patient.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// The settings. A service waits for those that nobody gives yet; `None` if it is told to end
/// before.
pub(super) async fn settings(
    layers: &Layers,
    signals: &mut Signals,
) -> Result<Option<Settings>, SettingsError> {
    let (mut told, mut watch) = (String::new(), None);
    loop {
        let error = match settings::read(layers) {
            // Whoever starts the agent by hand wants to see what is wrong.
            Err(error @ SettingsError::Missing { .. }) if systemd::is_listening() => error,
            read => return read.map(Some),
        };
        let what = error.to_string();
        if what != told {
            tell(&error);
            (told, watch) = (what, None);
        }
        let Some(changes) = &mut watch else {
            // It may have come before it was watched: read once more.
            watch = Some(Watch::new(&sources(&error)));
            continue;
        };
        tokio::select! {
            _ = changes.changed() => sleep(DEBOUNCE).await,
            stop = signals.next() => match stop {
                Stop::Shutdown => return Ok(None),
                Stop::NewSettings => {}
            },
            () = sleep(LOOK_AGAIN) => {
                systemd::alive();
                watch = None;
            }
        }
    }
}

/// Up, as far as a boot is concerned: nothing that it waits for may need this node.
fn tell(error: &SettingsError) {
    let help = error.help();
    warn!(%error, help, "waiting until it is known who this node is");
    systemd::ready_with(&format!("waiting: {error}"));
}

fn sources(error: &SettingsError) -> Vec<(std::path::PathBuf, Noticed)> {
    let SettingsError::Missing { settings_file, sources, .. } = error else { return Vec::new() };
    let files = sources.iter().chain([settings_file]);
    files.map(|file| (file.clone(), Noticed::Identity)).collect()
}
