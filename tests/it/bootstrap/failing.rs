//! What `bootstrap` does where something does not work.

use std::fs;

use nix::sys::signal::Signal;

use super::{bootstrap, name_in_the_resource, put_tools};
use crate::support::Node;

/// Puts something else in the place of a tool.
fn change_tool(node: &Node, name: &str, body: &str) {
    let path = node.path("bin").join(name);
    let before = fs::read_to_string(&path).unwrap();
    let told = before.lines().nth(1).unwrap();
    fs::write(path, format!("#!/bin/sh\n{told}\n{body}\n")).unwrap();
}

#[tokio::test]
async fn a_member_whose_token_is_no_longer_accepted_asks_by_its_address() {
    let mut node = Node::settled().await;
    node.stop_agent(Signal::SIGTERM).await;
    put_tools(&node);
    name_in_the_resource(&node, &[("k2hr3-init-systemd-packages", "chmpx")]).await;
    node.k2hr3.revoke(node.cluster.token()).await.unwrap();
    let (code, said, told) = bootstrap(&node, &["--timeout", "1"]).await;

    assert_eq!(code, Some(0), "{said}");
    assert!(told.iter().any(|line| line == "rc-service chmpx start"), "{told:#?}");
}

#[tokio::test]
async fn who_is_neither_a_member_nor_has_a_token_that_is_accepted_is_told_so() {
    let node = Node::new().await;
    put_tools(&node);
    node.k2hr3.revoke(node.cluster.token()).await.unwrap();
    let (code, said, told) = bootstrap(&node, &["--timeout", "1"]).await;

    assert_eq!(code, Some(77), "{said}");
    assert!(said.contains("K2HR3 did not tell in time what to install: "), "{said}");
    assert!(told.is_empty(), "{told:#?}");
}

#[tokio::test]
async fn a_service_that_does_not_start_is_told_and_keeps_no_other_away() {
    let node = Node::new().await;
    put_tools(&node);
    change_tool(
        &node,
        "rc-service",
        "[ \"$1\" != broken ] || { echo no such service >&2; exit 1; }",
    );
    name_in_the_resource(&node, &[("k2hr3-init-systemd-packages", "broken,chmpx,other")]).await;
    let (code, said, told) = bootstrap(&node, &[]).await;

    assert_eq!(code, Some(75), "{said}");
    assert!(said.contains("error: broken.service was not started: "), "{said}");
    assert!(said.contains("no such service"), "{said}");
    assert!(said.contains(" help: check k2hr3-init-systemd-packages of the resource"), "{said}");
    for unit in ["chmpx", "other"] {
        let started = format!("rc-service {unit} start");
        assert!(told.contains(&started), "{told:#?}");
    }
}

#[tokio::test]
async fn a_service_that_does_not_stop_is_told_and_the_others_are_stopped() {
    let node = Node::new().await;
    put_tools(&node);
    change_tool(&node, "rc-service", "[ \"$1\" != broken ] || { echo it hangs >&2; exit 1; }");
    name_in_the_resource(&node, &[("k2hr3-init-systemd-packages", "chmpx,broken")]).await;
    let (code, said, told) = bootstrap(&node, &["--delete"]).await;

    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("failed: broken.service: ") && said.contains("it hangs"), "{said}");
    assert!(told.iter().any(|line| line == "rc-service chmpx stop"), "{told:#?}");
}

#[tokio::test]
async fn a_host_without_a_package_tool_is_told_to_install_by_hand() {
    let node = Node::new().await;
    put_tools(&node);
    fs::remove_file(node.path("bin/apt-get")).unwrap();
    fs::remove_file(node.path("bin/dpkg-query")).unwrap();
    name_in_the_resource(&node, &[("k2hr3-init-packages", "chmpx")]).await;
    let mut command = node.agent(&["bootstrap"]);
    command.env("PATH", node.path("bin"));
    let output = tokio::process::Command::from(command).output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);

    assert_eq!(output.status.code(), Some(73), "{said}");
    assert!(said.contains(" help: install by hand what the resource names"), "{said}");
}
