//! Decides what to do from what was seen. The only place where anything is decided.

mod adoption;
mod content;
mod drift;
mod guard;
mod lag;
mod loss;
mod registration;
mod restart;
mod situation;

pub use content::is_made_of;
pub use lag::HEAL_AFTER;

use std::time::Duration;

use super::candidate::Candidate;
use super::impact::Impact;
use super::memory::Mark;
use super::observed::{Observed, Published};
use super::worded::worded;

pub use situation::Situation;

/// One thing that a cycle may do to the world. There are no others.
#[derive(Debug, Clone)]
pub enum Step {
    /// Make this node a member of its role.
    Register,
    /// Take this node out of its role.
    Leave,
    /// Put a checked file where chmpx reads it.
    Install(Box<Install>),
    /// Note that chmpx has the installed file in force, and keep a copy to compare with.
    Acknowledge {
        /// The hash of the published text that the file came from.
        published: String,
        /// The generation of the file.
        generation: i32,
    },
    /// Note that chmpx has survived the adopted file, and keep a copy as the last known good.
    Promote {
        /// The hash of the published text that the file came from.
        published: String,
        /// The generation of the file.
        generation: i32,
    },
    /// Make chmpx start afresh.
    Restart {
        /// Why.
        why: String,
    },
    /// Put the file back that somebody else has changed, while what is published stays away.
    PutBack {
        /// What lay there.
        mark: Mark,
        /// The generation that it gets.
        generation: i32,
    },
    /// Put the last known good file back, and keep the present one away.
    RollBack(WantedBy),
}

/// A file to be put in place.
#[derive(Debug, Clone)]
pub struct Install {
    /// The hash of the published text that it came from.
    pub published: String,
    /// The file.
    pub candidate: Candidate,
    /// What the occasion is.
    pub occasion: Occasion,
    /// How it differs from what chmpx has in force, as far as that is known.
    pub impact: Option<Impact>,
    /// Why chmpx has to be restarted for it, if it has to.
    pub owes_restart: Option<String>,
}

worded! {
    /// Why a file is put in place.
    pub enum Occasion {
        /// There was none.
        First "first",
        /// Another text is published.
        Published "published",
        /// The file on disk was changed by somebody else.
        Drift "drift",
        /// chmpx did not take the one before.
        Swallowed "swallowed",
    }
}

worded! {
    /// By whom an earlier file is wanted back.
    pub enum WantedBy {
        /// By the agent: chmpx was lost with the present one.
        Agent "agent",
        /// By an operator.
        Operator "hand",
    }
}

/// When chmpx is touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnChange {
    /// A live change needs nothing; a cold one, and a blind chmpx, need a restart.
    Auto,
    /// Every change restarts chmpx.
    Restart,
    /// Every change sends chmpx a signal.
    Signal,
    /// chmpx is never touched.
    None,
}

/// What happens to a file that somebody else changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drift {
    /// It is put right.
    Restore,
    /// It is reported.
    Report,
}

/// What the operator decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// When chmpx is touched.
    pub on_change: OnChange,
    /// What happens to a file that somebody else changed.
    pub drift: Drift,
    /// A published text has to be the same for this long before it replaces another.
    pub settle: Duration,
    /// chmpx has this long to take a file before it counts as blind.
    pub adopt_within: Duration,
    /// chmpx has to survive a file for this long after it was put in place.
    pub hold: Duration,
    /// chmpx has to be back this long after a restart.
    pub start_within: Duration,
    /// Restarts of chmpx per hour, at most.
    pub restarts_per_hour: u32,
    /// Restarts that all slaves of a cluster owe are spread over this window.
    pub spread: Duration,
    /// This node's place in that window, in `0..1`.
    pub share: f64,
}

/// What was decided.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// What to do, in order. Later steps rely on earlier ones.
    pub steps: Vec<Step>,
    /// What an operator should know, most important first. Empty when settled.
    pub situations: Vec<Situation>,
    /// When to look again at this node (not at K2HR3), if it must not wait for the usual time.
    pub again: Option<Duration>,
}

impl Plan {
    fn look_again_in(&mut self, wait: Duration) {
        self.again = Some(self.again.map_or(wait, |other| other.min(wait)));
    }

    /// Notes what is waited for, and looks again when it is due, where that is known.
    fn postpone(&mut self, situation: Situation) {
        if let Situation::RestartOwed { due_in: Some(due_in), .. }
        | Situation::Contested { due_in, .. } = &situation
        {
            self.look_again_in(Duration::from_secs(*due_in));
        }
        self.situations.push(situation);
    }

    fn installs(&self) -> bool {
        let installs = |step: &Step| {
            matches!(step, Step::Install(_) | Step::PutBack { .. } | Step::RollBack(_))
        };
        self.steps.iter().any(installs)
    }

    /// Whether an answer of K2HR3 is what this node waits for, rather than its own disk or chmpx.
    pub fn waits_for_k2hr3(&self) -> bool {
        let waits = |situation: &Situation| {
            matches!(
                situation,
                Situation::NothingPublished
                    | Situation::NotMember { has_token: true }
                    | Situation::Held { .. }
                    | Situation::Settling
            )
        };
        self.situations.iter().any(waits)
    }

    /// Whether what is published must not be put in place at all, as things are.
    pub fn keeps_away(&self, published: &Published) -> bool {
        let is_refused = |situation: &Situation| {
            matches!(
                situation,
                Situation::Refused { .. } | Situation::Quarantined { .. } | Situation::RolledBack
            )
        };
        matches!(published, Published::Known(known) if known.content.is_err())
            || self.situations.iter().any(is_refused)
    }

    /// Whether nothing is left to do or to wait for. Removed servers may still be up.
    pub fn is_settled(&self) -> bool {
        self.steps.is_empty() && self.situations.iter().all(Situation::is_harmless)
    }
}

/// Decides what brings the world from `seen` to where it should be.
pub fn plan(seen: &Observed, policy: &Policy) -> Plan {
    let mut plan = Plan::default();
    loss::lost(seen, policy, &mut plan);
    registration::decide(seen, &mut plan);
    if !plan.installs() {
        content::decide(seen, policy, &mut plan);
    }
    if !plan.installs() {
        adoption::decide(seen, policy, &mut plan);
    }
    plan
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
