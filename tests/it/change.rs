//! The cluster changes, and chmpx follows.

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use sim::k2hr3::{Cluster, Route};

use crate::support::Node;

#[tokio::test]
async fn a_cluster_that_grows_and_shrinks_is_followed_without_a_restart() {
    let node = Node::settled().await;
    let pid = node.chmpx().chmpx_pid().unwrap();
    for number in [4, 5] {
        node.cluster.add_server(Cluster::server(number)).await.unwrap();
    }
    node.until_settled("five servers").await;
    node.cluster.remove_server("127.0.1.2").await.unwrap();
    node.until_settled("four servers").await;

    assert_eq!(node.chmpx().chmpx_pid().unwrap(), pid);
    assert_eq!(node.installed().matches("[SVRNODE]").count(), 4);
}

#[tokio::test]
async fn an_unchanged_publication_touches_nothing() {
    let node = Node::settled().await;
    let before = fs::metadata(node.target()).unwrap();
    let seen = node.k2hr3.counts().await.unwrap().with(304);
    node.k2hr3.until(|counts| counts.with(304) >= seen + 5).await.unwrap();

    let after = fs::metadata(node.target()).unwrap();
    assert_eq!((before.ino(), before.mtime_nsec()), (after.ino(), after.mtime_nsec()));
    assert_eq!(node.k2hr3.counts().await.unwrap().of(Route::Register), 1);
}

#[tokio::test]
async fn more_than_half_of_the_servers_gone_is_held_and_then_believed() {
    let node = Node::settled().await;
    node.cluster.remove_server("127.0.1.2").await.unwrap();
    node.cluster.remove_server("127.0.1.3").await.unwrap();
    node.until_code("held").await;
    node.until_settled("one server").await;
}

#[tokio::test]
async fn a_file_edited_by_hand_is_put_right() {
    let node = Node::settled().await;
    node.edit_target(&node.installed().replace("127.0.1.1\n", "127.0.1.99\n"), 0o644);
    node.until("it is put right", |report| {
        report.settled && report.adopted.as_ref().is_some_and(|mark| mark.generation > 1)
    })
    .await;

    assert!(!node.installed().contains("127.0.1.99"));
}

#[tokio::test]
async fn a_symbolic_link_at_the_target_is_replaced_by_a_file() {
    let mut node = Node::new().await;
    fs::write(node.path("root/elsewhere.ini"), "# elsewhere\n").unwrap();
    std::os::unix::fs::symlink(node.path("root/elsewhere.ini"), node.target()).unwrap();
    node.start_agent();
    node.until_code("no-chmpx").await;

    assert!(fs::symlink_metadata(node.target()).unwrap().is_file());
    let linked = fs::read_to_string(node.path("root/elsewhere.ini")).unwrap();
    assert_eq!(linked, "# elsewhere\n");
}

#[tokio::test]
async fn a_cold_change_restarts_chmpx_and_a_live_one_does_not() {
    let node = Node::settled().await;
    let pid = node.chmpx().chmpx_pid().unwrap();
    let text = node.template().await;
    node.cluster
        .publish(text.replace("RWTIMEOUT           = 10000", "RWTIMEOUT = 9000"))
        .await
        .unwrap();
    let live = node.until("a live change", |r| r.settled && generation(r) > 1).await;
    assert_eq!(node.chmpx().chmpx_pid().unwrap(), pid);

    node.cluster
        .publish(text.replace("MAXCHMPX            = 256", "MAXCHMPX = 128"))
        .await
        .unwrap();
    node.until("a cold change", |r| r.settled && generation(r) > generation(&live)).await;
    assert_ne!(node.chmpx().chmpx_pid().unwrap(), pid);
}

#[tokio::test]
async fn every_change_restarts_chmpx_when_that_is_decided() {
    restarts_by(&[("chmpx.on_change", "restart")]).await;
}

#[tokio::test]
async fn every_change_sends_a_signal_when_that_is_decided() {
    restarts_by(&[("chmpx.on_change", "signal"), ("chmpx.signal", "INT")]).await;
}

#[tokio::test]
async fn a_restart_command_is_run_as_words() {
    let mut node = Node::new().await;
    let script = node.path("restart it");
    let pid_file = node.path("chmpx/pid/chmpx.pid");
    fs::write(&script, "#!/bin/sh\nkill -HUP $(cat \"$1\")\n").unwrap();
    let words = format!(
        "/bin/sh -- {} {}",
        script.display().to_string().replace(' ', "_"),
        pid_file.display()
    );
    fs::rename(&script, node.path("restart_it")).unwrap();
    node.set("chmpx.on_change", "restart");
    node.set("chmpx.restart_command", &words);
    restarts(node).await;
}

async fn restarts_by(settings: &[(&str, &str)]) {
    let mut node = Node::new().await;
    for (key, value) in settings {
        node.set(key, value);
    }
    restarts(node).await;
}

async fn restarts(mut node: Node) {
    node.start_chmpx();
    node.start_agent();
    node.until_settled("the first time").await;
    let pid = node.chmpx().chmpx_pid().unwrap();
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    node.until_settled("with a fourth server").await;

    assert_ne!(node.chmpx().chmpx_pid().unwrap(), pid);
}

#[tokio::test]
async fn chmpx_is_never_touched_when_that_is_decided() {
    let mut node = Node::new().await;
    node.set("chmpx.on_change", "none");
    node.start_chmpx();
    node.start_agent();
    node.until_settled("the first time").await;
    let pid = node.chmpx().chmpx_pid().unwrap();
    let text = node.template().await;
    node.cluster
        .publish(text.replace("MAXCHMPX            = 256", "MAXCHMPX = 128"))
        .await
        .unwrap();
    let report = node.until_code("restart-owed").await;
    assert_eq!(generation(&report), 1, "what would not fit is not shown to it");
    node.run(&["refresh", "--force"]).await;
    node.until("it is installed", |r| r.settled && generation(r) > 1).await;

    assert_eq!(node.chmpx().chmpx_pid().unwrap(), pid);
}

#[tokio::test]
async fn without_chmpxstatus_the_control_port_proves_adoption() {
    let mut node = Node::new().await;
    node.set("chmpx.status_command", "/nonexistent/chmpxstatus");
    node.start_chmpx();
    node.start_agent();
    node.until_settled("by the control port").await;
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    node.until_settled("with a fourth server").await;
}

fn generation(report: &k2hdkc_slave_agent::model::report::Report) -> i32 {
    report.adopted.as_ref().map_or(0, |mark| mark.generation)
}
