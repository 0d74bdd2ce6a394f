//! `take-over` as it is shown and done, with a stand-in for what would stop and start units.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::Node;

/// Settings of the official helper, which says that it writes there.
fn let_helper_write_to(node: &Node, file: &str) {
    let directory = node.path("root/etc/antpickax");
    fs::create_dir_all(&directory).unwrap();
    let target = node.path("root/etc/k2hdkc");
    let text = format!("OUTPUT_DIR = {}\nOUTPUT_FILE = {file}\n", target.display());
    fs::write(directory.join("k2hr3-get-resource-helper.conf"), text).unwrap();
}

/// A `systemctl` that writes down what it is told, and does this besides.
fn put_systemctl(node: &Node, body: &str) {
    fs::create_dir_all(node.path("bin")).unwrap();
    let (path, log) = (node.path("bin/systemctl"), node.path("told"));
    fs::write(&path, format!("#!/bin/sh\necho \"$*\" >>{}\n{body}\n", log.display())).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The exit code, what was said, and what `systemctl` was told.
async fn take_over(node: &Node, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = node.agent(&["take-over"]);
    let path = format!("{}:/usr/bin:/bin", node.path("bin").display());
    command.args(arguments).env("PATH", path);
    let output = tokio::process::Command::from(command).output().await.unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    let told = fs::read_to_string(node.path("told")).unwrap_or_default();
    (output.status.code(), said, told)
}

#[tokio::test]
async fn without_apply_the_steps_are_only_shown() {
    let node = Node::new().await;
    put_systemctl(&node, "");
    let_helper_write_to(&node, "slave.ini");
    for (arguments, step) in [(&[][..], "systemctl mask "), (&["--hand-back"], "systemctl unmask ")]
    {
        let (code, said, told) = take_over(&node, arguments).await;
        assert_eq!(code, Some(2), "{said}");
        let first = format!("the file of the helper is {}\n", node.target().display());
        assert!(said.starts_with(&first), "{said}");
        assert!(said.contains("\nwith --apply:\n") && said.contains(step), "{said}");
        assert!(!told.contains("mask"), "{told}");
    }
}

#[tokio::test]
async fn a_path_that_no_settings_file_can_hold_is_refused_before_anything_is_done() {
    let node = Node::new().await;
    put_systemctl(&node, "");
    let_helper_write_to(&node, "slave\\");
    let (code, said, told) = take_over(&node, &["--apply"]).await;
    assert_eq!(code, Some(78), "{said}");
    assert!(said.contains("slave\\`, which no settings file can hold"), "{said}");
    assert!(said.contains(" help: let the helper write to a path of visible"), "{said}");
    assert_eq!(told, "");
}

#[tokio::test]
async fn handing_back_tells_each_step_and_puts_a_file_back_that_went_away_meanwhile() {
    let node = Node::new().await;
    let_helper_write_to(&node, "slave.ini");
    fs::write(node.target(), "[GLOBAL]\n").unwrap();
    let gone = format!("rm -f {}\n[ \"$1\" != unmask ] || exit 1", node.target().display());
    put_systemctl(&node, &gone);
    let (code, said, told) = take_over(&node, &["--hand-back", "--apply"]).await;

    assert_eq!(code, Some(0), "{said}");
    let lines: Vec<_> = said.lines().collect();
    let begins = |number: usize, begin: &str| assert!(lines[number].starts_with(begin), "{said}");
    begins(0, "done    systemctl disable --now -- k2hdkc-slave-agent");
    begins(1, "done    remove ");
    // A unit that was never masked is as wanted.
    begins(2, "skipped systemctl unmask -- ");
    begins(3, "done    systemctl enable --now -- k2hr3-get-resource.timer");
    begins(4, "done    put the file back that the helper had deleted");
    assert_eq!(told.lines().count(), 3, "{told}");
    assert_eq!(fs::read_to_string(node.target()).unwrap(), "[GLOBAL]\n");
}

#[tokio::test]
async fn a_step_that_has_to_succeed_ends_it_with_what_was_done_before() {
    let node = Node::new().await;
    let_helper_write_to(&node, "slave.ini");
    let in_the_way = node.path("root/etc/k2hdkc/slave-agent.conf.d/10-taken-over.conf");
    // Nobody can remove a directory as a file.
    put_systemctl(&node, &format!("mkdir -p {}", in_the_way.display()));
    let (code, said, told) = take_over(&node, &["--hand-back", "--apply"]).await;

    assert_eq!(code, Some(73), "{said}");
    let error = format!("error: remove {0}: could not change {0}: ", in_the_way.display());
    assert!(said.contains(&error), "{said}");
    let help = " help: each step can be repeated; before this one:\n\
        done    systemctl disable --now -- k2hdkc-slave-agent";
    assert!(said.contains(help), "{said}");
    assert_eq!(told.lines().count(), 1, "{told}");
}
