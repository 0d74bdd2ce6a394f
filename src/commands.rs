//! One module for each thing that can be asked for.

pub mod bootstrap;
pub mod check;
pub mod compare;
pub mod doctor;
pub mod member;
pub mod metrics;
pub mod plan;
pub mod refresh;
pub mod rollback;
pub mod run;
pub mod status;
pub mod take_over;

use std::fmt;
use std::process::ExitCode;

use crate::agent::{Chain, Trouble};
use crate::effects::lock::LockError;
use crate::model::report::Report;
use crate::node::StartError;
use crate::settings::SettingsError;

/// The socket of the running agent, beside its lock.
pub(crate) const SOCKET: &str = "agent.sock";

/// How a command ends: the codes of `sysexits.h`, and 2 for "there are differences".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Ok = 0,
    /// There are differences or warnings.
    Differences = 2,
    /// A file, or what is published, is refused.
    Refused = 65,
    /// K2HR3 did not answer, or not usefully.
    Unavailable = 69,
    /// The file could not be written, or another agent is at work.
    CannotWrite = 73,
    /// Not adopted in time.
    NotYet = 75,
    /// The role token is missing or was not accepted.
    NoPermission = 77,
    /// The settings cannot be used.
    Settings = 78,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    /// What a report amounts to.
    pub fn of(report: &Report) -> Self {
        let token = report.troubles.iter().any(|t| t.cause.contains("answered 401"));
        match report.verdict.code.as_str() {
            _ if report.settled => Self::Ok,
            "refused" | "quarantined" | "rolled-back" | "held" => Self::Refused,
            "no-token" => Self::NoPermission,
            "trouble" | "waiting-for-k2hr3" if token => Self::NoPermission,
            "cannot-install" => Self::CannotWrite,
            "trouble" | "waiting-for-k2hr3" | "registering" => Self::Unavailable,
            _ => Self::NotYet,
        }
    }
}

/// A command that could not do its work.
#[derive(Debug)]
pub struct Failed {
    /// The exit code.
    pub exit: Exit,
    /// What was wrong, cause by cause.
    pub what: String,
    /// What to do.
    pub help: Option<String>,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.what)?;
        match &self.help {
            Some(help) => write!(f, "\n help: {help}"),
            None => Ok(()),
        }
    }
}

impl From<SettingsError> for Failed {
    fn from(error: SettingsError) -> Self {
        Self { exit: Exit::Settings, what: Chain(&error).to_string(), help: None }
    }
}

impl From<StartError> for Failed {
    fn from(error: StartError) -> Self {
        let exit = match &error {
            StartError::State { .. } => Exit::CannotWrite,
            StartError::K2hr3(_) => Exit::Settings,
        };
        Self { exit, what: Chain(&error).to_string(), help: None }
    }
}

impl From<LockError> for Failed {
    fn from(error: LockError) -> Self {
        Self { exit: Exit::CannotWrite, what: Chain(&error).to_string(), help: None }
    }
}

impl From<Trouble> for Failed {
    fn from(trouble: Trouble) -> Self {
        let exit = if trouble.about_k2hr3 { Exit::Unavailable } else { Exit::CannotWrite };
        let what = Chain(&trouble).to_string();
        let denied = what.contains("answered 401");
        let exit = if denied { Exit::NoPermission } else { exit };
        Self { exit, what, help: trouble.help }
    }
}
