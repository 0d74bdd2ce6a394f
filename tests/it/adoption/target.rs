//! Something is wrong with the place of the file, or somebody else is at it.

use std::fs;

use sim::k2hr3::Cluster;

use super::{LIVE, publish, settled, until_adopted};
use crate::support::Node;

#[tokio::test]
async fn a_directory_at_the_target_is_told_and_its_end_is_noticed() {
    let node = settled(&[], &[]).await;
    fs::remove_file(node.target()).unwrap();
    fs::create_dir(node.target()).unwrap();
    // Whoever was quicker: the agent may have put the file back in between.
    node.until("it is told", |report| report.verdict.code.as_str() == "cannot-install").await;
    fs::remove_dir(node.target()).unwrap();
    node.until("the file is back", |report| report.settled && node.target().is_file()).await;
}

#[tokio::test]
async fn a_file_whose_previous_version_is_gone_is_replaced_all_the_same() {
    let node = settled(&[], &[]).await;
    publish(&node, LIVE).await;
    until_adopted(&node, LIVE.1).await;
    fs::remove_file(node.path("root/etc/k2hdkc/.slave.prev.ini")).unwrap();
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    node.until_settled("four servers").await;
}

#[tokio::test]
async fn whoever_keeps_changing_the_file_is_told_and_not_fought_without_end() {
    let node = settled(&[], &[]).await;
    let contested =
        || node.report().is_some_and(|report| report.verdict.code.as_str() == "contested");
    for _ in 0..20 {
        if contested() {
            break;
        }
        node.edit_target(&node.installed().replace(LIVE.0, "RWTIMEOUT = 1"), 0o644);
        node.until("it is seen", |_| contested() || !node.installed().contains("RWTIMEOUT = 1"))
            .await;
    }
    node.until_code("contested").await;
    assert!(node.log().contains("RWTIMEOUT = 1"), "the difference is in the log");
}

#[tokio::test]
async fn a_file_that_the_user_of_chmpx_may_not_read_is_put_right() {
    use std::os::unix::fs::PermissionsExt as _;
    if !nix::unistd::geteuid().is_root() {
        sim::skip("only root can run chmpx as another user");
        return;
    }
    let mut node = Node::new().await;
    node.start_chmpx_as_nobody();
    node.start_agent();
    node.until_settled("the first time").await;
    node.edit_target(&node.installed(), 0o600);
    node.until("it is readable again", |report| {
        let mode = fs::metadata(node.target()).unwrap().permissions().mode();
        report.settled && mode & 0o004 != 0
    })
    .await;
    assert!(node.log().contains("somebody else had changed the file"));
}
