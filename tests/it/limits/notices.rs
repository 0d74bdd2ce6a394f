//! Nothing left to notice changes with.

use std::process::Command;

use crate::support::{AGENT, Node};

/// An agent that is root in a user namespace of its own, of which `limit` is used up.
fn agent_without(node: &Node, limit: &str) -> Option<Command> {
    let exhausted = format!("echo 0 >/proc/sys/user/{limit}");
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "sh", "-c"]);
    let possible = command.arg(&exhausted).status().is_ok_and(|it| it.success());
    if !possible {
        sim::skip("there are no user namespaces here");
        return None;
    }
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "sh", "-c"]);
    command.arg(format!("{exhausted} && exec \"$@\"")).args(["sh", AGENT, "--root"]);
    command.arg(node.path("root")).args(["-vv", "run"]);
    Some(command)
}

/// What somebody else does to the file is put right by the next look.
async fn lives_without(limit: &str, told: &str) {
    let mut node = Node::new().await;
    let Some(agent) = agent_without(&node, limit) else { return };
    node.start_chmpx();
    node.start(agent);
    node.until_settled("without notices").await;
    assert!(node.log().contains(told), "{}", node.log());
    let before = node.installed();
    node.edit_target(&before.replace("RWTIMEOUT", "RWTIMEOUTS"), 0o644);
    node.until("it is put right", |report| {
        report.settled && node.installed().contains("RWTIMEOUT ")
    })
    .await;
}

#[tokio::test]
async fn an_agent_that_gets_no_inotify_finds_changes_at_its_next_look_and_says_so() {
    lives_without("max_inotify_instances", "changes of files are only found at the next look")
        .await;
}

#[tokio::test]
async fn an_agent_whose_table_of_watches_is_full_finds_changes_at_its_next_look_and_says_so() {
    lives_without("max_inotify_watches", "changes of files are only found at the next look").await;
}
