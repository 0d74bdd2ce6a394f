//! What is told to programs, against what is written about it.

mod reading;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use k2hdkc_slave_agent::model::failure::{Class, Outlook};
use k2hdkc_slave_agent::model::history::{Cause, Change, Outcome, Version};
use k2hdkc_slave_agent::model::memory::{Mark, Process};
use k2hdkc_slave_agent::model::observed::{Carrier, Server};
use k2hdkc_slave_agent::model::report::severity::{Row, rows};
use k2hdkc_slave_agent::model::report::{
    AgentFact, ChmpxFact, Code, PaceFact, PublishedFact, Report, Traffic, TroubleFact, VERSION,
    Words,
};
use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::support::Node;
use reading::{Reading, described};

fn document(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)).unwrap()
}

fn schema() -> Value {
    serde_json::from_str(&document("status.schema.json")).unwrap()
}

/// A report in which nothing is missing.
fn full() -> Report {
    let mark = Mark { published: "ff".to_owned(), generation: 41, at: 1 };
    let words = Words {
        code: Code::Draining,
        sentence: "a sentence".to_owned(),
        help: Some("help".to_owned()),
        since: Some(1),
    };
    let trouble = TroubleFact {
        doing: "doing".to_owned(),
        cause: "cause".to_owned(),
        outlook: Outlook::Passing,
        class: Some(Class::Busy),
        help: Some("help".to_owned()),
        since: 1,
        count: 3,
    };
    let server = Server {
        name: "s1".to_owned(),
        ctlport: Some(8021),
        status: "[UP]".to_owned(),
        connected: true,
    };
    let version = Version { generation: 40, published: Some("fe".to_owned()) };
    let change = Change {
        number: 1,
        at: 1,
        cause: Cause::Published,
        from: Some(version.clone()),
        to: version,
        servers: 3,
        added: 1,
        removed: 1,
        added_names: vec!["s1".to_owned()],
        removed_names: vec!["s2".to_owned()],
        impact: Some("live".to_owned()),
        outcome: Outcome::Adopted,
        adopted_after_ms: Some(340),
    };
    Report {
        version: VERSION,
        verdict: words.clone(),
        settled: true,
        at: 1,
        role: "role".to_owned(),
        cuk: "cuk".to_owned(),
        registered: true,
        carrier: Some(Carrier::Token),
        failures: 1,
        published: Some(PublishedFact { hash: "ff".to_owned(), since: Some(1), servers: Some(3) }),
        installed: Some(mark.clone()),
        adopted: Some(mark.clone()),
        good: Some(mark),
        chmpx: ChmpxFact {
            state: "up".to_owned(),
            pid: Some(7),
            generation: Some(41),
            servers: vec![server],
        },
        traffic: Traffic { requests: 1, received: 1 },
        pace: Some(PaceFact { interval_ms: 30_000, next_look_ms: 1, answered: Some(1) }),
        restarts_left: Some(3),
        situations: vec![words],
        troubles: vec![trouble],
        changes: Arc::from([change]),
        agent: Some(AgentFact {
            version: "0".to_owned(),
            process: Process { pid: 7, started: 7 },
            since: 1,
        }),
    }
}

#[test]
fn every_field_of_a_status_is_described_and_nothing_else_is() {
    let schema = schema();
    let mut reading = Reading::of(&schema);
    let mut value = serde_json::to_value(full()).unwrap();
    value["source"] = json!({ "from": "agent", "agent": "answers" });
    reading.compare(&schema, &value, "status").unwrap();
    assert_eq!(reading.met, described(&schema));
}

#[test]
fn what_is_not_as_described_is_noticed() {
    let schema = schema();
    let good = serde_json::to_value(full()).unwrap();
    let broken = [
        ("/version", json!(2)),
        ("/settled", json!("yes")),
        ("/verdict/code", json!("no-such-code")),
        ("/changes/0/added_names", json!([1])),
        ("/published", json!({})),
        ("/chmpx/news", json!(1)),
    ];
    for (pointer, wrong) in broken {
        let mut value = good.clone();
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        value.pointer_mut(parent).unwrap()[field] = wrong;
        assert!(Reading::of(&schema).compare(&schema, &value, "status").is_err(), "{pointer}");
    }
}

#[tokio::test]
async fn what_a_real_agent_tells_is_as_described_also_when_it_is_gone() {
    let mut node = Node::settled().await;
    let schema = schema();
    let told = async |node: &Node| {
        let output = node.run(&["status", "--json"]).await;
        let value = serde_json::from_slice(&output.stdout).unwrap();
        Reading::of(&schema).compare(&schema, &value, "status").unwrap();
        value["source"]["from"].as_str().unwrap().to_owned()
    };
    assert_eq!(told(&node).await, "agent");
    node.stop_agent(Signal::SIGTERM).await;
    assert_eq!(told(&node).await, "status-file");
    fs::remove_dir_all(node.path("root/run/k2hdkc-slave-agent")).unwrap();
    assert_eq!(told(&node).await, "memory");
}

#[test]
fn every_code_has_a_severity_and_a_description() {
    let schema = schema();
    let codes = schema["$defs"]["words"]["properties"]["code"]["enum"].as_array().unwrap().clone();
    let described: BTreeSet<_> = codes.iter().map(|code| code.as_str().unwrap()).collect();
    assert_eq!(described, Code::ALL.iter().map(|code| code.as_str()).collect());

    let page = document("status.md");
    let lines: Vec<_> = page.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(lines.len(), rows().count());
    for (what, row) in rows() {
        let begin = cells(what, row);
        let line = lines.iter().find(|line| line.starts_with(&begin));
        let meaning = line.unwrap_or_else(|| panic!("docs/status.md lacks {begin}"));
        assert!(meaning.len() > begin.len() + 10, "{meaning}");
    }
}

/// How a row of the table begins in the document.
fn cells(what: &str, row: Row) -> String {
    let later = row.later.map_or_else(String::new, |(seconds, severity)| {
        format!(", {} after {} min", severity.as_str(), seconds / 60)
    });
    let person = if row.calls_for_a_person { "yes" } else { "" };
    format!("| `{}` | {}{later} | {person} |", what, row.at_once.as_str())
}
