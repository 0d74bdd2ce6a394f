//! Which settings hold, and who said so.

use std::fs;
use std::process::Output;

use crate::support::Node;

fn shown(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The line about a setting.
fn line<'a>(text: &'a str, name: &str) -> &'a str {
    text.lines().find(|line| line.starts_with(&format!("{name} = "))).unwrap_or_default()
}

#[tokio::test]
async fn what_is_shown_is_a_settings_file_that_means_the_same() {
    let node = Node::new().await;
    let first = shown(&node.run(&["config", "show"]).await);
    let file = node.path("shown.conf");
    fs::write(&file, &first).unwrap();
    let second = node.run(&["--settings", file.to_str().unwrap(), "config", "show"]).await;

    assert_eq!(shown(&second), first);
    assert_eq!(line(&first, "interval"), "interval = 500ms");
    let state = node.path("root/var/lib/k2hdkc-slave-agent");
    assert_eq!(line(&first, "state_dir"), format!("state_dir = {}", state.display()));
    let checked = node.run(&["--settings", file.to_str().unwrap(), "config", "check"]).await;
    assert_eq!(shown(&checked), "the settings can be used\n");
}

#[tokio::test]
async fn each_setting_tells_who_decided_it() {
    let mut node = Node::new().await;
    node.unset("node.cuk");
    node.unset("k2hr3.role");
    let directory = node.path("root/etc/antpickax");
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("k2hr3-cuk"), "i-left").unwrap();
    fs::write(directory.join("k2hr3-role-name"), "yrn:yahoo:::t1:role:c1/slave").unwrap();
    let drop_ins = node.path("root/etc/k2hdkc/slave-agent.conf.d");
    fs::create_dir_all(&drop_ins).unwrap();
    fs::write(drop_ins.join("10-mine.conf"), "\n[target]\nmode = 0600\n").unwrap();
    let mut command = node.agent(&["--set", "pace.settle=1s", "config", "show", "--origin"]);
    let text = shown(&command.env("K2HDKC_SLAVE_AGENT_CHMPX_HOLD", "3s").output().unwrap());

    for (name, value, origin) in [
        ("pace.settle", "1s", "command line"),
        ("chmpx.hold", "3s", "environment K2HDKC_SLAVE_AGENT_CHMPX_HOLD"),
        ("target.mode", "0600", "slave-agent.conf.d/10-mine.conf:3"),
        ("pace.interval", "500ms", "etc/k2hdkc/slave-agent.conf:14"),
        ("target.drift", "restore", "default"),
        ("node.cuk", "i-left", "etc/antpickax/k2hr3-cuk"),
        ("k2hr3.role", "yrn:yahoo:::t1:role:c1/slave", "etc/antpickax/k2hr3-role-name"),
        ("k2hr3.resource", "yrn:yahoo:::t1:resource:c1/slave", "follows from k2hr3.role"),
    ] {
        let line = line(&text, name);
        assert!(line.starts_with(&format!("{name} = {value} ")), "{name}: {line}\n{text}");
        assert!(line.ends_with(origin), "{line}");
    }
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_found_before_a_start() {
    let node = Node::new().await;
    let output = node.run(&["--set", "chmpx.hold=long", "config", "check"]).await;
    assert_eq!(output.status.code(), Some(78));
    // They are shown all the same: that is how the wrong one is found.
    let text = shown(&node.run(&["--set", "chmpx.hold=long", "config", "show", "--origin"]).await);
    assert!(line(&text, "chmpx.hold").ends_with("command line"), "{text}");
}

#[tokio::test]
async fn neither_the_password_of_a_proxy_nor_the_role_token_is_shown() {
    let node = Node::new().await;
    for shape in [&["config", "show"][..], &["config", "show", "--origin"]] {
        let proxy = ["--set", "k2hr3.proxy=http://me:s3cret@proxy.example:3128"];
        let text = shown(&node.run(&[&proxy, shape].concat()).await);
        assert!(text.contains("http://***@proxy.example:3128"), "{text}");
        assert!(!text.contains("s3cret") && !text.contains(node.cluster.token()), "{text}");
    }
}
