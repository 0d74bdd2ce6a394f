//! The cause is on this host: who owns the file, who else writes it, and whether there is room.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use sim::k2hr3::Cluster;

use super::terminal::finds;
use crate::support::Node;

fn is_root(what: &str) -> bool {
    let root = nix::unistd::geteuid().is_root();
    if !root {
        sim::skip(&format!("only root can {what}"));
    }
    root
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn a_file_or_a_directory_that_chmpx_may_not_read_is_named_with_the_user_that_may_not() {
    if !is_root("run chmpx as another user") {
        return;
    }
    let mut node = Node::new().await;
    node.set("target.drift", "report");
    node.start_chmpx_as_nobody();
    node.start_agent();
    node.until_settled("the first time").await;
    // As an editor of root with a strict umask leaves it.
    node.edit_target(&node.installed(), 0o600);
    node.until_code("drifted").await;
    let causes = ["mode 600 of the target keeps chmpx (user 65534) from reading it"];
    finds(&node, "wrong-owner", &causes, &["set target.drift = restore"]).await;
    let mended = node.run(&["refresh", "--force", "--wait", "adopted"]).await;
    assert_eq!(mended.status.code(), Some(0), "{}", String::from_utf8_lossy(&mended.stdout));

    set_mode(&node.path("root/etc/k2hdkc"), 0o700);
    let causes = ["chmpx (user 65534) may not enter /etc/k2hdkc, and cannot read its file"];
    finds(&node, "closed-directory", &causes, &["let that user enter the directory"]).await;
    set_mode(&node.path("root/etc/k2hdkc"), 0o755);
    node.until_settled("it is open again").await;
}

/// Something that writes the file again and again, under the name of the official helper.
struct Helper(Child);

impl Helper {
    fn start(node: &Node) -> Self {
        let script = node.path("k2hr3-get-resource-helper");
        let target = node.target().display().to_string();
        let text = format!(
            "#!/bin/sh\nwhile :; do\n  sed 's/^RWTIMEOUT .*/RWTIMEOUT = 1/' {target} >{target}.tmp\n  \
             mv {target}.tmp {target}\n  sleep 0.2\ndone\n"
        );
        fs::write(&script, text).unwrap();
        set_mode(&script, 0o755);
        Self(Command::new("/bin/sh").arg(script).spawn().unwrap())
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

#[tokio::test]
async fn the_official_helper_that_fights_for_the_file_is_named_with_its_process() {
    let node = Node::settled().await;
    let helper = Helper::start(&node);
    node.until_code("contested").await;
    let causes = ["the official k2hr3-get-resource-helper (process ", "keeps changing the file"];
    let advice = ["end the other writer", "`k2hdkc-slave-agent take-over` ends it"];
    finds(&node, "rival-helper", &causes, &advice).await;

    drop(helper);
    let mended = node.run(&["refresh", "--force", "--wait", "adopted"]).await;
    assert_eq!(mended.status.code(), Some(0), "{}", String::from_utf8_lossy(&mended.stdout));
    node.until_settled("the helper has ended").await;
}

/// A small file system; gone when this is.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn on(path: PathBuf) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=1m,mode=755", "k2agent-test"]).arg(&path);
        let mounted = mount.status().is_ok_and(|status| status.success());
        if !mounted {
            sim::skip("no small file system could be mounted here");
        }
        mounted.then_some(Self(path))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _gone = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[tokio::test]
async fn a_full_disk_leaves_the_last_good_file_whole_and_asks_for_room() {
    if !is_root("mount a small file system") {
        return;
    }
    let mut node = Node::new().await;
    let Some(_disk) = SmallDisk::on(node.path("root/etc/k2hdkc")) else { return };
    fs::write(node.token_file(), node.cluster.token()).unwrap();
    set_mode(&node.token_file(), 0o600);
    let state = node.path("root/etc/k2hdkc/state").display().to_string();
    node.set("paths.state_dir", &state);
    node.start_chmpx();
    node.start_agent();
    node.until_settled("the first time").await;
    let good = node.installed();
    let filler = node.path("root/etc/k2hdkc/core.4711");
    let full = fs::write(&filler, vec![0; 2 << 20]).unwrap_err();
    assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    node.until("it is told", |report| !report.troubles.is_empty()).await;
    assert_eq!(node.installed(), good, "the last good file is whole");
    let causes = ["No space left on device", "the disk is full: 0 bytes are left"];
    finds(&node, "disk-full", &causes, &["make room"]).await;
    assert_eq!(node.installed(), good);

    fs::remove_file(filler).unwrap();
    node.until_settled("there is room").await;
}

/// Runs a command of the agent as somebody who owns nothing here.
fn run_as_nobody(node: &Node, arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]);
    // The program may lie in a directory of root's.
    let program = node.path("k2hdkc-slave-agent");
    if !program.exists() {
        fs::copy(crate::support::AGENT, &program).unwrap();
        set_mode(&program, 0o755);
    }
    command.arg(program).arg("--root").arg(node.path("root")).args(arguments).output().unwrap()
}

#[tokio::test]
async fn a_doctor_without_root_and_one_without_an_agent_see_what_they_may() {
    if !is_root("ask as another user") {
        return;
    }
    let mut node = Node::settled().await;
    for path in [node.directory.path().to_owned(), node.path("root/run/k2hdkc-slave-agent")] {
        set_mode(&path, 0o755);
    }
    let text = |output: std::process::Output| {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (String::from_utf8(output.stdout).unwrap() + &said, output.status.code())
    };
    let (shown, code) = text(run_as_nobody(&node, &["doctor"]));
    // Whatever runs beside this test may look like a rival.
    let faults = shown.lines().filter(|line| line.starts_with("FAULT"));
    assert_eq!(faults.filter(|line| !line.contains("rival")).count(), 0, "{shown}");
    assert!(matches!(code, Some(0 | 2)), "{shown}");
    for line in
        ["agent: it runs and says: settled: 3 servers", "role-token is not this user's to read"]
    {
        assert!(shown.contains(line), "no {line} in {shown}");
    }

    node.stop_agent(nix::sys::signal::Signal::SIGKILL).await;
    let (shown, _) = text(run_as_nobody(&node, &["doctor"]));
    assert!(
        shown.contains("FAULT      agent: no agent runs"),
        "what it has left misleads: {shown}"
    );
    let (shown, code) = text(node.run(&["doctor"]).await);
    assert_eq!(code, Some(2), "{shown}");
    assert!(shown.contains("FAULT      agent: no agent runs"), "{shown}");
    assert!(shown.contains("systemctl enable --now k2hdkc-slave-agent"), "{shown}");
}
