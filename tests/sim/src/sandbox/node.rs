//! The node with the real agent on it: its identity and settings below a root, its process.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::Deserialize;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::journal::Journal;
use super::mishap::Mishap;
use super::root::{write, write_secret};
use super::target::Target;

/// The agent promises to end within five seconds of a SIGTERM.
const END_LIMIT: Duration = Duration::from_secs(5);

/// The node.
#[derive(Debug)]
pub(super) struct Node {
    program: PathBuf,
    root: PathBuf,
    process: Option<Child>,
    /// What its agent says.
    pub(super) journal: Journal,
}

/// Who the node is, and what the official user-data script leaves on it for the agent.
#[derive(Debug)]
pub(super) struct Papers<'a> {
    pub(super) api_uri: &'a str,
    pub(super) role: &'a str,
    pub(super) token: &'a str,
    pub(super) tag: &'a str,
}

/// How the agent finds chmpx.
#[derive(Debug)]
pub(super) struct Access<'a> {
    pub(super) status: &'a Path,
    pub(super) conftest: Option<&'a Path>,
    pub(super) pid_file: &'a Path,
}

/// What the agent says of itself: the parts of `status --json` that the sandbox looks at.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Report {
    pub(super) verdict: Verdict,
    /// By what right it reads.
    pub(super) carrier: Option<String>,
    /// What chmpx has in force, as the agent has proven.
    pub(super) adopted: Option<Adopted>,
}

/// The adopted file of a report.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Adopted {
    pub(super) generation: i32,
}

/// The verdict of a report.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Verdict {
    pub(super) code: String,
    pub(super) sentence: String,
}

impl Node {
    /// Leaves on the node what it needs before its agent starts.
    pub(super) fn prepare(
        root: &Path,
        program: &Path,
        papers: &Papers<'_>,
        access: &Access<'_>,
    ) -> Result<Self, Mishap> {
        let left = root.join("etc/antpickax");
        for (name, text) in [
            ("k2hr3-api-uri", papers.api_uri),
            ("k2hr3-role-name", papers.role),
            ("k2hr3-cuk", "i-sandbox"),
            ("k2hr3-tag-param", &format!("tag={}", papers.tag)),
        ] {
            write(&left.join(name), text)?;
        }
        write_secret(&left.join("k2hr3-role-token"), papers.token)?;
        write(&root.join("etc/k2hdkc/slave-agent.conf"), &settings(access))?;
        let journal = Journal::new(root.join("agent.log"));
        Ok(Self { program: program.to_owned(), root: root.to_owned(), process: None, journal })
    }

    /// The file that chmpx reads on the node below `root`.
    pub(super) fn target_path(root: &Path) -> PathBuf {
        root.join("etc/k2hdkc/slave.ini")
    }

    /// Starts the agent.
    pub(super) fn start(&mut self) -> Result<(), Mishap> {
        let started = File::create(self.root.join("agent.log")).and_then(|log| {
            self.command(["--log-json", "run"]).stderr(log).kill_on_drop(true).spawn()
        });
        self.process = Some(started.map_err(Mishap::when("start the agent"))?);
        Ok(())
    }

    /// What the agent says of itself, once it can be asked.
    pub(super) async fn report(&self) -> Option<Report> {
        let answer =
            self.command(["status", "--json"]).stderr(Stdio::null()).output().await.ok()?;
        serde_json::from_slice(&answer.stdout).ok()
    }

    /// Lets an operator take the node out of its role.
    pub(super) async fn unregister(&self) -> Result<(), Mishap> {
        let said = self.command(["unregister"]).output().await;
        let said = said.map_err(Mishap::when("run `unregister`"))?;
        if said.status.success() {
            return Ok(());
        }
        let errors = String::from_utf8_lossy(&said.stderr).trim().to_owned();
        Err(Mishap::new("take the node out of its role", errors))
    }

    /// What is installed.
    pub(super) fn target(&self) -> Target {
        Target(fs::read_to_string(Self::target_path(&self.root)).unwrap_or_default())
    }

    /// Changes the file as an editor does: a new one in place of the old one.
    pub(super) fn edit(&self, change: impl Fn(&str) -> String) -> io::Result<()> {
        let path = Self::target_path(&self.root);
        let copy = path.with_extension("swp");
        fs::write(&copy, change(&fs::read_to_string(&path)?))?;
        fs::rename(copy, path)
    }

    /// Opens the file as a reader does.
    pub(super) fn open_target(&self) -> io::Result<File> {
        File::open(Self::target_path(&self.root))
    }

    /// Whether the agent ended though nobody asked it to.
    pub(super) fn is_lost(&mut self) -> bool {
        self.process.as_mut().is_some_and(|agent| !matches!(agent.try_wait(), Ok(None)))
    }

    /// Ends the agent, kindly first.
    pub(super) async fn stop(&mut self) {
        let Some(mut agent) = self.process.take() else { return };
        if let Some(pid) = agent.id().and_then(|pid| i32::try_from(pid).ok()) {
            kill(Pid::from_raw(pid), Signal::SIGTERM).unwrap_or_default();
        }
        // Dropping it kills it.
        drop(timeout(END_LIMIT, agent.wait()).await);
    }

    fn command<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("--root").arg(&self.root).args(arguments.map(OsStr::new));
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command
    }
}

/// A settings file with everything short: nobody wants to wait for a sandbox.
fn settings(access: &Access<'_>) -> String {
    let conftest = access.conftest.map_or_else(String::new, |path| path.display().to_string());
    format!(
        "[pace]\n\
         interval = 1s\n\
         longest_wait = 1s\n\
         settle = 0s\n\
         [chmpx]\n\
         status_command = {status}\n\
         conftest_command = {conftest}\n\
         pid_file = {pid_file}\n\
         unit =\n\
         adopt_within = 5s\n\
         hold = 1s\n\
         spread = 0s\n",
        status = access.status.display(),
        pid_file = access.pid_file.display(),
    )
}
