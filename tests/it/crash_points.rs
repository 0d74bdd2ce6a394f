//! The agent is killed at every system call of an installation, and every one of them fails once:
//! chmpx never sees anything but a whole file, and the next run brings everything to its end.

use std::path::PathBuf;
use std::process::Stdio;

use sim::chmpx::events::Kind;
use tokio::process::Command;

use crate::support::{AGENT, CUK, LIMIT, Node};

/// The calls by which files are made, written, flushed, named and removed.
const CALLS: &str = "openat,write,fsync,fdatasync,fchmod,fchown,fsetxattr,rename,renameat,renameat2,\
    unlink,unlinkat,linkat,ftruncate";
const COMMAND: [&str; 5] = ["refresh", "--wait", "adopted", "--timeout", "30"];
const LIVE: &str = "RWTIMEOUT           = 10000";

/// A settled node without an agent, and the template of its role.
async fn node() -> (Node, String) {
    let mut node = Node::new().await;
    node.set("chmpx.hold", "0s");
    node.start_chmpx();
    let first = node.run(&COMMAND).await;
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    let template = node.template().await;
    (node, template)
}

/// Runs the agent under strace with `inject` at the call number `number` of those that touch its
/// own files. Tells whether that call was reached.
async fn run_with(node: &Node, inject: &str, number: usize) -> bool {
    let log = node.path("strace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-e", &format!("trace={CALLS}"), "-o"]).arg(&log);
    strace.args(["-e", &format!("inject={CALLS}:{inject}:when={number}")]);
    for path in touched(node) {
        strace.arg("-P").arg(path);
    }
    strace.arg(AGENT).arg("--root").arg(node.path("root")).args(COMMAND);
    strace.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    tokio::time::timeout(LIMIT, strace.status()).await.expect("the agent ends").unwrap();
    let text = std::fs::read_to_string(log).unwrap();
    text.contains("killed by SIGKILL") || text.contains("(INJECTED)")
}

fn touched(node: &Node) -> Vec<PathBuf> {
    let of_target = ["", "slave.ini", ".slave.new.ini", ".slave.prev.ini", ".slave.check.ini"];
    let of_state = [
        "",
        "state.json",
        ".state.new.json",
        "published",
        ".published.new.ini",
        "adopted.ini",
        ".adopted.new.ini",
        "last-known-good.ini",
        ".last-known-good.new.ini",
        "good-before.ini",
        ".good-before.new.ini",
    ];
    let target = of_target.map(|name| node.path("root/etc/k2hdkc").join(name));
    let state = of_state.map(|name| node.path("root/var/lib/k2hdkc-slave-agent").join(name));
    target.into_iter().chain(state).collect()
}

fn assert_whole(node: &Node, what: &str) {
    let text = node.installed();
    let whole =
        text.trim_end().ends_with("SSL                 = no") && text.matches(CUK).count() > 1;
    assert!(whole, "{what}: chmpx would see\n{text}");
}

/// Publishes another text for each call, lets the agent meet `inject` there, and then lets another
/// run do the rest.
async fn every_call(inject: &str) {
    if Command::new("strace").arg("-V").stdout(Stdio::null()).status().await.is_err() {
        sim::skip("strace is not installed, so no call was cut off");
        return;
    }
    let (node, template) = node().await;
    let mut number = 0;
    loop {
        number += 1;
        let what = format!("{inject} at call {number}");
        let line = format!("RWTIMEOUT = {}", 9000 + number);
        node.cluster.publish(template.replace(LIVE, &line)).await.unwrap();
        let reached = run_with(&node, inject, number).await;
        assert_whole(&node, &what);

        let next = node.run(&COMMAND).await;
        let said = String::from_utf8_lossy(&next.stdout);
        assert!(next.status.success(), "{what}: {said}{}", String::from_utf8_lossy(&next.stderr));
        assert!(node.installed().contains(&line), "{what}: {said}");
        if !reached {
            break;
        }
    }
    assert!(number > 20, "only {number} calls were met: is the list of files right?");
    assert_eq!(node.count(Kind::Started), 1, "chmpx was started once and never again");
    assert_eq!(node.count(Kind::ShortRead), 0);
}

#[tokio::test]
async fn an_agent_that_is_killed_at_any_system_call_leaves_a_whole_file_and_is_continued() {
    every_call("signal=SIGKILL").await;
}

#[tokio::test]
async fn a_disk_that_is_full_at_any_system_call_leaves_a_whole_file() {
    every_call("error=ENOSPC").await;
}

#[tokio::test]
async fn a_disk_that_fails_at_any_system_call_leaves_a_whole_file() {
    every_call("error=EIO").await;
}

/// A crash of the machine right after an installation finds the new file whole: its bytes are on the
/// disk before it gets its name, and its name before anybody is told.
#[tokio::test]
async fn a_file_is_on_the_disk_before_it_has_its_name_and_its_name_before_it_is_told() {
    let (node, template) = node().await;
    node.cluster.publish(template.replace(LIVE, "RWTIMEOUT = 9000")).await.unwrap();
    let log = node.path("strace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-y", "-s", "256", "-e", &format!("trace={CALLS}"), "-o"]).arg(&log);
    strace.arg(AGENT).arg("--root").arg(node.path("root")).args(COMMAND);
    strace.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if strace.status().await.is_err() {
        sim::skip("strace is not installed, so nothing tells the order of the calls");
        return;
    }
    let text = std::fs::read_to_string(log).unwrap();
    let after = |begin: usize, words: &[&str]| {
        let is_it = |line: &&str| words.iter().all(|word| line.contains(word));
        let found = text.lines().skip(begin).position(|line| is_it(&line));
        begin + found.unwrap_or_else(|| panic!("no {words:?} after line {begin} of\n{text}"))
    };
    let flushed = after(0, &["fsync(", ".slave.new.ini>"]);
    let named = after(flushed, &["renameat2(", ".slave.new.ini\"", "RENAME_EXCHANGE"]);
    let kept = after(named, &["fsync(", "/etc/k2hdkc>"]);
    let told = after(kept, &["/adopted.ini\""]);
    let written = |line: &str| line.contains("write(") && line.contains(".slave.new.ini>");
    let late = text.lines().skip(flushed).take(told - flushed).any(written);
    assert!(!late, "something was written after the flush:\n{text}");
}
