//! Asking chmpx and its tools.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use super::output::{self, Told};
use super::{Chmpx, control};
use crate::effects::command;
use crate::model::conf::Conf;
use crate::model::observed::Attention;

/// One run of `chmpxstatus` takes 25 ms, and five seconds more for each name that does not resolve:
/// it loads the whole file first.
const STATUS_LIMIT: Duration = Duration::from_secs(30);
/// An answer of the control port takes 100 ms, up to ten seconds when names do not resolve.
const CONTROL_LIMIT: Duration = Duration::from_secs(10);
/// A chmpx that does not answer within this time is busy: it takes 100 ms otherwise (measured).
const ATTENTION_LIMIT: Duration = Duration::from_millis(1500);

/// What it means that the control port did not answer.
pub(super) fn attention_of(error: &std::io::Error) -> Attention {
    if error.kind() == std::io::ErrorKind::TimedOut { Attention::Busy } else { Attention::Unclear }
}

/// What came of asking `chmpxstatus`.
pub(super) enum Asked {
    /// There is none.
    NoProgram,
    /// It did not tell what is in force.
    Silent,
    Told(Told),
}

impl Chmpx {
    /// Asks `chmpxstatus`, which reads shared memory and has no side effect.
    pub(super) async fn status(&self) -> Asked {
        let Some(program) = &self.settings.status_command else { return Asked::NoProgram };
        // It reads this file first, and knows nothing without.
        if !self.target.exists() {
            return Asked::Silent;
        }
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

    pub(super) async fn dump(&self, conf: &Conf) -> std::io::Result<Told> {
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

    /// The last that chmpx said, where systemd keeps it.
    pub async fn last_words(&self) -> Option<String> {
        const LINES: [&str; 6] = ["-n", "3", "-o", "cat", "--no-pager", "-q"];
        let unit = self.settings.unit.as_deref()?;
        let arguments: Vec<_> = ["-u", unit].into_iter().chain(LINES).collect();
        let ended = command::run("journalctl".as_ref(), &arguments, STATUS_LIMIT).await.ok()?;
        output::last_words(&ended.output)
    }
}
