//! The official helper on this host: what is there of it, and what is done to it.

use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::command::{self, CommandError};
use super::disk::{self, DiskError};
use super::{process, small_file};
use crate::model::helper::{CONF, Found, PROGRAM, Step};
use crate::model::supervisor::OVERRIDES;

/// Stopping a unit may wait for its processes.
const LIMIT: Duration = Duration::from_secs(120);

/// A step could not be done.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// A command did not run to its end.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// A command ran and failed.
    #[error("{0}")]
    Failed(String),
    /// A file could not be written.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// A file could not be changed.
    #[error("could not change {path}")]
    Change {
        /// The file.
        path: String,
        /// Why.
        #[source]
        cause: io::Error,
    },
}

/// What is there of the helper in `directory`.
pub fn found(directory: &Path, resource: &str, target: &Path) -> Found {
    let text = |name: &str| small_file::text(&directory.join(name)).ok();
    let mode = |path: &Path| fs::metadata(path).ok().map(|meta| meta.permissions().mode() & 0o7777);
    Found {
        conf: text(CONF),
        overrides: text(OVERRIDES),
        directory: directory.to_owned(),
        resource_name: resource.rsplit(['/', ':']).next().unwrap_or_default().to_owned(),
        target: target.to_owned(),
        directory_mode: mode(directory),
        token_mode: mode(&directory.join("k2hr3-role-token")),
    }
}

/// Does one step.
pub async fn perform(step: &Step) -> Result<(), StepError> {
    match step {
        Step::Run(words) => run(words).await,
        Step::EndHelper => {
            end_all();
            Ok(())
        }
        Step::Mode(path, mode) => fs::set_permissions(path, fs::Permissions::from_mode(*mode))
            .map_err(|cause| StepError::Change { path: path.display().to_string(), cause }),
        Step::Write(path, text) => {
            if let Some(directory) = path.parent() {
                fs::create_dir_all(directory).map_err(|cause| StepError::Change {
                    path: directory.display().to_string(),
                    cause,
                })?;
            }
            Ok(disk::keep(path, text.as_bytes(), 0o644)?)
        }
        Step::Link { at, target } => symlink(target, at)
            .map_err(|cause| StepError::Change { path: at.display().to_string(), cause }),
        Step::Remove(path) => match fs::remove_file(path) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                Err(StepError::Change { path: path.display().to_string(), cause })
            }
            _ => Ok(()),
        },
    }
}

async fn run(words: &[String]) -> Result<(), StepError> {
    let Some((program, arguments)) = words.split_first() else { return Ok(()) };
    let ended = command::run(program.as_ref(), arguments, LIMIT).await?;
    if ended.code == Some(0) {
        return Ok(());
    }
    Err(StepError::Failed(ended.complaint()))
}

/// Ends every process of the helper, by KILL: its traps remove files.
fn end_all() {
    for pid in process::named(PROGRAM) {
        // One that has ended meanwhile is as wanted.
        let _gone = kill(Pid::from_raw(pid), Signal::SIGKILL);
    }
}
