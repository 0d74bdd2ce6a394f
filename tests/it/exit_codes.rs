//! Each exit code is reached, by the plainest way there is.

use std::fs;

use k2hdkc_slave_agent::commands::Exit;
use k2hdkc_slave_agent::model::report::Report;
use k2hdkc_slave_agent::settings::KEYS;
use nix::sys::signal::Signal;
use sim::k2hr3::Cluster;

use crate::support::Node;

/// Runs a command and expects its end.
async fn ends(node: &Node, arguments: &[&str], exit: Exit) {
    let output = node.run(arguments).await;
    let (out, errors) = (&output.stdout, &output.stderr);
    let told = [String::from_utf8_lossy(out), String::from_utf8_lossy(errors)].concat();
    assert_eq!(output.status.code(), Some(exit as i32), "{arguments:?}: {told}");
}

#[tokio::test]
async fn settled_is_0() {
    let mut node = Node::settled().await;
    ends(&node, &["status"], Exit::Ok).await;
    assert_eq!(node.stop_agent(Signal::SIGTERM).await, Some(Exit::Ok as i32));
}

#[tokio::test]
async fn something_to_do_is_2() {
    let node = Node::new().await;
    ends(&node, &["plan"], Exit::Differences).await;
}

#[tokio::test]
async fn monitoring_ends_with_0_to_3() {
    let mut node = Node::settled().await;
    ends(&node, &["status", "--check"], Exit::Ok).await;
    node.k2hr3.revoke(node.cluster.token()).await.unwrap();
    let refused =
        |report: &Report| report.situations.iter().any(|it| it.code.as_str() == "token-refused");
    node.until("it goes on by its address", refused).await;
    ends(&node, &["status", "--check"], Exit::Warning).await;
    node.stop_agent(Signal::SIGKILL).await;
    ends(&node, &["status", "--check"], Exit::Differences).await;
    ends(&node, &["--set", "a.b=c", "status", "--check"], Exit::Unknown).await;
}

#[tokio::test]
async fn a_command_line_that_makes_no_sense_is_64() {
    let node = Node::new().await;
    ends(&node, &["refresh", "--twice"], Exit::Usage).await;
}

#[tokio::test]
async fn a_poisoned_resource_is_65() {
    let node = Node::settled().await;
    node.cluster.publish("[GLOBAL]\nMODE = SLAVE\n").await.unwrap();
    node.until_code("refused").await;
    ends(&node, &["status"], Exit::Refused).await;
}

#[tokio::test]
async fn a_silent_k2hr3_is_69() {
    let node = Node::new().await;
    node.k2hr3.down().await.unwrap();
    ends(&node, &["plan"], Exit::Unavailable).await;
}

#[tokio::test]
async fn something_in_the_place_of_the_file_is_73() {
    let node = Node::settled().await;
    fs::remove_file(node.target()).unwrap();
    fs::create_dir(node.target()).unwrap();
    node.until_code("cannot-install").await;
    ends(&node, &["status"], Exit::CannotWrite).await;
}

#[tokio::test]
async fn a_second_agent_is_73() {
    let node = Node::settled().await;
    ends(&node, &["run"], Exit::CannotWrite).await;
}

#[tokio::test]
async fn a_change_that_is_not_in_force_in_time_is_75() {
    let mut node = Node::new().await;
    node.set("pace.settle", "15s");
    node.start_chmpx();
    node.start_agent();
    node.until_settled("the first time").await;
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    ends(&node, &["refresh", "--wait", "adopted", "--timeout", "1"], Exit::NotYet).await;
}

#[tokio::test]
async fn a_token_that_is_not_accepted_is_77() {
    let node = Node::new().await;
    // Not a member yet, so that K2HR3 does not know the address either.
    node.k2hr3.revoke(node.cluster.token()).await.unwrap();
    ends(&node, &["refresh", "--timeout", "5"], Exit::NoPermission).await;
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_78() {
    let node = Node::new().await;
    for key in KEYS.iter().filter(|key| key.name.starts_with("pace.")) {
        let set = format!("{}=soon", key.name);
        ends(&node, &["--set", &set, "status"], Exit::Settings).await;
    }
}

#[test]
fn no_exit_code_is_left_out() {
    let source = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/", file!())).unwrap();
    for exit in Exit::ALL {
        assert!(source.contains(&format!("Exit::{exit:?})")), "{exit:?}");
    }
}
