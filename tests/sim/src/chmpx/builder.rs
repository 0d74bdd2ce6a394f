//! What a test starts a stand-in with.
use std::{
    ffi::{OsStr, OsString},
    fs::{self, File, Permissions},
    io,
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::Stdio,
    time::Duration,
};

use tokio::process::Command;

use super::{
    events::{self, Kind},
    handle::Chmpx,
    place::program,
};

/// What a stand-in is started with.
#[derive(Debug, Clone)]
pub struct Builder {
    program: PathBuf,
    conf: PathBuf,
    pub(super) folder: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(&'static str, OsString)>,
}

impl Builder {
    /// A stand-in with this configuration. Everything else of it lives in `folder`, which must
    /// not be the one of the configuration: events, the ring file and the state.
    pub fn new(conf: impl Into<PathBuf>, folder: impl Into<PathBuf>) -> Self {
        let (conf, folder) = (conf.into(), folder.into());
        let environment = vec![
            ("CHMPX_SIM_DIR", folder.join("state").into_os_string()),
            ("CHMPX_SIM_EVENTS", folder.join("events.jsonl").into_os_string()),
            ("CHMPX_SIM_RING", folder.join("ring").into_os_string()),
            ("CHMPX_SIM_LOOPBACK", "1".into()),
        ];
        Self { program: program("chmpx-sim"), conf, folder, arguments: Vec::new(), environment }
    }

    /// Another program in place of chmpx-sim, such as the helper.
    #[must_use]
    pub fn program(mut self, program: impl Into<PathBuf>) -> Self {
        self.program = program.into();
        self
    }

    /// Names of hosts, in the syntax of `/etc/hosts`, in place of the resolver.
    pub fn hosts(self, text: &str) -> io::Result<Self> {
        fs::create_dir_all(&self.folder)?;
        let path = self.folder.join("hosts");
        fs::write(&path, text)?;
        Ok(self.set("CHMPX_SIM_HOSTS", path))
    }

    /// The host's own name and addresses, separated by commas.
    #[must_use]
    pub fn host(self, name: &str, addresses: &str) -> Self {
        self.set("CHMPX_SIM_HOSTNAME", name).set("CHMPX_SIM_ADDRESS", addresses)
    }

    /// An environment variable, such as `CHMPX_SIM_SLOW_MS`. The tools get it too.
    #[must_use]
    pub fn set(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.environment.retain(|(other, _)| *other != name);
        self.environment.push((name, value.into()));
        self
    }

    /// A helper that keeps the stand-in running, in place of the stand-in alone. Its pid files are
    /// in `pid` below the folder.
    #[must_use]
    pub fn helped(self, interval: Duration, startup: Duration, grace: Duration) -> Self {
        let pid_dir = self.folder.join("pid");
        self.program(program("chmpx-helper-sim"))
            .argument("--pid-dir")
            .argument(pid_dir)
            .argument("--interval-ms")
            .argument(interval.as_millis().to_string())
            .argument("--startup-ms")
            .argument(startup.as_millis().to_string())
            .argument("--grace-ms")
            .argument(grace.as_millis().to_string())
            .argument("--tied")
    }

    /// One more argument.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// The environment that tools need to see what this stand-in sees.
    pub fn environment(&self) -> &[(&'static str, OsString)] {
        &self.environment
    }

    /// A tool, such as `chmpxstatus-sim`, that sees what this stand-in sees.
    pub fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(program(name));
        command.arg("-conf").arg(&self.conf).envs(self.environment.iter().cloned());
        command.stdin(Stdio::null());
        command
    }

    /// Writes programs that are called like the real ones, `chmpx`, `chmpxstatus` and
    /// `chmpxconftest`, and see what this stand-in sees whatever environment they are called with.
    /// Gives their folder.
    pub fn install(&self) -> io::Result<PathBuf> {
        let bin = self.folder.join("bin");
        fs::create_dir_all(&bin)?;
        for name in ["chmpx", "chmpxstatus", "chmpxconftest"] {
            let exports: Vec<_> = self
                .environment
                .iter()
                .map(|(variable, value)| format!("export {variable}={}\n", quoted(value)))
                .collect();
            let program = quoted(program(&format!("{name}-sim")).as_os_str());
            let script = format!("#!/bin/sh\n{}exec {program} \"$@\"\n", exports.concat());
            fs::write(bin.join(name), script)?;
            fs::set_permissions(bin.join(name), Permissions::from_mode(0o755))?;
        }
        Ok(bin)
    }

    /// Starts the process without waiting for it.
    pub fn spawn(self) -> io::Result<Chmpx> {
        fs::create_dir_all(self.folder.join("state"))?;
        let log = File::options().create(true).append(true).open(self.folder.join("log"))?;
        let spawned_ms = events::monotonic_ms();
        let child = Command::new(&self.program)
            .arg("-conf")
            .arg(&self.conf)
            .args(&self.arguments)
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()?;
        Ok(Chmpx { child, settings: self, spawned_ms })
    }

    /// Starts the process and waits until a chmpx is up.
    pub async fn start(self) -> io::Result<Chmpx> {
        let mut chmpx = self.spawn()?;
        chmpx.wait_event(Kind::Started).await?;
        Ok(chmpx)
    }
}

/// A word for the shell.
fn quoted(word: &OsStr) -> String {
    format!("'{}'", word.to_string_lossy().replace('\'', r"'\''"))
}
