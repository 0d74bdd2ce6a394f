//! What is kept of the last changes, and what becomes of them.

use std::collections::BTreeSet;

use super::*;

fn change(generation: i32) -> Change {
    Change::waiting(1000, Cause::Published, None, Version { generation, published: None }, 3)
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
fn a_history_belongs_to_one_instance_and_starts_empty() {
    assert_eq!(History::of("i-1"), History { cuk: "i-1".to_owned(), entries: Vec::new() });
}

#[test]
fn every_cause_of_a_change_has_words_of_its_own() {
    use Cause as C;
    let causes = [C::First, C::Published, C::Drift, C::Swallowed, C::Lost, C::ByHand];
    let words: BTreeSet<_> = causes.into_iter().map(Cause::as_str).collect();
    assert_eq!(words.len(), causes.len(), "{words:?}");
    assert!(words.contains("put right after somebody else had changed it"));
}

#[test]
fn a_change_is_found_by_its_number_while_it_is_kept() {
    let history = history(1..=100);
    assert_eq!(history.entry(68), None);
    for number in [69, 100] {
        assert_eq!(history.entry(number).unwrap().change.number, number);
    }
}

#[test]
fn a_clock_that_was_set_takes_the_times_of_the_changes_along() {
    let mut history = history(1..=2);
    history.follow_clock(-400);
    let times: Vec<_> = history.last(2).map(|change| change.at).collect();
    assert_eq!(times, [600, 600]);
}

#[test]
fn whatever_is_published_the_history_stays_small() {
    let mut history = History::of("i-1");
    let names: Vec<_> = (0..5000).map(|n| format!("{n:0250}")).collect();
    for _ in 0..2 * KEPT {
        let change = change(1).with_servers(&names, &names);
        history.add(change, Diff::of(&"+ x\n".repeat(10_000)));
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
