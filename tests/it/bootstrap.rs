//! Packages and services that the role's resource names, on a host with stand-ins for its tools.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use sim::k2hr3::{Json, Resource};

use crate::support::Node;

/// Tools that write down what they are told, and an `apt-get` that fails until the third time.
fn put_tools(node: &Node) {
    let bin = node.path("bin");
    fs::create_dir_all(&bin).unwrap();
    let log = node.path("told").display().to_string();
    let there = node.path("there").display().to_string();
    let tool = |name: &str, body: &str| {
        let path = bin.join(name);
        fs::write(&path, format!("#!/bin/sh\necho {name} \"$*\" >>{log}\n{body}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    };
    tool("apt-get", &format!("echo x >>{there}; [ $(wc -l <{there}) -ge 5 ]"));
    tool("dpkg-query", "for last; do :; done; [ \"$last\" = there ] && printf installed");
    tool("rc-update", "");
    tool("rc-service", "");
}

async fn name_in_the_resource(node: &Node, keys: &[(&str, &str)]) {
    let keys = keys.iter().map(|(key, value)| ((*key).to_owned(), Json::from(*value))).collect();
    let resource = Resource { keys: Some(keys), ..Resource::default() };
    node.k2hr3.set_resource(&node.cluster.resource(), resource).await.unwrap();
}

async fn bootstrap(node: &Node, arguments: &[&str]) -> (Option<i32>, String, Vec<String>) {
    let mut command = node.agent(&["bootstrap"]);
    let path = format!("{}:/usr/bin:/bin", node.path("bin").display());
    command.args(arguments).env("PATH", path);
    let output = tokio::process::Command::from(command).output().await.unwrap();
    let told = fs::read_to_string(node.path("told")).unwrap_or_default();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    (output.status.code(), said + &errors, told.lines().map(str::to_owned).collect())
}

#[tokio::test]
async fn what_is_missing_is_installed_and_started_chmpx_first_and_tried_until_it_works() {
    let node = Node::new().await;
    put_tools(&node);
    name_in_the_resource(
        &node,
        &[
            ("k2hr3-init-packages", "there, late"),
            ("k2hr3-init-packagecloud-packages", "chmpx,k2hr3-get-resource"),
            ("k2hr3-init-systemd-packages", "late.service,chmpx.service,k2hr3-get-resource.timer"),
        ],
    )
    .await;
    let (code, said, told) = bootstrap(&node, &[]).await;

    assert_eq!(code, Some(0), "{said}");
    let installed: Vec<_> = told.iter().filter(|line| line.contains("install --")).collect();
    assert!(installed.first().unwrap().ends_with("install -- chmpx"), "{told:#?}");
    assert!(installed.iter().all(|line| !line.ends_with("-- there")), "{told:#?}");
    let started: Vec<_> = told.iter().filter(|line| line.ends_with(" start")).collect();
    assert_eq!(started.len(), 3, "{told:#?}");
    assert!(started[1].contains("chmpx") && started[2].contains("late"), "{told:#?}");
    assert!(said.contains("left out k2hr3-get-resource"), "{said}");
    assert!(said.ends_with("done\n"), "{said}");
}

#[tokio::test]
async fn a_name_that_is_a_command_is_refused_and_keeps_nothing_else_away() {
    let node = Node::new().await;
    put_tools(&node);
    name_in_the_resource(
        &node,
        &[
            ("k2hr3-init-packages", "curl;id>/tmp/x,-oDebug::pkgProblemResolver=1,there"),
            ("k2hr3-init-systemd-packages", "../evil.service,chmpx"),
        ],
    )
    .await;
    let (code, said, told) = bootstrap(&node, &[]).await;

    assert_eq!(code, Some(65), "{said}");
    assert_eq!(said.matches("refused the name").count(), 3, "{said}");
    assert!(told.iter().any(|line| line == "rc-service chmpx start"), "{told:#?}");
    assert!(!told.iter().any(|line| line.contains("curl") || line.contains("evil")), "{told:#?}");
}

#[tokio::test]
async fn services_are_stopped_in_reverse() {
    let node = Node::new().await;
    put_tools(&node);
    name_in_the_resource(&node, &[("k2hr3-init-systemd-packages", "chmpx,other")]).await;
    let (code, said, told) = bootstrap(&node, &["--delete"]).await;

    assert_eq!(code, Some(0), "{said}");
    let stopped: Vec<_> = told.iter().filter(|line| line.ends_with(" stop")).collect();
    assert_eq!(stopped, ["rc-service other stop", "rc-service chmpx stop"], "{told:#?}");
}

#[tokio::test]
async fn a_k2hr3_that_is_away_is_waited_for_as_long_as_was_said() {
    let mut node = Node::new().await;
    put_tools(&node);
    node.set("k2hr3.api_uri", "http://127.0.0.1:9");
    let (code, said, told) = bootstrap(&node, &["--timeout", "1"]).await;

    assert_eq!(code, Some(69), "{said}");
    assert!(said.contains("waiting for K2HR3: could not connect"), "{said}");
    assert!(told.is_empty(), "{told:#?}");
}

#[tokio::test]
async fn a_resource_without_these_keys_asks_for_nothing() {
    let node = Node::new().await;
    put_tools(&node);
    name_in_the_resource(&node, &[]).await;
    let (code, said, _) = bootstrap(&node, &[]).await;

    assert_eq!(code, Some(0), "{said}");
    assert!(said.ends_with("done\n"), "{said}");
}
