//! The copies that a roll-back goes to, and what happens without them.

use std::fs;

use super::{COLD, LIVE, publish, running, settled, until_adopted, until_good};
use crate::support::Node;

const COPIES: [&str; 3] = ["adopted.ini", "last-known-good.ini", "good-before.ini"];

/// Removes a copy; it may not have been made.
fn lose(node: &Node, copy: &str) {
    let _not_there = fs::remove_file(node.path("root/var/lib/k2hdkc-slave-agent").join(copy));
}

#[tokio::test]
async fn going_back_over_a_cold_change_restarts_chmpx_with_the_file_that_it_goes_back_to() {
    let node = settled(&[], &[("chmpx.hold", "1s")]).await;
    until_good(&node).await;
    publish(&node, COLD).await;
    let report = until_adopted(&node, COLD.1).await;
    let before = running(&node);
    let back = node.run(&["rollback"]).await;
    assert_eq!(back.status.code(), Some(0), "{}", String::from_utf8_lossy(&back.stderr));
    let after = node
        .until("chmpx has the file before it in force", |report| {
            let generation = report.installed.as_ref().map(|mark| mark.generation);
            report.chmpx.generation == generation
                && report.chmpx.pid.is_some_and(|pid| pid != before.as_raw())
        })
        .await;
    assert!(node.installed().contains(COLD.0), "{}", node.installed());
    assert_ne!(after.installed, report.installed);
    assert_eq!(after.verdict.code.as_str(), "rolled-back");
}

#[tokio::test]
async fn without_any_copy_a_file_that_ends_chmpx_stays_until_another_is_published() {
    let node = settled(&[("CHMPX_SIM_DIE_IF", LIVE.1)], &[("chmpx.hold", "1s")]).await;
    until_good(&node).await;
    for copy in COPIES {
        lose(&node, copy);
    }
    let good = publish(&node, LIVE).await;
    let told = "no copy of a good file is left to go back to";
    node.until(told, |_| node.log().contains(told)).await;
    assert!(node.installed().contains(LIVE.1), "there is nothing to put in its place");

    node.cluster.publish(good.replace(LIVE.0, "RWTIMEOUT = 8000")).await.unwrap();
    until_adopted(&node, "RWTIMEOUT = 8000").await;
    until_good(&node).await;
}

#[tokio::test]
async fn a_copy_that_is_lost_before_the_file_is_good_is_made_anew() {
    let node = settled(&[], &[("chmpx.hold", "2s")]).await;
    lose(&node, "adopted.ini");
    until_good(&node).await;
    let copy = node.path("root/var/lib/k2hdkc-slave-agent/last-known-good.ini");
    assert_eq!(fs::read_to_string(copy).unwrap(), node.installed());
}
