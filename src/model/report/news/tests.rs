//! What is new in a report. Each test starts from that of a settled node.

use super::super::{AgentFact, PaceFact, TroubleFact, report};
use super::*;
use crate::model::failure::{Class, Outlook};
use crate::model::history::{Cause, Change, Version};
use crate::model::observed::Carrier;
use crate::model::plan::Plan;
use crate::model::plan::testing::{PROCESS, policy, settled};

type Difference = fn(&mut Report);

fn last() -> Report {
    report(&settled(), &Plan::default(), &policy(), Vec::new())
}

fn after(change: Difference) -> Report {
    let mut next = last();
    change(&mut next);
    next
}

fn trouble() -> TroubleFact {
    TroubleFact {
        doing: "reading".to_owned(),
        cause: "refused".to_owned(),
        outlook: Outlook::Passing,
        class: Some(Class::Unreachable),
        help: None,
        since: 1000,
        count: 1,
    }
}

fn draining() -> Words {
    Words::new(Code::Draining, "s9 is up", None)
}

fn change() -> Change {
    Change::waiting(1000, Cause::Published, None, Version { generation: 8, published: None }, 3)
}

#[test]
fn what_every_look_changes_is_no_difference() {
    let every_look: [Difference; 3] = [
        |next| next.at += 30,
        |next| next.traffic.requests += 1,
        |next| {
            next.pace = Some(PaceFact { interval_ms: 1, next_look_ms: 1, answered: None });
        },
    ];
    for change in every_look {
        assert!(!after(change).differs_from(&last()));
    }
}

#[test]
fn anything_else_is_a_difference() {
    let others: [Difference; 18] = [
        |next| next.version += 1,
        |next| next.verdict.sentence.push('.'),
        |next| next.settled = !next.settled,
        |next| next.role.push('x'),
        |next| next.cuk.push('x'),
        |next| next.registered = !next.registered,
        |next| next.carrier = Some(Carrier::Address),
        |next| next.failures += 1,
        |next| next.published = None,
        |next| next.installed = None,
        |next| next.adopted = None,
        |next| next.good = None,
        |next| next.chmpx.generation = None,
        |next| next.restarts_left = None,
        |next| next.situations.push(draining()),
        |next| next.troubles.push(trouble()),
        |next| next.changes = [change()].into(),
        |next| {
            next.agent = Some(AgentFact { version: "1".to_owned(), process: PROCESS, since: 1 });
        },
    ];
    for (number, change) in others.into_iter().enumerate() {
        assert!(after(change).differs_from(&last()), "{number}");
    }
}

#[test]
fn what_is_told_goes_on_from_when_it_was_first_told() {
    let mut first = after(|next| (next.at, next.situations) = (1000, vec![draining()]));
    first.go_on_from(None);
    assert_eq!((first.verdict.since, first.situations[0].since), (Some(1000), Some(1000)));

    let mut second = after(|next| {
        let blind = Words::new(Code::Blind, "it does not notice", None);
        (next.at, next.situations) = (1030, vec![draining(), blind]);
    });
    second.go_on_from(Some(&first));
    assert_eq!(second.verdict.since, Some(1000));
    let since: Vec<_> = second.situations.iter().map(|told| told.since).collect();
    assert_eq!(since, [Some(1000), Some(1030)], "it went on, and it is new");

    let mut third = after(|next| (next.at, next.verdict) = (1060, draining()));
    third.go_on_from(Some(&second));
    assert_eq!(third.verdict.since, Some(1000), "what was a situation is the verdict now");
}

/// Whether `change` of a report with a situation and a trouble is news.
fn is_news(change: Difference) -> bool {
    let in_trouble: Difference = |report| {
        report.verdict = Words::new(Code::Trouble, "waiting: refused", Some("wait"));
        report.situations = vec![draining()];
        report.troubles = vec![trouble()];
    };
    let other = after(in_trouble);
    let mut next = other.clone();
    change(&mut next);
    next.is_news_after(&other)
}

#[test]
fn ages_counts_and_another_face_of_the_same_outage_are_no_news() {
    let same: [Difference; 5] = [
        |_| {},
        |next| next.verdict.since = Some(5),
        |next| next.verdict.sentence = "waiting: timed out".to_owned(),
        |next| next.situations[0].sentence = "s8 and s9 are up".to_owned(),
        |next| (next.troubles[0].count, next.troubles[0].cause) = (7, "timed out".to_owned()),
    ];
    for (number, change) in same.into_iter().enumerate() {
        assert!(!is_news(change), "{number}");
    }
}

#[test]
fn another_verdict_file_situation_or_trouble_is_news() {
    let others: [Difference; 10] = [
        |next| next.verdict.code = Code::Refused,
        |next| next.verdict.help = None,
        |next| next.installed = None,
        |next| next.adopted = None,
        |next| next.situations.clear(),
        |next| next.situations.push(draining()),
        |next| next.situations[0].code = Code::NoChmpx,
        |next| next.troubles.clear(),
        |next| next.troubles[0].doing = "installing".to_owned(),
        |next| next.troubles[0].help = Some("make room".to_owned()),
    ];
    for (number, change) in others.into_iter().enumerate() {
        assert!(is_news(change), "{number}");
    }
    let settled = after(|next| next.verdict.sentence = "settled: 4 servers".to_owned());
    assert!(settled.is_news_after(&last()), "what is settled differs by its sentence");
}
