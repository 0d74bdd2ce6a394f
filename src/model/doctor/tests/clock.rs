//! When the clock of this node is wrong.

use super::*;

#[test]
fn a_clock_that_runs_behind_is_a_fault() {
    assert_eq!(found(|seen, _| seen.now = 1_000), [("clock", Level::Fault)]);
    assert_eq!(found(|seen, _| seen.now = 1_799_999_000), [("clock", Level::Fault)]);
    assert_eq!(found(|_, s| s.clock_is_kept = Some(false)), [("clock", Level::Risk)]);
}

#[test]
fn a_clock_that_differs_from_that_of_k2hr3_is_a_risk_and_a_fault_when_it_is_far_off() {
    let with = |ahead| found(move |_, s| s.clock_ahead = Some(ahead));
    assert_eq!(with(30), []);
    assert_eq!(with(-120), [("clock", Level::Risk)]);
    assert_eq!(with(7300), [("clock", Level::Fault)]);
    let (seen, mut survey) = healthy();
    survey.clock_ahead = Some(-7300);
    let findings = examine(&seen, &survey, &policy());
    assert_eq!(findings[0].what, "the clock of this node is 2 h behind that of K2HR3");
}

#[test]
fn a_minute_is_no_difference_and_an_hour_is_not_far_off() {
    let with = |ahead| told("clock", |_, s| s.clock_ahead = Some(ahead));
    assert_eq!(with(60).what, "the clock agrees with that of K2HR3");
    assert_eq!(with(-60).level, Level::Fine);
    assert_eq!((with(61).level, with(-61).level), (Level::Risk, Level::Risk));
    assert_eq!((with(3600).level, with(3601).level), (Level::Risk, Level::Fault));
}

#[test]
fn how_far_a_clock_is_off_is_told_in_minutes_hours_or_days() {
    let by = |ahead| told("clock", |_, s| s.clock_ahead = Some(ahead)).what;
    assert_eq!(by(119), "the clock of this node is 1 min ahead of that of K2HR3");
    assert_eq!(by(7199), "the clock of this node is 119 min ahead of that of K2HR3");
    assert_eq!(by(7200), "the clock of this node is 2 h ahead of that of K2HR3");
    assert_eq!(by(-172_799), "the clock of this node is 47 h behind that of K2HR3");
    assert_eq!(by(172_800), "the clock of this node is 2 days ahead of that of K2HR3");
}

#[test]
fn a_clock_behind_what_this_node_has_done_or_behind_the_first_release_went_back() {
    let at = |now| {
        told("clock", |seen, _| {
            seen.memory.installed = None;
            seen.now = now;
        })
    };
    assert_eq!(at(1_735_689_600).what, "the clock is plausible");
    assert_eq!(at(1_735_689_599).level, Level::Fault);
    let adopted_at = |at| {
        told("clock", |seen, _| {
            let mark = Mark { published: String::new(), generation: 7, at };
            (seen.memory.adopted, seen.now) = (Some(mark), 1_800_000_000);
        })
    };
    assert_eq!(adopted_at(1_800_000_060).level, Level::Fine);
    assert_eq!(adopted_at(1_800_000_061).level, Level::Fault);
}
