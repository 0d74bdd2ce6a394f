//! Nothing left of something that the agent needs: room, files, descriptors, processes, memory.
//! Each time the last good file stays in force, the trouble is told with what to do, and it settles
//! once there is enough again.

mod disks;
mod fuse;
mod machine;
mod notices;
mod start;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use k2hdkc_slave_agent::model::report::Report;
use nix::sys::signal::Signal;
use sim::chmpx::events::Kind;
use sim::k2hr3::Cluster;

use machine::{Group, Mount};

use crate::support::{LIMIT, Node};

const LIVE: &str = "RWTIMEOUT           = 10000";

/// Publishes another text and returns the line that it is known by.
async fn publish(node: &Node, number: u32) -> String {
    let line = format!("RWTIMEOUT = {number}");
    node.cluster.publish(node.template().await.replace(LIVE, &line)).await.unwrap();
    line
}

/// The trouble is told, with what to do, while chmpx lives with the file that it had.
async fn is_told(node: &Node, before: &str, cause: &str) -> Report {
    let named = |report: &Report| {
        let mut troubles = report.troubles.iter();
        troubles.any(|trouble| trouble.cause.contains(cause) && trouble.help.is_some())
    };
    let report = node.until(cause, named).await;
    assert_eq!(node.installed(), before, "the last good file is in force");
    report
}

/// What was published arrives, and chmpx has come through it all without a new start.
async fn recovers(node: &Node, line: &str) {
    node.until(line, |report| report.settled && node.installed().contains(line)).await;
    assert_eq!(node.count(Kind::Started), 1);
    assert_eq!(node.count(Kind::ShortRead), 0);
}

fn etc(node: &Node) -> PathBuf {
    node.path("root/etc/k2hdkc")
}

fn state(node: &Node) -> PathBuf {
    node.path("root/var/lib/k2hdkc-slave-agent")
}

/// Fills the rest of a file system.
fn fill(directory: &Path) -> PathBuf {
    let path = directory.join("ballast");
    let file = File::create(&path).unwrap();
    let page = [b'x'; 4096];
    while std::io::Write::write_all(&mut &file, &page).is_ok() {}
    path
}

async fn node_on_a_small_disk(place: fn(&Node) -> PathBuf) -> Option<(Node, Mount)> {
    let mut node = Node::new().await;
    fs::create_dir_all(place(&node)).unwrap();
    let mount = Mount::small(&place(&node), "size=256k,nr_inodes=64,mode=755")?;
    node.start_chmpx();
    node.start_agent();
    node.until_settled("on a small disk").await;
    Some((node, mount))
}

#[tokio::test]
async fn a_full_disk_of_chmpx_keeps_its_file_and_settles_when_there_is_room() {
    let Some((node, _mount)) = node_on_a_small_disk(etc).await else { return };
    let before = node.installed();
    let ballast = fill(&etc(&node));
    let line = publish(&node, 9001).await;
    is_told(&node, &before, "No space left").await;
    fs::remove_file(ballast).unwrap();
    recovers(&node, &line).await;
}

#[tokio::test]
async fn a_full_disk_of_the_agent_keeps_no_file_from_chmpx() {
    let Some((node, _mount)) = node_on_a_small_disk(state).await else { return };
    let ballast = fill(&state(&node));
    publish(&node, 9001).await;
    let told =
        |report: &Report| report.troubles.iter().any(|it| it.cause.contains("No space left"));
    node.until("No space left", told).await;
    fs::remove_file(ballast).unwrap();
    recovers(&node, "RWTIMEOUT = 9001").await;
}

#[tokio::test]
async fn a_disk_without_inodes_keeps_the_file() {
    let Some((node, _mount)) = node_on_a_small_disk(etc).await else { return };
    let before = node.installed();
    let more = (0..64).map(|number| etc(&node).join(format!("ballast-{number}")));
    let ballast: Vec<_> = more.take_while(|path| fs::write(path, "").is_ok()).collect();
    let line = publish(&node, 9001).await;
    is_told(&node, &before, "No space left").await;
    for path in ballast {
        fs::remove_file(path).unwrap();
    }
    recovers(&node, &line).await;
}

#[tokio::test]
async fn a_directory_that_became_read_only_keeps_the_file() {
    let mut node = Node::new().await;
    let Some(mount) = Mount::bound(&etc(&node)) else { return };
    node.start_chmpx();
    node.start_agent();
    node.until_settled("while it can be written").await;
    let before = node.installed();
    mount.again("ro,bind");
    let line = publish(&node, 9001).await;
    let report = is_told(&node, &before, "Read-only file system").await;
    assert!(report.troubles.iter().any(|it| {
        it.help.as_deref().is_some_and(|help| help.contains("make its file system writable"))
    }));
    mount.again("rw,bind");
    recovers(&node, &line).await;
}

