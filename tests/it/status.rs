//! What an operator is told about a node.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use sim::k2hr3::Cluster;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout};
use tokio::time::timeout;

use crate::support::{AGENT, LIMIT, Node};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn first_line(output: &Output) -> String {
    text(&output.stdout).lines().next().unwrap_or_default().to_owned()
}

async fn json(node: &Node) -> Value {
    serde_json::from_slice(&node.run(&["status", "--json"]).await.stdout).unwrap()
}

#[tokio::test]
async fn the_verdict_comes_first_and_then_the_facts_behind_it() {
    let node = Node::grown().await;
    let output = node.run(&["status"]).await;
    assert_eq!(output.status.code(), Some(0));
    let shown = text(&output.stdout);

    let generation = node.report().unwrap().adopted.unwrap().generation;
    let verdict = format!("settled: 4 servers, generation {generation} adopted ");
    assert!(shown.starts_with(&verdict), "{shown}");
    let has = |label: &str, fact: &str| {
        shown.lines().any(|line| line.starts_with(label) && line.contains(fact))
    };
    for (label, fact) in [
        ("published", "4 servers"),
        ("installed", &format!("generation {generation} ")),
        ("adopted", &format!("generation {generation} ")),
        ("good", "generation 2 "),
        ("chmpx", &format!("generation {generation} in force")),
        ("ring", "[UP]"),
        ("node", "registered; reads with the role token"),
        ("looks", "next in"),
        ("changes", "+127.0.1.4  live  adopted after"),
    ] {
        assert!(has(label, fact), "{label}: {fact}\n{shown}");
    }
    assert!(!shown.contains('\x1b'), "no colours in a pipe");
}

#[tokio::test]
async fn an_outage_is_told_with_its_beginning_its_count_its_cause_and_what_to_do() {
    let node = Node::settled().await;
    node.k2hr3.down().await.unwrap();
    node.until("it was tried more than once", |report| report.failures > 2).await;
    let output = node.run(&["status"]).await;

    let shown = text(&output.stdout);
    assert!(first_line(&output).starts_with("waiting for K2HR3: could not connect"), "{shown}");
    let trouble = shown.lines().skip_while(|line| !line.starts_with("trouble")).collect::<Vec<_>>();
    assert!(trouble[0].contains("reading what K2HR3 publishes: could not connect"), "{shown}");
    assert!(trouble[1].contains(" times in "), "{shown}");
    assert!(trouble[2].contains("check the network to K2HR3"), "{shown}");
    assert!(shown.contains(" failed attempts since"), "{shown}");
}

#[tokio::test]
async fn without_an_agent_the_status_says_so_and_where_it_comes_from() {
    let mut node = Node::settled().await;
    node.stop_agent(Signal::SIGTERM).await;
    let output = node.run(&["status"]).await;
    assert_eq!(output.status.code(), Some(69));
    let said = first_line(&output);
    assert!(said.starts_with("no agent runs; what it said "), "{said}");
    assert!(said.contains("settled: 3 servers, generation 1 adopted"), "{said}");
    assert_eq!(json(&node).await["source"]["agent"], "gone");

    // Nothing in /run survives a reboot.
    fs::remove_dir_all(node.path("root/run/k2hdkc-slave-agent")).unwrap();
    let output = node.run(&["status"]).await;
    assert_eq!(output.status.code(), Some(69));
    assert_eq!(first_line(&output), "no agent runs");
    let shown = text(&output.stdout);
    assert!(shown.contains("adopted    generation 1 "), "{shown}");
    assert!(!shown.contains("may be restarted"), "nobody is there to restart it: {shown}");
    assert_eq!(json(&node).await["source"]["from"], "memory");
}

#[tokio::test]
async fn a_status_that_could_not_be_shown_is_shown_when_it_can_be() {
    let node = Node::settled().await;
    let file = node.path("root/run/k2hdkc-slave-agent/status.json");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    node.run(&["refresh", "--wait", "adopted"]).await;
    fs::remove_dir(&file).unwrap();
    node.until("it is shown", |report| report.chmpx.servers.len() == 4).await;
}

#[tokio::test]
async fn an_agent_that_stands_still_is_told_from_one_that_is_well() {
    let node = Node::settled().await;
    node.signal_agent(Signal::SIGSTOP);
    let output = node.run(&["status", "--check"]).await;
    assert_eq!(output.status.code(), Some(2));
    let said = first_line(&output);
    assert!(
        said.starts_with("K2HDKC CRITICAL - the agent does not answer; what it said "),
        "{said}"
    );
    node.signal_agent(Signal::SIGCONT);
    assert_eq!(node.run(&["status", "--check"]).await.status.code(), Some(0));
}

