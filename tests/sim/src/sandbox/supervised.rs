//! The chmpx of the node, below a helper that starts it again when it ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::mishap::Mishap;
use super::node::Access;
use super::programs::Real;
use crate::chmpx::{Builder, Chmpx};

/// The group of the cluster, by which chmpx names its shared memory.
pub(super) const GROUP: &str = "sandbox";
/// Between an end and the next start: long enough for the agent to see chmpx missing, where the
/// real helper takes ten seconds.
const INTERVAL: Duration = Duration::from_millis(1200);
/// Before the first start, and for how long a start has to hold.
const BRIEFLY: Duration = Duration::from_millis(100);

/// chmpx with its helper.
#[derive(Debug)]
pub(super) struct Supervised {
    helper: Chmpx,
    status: PathBuf,
    conftest: Option<PathBuf>,
    pid_file: PathBuf,
    target: PathBuf,
    /// What a real chmpx may leave behind begins with this name, in one of the [`MEMORIES`].
    leaves: Option<String>,
}

/// Where a real chmpx puts its shared memory.
const MEMORIES: [&str; 2] = ["/var/lib/antpickax", "/tmp"];

impl Supervised {
    /// Starts the helper. chmpx itself starts once there is a file for it to read.
    pub(super) fn start(
        target: &Path,
        folder: &Path,
        ctlport: u16,
        real: Option<&Real>,
    ) -> Result<Self, Mishap> {
        let mut plan = Builder::new(target, folder).helped(INTERVAL, BRIEFLY, BRIEFLY);
        fs::create_dir_all(folder).map_err(Mishap::when("make the folder of chmpx"))?;
        let (status, conftest) = if let Some(real) = real {
            plan = plan.argument("--chmpx").argument(&real.chmpx);
            (real.status.clone(), real.conftest.clone())
        } else {
            let tools = plan.install().map_err(Mishap::when("install the tools of chmpx"))?;
            (tools.join("chmpxstatus"), Some(tools.join("chmpxconftest")))
        };
        let helper = plan.spawn().map_err(Mishap::when("start the helper of chmpx"))?;
        Ok(Self {
            helper,
            status,
            conftest,
            pid_file: folder.join("pid/chmpx.pid"),
            target: target.to_owned(),
            leaves: real.map(|_| format!("{GROUP}-{ctlport}.")),
        })
    }

    /// How the agent finds it.
    pub(super) fn access(&self) -> Access<'_> {
        Access {
            status: &self.status,
            conftest: self.conftest.as_deref(),
            pid_file: &self.pid_file,
        }
    }

    /// The process that runs now.
    pub(super) fn pid(&self) -> Option<i32> {
        let pid = fs::read_to_string(&self.pid_file).ok()?.trim().parse().ok()?;
        // One that ended and was not waited for yet still counts for `kill`.
        let state = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let is_zombie = state.rsplit(')').next().is_some_and(|rest| rest.starts_with(" Z"));
        (!is_zombie).then_some(pid)
    }

    /// The generation that it has in force, by its own word.
    pub(super) async fn in_force(&self) -> Option<i32> {
        let mut status = tokio::process::Command::new(&self.status);
        let answer = status.arg("-conf").arg(&self.target).output().await.ok()?;
        let text = String::from_utf8_lossy(&answer.stdout).into_owned();
        let line = text.lines().find(|line| line.contains("configuration file version"))?;
        line.split_once('=')?.1.trim().parse().ok()
    }

    /// Lets the stand-in find these servers down, and all others up. A real chmpx sees for itself:
    /// there are none.
    pub(super) fn down(&self, servers: &[String]) -> Result<(), Mishap> {
        let down: Vec<_> = servers.iter().map(|name| format!("{name} DOWN")).collect();
        self.helper
            .ring(&format!("* UP\n{}\n", down.join("\n")))
            .map_err(Mishap::when("tell which servers run"))
    }

    /// Kills it, as a crash would.
    pub(super) fn crash(&self) {
        if let Some(pid) = self.pid() {
            kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap_or_default();
        }
    }

    /// Whether the helper gave up.
    pub(super) fn is_lost(&mut self) -> bool {
        !matches!(self.helper.has_exited(), Ok(None))
    }

    /// The last lines of what chmpx and its helper said.
    pub(super) fn said(&self, lines: usize) -> Vec<String> {
        let text = self.helper.log().unwrap_or_default();
        let all: Vec<_> = text.lines().map(str::to_owned).collect();
        all.iter().skip(all.len().saturating_sub(lines)).cloned().collect()
    }

    /// Ends the helper, which ends chmpx.
    pub(super) async fn stop(&mut self) {
        if self.helper.signal(Signal::SIGHUP).is_ok() {
            drop(self.helper.wait_exit().await);
        }
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        // The helper may have been killed before it could do so itself.
        self.crash();
        let Some(name) = &self.leaves else { return };
        for entry in MEMORIES.iter().flat_map(fs::read_dir).flatten().flatten() {
            // A crash leaves the shared memory, and the next start a copy of it.
            if entry.file_name().to_string_lossy().starts_with(name.as_str()) {
                fs::remove_file(entry.path()).unwrap_or_default();
            }
        }
    }
}
