//! What `plan` tells would be done next, step by step, and that it does none of it.

use nix::sys::signal::Signal;
use serde_json::Value;
use sim::k2hr3::Cluster;
use tokio::time::Instant;

use crate::support::{LIMIT, Node};

/// A change that chmpx takes only by a restart.
const COLD: (&str, &str) = ("MAXCHMPX            = 256", "MAXCHMPX            = 128");

async fn said(node: &Node, arguments: &[&str]) -> String {
    let output = node.run(arguments).await;
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(2), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

async fn json(node: &Node, arguments: &[&str]) -> Value {
    let arguments = [arguments, &["plan", "--json"]].concat();
    serde_json::from_str(&said(node, &arguments).await).unwrap()
}

/// Waits until `plan` would begin with `step`: what has lasted long enough for the agent that was
/// stopped may not have for another, by part of a second.
async fn would_begin(node: &Node, arguments: &[&str], step: &str) {
    let start = Instant::now();
    loop {
        let output = node.run(arguments).await;
        let text = String::from_utf8(output.stdout).unwrap();
        if text.starts_with(step) {
            return assert_eq!(output.status.code(), Some(2));
        }
        assert!(start.elapsed() < LIMIT, "{text}");
    }
}

/// A node on which all is in force, and whose agent was stopped then.
async fn stopped() -> Node {
    let mut node = Node::settled().await;
    node.stop_agent(Signal::SIGTERM).await;
    node
}

async fn publish_cold(node: &Node) {
    let text = node.template().await;
    assert!(text.contains(COLD.0), "{text}");
    node.cluster.publish(text.replace(COLD.0, COLD.1)).await.unwrap();
}

#[tokio::test]
async fn programs_get_the_steps_the_difference_and_what_it_means_for_chmpx() {
    let node = stopped().await;
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    let before = node.installed();
    let plan = json(&node, &[]).await;

    let steps = plan["steps"].as_array().unwrap();
    let step = steps.iter().filter_map(Value::as_str).find(|step| step.starts_with("install "));
    assert!(step.is_some_and(|step| step.ends_with(" as generation 2")), "{plan:#}");
    let diff = plan["diff"].as_str().unwrap();
    assert!(diff.starts_with("--- installed\n+++ published\n"), "{diff}");
    assert!(diff.contains("\n+NAME                = 127.0.1.4\n"), "{diff}");
    assert_eq!(plan["impact"]["impact"], "live", "{plan:#}");
    assert_eq!(plan["restart"], Value::Null, "a live change needs none");
    assert_eq!(node.installed(), before);
}

#[tokio::test]
async fn a_node_without_anything_would_register_first() {
    let node = Node::new().await;
    let plan = json(&node, &[]).await;
    assert_eq!(plan["steps"][0], "register this node in its role", "{plan:#}");
    assert!(!plan["situations"].as_array().unwrap().is_empty(), "{plan:#}");
    assert!(node.cluster.slaves().await.unwrap().is_empty());
    let shown = said(&node, &["plan"]).await;
    assert!(shown.starts_with("register this node in its role\n"), "{shown}");
}

#[tokio::test]
async fn a_cold_change_is_planned_with_the_restart_that_it_needs_and_what_that_does_to_clients() {
    let node = stopped().await;
    publish_cold(&node).await;
    let plan = json(&node, &[]).await;
    assert_eq!(plan["impact"]["impact"], "cold", "{plan:#}");
    assert!(plan["restart"].as_str().unwrap().contains("MAXCHMPX"), "{plan:#}");

    let shown = said(&node, &["plan"]).await;
    assert!(shown.contains("\nchmpx will be restarted: "), "{shown}");
    let clients = "\nclients with permanent handles will have to open them again\n";
    assert!(shown.contains(clients), "{shown}");
}

#[tokio::test]
async fn what_chmpx_has_taken_meanwhile_would_be_noted() {
    let mut node = Node::new().await;
    node.start_agent();
    node.until_code("no-chmpx").await;
    node.stop_agent(Signal::SIGTERM).await;
    node.start_chmpx();
    node.chmpx.as_mut().unwrap().wait_adopted(1).await.unwrap();
    let shown = said(&node, &["plan"]).await;
    assert!(shown.contains("note that chmpx has generation 1 in force\n"), "{shown}");
}

#[tokio::test]
async fn a_file_that_chmpx_has_lived_with_long_enough_would_become_the_good_one() {
    let mut node = Node::new().await;
    node.set("chmpx.hold", "1h");
    node.start_chmpx();
    node.start_agent();
    node.until_settled("in force, and not good yet").await;
    node.stop_agent(Signal::SIGTERM).await;
    let shown = said(&node, &["--set", "chmpx.hold=0s", "plan"]).await;
    assert_eq!(shown, "note that chmpx has survived generation 1\n");
}

/// A node whose chmpx has not taken the second file, and whose agent may not touch chmpx.
async fn blind() -> Node {
    let mut node = Node::new().await;
    node.set("chmpx.on_change", "none");
    node.set("chmpx.hold", "0s");
    node.start_chmpx_that(&[("CHMPX_SIM_IGNORE_CHANGES", "1")]);
    node.start_agent();
    node.until("it is good", |report| report.settled && report.good.is_some()).await;
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    node.until_code("blind").await;
    node.stop_agent(Signal::SIGTERM).await;
    node
}

#[tokio::test]
async fn a_blind_chmpx_would_be_restarted_once_that_is_allowed() {
    let node = blind().await;
    would_begin(&node, &["--set", "chmpx.on_change=auto", "plan"], "restart chmpx: ").await;
}

#[tokio::test]
async fn a_file_that_chmpx_was_lost_with_would_make_room_for_the_good_one() {
    let mut node = blind().await;
    node.chmpx = None;
    would_begin(&node, &["plan"], "put the last known good file back\n").await;
    assert!(node.installed().contains("127.0.1.4"), "and nothing is done");
}

#[tokio::test]
async fn an_edited_file_would_be_put_back_while_what_is_published_is_refused() {
    let mut node = Node::settled().await;
    node.cluster.publish("[GLOBAL]\nMODE = SLAVE\n").await.unwrap();
    node.until_code("refused").await;
    node.stop_agent(Signal::SIGTERM).await;
    let edited = node.installed().replace("= 10000", "= 1");
    assert_ne!(edited, node.installed());
    node.edit_target(&edited, 0o644);
    let shown = said(&node, &["plan"]).await;
    let step = "put the file back that somebody else changed, as generation 2\n";
    assert!(shown.starts_with(step), "{shown}");
    assert!(shown.contains("\nrefused: ") && shown.contains("\n  help: "), "{shown}");
    assert_eq!(node.installed(), edited);
}

#[tokio::test]
async fn a_node_that_could_not_be_taken_out_of_its_role_would_be() {
    let mut node = Node::settled().await;
    node.k2hr3.down().await.unwrap();
    let failed = node.run(&["unregister"]).await;
    assert_eq!(failed.status.code(), Some(75), "{}", String::from_utf8_lossy(&failed.stdout));
    node.stop_agent(Signal::SIGTERM).await;
    node.k2hr3.up().await.unwrap();
    let shown = said(&node, &["plan"]).await;
    assert!(shown.starts_with("take this node out of its role\n"), "{shown}");
    assert_eq!(node.cluster.slaves().await.unwrap().len(), 1);
}
