//! The cause is at chmpx.

use std::fs;
use std::time::Duration;

use sim::chmpx::Builder;
use sim::chmpx::events::Kind;

use super::terminal::finds;
use crate::support::Node;

#[tokio::test]
async fn a_chmpx_that_no_longer_notices_its_file_is_told_and_is_to_be_restarted() {
    let mut node = Node::new().await;
    node.set("chmpx.on_change", "none");
    node.start_chmpx_that(&[("CHMPX_SIM_IGNORE_CHANGES", "1")]);
    node.start_agent();
    node.until_settled("the first time").await;
    let text = node.template().await;
    let other = text.replace("RWTIMEOUT           = 10000", "RWTIMEOUT           = 9000");
    assert_ne!(text, other);
    node.cluster.publish(other).await.unwrap();
    node.until_code("blind").await;
    let causes = [
        "chmpx runs but no longer notices its file",
        "chmpx has generation 1 in force, installed is",
    ];
    finds(&node, "blind-chmpx", &causes, &["restart chmpx"]).await;

    // The operator does as told.
    node.chmpx = None;
    node.start_chmpx();
    node.until_settled("restarted").await;
    assert_eq!(node.count(Kind::Started), 1, "by the operator, not by the agent");
}

#[tokio::test]
async fn a_chmpx_that_is_dead_and_that_nobody_starts_is_told_with_how_to_start_it() {
    let mut node = Node::new().await;
    node.set("chmpx.hold", "1s");
    node.start_chmpx();
    node.start_agent();
    node.until("it is good", |_| node.log().contains("chmpx lives with the file")).await;
    node.chmpx = None;
    node.until("it is seen", |report| report.chmpx.state == "down").await;
    let causes = ["no chmpx runs"];
    finds(&node, "dead-chmpx", &causes, &["systemctl start chmpx"]).await;

    node.start_chmpx();
    node.until("it is back", |report| report.settled && report.chmpx.state == "up").await;
}

#[tokio::test]
async fn a_chmpx_that_reads_another_file_is_told_with_that_file_and_left_alone() {
    let mut node = Node::new().await;
    node.start_agent();
    node.until_code("no-chmpx").await;
    let elsewhere = node.path("elsewhere.ini");
    fs::copy(node.target(), &elsewhere).unwrap();
    let interval = Duration::from_millis(300);
    let builder = Builder::new(&elsewhere, node.path("chmpx"));
    let chmpx = builder.helped(interval, Duration::ZERO, Duration::ZERO).start().await.unwrap();

    let report = node.until_code("reads-elsewhere").await;
    assert!(!report.settled, "the same generation in another file is no proof");
    let causes = ["reads /elsewhere.ini"];
    finds(&node, "chmpx-reads-elsewhere", &causes, &["target.path"]).await;
    let events = chmpx.events().unwrap();
    assert_eq!(events.iter().filter(|it| it.event == Kind::Started).count(), 1);
    drop(chmpx);

    // The operator has it started with the file of the agent.
    node.start_chmpx();
    node.until_settled("with the right file").await;
}
