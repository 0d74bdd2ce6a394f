//! The look-alike of chmpx-service-helper: keeps a chmpx running, with shorter waits.
//!
//! After `chmpx-service-helper` 1.0.113. It watches no file: only chmpx itself does.
use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use nix::{sys::signal, unistd::Pid};
use tokio::{
    process::{Child, Command},
    signal::unix::{Signal, SignalKind, signal as on_signal},
    time::{sleep, timeout},
};

use super::antpickax;

/// What the helper is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Helper {
    /// The program to keep running.
    pub chmpx: PathBuf,
    /// Its configuration, which is waited for.
    pub conf: PathBuf,
    /// Where the settings are that name the configuration instead, as those of the real one do.
    pub settings: Option<PathBuf>,
    /// Where `chmpx-service-helper.pid` and `chmpx.pid` go.
    pub pid_dir: PathBuf,
    /// Between looks at a missing file, between an end and the next start, and when stopping.
    pub interval: Duration,
    /// Before anything else.
    pub startup: Duration,
    /// How long a chmpx must live for its start to count.
    pub grace: Duration,
    /// More arguments for chmpx, those after `--`.
    pub arguments: Vec<OsString>,
    /// Whether a chmpx-sim dies with the helper even when that is killed.
    pub tied: bool,
}

/// Why the loop ended.
enum End {
    /// A signal asked for it.
    Stopped,
    /// A chmpx did not live through its grace.
    Failed,
}

impl Helper {
    /// Reads the arguments, without the program.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut helper = Self {
            chmpx: super::program("chmpx-sim"),
            conf: PathBuf::new(),
            settings: None,
            pid_dir: PathBuf::new(),
            interval: Duration::from_secs(10),
            startup: Duration::from_secs(10),
            grace: Duration::from_secs(15),
            arguments: Vec::new(),
            tied: false,
        };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
            let milliseconds = |text: String| {
                text.parse().map(Duration::from_millis).map_err(|error| format!("{text}: {error}"))
            };
            match argument.trim_start_matches('-') {
                "chmpx" => helper.chmpx = value()?.into(),
                "conf" => helper.conf = value()?.into(),
                "settings" => helper.settings = Some(value()?.into()),
                "pid-dir" => helper.pid_dir = value()?.into(),
                "interval-ms" => helper.interval = milliseconds(value()?)?,
                "startup-ms" => helper.startup = milliseconds(value()?)?,
                "grace-ms" => helper.grace = milliseconds(value()?)?,
                "tied" => helper.tied = true,
                "" => helper.arguments = arguments.by_ref().map(Into::into).collect(),
                _ => return Err(format!("{argument} is not known")),
            }
        }
        let has_conf = helper.settings.is_some() || !helper.conf.as_os_str().is_empty();
        if !has_conf || helper.pid_dir.as_os_str().is_empty() {
            return Err("--conf or --settings, and --pid-dir are needed".to_owned());
        }
        Ok(helper)
    }

    /// Runs until told to stop, and gives the exit code.
    pub async fn run(&self) -> io::Result<u8> {
        let mut stop = on_signal(SignalKind::hangup())?;
        fs::create_dir_all(&self.pid_dir)?;
        let own_pid = self.pid_dir.join("chmpx-service-helper.pid");
        fs::write(&own_pid, format!("{}\n", std::process::id()))?;

        let end = self.supervise(&mut stop).await?;
        fs::remove_file(own_pid)?;
        Ok(match end {
            End::Stopped => 0,
            End::Failed => 1,
        })
    }

    async fn supervise(&self, stop: &mut Signal) -> io::Result<End> {
        if is_stopped(stop, self.startup).await {
            return Ok(End::Stopped);
        }
        loop {
            // Read once for each start: while it waits for a file it waits for that one.
            let conf = self.conf()?;
            while !conf.is_file() {
                if is_stopped(stop, self.interval).await {
                    return Ok(End::Stopped);
                }
            }
            let mut child = self.start(&conf)?;
            // The script sleeps through the grace and looks only then.
            let stopped = is_stopped(stop, self.grace).await;
            if !stopped && child.try_wait()?.is_some() {
                self.forget()?;
                return Ok(End::Failed);
            }
            if !stopped {
                tokio::select! {
                    status = child.wait() => drop(status?),
                    _ = stop.recv() => {}
                }
            }
            if child.try_wait()?.is_none() {
                self.stop(&mut child).await?;
                return Ok(End::Stopped);
            }
            if is_stopped(stop, self.interval).await {
                self.forget()?;
                return Ok(End::Stopped);
            }
        }
    }

    fn conf(&self) -> io::Result<PathBuf> {
        self.settings.as_deref().map_or_else(|| Ok(self.conf.clone()), antpickax::ini)
    }

    fn start(&self, conf: &Path) -> io::Result<Child> {
        let mut command = Command::new(&self.chmpx);
        command.arg("-conf").arg(conf).args(&self.arguments);
        command.stdin(std::process::Stdio::null());
        if self.tied {
            command.env("CHMPX_SIM_TIED", "1");
        }
        let child = command.spawn()?;
        fs::write(self.pid_file(), format!("{}\n", child.id().unwrap_or_default()))?;
        Ok(child)
    }

    /// HUP, an interval of patience, then KILL.
    async fn stop(&self, child: &mut Child) -> io::Result<()> {
        if let Some(pid) = child.id().and_then(|pid| i32::try_from(pid).ok()) {
            signal::kill(Pid::from_raw(pid), signal::Signal::SIGHUP)?;
        }
        if timeout(self.interval, child.wait()).await.is_err() {
            child.kill().await?;
        }
        self.forget()
    }

    fn forget(&self) -> io::Result<()> {
        match fs::remove_file(self.pid_file()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn pid_file(&self) -> PathBuf {
        Path::new(&self.pid_dir).join("chmpx.pid")
    }
}

/// Sleeps, and says whether a signal ended that.
async fn is_stopped(stop: &mut Signal, wait: Duration) -> bool {
    tokio::select! {
        () = sleep(wait) => false,
        _ = stop.recv() => true,
    }
}
