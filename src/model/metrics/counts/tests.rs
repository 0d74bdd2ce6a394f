//! What is counted, and under which word.

use super::*;
use crate::model::plan::Install;
use crate::model::plan::testing::{CUK, candidate, mark, three};

#[test]
fn every_result_of_a_look_is_counted_under_a_word_of_its_own() {
    let mut counts = Counts::since(100);
    for class in Class::ALL {
        counts.looked(K2hr3::Failed(class), false, 200);
    }
    assert_eq!(counts.looked, None, "nothing was told yet");
    counts.looked(K2hr3::Answered, true, 300);
    counts.looked(K2hr3::Answered, false, 400);
    counts.looked(K2hr3::NotAsked, false, 500);
    assert_eq!(counts.looked, Some(400));
    let counted: Vec<_> = counts.looks().map(|(_, count)| count).collect();
    assert_eq!(counted, vec![1; Class::ALL.len() + 2]);
}

#[test]
fn a_restart_is_counted_also_when_it_was_tried_in_vain() {
    let mut counts = Counts::since(0);
    counts.stepped(&Step::Restart { why: String::new() }, false);
    counts.stepped(&Step::Register, false);
    assert_eq!((counts.restarts, counts.registrations, counts.failed_steps), (1, 0, 2));
    counts.stepped(&Step::RollBack(WantedBy::Agent), true);
    assert_eq!(counts.rollbacks.counts().next(), Some(("agent", 1)));
}

#[test]
fn what_was_tried_in_vain_is_a_failed_step_and_nothing_else() {
    let install = Step::Install(Box::new(Install {
        published: String::new(),
        candidate: candidate(&three(), CUK),
        occasion: Occasion::Drift,
        impact: None,
        owes_restart: None,
    }));
    let put_back = Step::PutBack { mark: mark(&three(), 7), generation: 8 };
    let roll_back = Step::RollBack(WantedBy::Operator);
    let counted = |done| {
        let mut counts = Counts::since(0);
        for step in [&install, &put_back, &Step::Register, &roll_back] {
            counts.stepped(step, done);
        }
        let installations: u64 = counts.installations.counts().map(|(_, count)| count).sum();
        let rollbacks: u64 = counts.rollbacks.counts().map(|(_, count)| count).sum();
        (installations, counts.registrations, rollbacks, counts.failed_steps)
    };
    assert_eq!(counted(true), (2, 1, 1, 0));
    assert_eq!(counted(false), (0, 0, 0, 4));
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
