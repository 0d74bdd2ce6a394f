//! What an operator should know. Its words are in `model::report`.

use std::path::PathBuf;

use crate::model::memory::Seconds;
use crate::model::observed::Obstacle;
use crate::model::supervisor::Elsewhere;

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
    Unregistered,
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
    /// An operator wants to go back, and no other file is known to be good.
    NoWayBack,
    /// The target cannot be replaced.
    CannotInstall(Obstacle),
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
    /// No chmpx runs, because its supervisor waits for another file than the agent writes.
    WaitsElsewhere(Elsewhere),
    /// The chmpx that runs reads another file than the agent writes.
    ReadsElsewhere {
        /// Its process id.
        pid: i32,
        /// The file that it was started with.
        file: PathBuf,
    },
    /// chmpx could not be asked.
    ChmpxUnknown(String),
    /// Servers that were removed are still up, which is normal until they go down.
    Draining(Vec<String>),
}

impl Situation {
    /// chmpx runs, and nobody could say more.
    pub fn silent() -> Self {
        Self::ChmpxUnknown("it runs, but did not tell which generation it has in force".to_owned())
    }

    /// Whether it may last while everything is as it should be.
    pub fn is_harmless(&self) -> bool {
        matches!(self, Self::Draining(_) | Self::NoChmpx | Self::TokenRefused)
    }
}
