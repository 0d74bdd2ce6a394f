//! What the agent remembers between cycles and across its own restarts.
//!
//! Published, installed and adopted are three separate facts: each was true at some moment, and
//! none follows from another. A lost or foreign memory is a first look, not an error.

mod clock;
mod owed;
mod strikes;
mod worth;

use std::net::IpAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::trial::{Life, Trial};
pub use owed::OwedRestart;

/// Seconds since the Unix epoch, as persisted. Only ever compared with care: clocks jump.
pub type Seconds = u64;

/// One version of the file, at one of its three stages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The hash of the published text that it came from.
    pub published: String,
    /// The generation in its FILEVERSION.
    pub generation: i32,
    /// When it got to this stage.
    pub at: Seconds,
}

impl Mark {
    /// Whether this is the file of the text `published` in this generation, at whatever stage.
    pub fn is_of(&self, published: &str, generation: i32) -> bool {
        self.published == published && self.generation == generation
    }
}

/// The published text that this memory is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The hash of the text, taken before any substitution.
    pub hash: String,
    /// What K2HR3 called this version of its answer, to be asked with `If-None-Match`.
    pub etag: Option<String>,
    /// When this text was first seen.
    pub at: Seconds,
}

/// A published text that chmpx did not survive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantine {
    /// The hash of the published text.
    pub hash: String,
    /// How often chmpx was lost with it; none when an operator went back from it.
    pub strikes: u32,
    /// The generation in which it was lost last: that loss is not counted twice.
    pub generation: i32,
    /// When it was last lost.
    pub at: Seconds,
    /// The last that chmpx said, where that could be found out.
    pub said: Option<String>,
}

/// A process, told apart from a later one that got the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// The process id.
    pub pid: i32,
    /// When it started, in clock ticks after boot (`/proc/PID/stat`, field 22).
    pub started: u64,
}

/// Everything that is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Memory {
    /// The instance that this memory belongs to.
    pub cuk: String,
    /// Whether K2HR3 has confirmed this instance as a member of its role.
    pub registered: bool,
    /// Registrations in a row after which the role still did not list this instance.
    pub registrations: u32,
    /// When this instance last registered.
    pub registered_at: Seconds,
    /// The role that all of this is about.
    pub role: String,
    /// The address of this node from which K2HR3 was last seen to know it as a member.
    pub address: Option<IpAddr>,
    /// Whether an operator took this instance out of its role on purpose.
    pub departed: bool,
    /// Failed attempts to reach K2HR3 in a row.
    pub failures: u32,
    /// The path of the file that all of the following is about.
    pub target: PathBuf,
    /// What is published.
    pub published: Option<Seen>,
    /// What is on disk at the target path, put there by this agent.
    pub installed: Option<Mark>,
    /// What chmpx was last proven to have in force.
    pub adopted: Option<Mark>,
    /// What chmpx was last proven to have in force and has survived: what a roll-back goes to.
    pub good: Option<Mark>,
    /// What was good before that.
    pub before: Option<Mark>,
    /// The file that chmpx has yet to survive. Noted before it is put in place.
    pub trial: Option<Trial>,
    /// The highest generation that was ever used.
    pub highest: i32,
    /// Since when chmpx is missed: it is gone, and expected back.
    pub missed: Option<Seconds>,
    /// A published text that must not be installed again.
    pub quarantine: Option<Quarantine>,
    /// A restart that chmpx still needs.
    pub owed: Option<OwedRestart>,
    /// When chmpx was restarted by this agent, within the last hour.
    pub restarts: Vec<Seconds>,
    /// When the file was put right after somebody else had changed it, within the last hour.
    pub drifts: Vec<Seconds>,
    /// How many generations in a row were written only because the one before was swallowed.
    pub heals: u32,
}

/// The span in which restarts are counted.
pub const HOUR: Seconds = 3600;

impl Memory {
    /// An empty memory of the instance `cuk`.
    pub fn of(cuk: &str) -> Self {
        Self { cuk: cuk.to_owned(), ..Self::default() }
    }

    /// Notes a restart of chmpx at `now`, and forgets those of more than an hour ago.
    pub fn restarted(&mut self, now: Seconds) {
        note_in_hour(&mut self.restarts, now);
    }

