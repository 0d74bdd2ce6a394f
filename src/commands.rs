//! One module for each thing that can be asked for.

pub(crate) mod ages;
pub mod bootstrap;
pub mod check;
pub mod compare;
pub mod completions;
pub mod config;
pub mod doctor;
pub mod history;
pub mod man;
pub mod member;
pub mod metrics;
pub(crate) mod page;
pub mod plan;
pub(crate) mod progress;
pub mod refresh;
pub mod rollback;
pub mod run;
pub mod status;
pub mod take_over;

use std::fmt;
use std::process::ExitCode;

use crate::agent::{Chain, Trouble};
use crate::effects::k2hr3::Unusable;
use crate::effects::lock::LockError;
use crate::model::failure::Class;
use crate::model::report::{Code, Report};
use crate::node::StartError;
use crate::settings::SettingsError;

macro_rules! exits {
    ($($name:ident = $code:literal $meaning:literal,)*) => {
        /// How a command ends: the codes of `sysexits.h`, and 2 for "there are differences".
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Exit { $(#[doc = $meaning] $name = $code,)* }

        impl Exit {
            /// Every way to end.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// What it means, for the manual.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }
        }
    };
}

exits! {
    Ok = 0 "done, and nothing is wrong",
    Warning = 1 "`status --check`: somebody should look",
    Differences = 2 "there are differences, warnings or findings; `status --check`: somebody has to look now",
    Unknown = 3 "`status --check`: it could not be found out",
    Usage = 64 "the command line makes no sense",
    Refused = 65 "a file, or what is published, is refused",
    Unavailable = 69 "K2HR3 or the agent did not answer, or not usefully",
    CannotWrite = 73 "something could not be written or started, or another agent is at work",
    NotYet = 75 "not adopted, or not done, in time",
    NoPermission = 77 "a right is missing: the role token, or to read what only root may",
    Settings = 78 "the settings, or the files that were named, cannot be used",
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    /// What a report amounts to.
    pub fn of(report: &Report) -> Self {
        let token = report.troubles.iter().any(|t| t.class == Some(Class::Token));
        match report.verdict.code {
            _ if report.settled => Self::Ok,
            Code::Refused | Code::Quarantined | Code::RolledBack | Code::Held => Self::Refused,
            Code::NoToken => Self::NoPermission,
            Code::Trouble | Code::WaitingForK2hr3 if token => Self::NoPermission,
            Code::CannotInstall | Code::NoWayBack => Self::CannotWrite,
            Code::Trouble | Code::WaitingForK2hr3 | Code::Registering | Code::NotRunning => {
                Self::Unavailable
            }
            Code::NoSuchRole => Self::Settings,
            Code::Settled
            | Code::Draining
            | Code::Acting
            | Code::Settling
            | Code::Adopting
            | Code::Starting
            | Code::Restarting
            | Code::TokenRefused
            | Code::Unregistered
            | Code::Drifted
            | Code::Contested
            | Code::Swallowed
            | Code::Busy
            | Code::Blind
            | Code::RefusedByChmpx
            | Code::RestartOwed
            | Code::ChmpxUnknown
            | Code::NoChmpx
            | Code::WaitsElsewhere
            | Code::ReadsElsewhere
            | Code::Dead => Self::NotYet,
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
    pub help: String,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}\n help: {}", self.what, self.help)
    }
}

/// What to do where nobody knows better.
const ASK_THE_DOCTOR: &str = "run `k2hdkc-slave-agent doctor` as root";

/// The agent runs and has nothing to tell yet.
fn not_looked_yet() -> Failed {
    Failed {
        exit: Exit::Unavailable,
        what: "the agent has just started and has not looked yet".to_owned(),
        help: "ask again when it has looked once; K2HR3 may be slow".to_owned(),
    }
}

impl From<SettingsError> for Failed {
    fn from(error: SettingsError) -> Self {
        Self { exit: Exit::Settings, what: Chain(&error).to_string(), help: error.help() }
    }
}

impl From<StartError> for Failed {
    fn from(error: StartError) -> Self {
        let exit = match &error {
            StartError::State { .. } => Exit::CannotWrite,
            StartError::K2hr3(_) => Exit::Settings,
        };
        Self { exit, what: Chain(&error).to_string(), help: error.help().to_owned() }
    }
}

impl From<Unusable> for Failed {
    fn from(error: Unusable) -> Self {
        StartError::from(error).into()
    }
}

impl From<LockError> for Failed {
    fn from(error: LockError) -> Self {
        let help = match &error {
            LockError::Held { .. } => "ask that agent with `k2hdkc-slave-agent status`, or stop it",
            LockError::Unusable { .. } => "run as root, or set paths.runtime_dir",
        };
        Self { exit: Exit::CannotWrite, what: Chain(&error).to_string(), help: help.to_owned() }
    }
}

impl From<Trouble> for Failed {
    fn from(trouble: Trouble) -> Self {
        let exit = match trouble.class {
            Some(Class::Token) => Exit::NoPermission,
            Some(_) => Exit::Unavailable,
            None => Exit::CannotWrite,
        };
        let what = Chain(&trouble).to_string();
        let help = trouble.help.unwrap_or_else(|| ASK_THE_DOCTOR.to_owned());
        Self { exit, what, help }
    }
}
