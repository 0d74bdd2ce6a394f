//! The last changes of the file: what came when, what it meant for chmpx, what became of it.

mod diff;

use serde::{Deserialize, Serialize};

use super::memory::Seconds;

pub use diff::{Diff, LONGEST_TEXT};

/// So many changes are kept.
pub const KEPT: usize = 32;
/// So many of them are told with every report.
pub const TOLD: usize = 10;
/// All differences together are no longer, in bytes: the oldest are let go first.
const LONGEST: usize = 128 * 1024;
/// So many names of servers are kept of each change.
const NAMES: usize = 8;

/// One version of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Its generation.
    pub generation: i32,
    /// The hash of the published text that it came from; `None` when it was not this agent's.
    pub published: Option<String>,
}

/// Why a file was put in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// There was none.
    First,
    /// Another text was published.
    Published,
    /// Somebody else had changed the file.
    Drift,
    /// chmpx had not taken the one before.
    Swallowed,
    /// chmpx was lost with the one before.
    Lost,
    /// An operator wanted the one that was good before.
    ByHand,
}

impl Cause {
    /// It in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::First => "first file",
            Self::Published => "published",
            Self::Drift => "put right after somebody else had changed it",
            Self::Swallowed => "written once more",
            Self::Lost => "rolled back, chmpx was lost",
            Self::ByHand => "rolled back by hand",
        }
    }
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// chmpx has not taken it yet.
    Waiting,
    /// chmpx has had it in force.
    Adopted,
    /// chmpx has read it and refused it while it ran.
    RefusedByChmpx,
    /// Another file was put in its place before chmpx had taken it.
    Replaced,
    /// It was taken back.
    RolledBack,
}

/// One change of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Its number; the first has 1.
    pub number: u64,
    /// When the file was put in place.
    pub at: Seconds,
    /// Why.
    pub cause: Cause,
    /// The file before, if there was one.
    pub from: Option<Version>,
    /// The file.
    pub to: Version,
    /// The servers that it names.
    pub servers: usize,
    /// How many servers came.
    pub added: usize,
    /// How many servers went.
    pub removed: usize,
    /// The first names of those that came.
    pub added_names: Vec<String>,
    /// The first names of those that went.
    pub removed_names: Vec<String>,
    /// What it means for a running chmpx: `none`, `live`, `cold`, `refused`.
    pub impact: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// How long chmpx took to have it in force, in milliseconds.
    pub adopted_after_ms: Option<u64>,
}

impl Change {
    /// Notes the servers that came and those that went.
    #[must_use]
    pub fn with_servers(mut self, added: &[String], removed: &[String]) -> Self {
        let first = |names: &[String]| names.iter().take(NAMES).cloned().collect();
        (self.added, self.removed) = (added.len(), removed.len());
        (self.added_names, self.removed_names) = (first(added), first(removed));
        self
    }
}

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
                None => entry.diff = Diff::let_go(),
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
mod tests {
    use super::*;

    fn change(generation: i32) -> Change {
        Change {
            number: 0,
            at: 1000,
            cause: Cause::Published,
            from: None,
            to: Version { generation, published: None },
            servers: 3,
            added: 0,
            removed: 0,
            added_names: Vec::new(),
            removed_names: Vec::new(),
            impact: None,
            outcome: Outcome::Waiting,
            adopted_after_ms: None,
        }
    }

    fn history(generations: std::ops::RangeInclusive<i32>) -> History {
        let mut history = History::of("i-1");
        for generation in generations {
            history.add(change(generation), Diff::of("- a\n+ b\n"));
        }
        history
    }

    fn outcomes(history: &History) -> Vec<Outcome> {
        history.last(KEPT).map(|change| change.outcome).collect()
    }

    #[test]
    fn the_oldest_go_and_the_numbers_go_on() {
        let history = history(1..=100);
        let numbers: Vec<_> = history.last(KEPT + 1).map(|change| change.number).collect();
        assert_eq!(numbers.len(), KEPT);
        assert_eq!((numbers[0], numbers[KEPT - 1]), (100, 69));
    }

    #[test]
    fn whatever_is_published_the_history_stays_small() {
        let mut history = History::of("i-1");
        let names: Vec<_> = (0..5000).map(|n| format!("{n:0250}")).collect();
        for _ in 0..100 {
            let change = change(1).with_servers(&names, &names);
            history.add(change, Diff::of(&"+ x\n".repeat(1_000_000)));
        }
        let size = serde_json::to_string(&history).unwrap().len();
        assert!(size < 400 * 1024, "{size}");
        assert_eq!(history.last(1).next().unwrap().added, 5000);
        assert!(history.entries[KEPT - 1].diff.as_str().starts_with("+ x"));
    }

    #[test]
    fn a_change_that_is_replaced_before_it_was_adopted_says_so() {
        let mut history = history(1..=2);
        assert_eq!(outcomes(&history), [Outcome::Waiting, Outcome::Replaced]);
        assert!(history.adopted(1, 5).is_none());
        assert_eq!(history.adopted(2, 340).unwrap().adopted_after_ms, Some(340));
        assert!(history.adopted(2, 999).is_none(), "it is adopted once");
    }

    #[test]
    fn a_change_that_chmpx_refuses_may_be_adopted_by_the_next_chmpx() {
        let mut history = history(1..=1);
        history.open().unwrap().outcome = Outcome::RefusedByChmpx;
        assert!(history.adopted(1, 5).is_some());
    }

    #[test]
    fn a_roll_back_marks_what_it_takes_back() {
        let mut history = history(1..=2);
        history.adopted(2, 1);
        history.rolled_back(2);
        history.add(Change { cause: Cause::Lost, ..change(1) }, Diff::of(""));
        let expected = [Outcome::Waiting, Outcome::RolledBack, Outcome::Replaced];
        assert_eq!(outcomes(&history), expected);
    }
}
