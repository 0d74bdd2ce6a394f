//! The chmpx of this node: whether it runs, what it has in force, and making it start afresh.

mod control;
mod holders;
pub mod output;
mod process;
mod restart;
mod vigil;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::command;
use crate::model::conf::Conf;
use crate::model::memory::Process;
use crate::model::observed::{Attention, Chmpx as Seen, Running};
use crate::model::settings::Chmpx as Settings;
use output::Told;
pub use restart::RestartError;
use vigil::Vigil;

/// One run of `chmpxstatus` takes 25 ms, and five seconds more for each name that does not resolve:
/// it loads the whole file first.
const STATUS_LIMIT: Duration = Duration::from_secs(30);
/// An answer of the control port takes 100 ms, up to ten seconds when names do not resolve.
const CONTROL_LIMIT: Duration = Duration::from_secs(10);
/// A chmpx that does not answer within this time is busy: it takes 100 ms otherwise (measured).
const ATTENTION_LIMIT: Duration = Duration::from_millis(1500);

/// How chmpx may be asked now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// Any way.
    Freely,
    /// Not at its control port: within a second of an exchange a connection there makes it read
    /// the file without applying it, so that the change is swallowed (measured: 4 of 40).
    OffControlPort,
}

/// What it means that the control port did not answer.
fn attention_of(error: &std::io::Error) -> Attention {
    if error.kind() == std::io::ErrorKind::TimedOut { Attention::Busy } else { Attention::Unclear }
}

/// What came of asking `chmpxstatus`.
enum Asked {
    /// There is none.
    NoProgram,
    /// It did not tell what is in force.
    Silent,
    Told(Told),
}

/// The chmpx that reads one target.
#[derive(Debug)]
pub struct Chmpx {
    settings: Settings,
    target: PathBuf,
    seen: Option<Process>,
    vigil: Option<Arc<Vigil>>,
}

impl Chmpx {
    /// The chmpx that reads `target`.
    pub fn new(settings: Settings, target: PathBuf) -> Self {
        Self { settings, target, seen: None, vigil: None }
    }

    /// Whether the process seen last is still there; `None` when none was seen.
    pub fn is_alive(&self) -> Option<bool> {
        let seen = self.seen?;
        let vigil = self.vigil.as_ref().filter(|vigil| vigil.is_over(seen));
        Some(vigil.map_or_else(|| super::process::is_alive(seen), |vigil| vigil.goes_on()))
    }

    /// Waits until the process seen last has ended; for ever where that cannot be heard.
    pub async fn lost(&mut self) {
        self.end().await;
        self.vigil = None;
    }

    /// The end of the process seen last, to be waited for while something else goes on.
    pub fn end(&self) -> impl Future<Output = ()> + use<> {
        let vigil = self.vigil.clone();
        async move {
            match vigil {
                Some(vigil) => vigil.ended().await,
                None => std::future::pending().await,
            }
        }
    }

    /// Whether there is a process of it.
    pub fn runs(&self) -> bool {
        process::find(&self.settings.pid_file, &self.target).is_some()
    }

    fn watch_over(&mut self, process: Option<Process>) {
        self.seen = process;
        let watched = |process| self.vigil.as_ref().is_some_and(|vigil| vigil.is_over(process));
        if !process.is_some_and(watched) {
            self.vigil = process.and_then(Vigil::over).map(Arc::new);
        }
    }

    /// The user and the groups that the process seen last reads files as.
    pub fn reader(&self) -> Option<(u32, Vec<u32>)> {
        self.seen.and_then(process::reader)
    }

    /// Finds out all that can be found out. `conf` is what is installed.
    pub async fn look(&mut self, conf: &Conf, ask: Ask) -> Seen {
        let mut found = process::find(&self.settings.pid_file, &self.target);
        let (mut told, has_status) = match self.status().await {
            Asked::NoProgram => (None, false),
            Asked::Silent => (None, true),
            Asked::Told(told) => (Some(told), true),
        };
        if let Some(pid) = told.as_ref().and_then(|told| told.pid) {
            // The memory that chmpxstatus reads has the name of a group and a port, not of a file.
            if let Some(reads) = process::reads_other(pid, &self.target) {
                self.watch_over(None);
                return Seen::Astray { pid, reads };
            }
            found = process::of(pid).or(found);
        }
        let mut attention = Attention::NotTried;
        let control_port_helps = told.is_none() && (found.is_some() || !has_status);
        if control_port_helps && ask == Ask::Freely {
            told = match self.dump(conf).await {
                Ok(told) => Some(told),
                Err(error) if found.is_none() => return self.without_process(&error),
                Err(error) => {
                    attention = attention_of(&error);
                    None
                }
            };
        } else if found.is_none() && told.is_none() && !has_status {
            // No process in sight, no tool, and the control port must not be asked now.
            self.watch_over(None);
            return if super::process::sees_others() && !process::is_anywhere() {
                Seen::Down
            } else {
                Seen::Unknown("its control port must not be asked now".to_owned())
            };
        }
        self.watch_over(found);
        match (found, told) {
            (None, None) => Seen::Down,
            (process, told) => {
                let Told { generation, servers, .. } = told.unwrap_or_default();
                let since = process.and_then(super::process::since);
                Seen::Up(Running { process, since, attention, generation, servers })
            }
        }
    }

