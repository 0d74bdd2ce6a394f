//! A sentence and a piece of advice for every situation. The codes are stable: monitoring may
//! depend on them.

mod adoption;
mod guard;
mod role;

use super::super::memory::Seconds;
use super::super::plan::Situation;

/// How a situation is told.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Words {
    /// A stable code.
    pub code: String,
    /// What is the case.
    pub sentence: String,
    /// What the operator can do, if anything.
    pub help: Option<String>,
    /// Since when it has been told without a break, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Seconds>,
}

impl Words {
    pub(in crate::model::report) fn new(
        code: &str,
        sentence: impl Into<String>,
        help: Option<&str>,
    ) -> Self {
        Self {
            code: code.to_owned(),
            sentence: sentence.into(),
            help: help.map(str::to_owned),
            since: None,
        }
    }
}

/// Tells `situation`.
pub fn words(situation: &Situation) -> Words {
    role::words(situation).unwrap_or_else(|| other_words(situation))
}

fn other_words(situation: &Situation) -> Words {
    use Situation as S;
    match situation {
        S::Refused { code, message, help } => guard::refused(code, message, help),
        S::Held { from, to, looks } => guard::held(*from, *to, *looks),
        S::Quarantined { strikes, said } => guard::quarantined(*strikes, said.as_deref()),
        S::RolledBack => guard::rolled_back(),
        S::Obstacle(what) => guard::obstacle(what),
        S::Drifted(what) => guard::drifted(what),
        S::Contested { times, rival, due_in } => {
            guard::contested(*times, rival.as_deref(), *due_in)
        }
        S::Adopting
        | S::Busy
        | S::Swallowed
        | S::Blind(_)
        | S::RefusedByChmpx(_)
        | S::RestartOwed { .. }
        | S::Restarting
        | S::Starting
        | S::Dead { .. } => adoption::words(situation),
        S::NoChmpx => Words::new(
            "no-chmpx",
            "the file is in place, but no chmpx runs to read it",
            Some("start chmpx, e.g. with `systemctl start chmpx`"),
        ),
        S::WaitsElsewhere(elsewhere) => Words::new(
            "waits-elsewhere",
            format!("no chmpx runs: {}", elsewhere.sentence()),
            Some(&elsewhere.help()),
        ),
        S::ChmpxUnknown(why) => Words::new(
            "chmpx-unknown",
            format!("what chmpx has in force could not be found out: {why}"),
            Some("install chmpxstatus, or set chmpx.control_address and chmpx.ctlport"),
        ),
        S::Draining(servers) => Words::new(
            "draining",
            format!("removed servers are still up: {}", servers.join(", ")),
            None,
        ),
        S::Settling
        | S::NothingPublished
        | S::NotMember { .. }
        | S::NoSuchRole
        | S::TokenRefused
        | S::Departed => Words::new("settling", "what is published is still changing", None),
    }
}
