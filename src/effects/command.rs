//! Running somebody else's program: words instead of a shell, a process group of its own, an end
//! to its time and to what is kept of its output.

use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;
use tokio::time::timeout;

/// What is kept of each output stream.
const KEPT: u64 = 1024 * 1024;
/// How long the outputs of a command that has ended are read on.
const LINGER: Duration = Duration::from_millis(200);
/// What is told of the last thing that a command said, in characters.
const LONGEST_COMPLAINT: usize = 200;

/// A command did not do what it was to do.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// It could not be started.
    #[error("could not run {}", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// It took too long, and was ended with all its children.
    #[error("{} did not end within {limit:?}", program.display())]
    TooLong {
        /// The program.
        program: PathBuf,
        /// Its time.
        limit: Duration,
    },
    /// It ran and failed.
    #[error("{program} failed{code}: {said}", code = code.map_or_else(String::new, |c| format!(" with code {c}")))]
    Failed {
        /// The program.
        program: String,
        /// Its exit code; `None` when a signal ended it.
        code: Option<i32>,
        /// The last thing that it said.
        said: String,
    },
}

impl CommandError {
    /// Whether there is no such program.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Start { cause, .. } if cause.kind() == io::ErrorKind::NotFound)
    }
}

/// How a command ended and what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Its output.
    pub output: String,
    /// Its error output.
    pub errors: String,
}

impl Ended {
    /// An error unless it did its work; `program` is how it is told of.
    pub fn succeeded(&self, program: &str) -> Result<(), CommandError> {
        if self.code == Some(0) {
            return Ok(());
        }
        let (program, said) = (program.to_owned(), self.complaint());
        Err(CommandError::Failed { program, code: self.code, said })
    }

    /// The last thing that it said, which of a command that failed is why.
    pub fn complaint(&self) -> String {
        let text = if self.errors.trim().is_empty() { &self.output } else { &self.errors };
        let said = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        said.trim().chars().take(LONGEST_COMPLAINT).collect()
    }
}

/// The program `name` as PATH has it.
pub fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|directory| directory.join(name)).find(|file| file.is_file())
}

/// Runs `program` with `arguments` for at most `limit`.
pub async fn run<S: AsRef<OsStr>>(
    program: &OsStr,
    arguments: &[S],
    limit: Duration,
) -> Result<Ended, CommandError> {
    let start = |cause| CommandError::Start { program: program.into(), cause };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(start)?;
    let group = child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw);
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let ended = timeout(limit, async {
        let reading = async { tokio::join!(keep(out, &mut output), keep(err, &mut errors)) };
        tokio::pin!(reading);
        tokio::select! {
            _ = &mut reading => child.wait().await,
            status = child.wait() => {
                // What it started in the background may hold its outputs open for ever.
                let _rest = timeout(LINGER, &mut reading).await;
                status
            }
        }
    })
    .await;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let ended = ended.map(|status| {
        let code = status?.code();
        Ok(Ended { code, output: text(&output), errors: text(&errors) })
    });
    match ended {
        Ok(result) => result.map_err(start),
        Err(_elapsed) => {
            if let Some(group) = group {
                // Whoever is left of the group; that nobody is, is no failure.
                let _gone = killpg(group, Signal::SIGKILL);
            }
            Err(CommandError::TooLong { program: program.into(), limit })
        }
    }
}

/// The beginning of a stream; the rest is read and dropped, so that its writer does not stall.
async fn keep(stream: Option<impl AsyncRead + Unpin>, bytes: &mut Vec<u8>) {
    let Some(mut stream) = stream else { return };
    // What was read before an error is still worth keeping.
    let _partial = (&mut stream).take(KEPT).read_to_end(bytes).await;
    let _dropped = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    async fn sh(script: &str, limit: Duration) -> Result<Ended, CommandError> {
        run(OsStr::new("/bin/sh"), &["-c", script], limit).await
    }

    #[tokio::test]
    async fn a_command_tells_its_code_and_both_outputs() {
        let ended = sh("echo out; echo err >&2; exit 3", LONG).await.unwrap();
        assert_eq!(
            (ended.code, ended.output.as_str(), ended.errors.as_str()),
            (Some(3), "out\n", "err\n")
        );
    }

    #[tokio::test]
    async fn a_command_that_takes_too_long_is_ended_with_its_children() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("pid");
        let script = format!("sleep 60 & echo $! > {}; wait", file.display());
        let error = sh(&script, Duration::from_secs(2)).await.unwrap_err();
        assert!(matches!(error, CommandError::TooLong { .. }));
        let child: i32 = std::fs::read_to_string(file).unwrap().trim().parse().unwrap();
        let stat = format!("/proc/{child}/stat");
        let begin = std::time::Instant::now();
        while std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z")) {
            assert!(begin.elapsed() < LONG, "process {child} has not ended");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    #[tokio::test]
    async fn what_a_command_leaves_running_is_neither_waited_for_nor_ended() {
        let ended = sh("echo out; sleep 60 & echo $!", LONG).await.unwrap();
        let child = ended.output.lines().last().unwrap().parse().unwrap();
        assert_eq!(ended.code, Some(0));
        nix::sys::signal::kill(Pid::from_raw(child), Signal::SIGKILL).unwrap();
    }

    #[test]
    fn a_program_is_found_by_its_name() {
        assert!(find("sh").is_some_and(|file| file.is_absolute()));
        assert_eq!(find("no-such-program"), None);
    }

    #[tokio::test]
    async fn a_command_complains_with_the_last_thing_it_said_wherever_it_said_it() {
        let complaint = async |script: &str| sh(script, LONG).await.unwrap().complaint();
        assert_eq!(complaint("echo out; echo one >&2; echo ' two ' >&2; echo >&2").await, "two");
        assert_eq!(complaint("echo out; echo >&2").await, "out");
        assert_eq!(complaint("exit 3").await, "");
        assert_eq!(complaint("head -c 999 /dev/zero | tr '\\0' x").await, "x".repeat(200));
    }

    #[tokio::test]
    async fn a_missing_program_is_told_apart() {
        let error = run::<&str>(OsStr::new("/nonexistent/x"), &[], LONG).await.unwrap_err();
        assert!(error.is_missing());
    }

    #[tokio::test]
    async fn endless_output_is_cut_and_does_not_stall_the_command() {
        let ended = sh("head -c 3000000 /dev/zero", LONG).await.unwrap();
        assert_eq!(ended.code, Some(0));
        assert_eq!(ended.output.len() as u64, KEPT);
    }
}
