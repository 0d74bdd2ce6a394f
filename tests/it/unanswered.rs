//! Commands that ask an agent which gives no answer, or none yet.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Output;
use std::time::Instant;

use sim::k2hr3::{Fault, Route};
use tokio::net::UnixListener;

use crate::support::{AGENT, LIMIT, Node};

fn socket(node: &Node) -> PathBuf {
    node.path("root/run/k2hdkc-slave-agent/agent.sock")
}

/// The exit code, and all that was said.
fn ended(output: &Output) -> (Option<i32>, String) {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

/// A node whose agent waits for the answer to its first question.
async fn before_the_first_look() -> Node {
    let mut node = Node::new().await;
    node.set("k2hr3.timeout", "60s");
    node.k2hr3.fault(Fault::Hang).on(Route::Read).await.unwrap();
    node.start_agent();
    let start = Instant::now();
    while !socket(&node).exists() {
        assert!(start.elapsed() < LIMIT, "the agent does not listen: {}", node.log());
        tokio::task::yield_now().await;
    }
    node
}

#[tokio::test]
async fn an_agent_that_has_not_looked_yet_is_no_agent_that_is_gone() {
    let node = before_the_first_look().await;
    let (code, said) = ended(&node.run(&["metrics"]).await);
    assert_eq!(code, Some(69), "{said}");
    assert!(said.contains("error: the agent has just started"), "{said}");
    assert!(said.contains(" help: ask again when it has looked once"), "{said}");

    let (code, said) = ended(&node.run(&["status"]).await);
    assert_eq!(code, Some(69), "{said}");
    assert!(said.contains("error: the agent has just started"), "{said}");

    let (_, said) = ended(&node.run(&["--set", "k2hr3.timeout=1s", "doctor"]).await);
    assert!(said.contains("agent: it runs and has not looked yet"), "{said}");
}

#[tokio::test]
async fn a_refresh_says_when_there_was_no_answer_in_time_with_an_agent_and_without_one() {
    let node = before_the_first_look().await;
    let without = Node::new().await;
    without.k2hr3.fault(Fault::Hang).on(Route::Read).await.unwrap();
    for node in [&node, &without] {
        let (code, said) = ended(&node.run(&["refresh", "--timeout", "1"]).await);
        assert_eq!(code, Some(75), "{said}");
        assert!(said.contains("error: there was no answer in time"), "{said}");
        assert!(said.contains(" help: wait longer with --timeout"), "{said}");
    }
}

#[tokio::test]
async fn an_agent_that_ends_instead_of_answering_sends_the_operator_to_its_log() {
    let node = Node::new().await;
    fs::create_dir_all(socket(&node).parent().unwrap()).unwrap();
    let listener = UnixListener::bind(socket(&node)).unwrap();
    let hangs_up = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // The question is taken, as by an agent that is killed over it.
            let mut question = [0; 256];
            let _any = tokio::io::AsyncReadExt::read(&mut stream, &mut question).await;
        }
    });
    let (code, said) = ended(&node.run(&["refresh"]).await);
    hangs_up.abort();
    assert_eq!(code, Some(69), "{said}");
    assert!(said.contains("agent.sock: the agent hung up without an answer\n"), "{said}");
    assert!(said.contains(" help: look at its log with `journalctl -u "), "{said}");
}

#[tokio::test]
async fn who_may_not_ask_the_agent_is_told_to_do_it_as_root() {
    if !nix::unistd::geteuid().is_root() {
        sim::skip("only root can ask as another user");
        return;
    }
    let node = Node::settled().await;
    for path in ["", "root/run/k2hdkc-slave-agent"] {
        fs::set_permissions(node.path(path), fs::Permissions::from_mode(0o755)).unwrap();
    }
    fs::copy(AGENT, node.path("agent")).unwrap();
    for command in ["refresh", "unregister", "rollback"] {
        let mut asked = tokio::process::Command::new("setpriv");
        asked.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(node.path("agent"));
        let output = asked.arg("--root").arg(node.path("root")).arg(command).output().await;
        let (code, said) = ended(&output.unwrap());
        assert_eq!(code, Some(69), "{command}: {said}");
        assert!(said.contains("error: could not ask the agent at "), "{command}: {said}");
        assert!(said.contains(" help: run as root\n"), "{command}: {said}");
    }
    assert_eq!(node.cluster.slaves().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_agent_that_works_and_does_not_listen_is_named_and_nothing_is_done_beside_it() {
    let node = Node::settled().await;
    fs::remove_file(socket(&node)).unwrap();
    let (code, said) = ended(&node.run(&["refresh"]).await);
    assert_eq!(code, Some(73), "{said}");
    let holder = format!("error: another agent is at work (process {})", node.agent_pid());
    assert!(said.contains(&holder), "{said}");
    assert!(said.contains(" help: ask that agent with `k2hdkc-slave-agent status`"), "{said}");
}

#[tokio::test]
async fn an_agent_that_cannot_listen_does_its_work_and_says_that_nobody_can_ask_it() {
    let mut node = Node::new().await;
    fs::create_dir_all(socket(&node)).unwrap();
    node.start_chmpx();
    node.start_agent();
    node.until_settled("all the same").await;
    assert!(node.log().contains("nobody can ask this agent anything"), "{}", node.log());
    let (_, said) = ended(&node.run(&["status"]).await);
    assert!(said.starts_with("settled: 3 servers, generation 1 adopted"), "{said}");
}
