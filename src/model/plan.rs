//! Decides what to do from what was seen. The only place where anything is decided.

mod adoption;
mod content;
mod loss;
mod registration;

pub use adoption::HEAL_AFTER;

use std::time::Duration;

use super::candidate::Candidate;
use super::impact::Impact;
use super::memory::Seconds;
use super::observed::Observed;

/// One thing the agent may do to the world. There are no others.
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
    /// Put the last known good file back, and keep the present one away.
    RollBack {
        /// Whether an operator said so.
        by_hand: bool,
    },
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

/// Why a file is put in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// There was none.
    First,
    /// Another text is published.
    Published,
    /// The file on disk was changed by somebody else.
    Drift,
    /// chmpx did not take the one before.
    Swallowed,
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

/// A state of affairs that an operator cares about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Situation {
    /// Nothing is known of what is published.
    NothingPublished,
    /// This node is not (yet) a member of its role.
    NotMember {
        /// Whether there is a token to register with.
        has_token: bool,
    },
    /// K2HR3 took this node into a role that it does not know.
    NoSuchRole,
    /// The role token is not accepted; the address of this node carries it.
    TokenRefused,
    /// An operator took this node out of its role.
    Departed,
    /// What is published must not be installed: the rule, why, what to do.
    Refused {
        /// The code of the rule.
        code: String,
        /// What is wrong, with the line.
        message: String,
        /// What to do.
        help: String,
    },
    /// More than half of the servers are gone at once: waiting for more looks to agree.
    Held {
        /// Servers before.
        from: usize,
        /// Servers now.
        to: usize,
        /// Looks that agree so far.
        looks: u32,
    },
    /// What is published is still changing.
    Settling,
    /// chmpx did not survive what is published.
    Quarantined {
        /// How often.
        strikes: u32,
        /// The last that chmpx said, if that could be found out.
        said: Option<String>,
    },
    /// An operator went back from what is published.
    RolledBack,
    /// The target cannot be replaced.
    Obstacle(String),
    /// Somebody else changed the target, and the policy is to report it.
    Drifted(String),
    /// Somebody else keeps changing the target, so that it is put right more rarely.
    Contested {
        /// How often it was put right within an hour.
        times: usize,
        /// Who it is, if that is known.
        rival: Option<String>,
        /// In how many seconds it is put right again.
        due_in: Seconds,
    },
    /// chmpx has not taken the installed file yet.
    Adopting,
    /// chmpx did not take the installed file, so it was written once more.
    Swallowed,
    /// chmpx runs and does not answer: it is busy, perhaps with the file.
    Busy,
    /// chmpx runs but no longer notices its file. Holds what keeps it from that, if it is known.
    Blind(Option<String>),
    /// chmpx has read the file and refuses this change while it runs.
    RefusedByChmpx(String),
    /// chmpx has just been started and does not tell yet what it has in force.
    Starting,
    /// chmpx was lost with a file and has not come back.
    Dead {
        /// The generation that it was lost with, if that is still in place.
        generation: Option<i32>,
        /// In how many seconds it is not waited for any longer.
        patience: Seconds,
    },
    /// chmpx needs a restart that cannot be made yet.
    RestartOwed {
        /// Why it is needed.
        why: String,
        /// In how many seconds it will be made, if that is known.
        due_in: Option<Seconds>,
    },
    /// chmpx is expected back.
    Restarting,
    /// No chmpx runs.
    NoChmpx,
    /// chmpx could not be asked.
    ChmpxUnknown(String),
    /// Servers that were removed are still up, which is normal until they go down.
    Draining(Vec<String>),
}

impl Situation {
    /// Whether it may last while everything is as it should be.
    pub fn is_harmless(&self) -> bool {
        matches!(self, Self::Draining(_) | Self::NoChmpx | Self::TokenRefused)
    }
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

    fn installs(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Install(_) | Step::RollBack { .. }))
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
mod tests;
