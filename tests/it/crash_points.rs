//! The agent is killed at every system call of an installation, and every one of them fails once:
//! chmpx never sees anything but a whole file, and the next run brings everything to its end.

use std::cell::Cell;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use sim::chmpx::events::Kind;
use tokio::process::Command;

use crate::support::{AGENT, CUK, LIMIT, Node};

/// The calls by which files are made, written, flushed, named and removed.
const CALLS: &str = "openat,write,fsync,fchmod,rename,renameat,renameat2,unlink,unlinkat";
/// Those by which a file is put in place, and that is noted.
const STEPS: &str = "openat,fsync,rename,renameat,renameat2";
const COMMAND: [&str; 5] = ["refresh", "--wait", "adopted", "--timeout", "30"];
const LIVE: &str = "RWTIMEOUT           = 10000";
const COLD: &str = "MAXCHMPX            = 256";

/// A settled node without an agent, and the template of its role.
async fn node() -> (Node, String) {
    let mut node = Node::new().await;
    let restart = node.path("restart");
    // One that has ended already is started again by its helper as well.
    std::fs::write(&restart, "kill -HUP $(cat \"$1\") || :\n").unwrap();
    let pid_file = node.path("chmpx/pid/chmpx.pid");
    let words = format!("/bin/sh {} {}", restart.display(), pid_file.display());
    node.set("chmpx.restart_command", &words);
    node.set("chmpx.restarts_per_hour", "1000");
    node.set("chmpx.hold", "0s");
    node.start_chmpx();
    let first = node.run(&COMMAND).await;
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    // Which may have come after the first file: then that was adopted by nobody.
    while node.count(Kind::Started) == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(node.run(&COMMAND).await.status.success());
    let template = node.template().await;
    (node, template)
}

/// Runs the agent under strace with `inject` at the `number`th call named `call` that touches
/// `files`. Tells whether that call was reached.
async fn run_with(node: &Node, files: &[PathBuf], call: &str, inject: &str, number: usize) -> bool {
    let log = node.path("strace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-e", &format!("trace={call}"), "-o"]).arg(&log);
    strace.args(["-e", &format!("inject={call}:{inject}:when={number}")]);
    for path in files {
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

/// Lets the agent meet `inject` at each of `calls` in turn, with another text each time in which
/// `old` is `new` and a number, and then lets another run do the rest. Tells how many were met.
async fn every_call(
    (node, template): &(Node, String),
    (calls, files): (&str, &[PathBuf]),
    inject: &str,
    (old, new): (&str, &str),
    check: impl Fn(&str),
) -> usize {
    let mut lives = 0;
    let mut met = 0;
    for call in calls.split(',') {
        for number in 1.. {
            lives += 1;
            let what = format!("{inject} at {call} {number}");
            let line = format!("{new}{}", 9000 + lives);
            node.cluster.publish(template.replace(old, &line)).await.unwrap();
            let reached = run_with(node, files, call, inject, number).await;
            assert_whole(node, &what);

            let next = node.run(&COMMAND).await;
            let said = String::from_utf8_lossy(&next.stdout);
            let wrong = String::from_utf8_lossy(&next.stderr);
            assert!(next.status.success(), "{what}: {said}{wrong}");
            assert!(node.installed().contains(&line), "{what}: {said}");
            check(&what);
            if !reached {
                break;
            }
            met += 1;
        }
    }
    met
}

async fn has_strace() -> bool {
    let has = Command::new("strace").arg("-V").stdout(Stdio::null()).status().await.is_ok();
    if !has {
        sim::skip("strace is not installed, so no call was cut off");
    }
    has
}

/// A live change for each call that touches a file of the agent's.
async fn every_call_of_a_live_change(inject: &str) {
    if !has_strace().await {
        return;
    }
    let node = node().await;
    let files = touched(&node.0);
    let change = (LIVE, "RWTIMEOUT = ");
    let met = every_call(&node, (CALLS, &files), inject, change, |_| {}).await;
    assert!(met > 30, "only {met} calls were met: is the list of files right?");
    assert_eq!(node.0.count(Kind::Started), 1, "chmpx was started once and never again");
    assert_eq!(node.0.count(Kind::ShortRead), 0);
}

/// A change that chmpx has to be restarted for, for each call that puts a file in place or notes it.
async fn every_call_of_a_cold_change(inject: &str) {
    if !has_strace().await {
        return;
    }
    let node = node().await;
    let of_target = ["", ".slave.new.ini"].map(|name| node.0.path("root/etc/k2hdkc").join(name));
    let state = node.0.path("root/var/lib/k2hdkc-slave-agent");
    let of_state = [".state.new.json", ".history.new.json"].map(|name| state.join(name));
    let files = [of_target, of_state].concat();
    // An agent that is killed right after it has told chmpx so cannot know that it has.
    let before = Cell::new(node.0.count(Kind::Started));
    let is_restarted = |what: &str| {
        let started = node.0.count(Kind::Started);
        assert!(started > before.replace(started), "{what}: chmpx was not restarted");
    };
    let change = (COLD, "MAXCHMPX = ");
    let met = every_call(&node, (STEPS, &files), inject, change, is_restarted).await;
    assert!(met > 10, "only {met} calls were met: is the list of files right?");
    assert_eq!(node.0.count(Kind::BadFileExit), 0);
}

#[tokio::test]
async fn an_agent_that_is_killed_at_any_system_call_leaves_no_cold_change_without_its_restart() {
    every_call_of_a_cold_change("signal=SIGKILL").await;
}

#[tokio::test]
async fn a_disk_that_fails_at_any_system_call_loses_no_restart_that_a_cold_change_needs() {
    every_call_of_a_cold_change("error=EIO").await;
}

#[tokio::test]
async fn an_agent_that_is_killed_at_any_system_call_leaves_a_whole_file_and_is_continued() {
    every_call_of_a_live_change("signal=SIGKILL").await;
}

#[tokio::test]
async fn a_disk_that_is_full_at_any_system_call_leaves_a_whole_file() {
    every_call_of_a_live_change("error=ENOSPC").await;
}

#[tokio::test]
async fn a_disk_that_fails_at_any_system_call_leaves_a_whole_file() {
    every_call_of_a_live_change("error=EIO").await;
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
