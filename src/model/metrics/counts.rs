//! What has happened since the agent started, counted. Counting allocates nothing.

use std::time::Duration;

use crate::model::failure::Class;
use crate::model::memory::Seconds;
use crate::model::observed::K2hr3;
use crate::model::plan::{Occasion, Step};
use crate::model::report::Traffic;

use super::tally::{Histogram, Tally};

/// What is counted while the agent runs. Lost when it ends: Prometheus expects that.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counts {
    /// When the agent started.
    pub started: Seconds,
    /// When K2HR3 last told what it publishes.
    pub looked: Option<Seconds>,
    /// Looks at K2HR3 by their result.
    pub looks: Tally<14>,
    /// Requests to K2HR3.
    pub requests: u64,
    /// Bytes of the bodies that came back.
    pub received: u64,
    /// Registrations.
    pub registrations: u64,
    /// Files put in place, by occasion.
    pub installations: Tally<4>,
    /// Earlier files put back, by who wanted it.
    pub rollbacks: Tally<2>,
    /// Restarts of chmpx.
    pub restarts: u64,
    /// Steps that could not be carried out.
    pub failed_steps: u64,
    /// How long it took from a new text to its adoption.
    pub adoptions: Histogram,
}

/// The results of a look: the first two are those of an answer.
const RESULTS: [&str; 14] = [
    "unchanged",
    "changed",
    "unreachable",
    "silent",
    "untrusted",
    "untimely",
    "busy",
    "token",
    "forgotten",
    "denied",
    "not-member",
    "no-role",
    "rejected",
    "stranger",
];

impl Counts {
    /// Nothing yet, of an agent that starts at `now`.
    pub fn since(now: Seconds) -> Self {
        Self {
            started: now,
            looked: None,
            looks: Tally::of(RESULTS),
            requests: 0,
            received: 0,
            registrations: 0,
            installations: Tally::of(["first", "published", "drift", "swallowed"]),
            rollbacks: Tally::of(["agent", "hand"]),
            restarts: 0,
            failed_steps: 0,
            adoptions: Histogram::default(),
        }
    }

    /// Takes note of how K2HR3 took being asked at `now`; `is_new` says whether it publishes another
    /// text than before.
    pub fn looked(&mut self, k2hr3: K2hr3, is_new: bool, now: Seconds) {
        let result = match k2hr3 {
            K2hr3::NotAsked => return,
            K2hr3::Failed(class) => word(class),
            K2hr3::Answered => {
                self.looked = Some(now);
                if is_new { "changed" } else { "unchanged" }
            }
        };
        self.looks.count(result);
    }

    /// Takes note of what was exchanged since the last time.
    pub fn exchanged(&mut self, before: Traffic, now: Traffic) {
        self.requests += now.requests.saturating_sub(before.requests);
        self.received += now.received.saturating_sub(before.received);
    }

    /// Takes note of a step that was carried out, or was tried in vain.
    pub fn stepped(&mut self, step: &Step, done: bool) {
        match step {
            // What was tried is spent, whatever came of it.
            Step::Restart { .. } => self.restarts += 1,
            Step::Register if done => self.registrations += 1,
            Step::Install(install) if done => self.installations.count(occasion(install.occasion)),
            Step::RollBack { by_hand } if done => {
                self.rollbacks.count(if *by_hand { "hand" } else { "agent" });
            }
            Step::Register
            | Step::Install(_)
            | Step::RollBack { .. }
            | Step::Leave
            | Step::Acknowledge { .. }
            | Step::Promote { .. } => {}
        }
        self.failed_steps += u64::from(!done);
    }

    /// Takes note that the text `published` is in force, this long after it was first seen. One that
    /// was in force before, and was healed or put right, is no new one.
    pub fn adopted(&mut self, published: &str, in_force: Option<&str>, after: Duration) {
        if in_force != Some(published) {
            self.adoptions.observe(after);
        }
    }
}

fn word(class: Class) -> &'static str {
    match class {
        Class::Unreachable => "unreachable",
        Class::Silent => "silent",
        Class::Untrusted => "untrusted",
        Class::Untimely => "untimely",
        Class::Busy => "busy",
        Class::Token => "token",
        Class::Forgotten => "forgotten",
        Class::Denied => "denied",
        Class::NotMember => "not-member",
        Class::NoRole => "no-role",
        Class::Rejected => "rejected",
        Class::Stranger => "stranger",
    }
}

fn occasion(occasion: Occasion) -> &'static str {
    match occasion {
        Occasion::First => "first",
        Occasion::Published => "published",
        Occasion::Drift => "drift",
        Occasion::Swallowed => "swallowed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Class as C;

    #[test]
    fn every_result_of_a_look_is_counted_under_a_word_of_its_own() {
        let mut counts = Counts::since(100);
        let classes = [
            C::Unreachable,
            C::Silent,
            C::Untrusted,
            C::Untimely,
            C::Busy,
            C::Token,
            C::Forgotten,
            C::Denied,
            C::NotMember,
            C::NoRole,
            C::Rejected,
            C::Stranger,
        ];
        for class in classes {
            counts.looked(K2hr3::Failed(class), false, 200);
        }
        assert_eq!(counts.looked, None, "nothing was told yet");
        counts.looked(K2hr3::Answered, true, 300);
        counts.looked(K2hr3::Answered, false, 400);
        counts.looked(K2hr3::NotAsked, false, 500);
        assert_eq!(counts.looked, Some(400));
        let counted: Vec<_> = counts.looks.counts().map(|(_, count)| count).collect();
        assert_eq!(counted, vec![1; classes.len() + 2]);
    }

    #[test]
    fn every_occasion_has_its_word() {
        use Occasion as O;
        let mut tally = Counts::since(0).installations;
        for one in [O::First, O::Published, O::Drift, O::Swallowed] {
            tally.count(occasion(one));
        }
        assert!(tally.counts().all(|(_, count)| count == 1), "{tally:?}");
    }

    #[test]
    fn a_restart_is_counted_also_when_it_was_tried_in_vain() {
        let mut counts = Counts::since(0);
        counts.stepped(&Step::Restart { why: String::new() }, false);
        counts.stepped(&Step::Register, false);
        assert_eq!((counts.restarts, counts.registrations, counts.failed_steps), (1, 0, 2));
        counts.stepped(&Step::RollBack { by_hand: false }, true);
        assert_eq!(counts.rollbacks.counts().next(), Some(("agent", 1)));
    }

    #[test]
    fn only_a_new_text_has_a_time_to_adoption() {
        let mut counts = Counts::since(0);
        counts.adopted("a", None, Duration::from_millis(100));
        counts.adopted("a", Some("a"), Duration::from_secs(86400));
        counts.adopted("b", Some("a"), Duration::from_secs(700));
        let buckets: Vec<_> = counts.adoptions.buckets().map(|(_, count)| count).collect();
        assert_eq!(buckets, [1; 12], "the second took longer than any bound");
        assert_eq!(counts.adoptions.count(), 2);
        assert!((counts.adoptions.sum() - 700.1).abs() < 1e-9);
    }

    #[test]
    fn traffic_goes_on_from_what_was_counted_before() {
        let mut counts = Counts::since(0);
        let traffic = |requests, received| Traffic { requests, received };
        counts.exchanged(Traffic::default(), traffic(3, 900));
        counts.exchanged(traffic(3, 900), traffic(4, 900));
        // Other settings, another connection.
        counts.exchanged(Traffic::default(), traffic(1, 10));
        assert_eq!((counts.requests, counts.received), (5, 910));
    }
}
