//! Making chmpx start afresh. It has no signal for reading its file: HUP and INT end it, TERM does
//! nothing at all (measured).

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{Chmpx, process};
use crate::effects::command::{self, CommandError};
use crate::model::failure::Outlook;
use crate::model::latitude;
use crate::model::plan::OnChange;

/// chmpx could not be made to start afresh.
#[derive(Debug, thiserror::Error)]
pub enum RestartError {
    /// A command failed.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// There is nothing to send a signal to.
    #[error("no process of chmpx was found to send {signal} to")]
    NoProcess {
        /// The signal.
        signal: String,
    },
    /// The signal could not be sent.
    #[error("could not send {signal} to process {pid}")]
    Signal {
        /// The signal.
        signal: String,
        /// The process.
        pid: i32,
        /// Why.
        #[source]
        cause: nix::Error,
    },
    /// No way to restart is known.
    #[error("neither chmpx.restart_command nor chmpx.unit is set, and no pid file names a process")]
    NoWay,
}

impl RestartError {
    fn is_denied(&self) -> bool {
        matches!(self, Self::Signal { cause: nix::Error::EPERM, .. })
    }

    /// Whether waiting helps: the right to do it, or a way to, comes from a person.
    pub fn outlook(&self) -> Outlook {
        match self {
            Self::NoWay => Outlook::Lasting,
            Self::Signal { .. } if self.is_denied() => Outlook::Lasting,
            Self::Command(_) | Self::NoProcess { .. } | Self::Signal { .. } => Outlook::Passing,
        }
    }

    /// What the operator can do.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Command(CommandError::Start { .. }) => {
                "install that program, or set chmpx.restart_command"
            }
            Self::Command(CommandError::TooLong { .. }) => {
                "look at what `systemctl status` of its unit waits for, or raise \
                 chmpx.command_timeout"
            }
            Self::Command(CommandError::Failed { .. }) => {
                "run it by hand, and look at `systemctl status` of its unit"
            }
            Self::Signal { .. } if self.is_denied() => latitude::HELP,
            Self::NoProcess { .. } | Self::Signal { .. } | Self::NoWay => {
                "set chmpx.unit, chmpx.pid_file or chmpx.restart_command to what supervises it"
            }
        }
    }
}

impl Chmpx {
    /// Makes chmpx start afresh, in the configured way.
    pub async fn restart(&self, on_change: OnChange) -> Result<(), RestartError> {
        if on_change == OnChange::Signal {
            return self.send(&self.settings.signal);
        }
        if let Some((program, arguments)) = self.settings.restart_command.split_first() {
            return self.command(program, arguments).await;
        }
        // HUP ends chmpx cleanly and its supervisor starts it again, which is quicker than a
        // restart of the unit: that waits ten seconds twice.
        if self.settings.pid_file.exists() && self.is_alive() == Some(true) {
            match self.send("HUP") {
                // A chmpx of another user, and a unit that leaves no right to end it: systemd has it.
                Err(error) if error.is_denied() && self.settings.unit.is_some() => {}
                sent => return sent,
            }
        }
        match &self.settings.unit {
            Some(unit) => {
                // chmpx takes no notice of the TERM that systemd sends, and would be waited for for
                // 90 seconds (measured). Where it must not be sent a HUP, that is what happens.
                let _denied = self.send("HUP");
                let arguments = ["restart".to_owned(), "--".to_owned(), unit.clone()];
                self.command("systemctl", &arguments).await
            }
            None => Err(RestartError::NoWay),
        }
    }

    async fn command(&self, program: &str, arguments: &[String]) -> Result<(), RestartError> {
        let limit = self.settings.command_timeout;
        Ok(command::run(program.as_ref(), arguments, limit).await?.succeeded(program)?)
    }

    fn send(&self, signal: &str) -> Result<(), RestartError> {
        let name = || signal.to_owned();
        let process = self
            .seen
            .filter(|seen| crate::effects::process::is_alive(*seen))
            .or_else(|| process::find(&self.settings.pid_file, &self.target).ok().flatten())
            .ok_or_else(|| RestartError::NoProcess { signal: name() })?;
        let number: Signal = format!("SIG{signal}")
            .parse()
            .map_err(|cause| RestartError::Signal { signal: name(), pid: process.pid, cause })?;
        kill(Pid::from_raw(process.pid), number).map_err(|cause| RestartError::Signal {
            signal: name(),
            pid: process.pid,
            cause,
        })
    }
}

#[cfg(test)]
mod tests;
