//! What the figures look like, whatever the node looks like.

use std::collections::BTreeSet;

use super::*;
use crate::model::failure::{Class, Outlook};
use crate::model::observed::K2hr3;
use crate::model::plan::{Step, WantedBy};
use crate::model::report::{ChmpxFact, Code, PublishedFact, Traffic, TroubleFact, VERSION, Words};

fn words(code: Code) -> Words {
    Words { code, sentence: "a sentence".to_owned(), help: None, since: None }
}

/// A report in which everything is known; `name` is in every text that is not out of a list.
fn full(name: &str) -> Report {
    let mark = Mark { published: name.to_owned(), generation: 41, at: 1_800_000_000 };
    let server = |state: &str, connected| Server {
        name: name.to_owned(),
        ctlport: Some(8021),
        status: format!("[SERVICE IN]{state}"),
        connected,
    };
    let trouble = TroubleFact {
        doing: name.to_owned(),
        cause: name.to_owned(),
        outlook: Outlook::Passing,
        class: Some(Class::Busy),
        help: None,
        since: 1_800_000_000,
        count: 3,
    };
    Report {
        version: VERSION,
        verdict: words(Code::Trouble),
        settled: false,
        at: 1_800_000_060,
        role: name.to_owned(),
        cuk: name.to_owned(),
        registered: true,
        carrier: Some(Carrier::Address),
        failures: 3,
        published: Some(PublishedFact {
            hash: name.to_owned(),
            since: Some(1_799_999_990),
            servers: Some(3),
        }),
        installed: Some(mark.clone()),
        adopted: Some(mark),
        chmpx: ChmpxFact {
            state: "up".to_owned(),
            pid: Some(100),
            generation: Some(41),
            servers: vec![server("[UP]", true), server("[UP]", false), server("[DOWN]", false)],
        },
        traffic: Traffic::default(),
        restarts_left: Some(2),
        situations: vec![words(Code::TokenRefused), words(Code::Draining), words(Code::Draining)],
        troubles: vec![trouble],
        good: None,
        pace: None,
        changes: std::sync::Arc::default(),
        agent: None,
    }
}

fn text(report: &Report) -> String {
    render(report, &Counts::since(1_800_000_000), 1_800_000_060)
}

/// The value of the sample that begins so.
fn value(text: &str, sample: &str) -> String {
    let begin = format!("k2hdkc_slave_agent_{sample} ");
    let found: Vec<_> = text.lines().filter_map(|line| line.strip_prefix(&begin)).collect();
    assert_eq!(found.len(), 1, "{sample} in\n{text}");
    found[0].to_owned()
}

#[test]
fn the_figures_say_what_the_report_says() {
    let text = text(&full("x"));
    for (sample, expected) in [
        ("settled", "0"),
        ("verdict_info{code=\"trouble\"}", "1"),
        ("situation{code=\"token-refused\"}", "1"),
        ("situation{code=\"draining\"}", "1"),
        ("troubles{outlook=\"passing\"}", "1"),
        ("troubles{outlook=\"lasting\"}", "0"),
        ("published_servers", "3"),
        ("adopted_generation", "41"),
        ("adopted_timestamp_seconds", "1800000000"),
        ("adopted_age_seconds", "60"),
        ("chmpx_up", "1"),
        ("servers{state=\"connected\"}", "1"),
        ("servers{state=\"unconnected\"}", "1"),
        ("servers{state=\"down\"}", "1"),
        ("restarts_left", "2"),
        ("registered", "1"),
        ("carrier{by=\"address\"}", "1"),
        ("carrier{by=\"token\"}", "0"),
        ("consecutive_failures", "3"),
    ] {
        assert_eq!(value(&text, sample), expected, "{sample}");
    }
}

#[test]
fn names_hashes_and_errors_are_in_no_label() {
    let secret = "db-server-17.example";
    assert!(!text(&full(secret)).contains(secret));
    assert_eq!(text(&full("a")), text(&full("b")));
}

#[test]
fn what_is_not_known_is_missing_and_not_zero() {
    let mut report = full("x");
    report.adopted = None;
    report.chmpx =
        ChmpxFact { state: "unknown".to_owned(), pid: None, generation: None, servers: Vec::new() };
    let text = text(&report);
    for name in ["adopted_age_seconds", "chmpx_up", "chmpx_generation", "servers{"] {
        assert!(!text.contains(&format!("\nk2hdkc_slave_agent_{name}")), "{name} in\n{text}");
    }
}

#[test]
fn a_chmpx_that_does_not_run_is_zero() {
    let mut report = full("x");
    report.chmpx.state = "down".to_owned();
    assert_eq!(value(&text(&report), "chmpx_up"), "0");
}

#[test]
fn what_was_counted_has_a_figure_for_each_word() {
    let mut counts = Counts::since(0);
    counts.looked(K2hr3::Failed(Class::Busy), false, 5);
    counts.stepped(&Step::Restart { why: String::new() }, false);
    counts.stepped(&Step::RollBack(WantedBy::Operator), true);
    let text = render(&full("x"), &counts, 0);
    for (sample, expected) in [
        ("looks_total{result=\"busy\"}", "1"),
        ("looks_total{result=\"unchanged\"}", "0"),
        ("rollbacks_total{by=\"hand\"}", "1"),
        ("rollbacks_total{by=\"agent\"}", "0"),
        ("restarts_total", "1"),
        ("failed_steps_total", "1"),
        ("registrations_total", "0"),
    ] {
        assert_eq!(value(&text, sample), expected, "{sample}");
    }
}

#[test]
fn a_histogram_adds_up() {
    let mut counts = Counts::since(0);
    for millis in [90, 400, 700_000] {
        counts.adoptions.observe(std::time::Duration::from_millis(millis));
    }
    let text = render(&full("x"), &counts, 0);
    for (bound, count) in [("0.1", "1"), ("0.5", "2"), ("600", "2"), ("+Inf", "3")] {
        let sample = format!("adoption_seconds_bucket{{le=\"{bound}\"}}");
        assert_eq!(value(&text, &sample), count, "{bound}");
    }
    assert_eq!(value(&text, "adoption_seconds_count"), "3");
    assert_eq!(value(&text, "adoption_seconds_sum"), "700.49");
}

/// The rules of Prometheus for names; `promtool check metrics` knows more of them.
#[test]
fn names_follow_the_conventions() {
    let text = text(&full("x"));
    let mut types = BTreeSet::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((name, help)) = line.strip_prefix("# HELP ").and_then(|l| l.split_once(' '))
        else {
            continue;
        };
        assert!(help.ends_with('.'), "{line}");
        assert!(name.starts_with("k2hdkc_slave_agent_"), "{name}");
        let kind = lines.next().and_then(|line| line.strip_prefix(&format!("# TYPE {name} ")));
        assert!(["gauge", "counter", "histogram"].contains(&kind.unwrap()), "{name}");
        assert_eq!(name.ends_with("_total"), kind == Some("counter"), "{name}");
        assert!(lines.peek().is_some_and(|line| line.starts_with(name)), "{name} has no figure");
        assert!(types.insert(name), "{name} twice");
    }
    assert!(types.len() > 20, "{types:?}");
}
