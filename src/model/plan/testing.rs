//! What the tests of decisions, of the loop and of the doctor start from.

use std::time::Duration;

use super::{Drift, OnChange, Policy};
use crate::model::candidate::{Candidate, Draft, Stamp};
use crate::model::conf::Given;
use crate::model::host::Host;
use crate::model::identity::Cuk;

/// The policy of these tests; its times are round.
pub(crate) fn policy() -> Policy {
    const S: fn(u64) -> Duration = Duration::from_secs;
    Policy {
        on_change: OnChange::Auto,
        drift: Drift::Restore,
        settle: S(2),
        adopt_within: S(15),
        hold: S(10),
        start_within: S(90),
        restarts_per_hour: 3,
        spread: S(300),
        share: 0.5,
    }
}

/// The file made of `text` for the node `cuk` at 192.0.2.10, where every name is another host's.
pub(crate) fn candidate(text: &str, cuk: &str) -> Candidate {
    candidate_with(text, cuk, Stamp::Generation)
}

/// The same, with or without a generation in place of FILEVERSION.
pub(crate) fn candidate_with(text: &str, cuk: &str, stamp: Stamp) -> Candidate {
    let draft = Draft::new(text, &Cuk::parse(cuk).unwrap());
    let names = draft.questions(&Given::default()).names.into_iter();
    let answers = names.map(|name| (name, vec!["192.0.2.77".parse().unwrap()])).collect();
    let addresses = vec!["192.0.2.10".parse().unwrap()];
    draft.check(&Host { addresses, answers, ..Host::default() }, stamp).unwrap()
}