#[tokio::test]
async fn a_state_directory_that_became_read_only_is_told_and_overcome() {
    let mut node = Node::new().await;
    fs::create_dir_all(state(&node)).unwrap();
    let Some(mount) = Mount::bound(&state(&node)) else { return };
    node.start_chmpx();
    node.start_agent();
    node.until_settled("while it can be written").await;
    mount.again("ro,bind");
    let line = publish(&node, 9001).await;
    let told = |report: &Report| report.troubles.iter().any(|it| it.cause.contains("Read-only"));
    node.until("it is told", told).await;
    mount.again("rw,bind");
    recovers(&node, &line).await;
}

#[tokio::test]
async fn an_agent_that_may_start_no_process_goes_on_without_its_tools() {
    let node = Node::settled().await;
    let Some(group) = Group::new("pids") else { return };
    group.set("cgroup.procs", &node.agent_pid().to_string());
    group.set("pids.max", "0");
    let line = publish(&node, 9001).await;
    recovers(&node, &line).await;
    assert!(!node.log().contains("panicked"), "{}", node.log());
}

#[tokio::test]
async fn an_agent_has_enough_with_sixteen_mebibytes() {
    let mut node = Node::new().await;
    let Some(group) = Group::new("memory") else { return };
    node.start_chmpx();
    node.start_agent();
    group.set("cgroup.procs", &node.agent_pid().to_string());
    group.set("memory.limit_in_bytes", "16M");
    node.until_settled("with little memory").await;
    for number in 4..8 {
        node.cluster.add_server(Cluster::server(number)).await.unwrap();
        node.until_settled("one more server").await;
    }
    let failed = fs::read_to_string(group.0.join("memory.oom_control")).unwrap();
    assert!(failed.contains("oom_kill 0"), "{failed}");
}

/// Lets the running agent have no more than `most` descriptors.
fn descriptors(node: &Node, most: &str) -> bool {
    let mut prlimit = Command::new("prlimit");
    prlimit.arg(format!("--pid={}", node.agent_pid())).arg(format!("--nofile={most}:"));
    prlimit.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

#[tokio::test]
async fn an_agent_without_descriptors_keeps_the_file_and_settles_when_it_has_some() {
    let node = Node::settled().await;
    let before = node.installed();
    if !descriptors(&node, "4") {
        sim::skip("the program prlimit is not there");
        return;
    }
    let line = publish(&node, 9001).await;
    // It cannot even tell: neither the status file nor a connection can be opened.
    is_logged(&node, "Too many open files").await;
    assert_eq!(node.installed(), before);
    assert!(descriptors(&node, "1024"));
    recovers(&node, &line).await;
}

async fn is_logged(node: &Node, words: &str) {
    let start = tokio::time::Instant::now();
    while !node.log().contains(words) {
        assert!(start.elapsed() < LIMIT, "{}", node.log());
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_file_that_could_not_be_read_for_a_while_is_read_as_soon_as_it_can_be() {
    let node = Node::settled().await;
    if !descriptors(&node, "4") {
        sim::skip("the program prlimit is not there");
        return;
    }
    let before = node.installed();
    node.edit_target(&before.replace(LIVE, "RWTIMEOUT = 1"), 0o644);
    is_logged(&node, "looking at the file of chmpx").await;
    assert!(descriptors(&node, "1024"));
    node.until("it is put right", |report| report.settled && node.installed().contains(LIVE)).await;
}

#[tokio::test]
async fn a_chmpx_that_could_not_be_looked_at_is_not_taken_for_lost() {
    let mut node = Node::grown().await;
    // A file is on trial, and a chmpx that is gone is not waited for.
    node.set("chmpx.hold", "1h");
    node.set("chmpx.start_within", "0s");
    node.stop_agent(Signal::SIGTERM).await;
    node.start_agent();
    let line = publish(&node, 9001).await;
    let is_adopted = |report: &Report| report.adopted.as_ref().is_some_and(|it| it.generation == 3);
    node.until(&line, |report| report.settled && is_adopted(report)).await;
    if !descriptors(&node, "4") {
        sim::skip("the program prlimit is not there");
        return;
    }
    node.edit_target(&node.installed().replace(&line, "RWTIMEOUT = 1"), 0o644);
    is_logged(&node, "looking at the file of chmpx").await;
    // That is told at the end of a cycle, by which chmpx was looked at as well.
    assert!(descriptors(&node, "1024"));
    node.until("it is put right", |report| report.settled && node.installed().contains(&line))
        .await;
    assert!(!node.log().contains("rolled back"), "{}", node.log());
    assert_eq!(node.count(Kind::Started), 1);
}