    /// Notes that the file was put right at `now`, after somebody else had changed it.
    pub fn put_right(&mut self, now: Seconds) {
        note_in_hour(&mut self.drifts, now);
    }

    /// Draws conclusions from a look: a member is registered, a process that is gone owes nothing,
    /// and one that is lost counts against the file that it had to survive.
    pub fn notice(&mut self, listed: bool, life: Life, now: Seconds) {
        if listed && !self.departed {
            self.registered = true;
            self.registrations = 0;
        }
        // Whoever ends a chmpx that owes a restart makes that restart.
        if let (Some(owed), Life::Gone) = (&mut self.owed, life) {
            owed.told.get_or_insert(now);
        }
        self.notice_trial(life, self.owed.is_some(), now);
        if let Life::Runs(process) = life {
            self.missed = None;
            if self.owed.as_ref().is_some_and(|owed| owed.process != process) {
                self.owed = None;
            }
        }
    }

    fn notice_trial(&mut self, life: Life, told: bool, now: Seconds) {
        let is_good = |hash: &str| self.good.as_ref().is_some_and(|good| good.published == hash);
        if self.trial.as_ref().is_some_and(|trial| is_good(&trial.published)) {
            self.trial = None;
        }
        match (&mut self.trial, &self.installed, life) {
            (Some(trial), _, _) => trial.notice(life, told, now),
            // Nothing ran when the file was put in place; who reads it first has to survive it.
            (None, Some(installed), Life::Runs(process)) if !is_good(&installed.published) => {
                let Mark { published, generation, .. } = installed;
                self.trial = Some(Trial::new(published, *generation, process, now));
            }
            (None, _, _) => {}
        }
    }

    /// Whether chmpx is gone and, at `now`, expected back within `start_within` seconds.
    pub fn expects_chmpx(&self, start_within: Seconds, now: Seconds) -> bool {
        let lost = self.trial.as_ref().and_then(|trial| trial.lost);
        let told = self.owed.as_ref().and_then(|owed| owed.told);
        let mut times = [lost, told, self.missed].into_iter().flatten();
        times.any(|since| now.saturating_sub(since) < start_within)
    }

    /// Where a roll-back from the text `published` would go: to the last file that chmpx has
    /// survived, else to the last that it has at least taken.
    pub fn fallback(&self, published: &str) -> Option<&Mark> {
        let marks = [&self.good, &self.adopted, &self.before];
        marks.into_iter().flatten().find(|mark| mark.published != published)
    }

    /// Whether chmpx was proven to have this file in force.
    pub fn is_adopted(&self, published: &str, generation: i32) -> bool {
        self.adopted.as_ref().is_some_and(|adopted| adopted.is_of(published, generation))
    }

    /// How many restarts are left of a budget of `budget` per hour. A time in the future comes from
    /// a clock that was set back, and counts.
    pub fn restarts_left(&self, budget: u32, now: Seconds) -> u32 {
        let spent = self.restarts.iter().filter(|at| now < at.saturating_add(HOUR)).count();
        budget.saturating_sub(u32::try_from(spent).unwrap_or(u32::MAX))
    }

    /// The generation after every one that this node has used, with what the file itself says and
    /// what chmpx has `in_force`: a number that it shows already would prove nothing.
    pub fn next_generation(&self, on_disk: Option<i32>, in_force: Option<i32>) -> i32 {
        let installed = self.installed.as_ref().map(|mark| mark.generation);
        let known = [on_disk, installed, in_force, Some(self.highest)];
        let last = known.into_iter().flatten().max().unwrap_or(0);
        // chmpx keeps a signed 32-bit number.
        let first = if (1..i32::MAX).contains(&last) { last } else { 1 };
        (first..=i32::MAX).find(|next| !known.contains(&Some(*next))).unwrap_or(1)
    }
}

fn note_in_hour(times: &mut Vec<Seconds>, now: Seconds) {
    times.retain(|at| (*at..at.saturating_add(HOUR)).contains(&now));
    times.push(now);
}

#[cfg(test)]
mod tests;
