//! A change of the file in one line.

use std::fmt::Write as _;

use crate::commands::ages::{age, short};
use crate::model::history::{Change, Outcome};
use crate::model::memory::Seconds;
use crate::model::plain::counted;

/// A change in one line.
pub(crate) fn in_short(change: &Change, now: Seconds) -> String {
    let Change { number, at, from, to, impact, outcome, adopted_after_ms, .. } = change;
    let from =
        from.as_ref().map_or_else(|| "nothing".to_owned(), |from| from.generation.to_string());
    let mut text = format!("#{number}  {}  {from} -> {}", age(*at, now), to.generation);
    let _infallible = write!(text, "  {}", counted(change.servers, "server"));
    let (came, went) = (&change.added_names, &change.removed_names);
    for (sign, names, all) in [('+', came, change.added), ('-', went, change.removed)] {
        for name in names {
            let _infallible = write!(text, " {sign}{name}");
        }
        let more = all.saturating_sub(names.len());
        if more > 0 {
            let _infallible = write!(text, " {sign}({more} more)");
        }
    }
    if let Some(impact) = impact {
        let _infallible = write!(text, "  {impact}");
    }
    let _infallible = write!(
        text,
        "  {}  ({})",
        outcome_words(*outcome, *adopted_after_ms),
        change.cause.as_str()
    );
    text
}

fn outcome_words(outcome: Outcome, after: Option<u64>) -> String {
    match (outcome, after) {
        (Outcome::Waiting, _) => "not adopted yet".to_owned(),
        (Outcome::Adopted, None) => "adopted".to_owned(),
        (Outcome::Adopted, Some(after)) => format!("adopted after {}", short(after)),
        (Outcome::RefusedByChmpx, _) => "refused by chmpx".to_owned(),
        (Outcome::Replaced, _) => "replaced before it was adopted".to_owned(),
        (Outcome::RolledBack, _) => "rolled back".to_owned(),
    }
}
