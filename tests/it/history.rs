//! What is kept of the changes of the file.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use nix::sys::signal::Signal;
use serde_json::Value;
use sim::k2hr3::Cluster;

use crate::support::Node;

const FILE: &str = "root/var/lib/k2hdkc-slave-agent/history.json";

async fn said(node: &Node, arguments: &[&str]) -> String {
    let output = node.run(arguments).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn changes_are_listed_with_what_came_and_went_and_what_became_of_them() {
    let mut node = Node::settled().await;
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    node.until_settled("it has grown").await;
    let is_adopted = |number| {
        move |report: &k2hdkc_slave_agent::model::report::Report| {
            report
                .changes
                .first()
                .is_some_and(|change| change.number == number && change.adopted_after_ms.is_some())
        }
    };
    node.until("it is noted", is_adopted(2)).await;

    let listed = said(&node, &["history"]).await;
    let lines: Vec<_> = listed.lines().collect();
    assert!(lines[0].starts_with("#2  ") && lines[1].starts_with("#1  "), "{listed}");
    assert!(lines[0].contains("1 -> 2  4 servers +127.0.1.4  live  adopted after "), "{listed}");
    assert!(lines[1].contains("nothing -> 1  3 servers"), "{listed}");

    // It needs no agent, and the next agent goes on with it.
    node.stop_agent(Signal::SIGTERM).await;
    let shown = said(&node, &["history", "show", "2"]).await;
    assert!(shown.contains("-FILEVERSION") && shown.contains("+NAME"), "{shown}");
    assert!(shown.contains("127.0.1.4"), "{shown}");
    let json: Value = serde_json::from_str(&said(&node, &["history", "--json"]).await).unwrap();
    assert_eq!(json[0]["added_names"][0], "127.0.1.4");
    assert_eq!(json[0]["outcome"], "adopted");
    node.start_agent();
    node.cluster.remove_server("127.0.1.4").await.unwrap();
    node.until("the next one is noted", is_adopted(3)).await;
    let change: Value =
        serde_json::from_str(&said(&node, &["history", "show", "3", "--json"]).await).unwrap();
    assert_eq!(change["removed_names"][0], "127.0.1.4");
    assert!(change["diff"].as_str().unwrap().contains("-NAME"));
}

#[tokio::test]
async fn a_roll_back_is_a_change_and_marks_the_one_that_it_takes_back() {
    let node = Node::grown().await;
    let output = node.run(&["rollback"]).await;
    let report = node.until_code("rolled-back").await;

    let listed = said(&node, &["history"]).await;
    let lines: Vec<_> = listed.lines().collect();
    assert!(lines[0].contains("(rolled back by hand)"), "{listed}\n{output:?}");
    assert!(lines[0].contains("-127.0.1.4"), "{listed}");
    assert!(lines[1].contains("rolled back  (published)"), "{listed}");
    assert_eq!(report.changes.len(), 3);
}

#[tokio::test]
async fn a_damaged_history_starts_anew_and_harms_nothing_else() {
    let mut node = Node::settled().await;
    node.stop_agent(Signal::SIGTERM).await;
    let text = fs::read(node.path(FILE)).unwrap();
    fs::write(node.path(FILE), &text[..text.len() / 2]).unwrap();
    let output = node.run(&["history"]).await;
    assert_eq!(output.status.code(), Some(73), "{output:?}");

    node.start_agent();
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    node.until_settled("all the same").await;
    assert!(node.log().contains("the history of changes starts anew"), "{}", node.log());
    let listed = said(&node, &["history"]).await;
    assert!(listed.starts_with("#1  ") && listed.lines().count() == 1, "{listed}");
}

#[tokio::test]
async fn the_history_is_for_root_and_keeps_no_pass_phrase() {
    let node = Node::settled().await;
    let template = node.template().await;
    let secret = "SERVER_PASSPHRASE = hunter2\n";
    let with = template.replacen("[GLOBAL]\n", &format!("[GLOBAL]\n{secret}"), 1);
    assert_ne!(with, template);
    node.cluster.publish(with).await.unwrap();
    node.until("it is there", |_| node.installed().contains("hunter2")).await;
    node.until("it is noted", |report| report.changes.len() == 2).await;

    let kept = fs::read_to_string(node.path(FILE)).unwrap();
    assert!(kept.contains("SERVER_PASSPHRASE"), "{kept}");
    assert!(!kept.contains("hunter2"), "{kept}");
    assert_eq!(fs::metadata(node.path(FILE)).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_change_that_is_not_kept_is_not_shown() {
    let node = Node::settled().await;
    let output = node.run(&["history", "show", "99"]).await;
    assert_eq!(output.status.code(), Some(64));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("there is no change 99") && said.contains("kept: 1 to 1"), "{said}");
}

#[tokio::test]
async fn before_the_first_change_there_is_nothing_to_list() {
    let node = Node::new().await;
    assert_eq!(said(&node, &["history"]).await, "no change was made yet\n");
    assert_eq!(said(&node, &["history", "--json"]).await, "[]\n");
}
