//! The last changes of the file: what came when, what it meant for chmpx, what became of it.

mod change;
mod diff;

use serde::{Deserialize, Serialize};

pub use change::{Cause, Change, Outcome, Version};
pub use diff::Diff;

/// So many changes are kept.
pub const KEPT: usize = 32;
/// So many of them are told with every report.
pub const TOLD: usize = 10;
/// All differences together are no longer, in bytes: the oldest are let go first.
const LONGEST: usize = 128 * 1024;

/// A change with its difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The change.
    #[serde(flatten)]
    pub change: Change,
    /// Its unified difference, without pass phrases.
    pub diff: Diff,
}

/// The last changes of one node.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct History {
    /// The instance that they belong to.
    pub cuk: String,
    /// The changes, the oldest first.
    pub entries: Vec<Entry>,
}

impl History {
    /// An empty history of the instance `cuk`.
    pub fn of(cuk: &str) -> Self {
        Self { cuk: cuk.to_owned(), entries: Vec::new() }
    }

    /// The last `count` changes, the newest first.
    pub fn last(&self, count: usize) -> impl Iterator<Item = &Change> {
        self.entries.iter().rev().take(count).map(|entry| &entry.change)
    }

    /// The change with this number, if it is still kept.
    pub fn entry(&self, number: u64) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.change.number == number)
    }

    /// Adds a change, which gets the next number. One that chmpx has not taken by now never will.
    pub fn add(&mut self, change: Change, diff: Diff) {
        let number = self.entries.last().map_or(1, |last| last.change.number.saturating_add(1));
        if let Some(open) = self.open() {
            open.outcome = Outcome::Replaced;
        }
        self.entries.push(Entry { change: Change { number, ..change }, diff });
        let surplus = self.entries.len().saturating_sub(KEPT);
        self.entries.drain(..surplus);
        let mut left = LONGEST;
        for entry in self.entries.iter_mut().rev() {
            match left.checked_sub(entry.diff.len()) {
                Some(rest) => left = rest,
                None => entry.diff = Diff::default(),
            }
        }
    }

    /// The last change, while it is not known what becomes of it.
    pub fn open(&mut self) -> Option<&mut Change> {
        let last = &mut self.entries.last_mut()?.change;
        matches!(last.outcome, Outcome::Waiting | Outcome::RefusedByChmpx).then_some(last)
    }

    /// Notes that chmpx has the file of generation `generation` in force, `after` milliseconds
    /// after it was put in place. Returns the change that this ends.
    pub fn adopted(&mut self, generation: i32, after: u64) -> Option<&Change> {
        let open = self.open().filter(|open| open.to.generation == generation)?;
        open.outcome = Outcome::Adopted;
        open.adopted_after_ms = Some(after);
        Some(open)
    }

    /// Notes that the file of generation `generation` was taken back.
    pub fn rolled_back(&mut self, generation: i32) {
        let mut entries = self.entries.iter_mut().rev();
        if let Some(entry) = entries.find(|entry| entry.change.to.generation == generation) {
            entry.change.outcome = Outcome::RolledBack;
        }
    }

    /// Moves all times along with a clock that was set by `jump` seconds.
    pub fn follow_clock(&mut self, jump: i64) {
        for Entry { change, .. } in &mut self.entries {
            change.at = change.at.saturating_add_signed(jump);
        }
    }
}

#[cfg(test)]
mod tests;
