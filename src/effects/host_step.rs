//! Doing to this host what was decided, one step at a time.

use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::command::{self, CommandError};
use super::disk::{self, DiskError};
use super::process;
use crate::model::host_step::Step;

/// Stopping a unit may wait for its processes.
const LIMIT: Duration = Duration::from_secs(120);

/// A step could not be done.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// A command failed.
    #[error(transparent)]
    Command(#[from] CommandError),
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

/// Does one step.
pub async fn perform(step: &Step) -> Result<(), StepError> {
    match step {
        Step::Run { words, .. } => run(words).await,
        Step::End(program) => {
            end_all(program);
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
    Ok(command::run(program.as_ref(), arguments, LIMIT).await?.succeeded(program)?)
}

/// Ends every process of a program, by KILL: the traps of the official helper remove files.
fn end_all(program: &str) {
    for pid in process::named(program) {
        // One that has ended meanwhile is as wanted.
        let _gone = kill(Pid::from_raw(pid), Signal::SIGKILL);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::CommandExt as _;
    use std::process::Command;

    use super::*;

    #[tokio::test]
    async fn files_are_written_linked_and_removed_again() {
        let directory = tempfile::tempdir().unwrap();
        let (file, link) = (directory.path().join("a/b.conf"), directory.path().join("link"));
        let (at, target) = (link.clone(), file.clone());
        for step in [
            Step::Write(file.clone(), "text".to_owned()),
            Step::Mode(file.clone(), 0o600),
            Step::Link { at, target },
        ] {
            perform(&step).await.unwrap();
        }
        assert_eq!(fs::read_to_string(&link).unwrap(), "text");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let again = Step::Link { at: link.clone(), target: file };
        assert!(perform(&again).await.is_err(), "nothing is put in the place of anything");
        perform(&Step::Remove(link.clone())).await.unwrap();
        perform(&Step::Remove(link)).await.expect("what is gone is as wanted");
    }

    #[tokio::test]
    async fn a_command_that_fails_says_why() {
        let error = perform(&Step::run(&["ls", "/nonexistent"])).await.unwrap_err();
        assert!(error.to_string().contains("/nonexistent"), "{error}");
    }

    #[tokio::test]
    async fn of_a_program_every_process_is_ended() {
        const PROGRAM: &str = "k2agent-test-of-ending";
        let mut child = Command::new("sleep").arg0(PROGRAM).arg("60").spawn().unwrap();
        // A program that has just begun has no words yet.
        let seen = async {
            while process::named(PROGRAM).next().is_none() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), seen).await.expect("it is seen");
        perform(&Step::End(PROGRAM)).await.unwrap();
        let ended = child.wait().unwrap();
        assert!(!ended.success());
    }
}
