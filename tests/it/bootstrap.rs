//! Packages and services that the role's resource names, on a host with stand-ins for its tools.

mod failing;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use sim::chmpx::events::Kind;
use sim::k2hr3::{Json, Resource};
use tokio::time::{Instant, sleep};

use crate::support::{LIMIT, Node};

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

/// The lines of the package `k2hdkc-dbaas-override-conf` that concern chmpx.
const DBAAS: &str = "k2hr3-get-resource-helper.conf:OUTPUT_FILE = k2hdkc.ini\n\
     chmpx-service-helper.conf:CHMPX_INI_CONF_FILE = k2hdkc.ini\n";

fn write_antpickax(node: &Node, name: &str, text: &str) {
    fs::create_dir_all(node.path("root/etc/antpickax")).unwrap();
    fs::write(node.path("root/etc/antpickax").join(name), text).unwrap();
}

/// A node whose packages are there, with this from the package of the supervisor.
async fn with_supervisor_settings(text: &str) -> Node {
    let node = Node::new().await;
    put_tools(&node);
    node.cluster.set_key("k2hr3-init-packagecloud-packages", "there").await.unwrap();
    write_antpickax(&node, "chmpx-service-helper.conf", text);
    node
}

/// The supervisor as its package leaves it: it waits for a file that nobody writes.
fn start_official_supervisor(node: &mut Node) {
    let settings = node.path("root/etc/antpickax");
    let supervisor = node.builder().argument("--settings").argument(settings);
    node.chmpx = Some(supervisor.spawn().unwrap());
}

#[tokio::test]
async fn the_official_supervisor_finds_the_file_of_the_agent_under_the_name_that_it_waits_for() {
    for (overrides, name) in [(None, "chmpx.ini"), (Some(DBAAS), "k2hdkc.ini")] {
        let mut node = with_supervisor_settings("# CHMPX_INI_CONF_FILE = chmpx.ini\n").await;
        if let Some(text) = overrides {
            write_antpickax(&node, "override.conf", text);
        }
        start_official_supervisor(&mut node);
        node.start_agent();
        let report = node.until_code("waits-elsewhere").await;
        assert!(report.verdict.sentence.contains(name), "{}", report.verdict.sentence);
        assert!(!report.settled);
        let doctor = node.run(&["doctor"]).await;
        let page = String::from_utf8_lossy(&doctor.stdout).into_owned();
        assert!(page.contains("supervisor: the supervisor of chmpx waits for"), "{page}");

        let (code, said, _) = bootstrap(&node, &[]).await;
        assert_eq!(code, Some(0), "{said}");
        let link = node.path("root/etc/antpickax").join(name);
        assert_eq!(fs::read_link(&link).unwrap(), node.target(), "{said}");
        node.until_settled("chmpx has the file of the agent").await;
        let doctor = node.run(&["doctor"]).await;
        let page = String::from_utf8_lossy(&doctor.stdout).into_owned();
        assert!(page.contains("supervisor: it starts chmpx with"), "{page}");

        // It notices changes through the link, and a second bootstrap leaves all as it is.
        node.cluster.publish(node.template().await + "\n# another text\n").await.unwrap();
        let (code, said, _) = bootstrap(&node, &[]).await;
        assert!(code == Some(0) && !said.contains("ln -s"), "{said}");
        node.until("the next generation", |report| {
            report.settled && report.adopted.as_ref().is_some_and(|mark| mark.generation > 1)
        })
        .await;
        assert_eq!(node.count(Kind::Started), 1, "it was never restarted");
    }
}

#[tokio::test]
async fn a_supervisor_that_waits_for_a_name_of_yesterday_is_restarted_and_one_with_a_chmpx_is_not()
{
    let mut node = with_supervisor_settings("").await;
    start_official_supervisor(&mut node);
    let pid_file = node.path("chmpx/pid/chmpx-service-helper.pid");
    let begin = Instant::now();
    while !fs::read_to_string(&pid_file).is_ok_and(|text| text.ends_with('\n')) {
        assert!(begin.elapsed() < LIMIT, "the supervisor does not start");
        sleep(Duration::from_millis(5)).await;
    }
    // The package of the overrides comes later.
    write_antpickax(&node, "override.conf", DBAAS);
    let (_, said, told) = bootstrap(&node, &[]).await;
    assert!(told.iter().any(|line| line == "rc-service chmpx restart"), "{said}{told:#?}");

    node.chmpx = None;
    start_official_supervisor(&mut node);
    node.start_agent();
    node.until_settled("restarted").await;
    fs::remove_file(node.path("told")).unwrap();
    let (_, said, told) = bootstrap(&node, &[]).await;
    assert!(told.iter().any(|line| line == "rc-service chmpx start"), "{said}{told:#?}");
    assert!(!told.iter().any(|line| line.ends_with("restart")), "{told:#?}");
}

#[tokio::test]
async fn a_file_of_somebody_else_under_that_name_stays_and_is_told() {
    let node = with_supervisor_settings("").await;
    write_antpickax(&node, "chmpx.ini", "[GLOBAL]\n");
    let (code, said, _) = bootstrap(&node, &[]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("the supervisor of chmpx starts it with"), "{said}");
    let file = node.path("root/etc/antpickax/chmpx.ini");
    assert_eq!(fs::read_to_string(file).unwrap(), "[GLOBAL]\n");
}
