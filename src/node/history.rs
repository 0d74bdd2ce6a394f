//! Keeping the history: what was put in place, and what became of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::{info, warn};

use super::Node;
use crate::agent::{Chain, Cycle};
use crate::effects::clock;
use crate::effects::state::State;
use crate::model::conf::{Conf, Peer};
use crate::model::history::{Cause, Change, Diff, History, Outcome, TOLD, Version};
use crate::model::impact::Impact;
use crate::model::memory::Mark;
use crate::model::plan::{Install, Occasion, Situation, WantedBy};

/// A comparison of two files that takes longer is told as a replacement of all that is left.
const PATIENCE: Duration = Duration::from_millis(100);

/// The history, and the part of it that is told.
#[derive(Debug)]
pub(super) struct Past {
    history: History,
    /// The newest first; shared, because every report has it.
    pub(super) told: Arc<[Change]>,
    /// Whether it is not known yet what becomes of the last change.
    pub(super) is_open: bool,
}

impl Past {
    /// What was kept. A history that cannot be read starts anew: nothing else depends on it.
    pub(super) fn kept(state: &State, cuk: &str) -> Self {
        let kept = state.history().unwrap_or_else(|error| {
            warn!(event = "history-anew", error = %Chain(&error), "the history of changes starts anew");
            None
        });
        let history = kept.filter(|history| history.cuk == cuk);
        let mut past = Self {
            history: history.unwrap_or_else(|| History::of(cuk)),
            told: Arc::default(),
            is_open: false,
        };
        past.show();
        past
    }

    fn show(&mut self) {
        self.told = self.history.last(TOLD).cloned().collect();
        self.is_open = self.history.open().is_some();
    }

    pub(super) fn follow_clock(&mut self, jump: i64) {
        self.history.follow_clock(jump);
        self.show();
    }
}

impl Node {
    /// Notes that `install` has taken the place of `old`.
    pub(super) fn note_install(&mut self, install: &Install, old: &[u8]) {
        let cause = match install.occasion {
            Occasion::First => Cause::First,
            Occasion::Published => Cause::Published,
            Occasion::Drift => Cause::Drift,
            Occasion::Swallowed => Cause::Swallowed,
        };
        let to = Version {
            generation: install.candidate.generation(),
            published: Some(install.published.clone()),
        };
        let new = install.candidate.bytes();
        self.note(cause, old, (to, &new, install.candidate.conf()), install.impact.as_ref());
    }

    /// Notes that the file with these bytes is back in the place of `old`.
    pub(super) fn note_put_back(&mut self, old: &[u8], new: (&str, i32, &[u8])) {
        let (published, generation, bytes) = new;
        let to = Version { generation, published: Some(published.to_owned()) };
        self.note(Cause::Drift, old, (to, bytes, &Conf::read(bytes)), None);
    }

    /// Notes that the file `bad` was taken back, and `good` is in its place.
    pub(super) fn note_roll_back(
        &mut self,
        wanted: WantedBy,
        bad: i32,
        old: &[u8],
        good: (&Mark, &[u8], &Conf),
    ) {
        let (mark, bytes, conf) = good;
        let cause = match wanted {
            WantedBy::Operator => Cause::ByHand,
            WantedBy::Agent => Cause::Lost,
        };
        let to = Version { generation: mark.generation, published: Some(mark.published.clone()) };
        let impact = crate::model::impact::compare(&Conf::read(old), conf);
        self.past.history.rolled_back(bad);
        self.note(cause, old, (to, bytes, conf), Some(&impact));
    }

    fn note(
        &mut self,
        cause: Cause,
        old: &[u8],
        new: (Version, &[u8], &Conf),
        impact: Option<&Impact>,
    ) {
        let (to, bytes, conf) = new;
        let names = |servers: &[Peer]| -> Vec<_> {
            servers.iter().map(|server| server.name.to_string()).collect()
        };
        let servers = conf.servers().len();
        let change = Change {
            impact: impact.map(|impact| impact.overall.as_str().to_owned()),
            ..Change::waiting(clock::now(), cause, self.version_of(old), to, servers)
        };
        let (added, removed) = impact.map_or_else(Default::default, |impact| {
            (names(&impact.servers_added), names(&impact.servers_removed))
        });
        self.past.history.add(change.with_servers(&added, &removed), difference(old, bytes));
        self.keep_history();
    }

    /// Which version the bytes `old` are; none if there are none.
    fn version_of(&self, old: &[u8]) -> Option<Version> {
        let generation = Conf::read(old).file_version().map(|version| version.value)?;
        let mut entries = self.past.history.last(usize::MAX);
        let ours = entries.find(|change| change.to.generation == generation);
        Some(Version { generation, published: ours.and_then(|c| c.to.published.clone()) })
    }

    /// Notes that chmpx has the file of this generation in force, and tells the whole change.
    pub(super) fn note_adoption(&mut self, generation: i32, after: Option<Duration>) {
        let now = clock::now();
        let Some(open) = self.past.history.open() else { return };
        let by_clock = || Duration::from_secs(now.saturating_sub(open.at));
        let after = after.unwrap_or_else(by_clock);
        let millis = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
        let Some(change) = self.past.history.adopted(generation, millis) else { return };
        tell(change, after);
        self.keep_history();
    }

    /// Notes what a cycle shows of the last change.
    pub(super) fn note_outcome(&mut self, cycle: &Cycle<'_>) {
        if !self.past.is_open {
            return;
        }
        // A roll-back to what chmpx still has in force leaves nothing to acknowledge.
        if let Some(generation) = cycle.seen.running().and_then(|running| running.generation)
            && cycle.plan.is_settled()
        {
            let after = self.last_install.map(|at| at.elapsed());
            self.note_adoption(generation, after);
        }
        let refused = |s: &Situation| matches!(s, Situation::RefusedByChmpx(_));
        if cycle.plan.situations.iter().any(refused)
            && let Some(open) = self.past.history.open()
            && open.outcome == Outcome::Waiting
        {
            open.outcome = Outcome::RefusedByChmpx;
            self.keep_history();
        }
    }

    /// A history that cannot be kept costs a look back after a restart, nothing else.
    fn keep_history(&mut self) {
        self.past.show();
        if let Err(error) = self.state.keep_history(&self.past.history) {
            warn!(error = %Chain(&error), "the history of changes was not kept");
        }
    }
}

/// The whole change in one line.
fn tell(change: &Change, after: Duration) {
    let from = change.from.as_ref().map(|from| from.generation);
    info!(
        event = "adopted",
        from,
        to = change.to.generation,
        published = change.to.published,
        impact = change.impact,
        servers = change.servers,
        added = names(&change.added_names, change.added),
        removed = names(&change.removed_names, change.removed),
        adopted_after_ms = u64::try_from(after.as_millis()).unwrap_or(u64::MAX),
        "chmpx has adopted another file"
    );
}

/// The names, if there are any, and how many more there are.
fn names(first: &[String], all: usize) -> Option<String> {
    let more = all.saturating_sub(first.len());
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    (all > 0).then(|| format!("{}{rest}", first.join(" ")))
}

/// What differs between two files, as it may be shown and kept.
pub(super) fn difference(old: &[u8], new: &[u8]) -> Diff {
    Diff::between(old, new, Instant::now() + PATIENCE)
}
