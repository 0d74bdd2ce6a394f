//! A restart of chmpx by its unit, and one that does not work.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use nix::sys::signal::Signal;

use super::{COLD, publish, running, until_adopted};
use crate::support::Node;

/// A settled node whose agent knows no pid file of chmpx, with these settings.
async fn without_pid_file(settings: &[(&str, &str)]) -> Node {
    let mut node = Node::new().await;
    node.set("chmpx.pid_file", "/nonexistent/chmpx.pid");
    for (key, value) in settings {
        node.set(key, value);
    }
    node.start_chmpx();
    // What would restart a unit writes down what it is told.
    fs::create_dir_all(node.path("bin")).unwrap();
    let (program, told) = (node.path("bin/systemctl"), node.path("told"));
    fs::write(&program, format!("#!/bin/sh\necho \"$*\" >>{}\n", told.display())).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let mut agent = node.agent(&["-vv", "run"]);
    agent.env("PATH", format!("{}:/usr/bin:/bin", node.path("bin").display()));
    node.start(agent);
    node.until_settled("the first time").await;
    node
}

#[tokio::test]
async fn where_no_pid_file_is_known_chmpx_is_ended_and_its_unit_is_restarted() {
    let node = without_pid_file(&[]).await;
    let pid = running(&node);
    publish(&node, COLD).await;
    let report = until_adopted(&node, COLD.1).await;
    assert_ne!(report.chmpx.pid, Some(pid.as_raw()), "{}", node.log());
    let told = fs::read_to_string(node.path("told")).unwrap();
    assert_eq!(told.lines().last(), Some("restart -- chmpx.service"), "{told}");
}

#[tokio::test]
async fn where_no_way_to_restart_chmpx_is_known_that_lasts_until_one_is_set() {
    let mut node = without_pid_file(&[("chmpx.unit", "")]).await;
    publish(&node, COLD).await;
    let cause = "neither chmpx.restart_command nor chmpx.unit is set";
    node.until(cause, |report| report.troubles.iter().any(|it| it.cause.contains(cause))).await;
    let status = node.run(&["status"]).await;
    let page = String::from_utf8_lossy(&status.stdout);
    assert!(page.contains("\ntrouble    restarting chmpx: neither "), "{page}");
    assert!(page.contains("it lasts until somebody acts\n"), "{page}");
    assert!(page.contains("\ndo         set chmpx.unit, chmpx.pid_file or "), "{page}");

    let pid_file = node.path("chmpx/pid/chmpx.pid").display().to_string();
    node.set("chmpx.pid_file", &pid_file);
    node.signal_agent(Signal::SIGHUP);
    until_adopted(&node, COLD.1).await;
}

#[tokio::test]
async fn a_restart_that_fails_is_told_with_what_the_command_said() {
    let command = ("chmpx.restart_command", "ls /nonexistent/chmpx");
    let node = without_pid_file(&[command]).await;
    publish(&node, COLD).await;
    let cause = "ls failed with code 2: ";
    let failed = |report: &k2hdkc_slave_agent::model::report::Report| {
        report.troubles.iter().any(|trouble| {
            let help = trouble.help.as_deref().unwrap_or_default();
            trouble.cause.starts_with(cause) && help.starts_with("run it by hand")
        })
    };
    node.until(cause, failed).await;
}
