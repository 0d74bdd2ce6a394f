//! What the agent finds of the changes that it has kept, and what it shows of them.

use k2hdkc_slave_agent::commands::history::{listed, shown};
use k2hdkc_slave_agent::model::history::{Cause, Change, Diff, History, KEPT, Outcome, Version};

use super::is_plain;

/// All differences together and what stands around them, in bytes.
const LONGEST: usize = 128 * 1024;

/// Whatever was kept, it is read the same as it is written, goes on with the next number, stays
/// small, and shows nothing that a terminal obeys.
pub fn read(bytes: &[u8]) {
    let Ok(mut history) = serde_json::from_slice::<History>(bytes) else { return };
    let again = serde_json::to_vec(&history).unwrap();
    assert_eq!(serde_json::from_slice::<History>(&again).unwrap(), history);

    for jump in [i64::MIN, i64::from(bytes.first().copied().unwrap_or_default()), i64::MAX] {
        history.follow_clock(jump);
    }
    let last = history.last(1).next().map_or(0, |change| change.number);
    let waits = history.open().map(|open| open.to.generation);
    assert!(history.adopted(waits.map_or(0, |it| it.wrapping_add(1)), 5).is_none());
    assert_eq!(waits.is_some(), waits.is_some_and(|it| history.adopted(it, 5).is_some()));
    assert!(history.open().is_none(), "an adopted change is ended");
    history.rolled_back(waits.unwrap_or_default());

    history.add(change(), Diff::of("-a\n+b\n"));
    assert_eq!(history.last(1).next().unwrap().number, last.saturating_add(1));
    assert!(history.entries.len() <= KEPT);
    assert!(history.entries.iter().map(|entry| entry.diff.len()).sum::<usize>() <= LONGEST);
    assert!(history.open().is_some_and(|open| open.outcome == Outcome::Waiting));

    let pages = history.entries.iter().map(shown).chain([listed(&history)]);
    for line in pages.collect::<String>().lines() {
        assert!(is_plain(&line.replace('\t', " ")), "{line:?}");
    }
}

fn change() -> Change {
    let to = Version { generation: 1, published: None };
    Change::waiting(1_800_000_000, Cause::Published, None, to, 3)
}
