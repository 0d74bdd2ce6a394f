use super::*;
use crate::model::history::{Cause, Change, History, Outcome, Version};
use crate::model::memory::Memory;

const NOW: Seconds = 100_000;

/// What a node tells that had settled a minute ago.
fn report() -> Report {
    let mark = Mark { published: "abc".to_owned(), generation: 7, at: NOW - 60 };
    let memory = Memory {
        installed: Some(mark.clone()),
        adopted: Some(mark),
        registered: true,
        ..Memory::of("i-1")
    };
    let verdict = Words {
        code: Code::Settled,
        sentence: "settled: 3 servers, generation 7 adopted".to_owned(),
        help: None,
        since: None,
    };
    let mut report = Report::remembered(&memory, &History::default(), NOW - 60);
    report.verdict = verdict;
    report
}

fn page(report: &Report, from: From, standing: Standing) -> String {
    told(report, Source { from, standing }, NOW, Page::plain())
}

#[test]
fn an_agent_that_stands_still_is_to_be_looked_at_in_its_log() {
    let page = page(&report(), From::StatusFile, Standing::Silent);
    let expected = "the agent does not answer; what it said 60 s ago: \
        settled: 3 servers, generation 7 adopted 60 s ago\n\
        do         look at its log with `journalctl -u k2hdkc-slave-agent`, and restart it\n\
        source     the file of the last change, of 60 s ago; the agent runs and does not answer\n";
    assert!(page.starts_with(expected), "{page}");
}

#[test]
fn who_cannot_tell_whether_the_agent_runs_is_told_that_and_where_the_facts_are_from() {
    let page = page(&report(), From::StatusFile, Standing::Unclear);
    assert!(page.starts_with("settled: 3 servers, generation 7 adopted 60 s ago\n"), "{page}");
    let source = "\nsource     the file of the last change, of 60 s ago; \
        whether the agent runs cannot be told by this user\n";
    assert!(page.contains(source), "{page}");
}

#[test]
fn a_trouble_says_how_often_it_was_met_and_whether_waiting_helps() {
    let trouble = |outlook, since, count| TroubleFact {
        doing: "putting the file in place".to_owned(),
        cause: "Read-only file system".to_owned(),
        outlook,
        class: None,
        help: Some("mount it for writing".to_owned()),
        since,
        count,
    };
    let mut report = report();
    report.troubles =
        vec![trouble(Outlook::Lasting, NOW - 120, 4), trouble(Outlook::Passing, NOW - 60, 1)];
    let page = page(&report, From::Agent, Standing::Answers);
    let lasting = "trouble    putting the file in place: Read-only file system\n           \
        4 times in 2 min; it lasts until somebody acts\n\
        do         mount it for writing\n";
    let passing = "           once, 60 s ago; it may pass by itself\n";
    assert!(page.contains(lasting) && page.contains(passing), "{page}");
}

#[test]
fn each_change_says_what_became_of_it() {
    let version = |generation| Version { published: Some("abc".to_owned()), generation };
    let change = |outcome, adopted_after_ms| {
        let waiting = Change::waiting(NOW - 60, Cause::Published, Some(version(6)), version(7), 3);
        Change { number: 5, outcome, adopted_after_ms, ..waiting }
    };
    let said = |outcome, after| in_short(&change(outcome, after), NOW);
    for (outcome, after, words) in [
        (Outcome::Waiting, None, "not adopted yet"),
        (Outcome::Adopted, Some(1500), "adopted after 1.5 s"),
        // By the time it was found in force, nobody could tell any more how long it took.
        (Outcome::Adopted, None, "adopted"),
        (Outcome::RefusedByChmpx, None, "refused by chmpx"),
        (Outcome::Replaced, None, "replaced before it was adopted"),
        (Outcome::RolledBack, Some(1500), "rolled back"),
    ] {
        let expected = format!("#5  60 s ago  6 -> 7  3 servers  {words}  (published)");
        assert_eq!(said(outcome, after), expected);
    }
}
