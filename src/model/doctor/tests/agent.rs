//! What a running agent tells, and one that does not run.

use super::*;
use crate::model::failure::Outlook;
use crate::model::report::{Code, TroubleFact, Words};

fn report(code: Code, troubles: Vec<TroubleFact>) -> Box<Report> {
    let (seen, _) = healthy();
    let words = Words { code, sentence: "x".to_owned(), help: Some("y".to_owned()), since: None };
    let plan = crate::model::plan::Plan::default();
    let report = crate::model::report::report(&seen, &plan, &policy(), troubles);
    Box::new(Report { situations: vec![words], ..report })
}

#[test]
fn what_only_the_agent_knows_is_told_and_what_was_seen_anew_is_not_told_twice() {
    let told = |code| found(move |_, s| s.agent = Agent::Told(report(code, Vec::new())));
    assert_eq!(told(Code::Contested), [("situation", Level::Fault)]);
    assert_eq!(told(Code::Blind), []);
    assert_eq!(told(Code::NoSuchRole), [("membership", Level::Fault)]);
    let trouble = |class| TroubleFact {
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

#[test]
fn what_keeps_k2hr3_from_telling_is_a_fault() {
    let why = Unanswered { what: "reading: refused".to_owned(), help: "x".to_owned() };
    assert_eq!(found(|_, s| s.unanswered = Some(why)), [("k2hr3", Level::Fault)]);
}

#[test]
fn a_k2hr3_that_does_not_know_this_node_is_well_itself() {
    let why = || Some(Unanswered { what: "reading: 403".to_owned(), help: "x".to_owned() });
    let k2hr3 = |asked, unanswered| {
        told("k2hr3", |seen, survey| (seen.k2hr3, survey.unanswered) = (asked, unanswered)).level
    };
    assert_eq!(k2hr3(K2hr3::Failed(Class::NotMember), why()), Level::Fine);
    assert_eq!(k2hr3(K2hr3::Failed(Class::Busy), why()), Level::Fault);
    assert_eq!(k2hr3(K2hr3::NotAsked, None), Level::Unknown);
}

#[test]
fn what_a_running_agent_says_is_told_unless_it_is_not_this_users_to_ask() {
    let agent = |agent| told("agent", |_, survey| survey.agent = agent);
    let says = agent(Agent::Told(report(Code::Blind, Vec::new())));
    assert!(says.what.starts_with("it runs and says: "), "{}", says.what);
    assert_eq!(agent(Agent::NotOurs(None)).level, Level::Unknown);
    assert_eq!(agent(Agent::Starting).what, "it runs and has not looked yet");
}
