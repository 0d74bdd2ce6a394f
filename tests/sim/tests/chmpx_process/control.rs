//! The control port, and what connecting to it does to a change of the file.
use std::time::Duration;

use nix::sys::signal::Signal;
use sim::chmpx::{Chmpx, events::Kind};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::slave::{Slave, count, settled};

#[tokio::test]
async fn commands_are_answered_one_a_connection() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    let version = Chmpx::control(slave.port, "version\r\nDUMP\n").await.unwrap();
    assert!(version.starts_with("Version 1.0.113"), "{version}");
    let own = Chmpx::control(slave.port, "SELFSTATUS").await.unwrap();
    assert!(own.contains("To Servers              = 2"), "{own}");
    let all = Chmpx::control(slave.port, "ALLSTATUS\0").await.unwrap();
    assert!(all.contains("No.2") && !all.contains("version"), "{all}");
    let unknown = Chmpx::control(slave.port, "RELOAD\n").await.unwrap();
    assert_eq!(unknown, "Unknown command(RELOAD)\n");
    let refused = Chmpx::control(slave.port, "SERVICEIN\n").await.unwrap();
    assert!(refused.starts_with("ERROR"), "{refused}");

    chmpx.wait_for(|e| count(e, Kind::ServerChanged) >= 4).await.unwrap();
    let dump = Chmpx::control(slave.port, "DUMP\n").await.unwrap();
    for line in ["cfg_revision        = 1", "chmpx_server_count  = 2", "sock             = 20"] {
        assert!(dump.contains(line), "{line}: {dump}");
    }
}

#[tokio::test]
async fn a_command_in_two_segments_is_two_tries() {
    let slave = Slave::new();
    let _chmpx = slave.start().await;
    let mut stream = TcpStream::connect(("127.0.0.1", slave.port)).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream.write_all(b"VER").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert_eq!(answer, "Unknown command(VER)\n");
}

/// Makes the connection arrive before the event of the watch, by stopping the process meanwhile.
async fn connect_first(slave: &Slave, chmpx: &mut Chmpx, text: &str) {
    chmpx.signal(Signal::SIGSTOP).unwrap();
    let stream = TcpStream::connect(("127.0.0.1", slave.port)).await.unwrap();
    slave.exchange(text);
    chmpx.signal(Signal::SIGCONT).unwrap();
    settled(chmpx).await;
    drop(stream);
}

#[tokio::test]
async fn a_control_connection_can_swallow_a_change() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    connect_first(&slave, &mut chmpx, &slave.text(2)).await;
    let events = chmpx.wait_event(Kind::Swallowed).await.unwrap();
    assert_eq!(count(&events, Kind::Adopted), 0);
    assert_eq!(Slave::revision(&chmpx), 1);

    // The same text again does not help, another generation does.
    slave.exchange(&slave.text(2));
    chmpx.wait_for(|events| count(events, Kind::Unchanged) >= 2).await.unwrap();
    assert_eq!(Slave::revision(&chmpx), 1);
    slave.exchange(&slave.text(3));
    chmpx.wait_adopted(3).await.unwrap();
}

#[tokio::test]
async fn a_swallowed_change_may_be_applied_when_the_ring_changes() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    connect_first(&slave, &mut chmpx, &slave.text(2)).await;
    chmpx.wait_event(Kind::Swallowed).await.unwrap();
    assert_eq!(Slave::revision(&chmpx), 1);
    chmpx.ring("srv1.example UP\nsrv2.example DOWN OUT\n").unwrap();
    chmpx.wait_adopted(2).await.unwrap();
}

#[tokio::test]
async fn a_connection_from_a_known_server_swallows_nothing() {
    let slave = Slave::new();
    let hosts = "127.0.0.1 srv1.example\n192.0.2.10 slv1.example\n192.0.2.102 srv2.example\n";
    let mut chmpx = slave.builder().hosts(hosts).unwrap().start().await.unwrap();
    connect_first(&slave, &mut chmpx, &slave.text(2)).await;
    let events = chmpx.wait_adopted(2).await.unwrap();
    assert_eq!(count(&events, Kind::Swallowed), 0);
}

#[tokio::test]
async fn a_connection_while_the_file_is_bad_ends_the_process() {
    let slave = Slave::new();
    let blind = slave.builder().set("CHMPX_SIM_IGNORE_CHANGES", "1");
    let mut chmpx = blind.start().await.unwrap();
    slave.replace("[GLOBAL]\n");
    assert_eq!(count(&settled(&mut chmpx).await, Kind::Loaded), 0);
    drop(Chmpx::control(slave.port, "VERSION").await);
    assert_eq!(chmpx.wait_exit().await.unwrap().code(), Some(0));
}

#[tokio::test]
async fn a_stranger_is_answered_when_prompt_and_blocks_everything_when_silent() {
    let slave = Slave::new();
    let patience = "REPLICA = 1\nRETRYCNT = 300\nRWTIMEOUT = 1000";
    slave.replace(&slave.text(1).replace("REPLICA = 1", patience));
    let stranger = slave.builder().host("slv1.example", "192.0.2.10");
    let mut chmpx = stranger.start().await.unwrap();
    let answer = Chmpx::control(slave.port, "VERSION").await.unwrap();
    assert!(answer.starts_with("Version"), "{answer}");

    let silent = TcpStream::connect(("127.0.0.1", slave.port)).await.unwrap();
    let denied = chmpx.wait_for(|events| count(events, Kind::Denied) == 2).await.unwrap();
    let events = settled(&mut chmpx).await;
    drop(silent);
    let blocked = events.last().unwrap().ms - denied.last().unwrap().ms;
    assert!(blocked >= Duration::from_millis(250).as_secs_f64() * 1000.0, "{blocked} ms");
}
