//! From nothing to a chmpx that follows its cluster.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;

use sim::k2hr3::Route;

use crate::support::{CUK, Node};

#[tokio::test]
async fn a_new_node_registers_installs_and_is_adopted() {
    let node = Node::settled().await;

    let members = node.cluster.slaves().await.unwrap();
    assert_eq!(members.len(), 1);
    assert_eq!(members[0].cuk, CUK);
    let report = node.report().unwrap();
    assert_eq!(report.adopted.unwrap().generation, 1);
    assert!(report.registered);
    assert_eq!(node.installed().matches("[SVRNODE]").count(), 3);
    assert!(node.installed().contains(&format!("SELFCUK             = {CUK}\n")));
}

#[tokio::test]
async fn chmpxstatus_is_not_asked_before_there_is_a_file_that_it_could_read() {
    let mut node = Node::new().await;
    let (asked, in_vain) = (node.path("asked"), node.path("in-vain"));
    let script = format!(
        "#!/bin/sh\n: >{}\ntest -e {} || : >{}\nexit 1\n",
        asked.display(),
        node.target().display(),
        in_vain.display(),
    );
    let program = node.path("chmpxstatus");
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    node.set("chmpx.status_command", program.to_str().unwrap());
    node.start_agent();
    node.until_code("no-chmpx").await;

    assert!(asked.exists(), "with the file it is asked");
    assert!(!in_vain.exists());
}

#[tokio::test]
async fn the_role_token_may_come_as_a_credential_of_systemd() {
    let mut node = Node::new().await;
    let credentials = node.path("credentials");
    fs::create_dir_all(&credentials).unwrap();
    fs::rename(node.token_file(), credentials.join("role-token")).unwrap();
    node.unset("k2hr3.token_file");
    node.start_chmpx();
    let mut command = node.agent(&["register"]);
    command.env("CREDENTIALS_DIRECTORY", &credentials);
    let output = tokio::process::Command::from(command).output().await.unwrap();

    assert!(output.status.success(), "{output:?}");
    assert_eq!(node.cluster.slaves().await.unwrap()[0].cuk, CUK);
}

#[tokio::test]
async fn a_registered_node_does_not_register_again() {
    let mut node = Node::settled().await;
    node.stop_agent(nix::sys::signal::Signal::SIGKILL).await;
    fs::remove_dir_all(node.path("root/var/lib/k2hdkc-slave-agent")).unwrap();
    node.start_agent();
    node.until("it recognises itself", |report| report.registered && report.settled).await;

    assert_eq!(node.k2hr3.counts().await.unwrap().of(Route::Register), 1);
}

#[tokio::test]
async fn another_instance_with_the_same_disk_registers_anew() {
    let mut node = Node::settled().await;
    node.stop_agent(nix::sys::signal::Signal::SIGTERM).await;
    node.set("node.cuk", "i-test-0002");
    node.start_agent();

    node.until("the clone", |report| report.cuk == "i-test-0002" && report.registered).await;
    assert_eq!(node.k2hr3.counts().await.unwrap().of(Route::Register), 2);
}

#[tokio::test]
async fn what_the_official_script_left_is_enough_to_begin_with() {
    let mut node = Node::new().await;
    let antpickax = node.path("root/etc/antpickax");
    fs::create_dir_all(&antpickax).unwrap();
    for (name, text) in [
        ("k2hr3-role-token", node.cluster.token().to_owned()),
        ("k2hr3-role-name", node.cluster.role()),
        ("k2hr3-cuk", CUK.to_owned()),
        ("k2hr3-tag-param", format!("tag={}", crate::support::own_address())),
        ("k2hr3-api-uri", node.k2hr3.url().to_owned()),
    ] {
        fs::write(antpickax.join(name), text).unwrap();
    }
    for key in ["k2hr3.api_uri", "k2hr3.role", "k2hr3.token_file", "node.cuk", "node.tag"] {
        node.unset(key);
    }
    node.start_chmpx();
    node.start_agent();
    node.until_settled("by the files of the official script").await;

    let token = fs::metadata(antpickax.join("k2hr3-role-token")).unwrap();
    assert_eq!(token.permissions().mode() & 0o777, 0o600, "others could read it before");
}

#[tokio::test]
async fn a_service_waits_for_an_identity_that_comes_later_than_the_agent() {
    let mut node = Node::new().await;
    let antpickax = node.path("root/etc/antpickax");
    fs::create_dir_all(&antpickax).unwrap();
    let (role, url) = (node.cluster.role(), node.k2hr3.url().to_owned());
    for key in ["k2hr3.api_uri", "k2hr3.role", "node.cuk"] {
        node.unset(key);
    }
    // By hand there is nobody to wait for.
    assert_eq!(node.run(&["run"]).await.status.code(), Some(78));

    let systemd = UnixDatagram::bind(node.path("notify")).unwrap();
    let mut command = node.agent(&["-vv", "run"]);
    command.env("NOTIFY_SOCKET", node.path("notify"));
    node.start(command);
    let told = || {
        let mut told = [0; 4096];
        let length = systemd.recv(&mut told).unwrap();
        String::from_utf8_lossy(&told[..length]).into_owned()
    };
    let first = told();
    assert!(first.contains("READY=1"), "{first}");
    assert!(first.contains("STATUS=waiting: k2hr3.role is not set"), "{first}");
    fs::write(antpickax.join("k2hr3-role-name"), role).unwrap();
    assert!(told().contains("STATUS=waiting: node.cuk is not set"));
    fs::write(antpickax.join("k2hr3-cuk"), CUK).unwrap();
    assert!(told().contains("STATUS=waiting: k2hr3.api_uri is not set"));

    node.start_chmpx();
    fs::write(antpickax.join("k2hr3-api-uri"), url).unwrap();
    node.until_settled("by the files that came later").await;
}

#[tokio::test]
async fn a_service_that_waits_for_an_identity_ends_when_it_is_told_to() {
    let mut node = Node::new().await;
    node.unset("k2hr3.role");
    let systemd = UnixDatagram::bind(node.path("notify")).unwrap();
    let mut command = node.agent(&["run"]);
    command.env("NOTIFY_SOCKET", node.path("notify"));
    node.start(command);
    systemd.recv(&mut [0; 4096]).unwrap();
    assert_eq!(node.stop_agent(nix::sys::signal::Signal::SIGTERM).await, Some(0));
}

#[tokio::test]
async fn a_token_that_comes_later_is_noticed() {
    let mut node = Node::new().await;
    let token = node.cluster.token().to_owned();
    fs::remove_file(node.token_file()).unwrap();
    node.start_chmpx();
    node.start_agent();
    node.until_code("no-token").await;

    node.write_token(&token);
    node.until_settled("with the token").await;
}

#[tokio::test]
async fn the_file_can_be_read_by_those_who_could_read_the_one_before() {
    let mut node = Node::new().await;
    fs::write(node.target(), "# empty\n").unwrap();
    fs::set_permissions(node.target(), fs::Permissions::from_mode(0o664)).unwrap();
    node.start_agent();
    node.until_code("no-chmpx").await;
    node.start_chmpx();
    node.until_settled("over the file of somebody else").await;

    let mode = fs::metadata(node.target()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o664);
    let previous = fs::read_to_string(node.path("root/etc/k2hdkc/.slave.prev.ini")).unwrap();
    assert_eq!(previous, "# empty\n");
}
