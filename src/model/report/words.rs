//! A code, a sentence and a piece of advice for every situation.

mod adoption;
mod chmpx;
mod guard;
mod role;

use super::super::memory::Seconds;
use super::super::plan::Situation;
use super::code::Code;

/// How a situation is told.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Words {
    /// A stable code.
    pub code: Code,
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
        code: Code,
        sentence: impl Into<String>,
        help: Option<&str>,
    ) -> Self {
        Self { code, sentence: sentence.into(), help: help.map(str::to_owned), since: None }
    }
}

/// Tells `situation`.
pub fn words(situation: &Situation) -> Words {
    use Situation as S;
    match situation {
        S::NothingPublished => role::nothing_published(),
        S::NotMember { has_token: true } => role::registering(),
        S::NotMember { has_token: false } => role::no_token(),
        S::NoSuchRole => role::no_such_role(),
        S::TokenRefused => role::token_refused(),
        S::Unregistered => role::unregistered(),
        S::Refused { code, message, help } => guard::refused(code, message, help),
        S::Held { from, to, looks } => guard::held(*from, *to, *looks),
        S::Settling => guard::settling(),
        S::Quarantined { strikes, said } => guard::quarantined(*strikes, said.as_deref()),
        S::RolledBack => guard::rolled_back(),
        S::NoWayBack => guard::no_way_back(),
        S::CannotInstall(what) => guard::cannot_install(what),
        S::Drifted(what) => guard::drifted(what),
        S::Contested { times, rival, due_in } => {
            guard::contested(*times, rival.as_deref(), *due_in)
        }
        S::Adopting => adoption::adopting(),
        S::Swallowed => adoption::swallowed(),
        S::Busy => adoption::busy(),
        S::Blind(held) => adoption::blind(held.as_deref()),
        S::RefusedByChmpx(what) => adoption::refused_by_chmpx(what),
        S::Starting => adoption::starting(),
        S::Dead { generation, patience } => adoption::dead(*generation, *patience),
        S::RestartOwed { why, due_in } => adoption::restart_owed(why, *due_in),
        S::Restarting => adoption::restarting(),
        S::NoChmpx => chmpx::none(),
        S::WaitsElsewhere(elsewhere) => chmpx::waits_elsewhere(elsewhere),
        S::ReadsElsewhere { pid, file } => chmpx::reads_elsewhere(*pid, file),
        S::ChmpxUnknown(why) => chmpx::unknown(why),
        S::Draining(servers) => chmpx::draining(servers),
    }
}