    fn without_process(&mut self, error: &std::io::Error) -> Seen {
        self.watch_over(None);
        if error.kind() == std::io::ErrorKind::ConnectionRefused {
            return Seen::Down;
        }
        Seen::Unknown(format!("its control port did not answer: {error}"))
    }

    /// Asks `chmpxstatus`, which reads shared memory and has no side effect.
    async fn status(&self) -> Asked {
        let Some(program) = &self.settings.status_command else { return Asked::NoProgram };
        let mut arguments = vec![OsString::from("-conf"), self.target.clone().into()];
        if let Some(ctlport) = self.settings.ctlport {
            arguments.extend(["-ctlport".into(), ctlport.to_string().into()]);
        }
        if let Some(cuk) = &self.settings.cuk {
            arguments.extend(["-cuk".into(), cuk.into()]);
        }
        match command::run(program.as_os_str(), &arguments, STATUS_LIMIT).await {
            Ok(ended) if ended.code == Some(0) => {
                let told = output::status(&ended.output);
                if told.generation.is_some() { Asked::Told(told) } else { Asked::Silent }
            }
            // It may come with chmpx, after this agent.
            Err(error) if error.is_missing() => Asked::NoProgram,
            // Not attached: chmpx is down, or has not made its shared memory yet.
            Ok(_) | Err(_) => Asked::Silent,
        }
    }

    async fn dump(&self, conf: &Conf) -> std::io::Result<Told> {
        let answer = control::ask(self.control_port(conf)?, "DUMP", CONTROL_LIMIT).await?;
        Ok(output::dump(&answer))
    }

    /// Where its control port is.
    pub fn control_port(&self, conf: &Conf) -> std::io::Result<SocketAddr> {
        let of_file = || conf.self_ctlport().and_then(|port| u16::try_from(port).ok());
        let port = self.settings.ctlport.or_else(of_file);
        let port = port.ok_or_else(|| std::io::Error::other("the file has no SELFCTLPORT"))?;
        Ok(SocketAddr::new(self.settings.control_address, port))
    }

    /// Whether chmpx listens, and if it does, why it may not have noticed its file.
    pub async fn attention(&self, conf: &Conf) -> Attention {
        let Ok(address) = self.control_port(conf) else { return Attention::Unclear };
        match control::ask(address, "VERSION", ATTENTION_LIMIT).await {
            Ok(_) => Attention::Free { held: self.held().await },
            Err(error) => attention_of(&error),
        }
    }

    /// What chmpx says to VERSION at its control port, or why it does not.
    pub async fn version(&self, conf: &Conf) -> Result<String, String> {
        let asked =
            async { control::ask(self.control_port(conf)?, "VERSION", ATTENTION_LIMIT).await };
        let first = |text: String| output::plain(text.lines().next().unwrap_or_default());
        asked.await.map(first).map_err(|error| error.to_string())
    }

    /// What keeps chmpx from noticing its file, if that can be found out.
    pub async fn held(&self) -> Option<String> {
        let (process, target) = (self.seen, self.target.clone());
        let search = move || holders::reason(process, &target);
        tokio::task::spawn_blocking(search).await.ok().flatten()
    }

    /// Every chmpx that runs with this target, or with a file of the same group.
    pub fn all_of(&self, conf: &Conf) -> Vec<i32> {
        process::all_of(&self.target, conf)
    }

    /// The last that chmpx said, where systemd keeps it.
    pub async fn last_words(&self) -> Option<String> {
        const LINES: [&str; 6] = ["-n", "3", "-o", "cat", "--no-pager", "-q"];
        let unit = self.settings.unit.as_deref()?;
        let arguments: Vec<_> = ["-u", unit].into_iter().chain(LINES).collect();
        let ended = command::run("journalctl".as_ref(), &arguments, STATUS_LIMIT).await.ok()?;
        output::last_words(&ended.output)
    }

    /// What `chmpxconftest` says of the file at `staged`; `None` when there is no such program.
    /// Without `-no_check_update` it would stay and watch.
    pub async fn second_opinion(&self, staged: &Path) -> Option<Result<(), String>> {
        let program = self.settings.conftest_command.as_ref()?;
        let arguments = ["-conf".into(), staged.as_os_str().to_owned()];
        let rest = ["-no_check_update", "-d", "ERR"].map(OsString::from);
        let arguments: Vec<OsString> = arguments.into_iter().chain(rest).collect();
        match command::run(program.as_os_str(), &arguments, STATUS_LIMIT).await {
            Err(error) if error.is_missing() => None,
            // Slow names are no verdict.
            Err(_too_long) => None,
            // It ends with 0 on a bad file, too; another code is a failure of its own, such as a
            // library that it does not find. A crash on the file is a verdict.
            Ok(ended) if ended.code.is_some_and(|code| code != 0) => {
                tracing::warn!(code = ended.code, "chmpxconftest itself failed; it has no say");
                None
            }
            Ok(ended) => Some(output::opinion(&ended.output, &ended.errors)),
        }
    }
}