#[tokio::test]
async fn a_user_who_may_not_ask_the_agent_sees_its_last_change_and_that_it_runs() {
    let node = Node::settled().await;
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let open = |path: &str, mode| {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(node.path(path), permissions).unwrap();
    };
    open("", 0o755);
    open("root/run/k2hdkc-slave-agent", 0o755);
    fs::copy(AGENT, node.path("agent")).unwrap();
    let output = tokio::process::Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(node.path("agent"))
        .arg("--root")
        .arg(node.path("root"))
        .arg("status")
        .output()
        .await
        .unwrap();

    let shown = text(&output.stdout);
    assert!(shown.starts_with("settled: 3 servers, generation 1 adopted"), "{output:?}");
    assert!(shown.contains("the agent runs; root may ask it for more"), "{shown}");
    assert_eq!(output.status.code(), Some(0));
}

#[tokio::test]
async fn a_monitoring_system_gets_one_line_and_its_exit_code() {
    let mut node = Node::settled().await;
    let check = || async {
        let output = node.run(&["status", "--check"]).await;
        assert_eq!(text(&output.stdout).lines().count(), 1, "{output:?}");
        (output.status.code().unwrap(), first_line(&output))
    };
    let (code, line) = check().await;
    assert_eq!(code, 0);
    assert!(line.starts_with("K2HDKC OK - settled: 3 servers, generation 1 adopted"), "{line}");
    assert!(line.contains(" | servers=3 servers_up=3 failures=0 restarts_left=3 "), "{line}");

    node.k2hr3.down().await.unwrap();
    node.until_code("trouble").await;
    let (code, line) = check().await;
    assert_eq!(code, 1);
    assert!(line.starts_with("K2HDKC WARNING - waiting for K2HR3: "), "{line}");

    node.stop_agent(Signal::SIGTERM).await;
    let output = node.run(&["status", "--check"]).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(first_line(&output).starts_with("K2HDKC CRITICAL - no agent runs"), "{output:?}");

    node.set("pace.interval", "never");
    let output = node.run(&["status", "--check"]).await;
    assert_eq!(output.status.code(), Some(3));
    assert!(first_line(&output).starts_with("K2HDKC UNKNOWN - "), "{output:?}");
}

/// A `status --watch` whose lines are read.
struct Watcher {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Watcher {
    fn of(node: &Node, arguments: &[&str]) -> Self {
        let mut command = tokio::process::Command::from(node.agent(&["status", "--watch"]));
        let mut child =
            command.args(arguments).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    async fn until(&mut self, condition: impl Fn(&str) -> bool) -> String {
        let reading = async {
            loop {
                let line = self.lines.next_line().await.unwrap().expect("it goes on");
                if condition(&line) {
                    return line;
                }
            }
        };
        timeout(LIMIT, reading).await.expect("it is told")
    }

    async fn end(mut self) -> Option<i32> {
        timeout(LIMIT, self.child.wait()).await.expect("it ends").unwrap().code()
    }
}

#[tokio::test]
async fn a_watched_status_is_told_whenever_it_changes_and_survives_a_restart_of_the_agent() {
    let mut node = Node::settled().await;
    let mut watcher = Watcher::of(&node, &["--json"]);
    let settled_with = |servers: u64| {
        move |line: &str| {
            let report: Value = serde_json::from_str(line).unwrap();
            report["settled"] == true && report["published"]["servers"] == servers
        }
    };
    watcher.until(settled_with(3)).await;
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    watcher.until(settled_with(4)).await;

    node.stop_agent(Signal::SIGTERM).await;
    watcher.until(|line| line.contains(r#""agent":"gone""#)).await;
    node.start_agent();
    node.cluster.add_server(Cluster::server(5)).await.unwrap();
    watcher.until(settled_with(5)).await;

    let pid = i32::try_from(watcher.child.id().unwrap()).unwrap();
    kill(Pid::from_raw(pid), Signal::SIGINT).unwrap();
    assert_eq!(watcher.end().await, Some(0));
}

#[tokio::test]
async fn a_watched_status_ends_when_nobody_reads_it_any_more() {
    let node = Node::settled().await;
    let mut watcher = Watcher::of(&node, &[]);
    watcher.until(|line| line.starts_with("settled: ")).await;
    let Watcher { mut child, lines } = watcher;
    drop(lines);
    let ended = timeout(LIMIT, child.wait()).await.expect("it ends").unwrap();
    assert_eq!(ended.code(), Some(0));
}
