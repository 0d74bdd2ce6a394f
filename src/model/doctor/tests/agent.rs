//! What a running agent tells, and one that does not run.

use super::*;
use crate::model::failure::Outlook;
use crate::model::report::{Ailment, Code, Words};

fn report(code: Code, troubles: Vec<Ailment>) -> Box<Report> {
    let (seen, _) = healthy();
    let words = Words { code, sentence: "x".to_owned(), help: Some("y".to_owned()), since: None };
    let plan = crate::model::plan::Plan::default();
    let report = crate::model::report::report(&seen, &plan, &policy(), "role", troubles);
    Box::new(Report { situations: vec![words], ..report })
}

#[test]
fn what_only_the_agent_knows_is_told_and_what_was_seen_anew_is_not_told_twice() {
    let told = |code| found(move |_, s| s.agent = Agent::Told(report(code, Vec::new())));
    assert_eq!(told(Code::Contested), [("situation", Level::Fault)]);
    assert_eq!(told(Code::Blind), []);
    assert_eq!(told(Code::NoSuchRole), [("membership", Level::Fault)]);
    let trouble = |class| Ailment {
        doing: "installing".to_owned(),
        cause: "No space left".to_owned(),
        outlook: Outlook::Passing,
        class,
        help: None,
        since: 0,
        count: 1,
    };
    let with = |about| {
        found(move |_, s| s.agent = Agent::Told(report(Code::Draining, vec![trouble(about)])))
    };
    assert_eq!(with(None), [("trouble", Level::Fault)]);
    assert_eq!(with(Some(Class::Busy)), []);
}

#[test]
fn an_agent_that_does_not_run_is_a_fault_and_one_of_somebody_else_is_not() {
    assert_eq!(found(|_, s| s.agent = Agent::Gone), [("agent", Level::Fault)]);
    let foreign = Agent::NotOurs(Some(report(Code::Contested, Vec::new())));
    assert_eq!(found(|_, s| s.agent = foreign), [("situation", Level::Fault)]);
    assert_eq!(found(|_, s| s.unreadable_token = Some("/t".into())), []);
}
