//! Files that load and do not start, and files that do not load.
use std::{fs, net::TcpListener, os::unix::process::ExitStatusExt as _};

use nix::sys::signal::Signal;
use sim::chmpx::events::Kind;

use crate::slave::{Slave, count};

async fn end_of(from: &str, to: &str) -> std::process::ExitStatus {
    let slave = Slave::new();
    let text = slave.text(1).replace(from, to);
    assert_ne!(text, slave.text(1));
    fs::write(slave.conf(), text).unwrap();
    let mut chmpx = slave.builder().spawn().unwrap();
    let status = chmpx.wait_exit().await.unwrap();
    assert_eq!(count(&chmpx.events().unwrap(), Kind::Started), 0, "{to}");
    status
}

#[tokio::test]
async fn a_start_with_a_file_that_does_not_load_exits_with_1() {
    for (from, to) in [
        ("GROUP = test", "group = test"),
        ("MODE = SLAVE", "MODE = SERVER"),
        ("REPLICA = 1", "SSL = true"),
        ("NAME = srv1.example", "NAME ="),
    ] {
        assert_eq!(end_of(from, to).await.code(), Some(1), "{to}");
    }
}

#[tokio::test]
async fn a_start_as_nobody_in_the_file_exits_with_1() {
    for (from, to) in [
        ("NAME = slv1.example", "NAME = slv2.example"),
        ("SELFCUK = own", "SELFCUK = other"),
        ("GROUP = test", "GROUP = a/b"),
        ("DELIVERMODE = hash", "DELIVERMODE = hash\nK2HMASKBIT = 0"),
        ("REPLICA = 1", "MAXQPERSERVERMQ = 0"),
        ("REPLICA = 1", "CHMPXIDTYPE = CUSTOM"),
    ] {
        assert_eq!(end_of(from, to).await.code(), Some(1), "{to}");
    }
}

#[tokio::test]
async fn numbers_that_nobody_checks_crash_the_start() {
    for (from, to, signal) in [
        ("MAXCHMPX = 8", "MAXCHMPX = 0", Signal::SIGSEGV),
        ("REPLICA = 1", "MQPERATTACH = many", Signal::SIGFPE),
    ] {
        assert_eq!(end_of(from, to).await.signal(), Some(signal as i32), "{to}");
    }
}

#[tokio::test]
async fn a_taken_control_port_exits_with_1() {
    let slave = Slave::new();
    let _taken = TcpListener::bind(("127.0.0.1", slave.port)).unwrap();
    let mut chmpx = slave.builder().spawn().unwrap();
    assert_eq!(chmpx.wait_exit().await.unwrap().code(), Some(1));
}

#[tokio::test]
async fn it_can_be_told_not_to_start_with_some_files() {
    let slave = Slave::new();
    let told = slave.builder().set("CHMPX_SIM_REFUSE_START_IF", "srv2.example");
    let mut chmpx = told.clone().spawn().unwrap();
    assert_eq!(chmpx.wait_exit().await.unwrap().code(), Some(1));

    slave.replace(&slave.text(1).replace("srv2.example", "srv3.example"));
    told.start().await.unwrap();
}

#[tokio::test]
async fn the_command_line_stands_in_for_the_file() {
    let slave = Slave::new();
    let text = slave.text(1).replace("SELFCUK = own\n", "");
    fs::write(slave.conf(), text).unwrap();
    slave.builder().argument("-cuk").argument("own").start().await.unwrap();
}
