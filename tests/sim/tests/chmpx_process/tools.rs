//! The look-alikes of chmpxstatus and chmpxconftest.
use std::process::Output;

use sim::chmpx::Builder;

use crate::slave::Slave;

async fn run(settings: &Builder, tool: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, .. } = settings.tool(tool).args(arguments).output().await.unwrap();
    (status.code(), String::from_utf8(stdout).unwrap())
}

#[tokio::test]
async fn status_shows_the_generation_and_the_servers() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    let (code, text) = run(chmpx.settings(), "chmpxstatus-sim", &[]).await;
    assert_eq!(code, Some(0));
    let value = |key: &str| {
        let line = text.lines().find(|line| line.trim_start().starts_with(key)).unwrap();
        line.split_once('=').unwrap().1.trim().to_owned()
    };
    assert_eq!(value("chmpx process id"), chmpx.pid().to_string());
    assert_eq!(value("configuration file version"), "1");
    assert_eq!(value("hostname"), "slv1.example");
    assert!(text.contains("server chmpxs [ 2 ] = {"), "{text}");

    slave.exchange(&slave.text(2));
    chmpx.wait_adopted(2).await.unwrap();
    let (_, text) = run(chmpx.settings(), "chmpxstatus-sim", &[]).await;
    assert!(text.contains("configuration file version                   = 2"), "{text}");
    let (code, text) = run(chmpx.settings(), "chmpxstatus-sim", &["-self"]).await;
    assert!(code == Some(0) && !text.contains("server chmpxs"), "{text}");
}

#[tokio::test]
async fn status_fails_without_a_chmpx_and_while_the_file_is_broken() {
    let slave = Slave::new();
    let settings = slave.builder();
    assert_eq!(run(&settings, "chmpxstatus-sim", &[]).await.0, Some(1));

    let blind = slave.builder().set("CHMPX_SIM_IGNORE_CHANGES", "1");
    let chmpx = blind.start().await.unwrap();
    slave.replace("");
    assert_eq!(run(chmpx.settings(), "chmpxstatus-sim", &[]).await.0, Some(1));
    slave.replace(&slave.text(1).replace("GROUP = test", "GROUP = other"));
    assert_eq!(run(chmpx.settings(), "chmpxstatus-sim", &[]).await.0, Some(1));
    slave.replace(&slave.text(1));
    assert_eq!(run(chmpx.settings(), "chmpxstatus-sim", &[]).await.0, Some(0));
}

#[tokio::test]
async fn status_can_wait() {
    let slave = Slave::new();
    let wait = ["-wait", "-live", "up", "-ring", "slave", "-nosuspend", "-timeout"];
    let settings = slave.builder();
    let (code, text) = run(&settings, "chmpxstatus-sim", &[&wait[..], &["0"]].concat()).await;
    assert_eq!((code, text.as_str()), (Some(1), "FAILED\n"));

    let _chmpx = slave.start().await;
    let (code, text) = run(&settings, "chmpxstatus-sim", &[&wait[..], &["3"]].concat()).await;
    assert_eq!((code, text.as_str()), (Some(0), "SUCCEED\n"));
}

#[tokio::test]
async fn installed_tools_need_no_environment() {
    let slave = Slave::new();
    let chmpx = slave.start().await;
    let bin = chmpx.settings().install().unwrap();
    for tool in ["chmpxstatus", "chmpxconftest"] {
        let mut command = tokio::process::Command::new(bin.join(tool));
        let output = command.env_clear().arg("-conf").arg(slave.conf()).output().await.unwrap();
        assert!(output.status.success() && !output.stdout.is_empty(), "{tool}: {output:?}");
    }
}

#[tokio::test]
async fn conftest_exits_with_0_for_a_broken_file_too() {
    let slave = Slave::new();
    let arguments = ["-no_check_update", "-d", "ERR"];
    let settings = slave.builder();
    let (code, text) = run(&settings, "chmpxconftest-sim", &arguments).await;
    assert_eq!(code, Some(0));
    assert!(text.lines().any(|line| line == "configuration{"), "{text}");
    assert!(text.contains("server[2]{") && text.contains("slave[1]{"), "{text}");

    slave.replace("[GLOBAL]\n");
    let broken = settings.tool("chmpxconftest-sim").args(arguments).output().await.unwrap();
    assert_eq!(broken.status.code(), Some(0));
    assert!(broken.stdout.is_empty() && !broken.stderr.is_empty());

    std::fs::remove_file(slave.conf()).unwrap();
    assert_eq!(run(&settings, "chmpxconftest-sim", &arguments).await.0, Some(1));
}
