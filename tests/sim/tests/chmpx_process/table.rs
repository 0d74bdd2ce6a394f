//! What a change of the file, and the ring, do to the table of servers.
use std::os::unix::process::ExitStatusExt as _;

use nix::sys::signal::Signal;
use sim::chmpx::{Chmpx, events::Kind, table::Entry};

use crate::slave::{Slave, count};

/// The table in short: `srv1.example:8020 UP IN connected`.
fn table(chmpx: &Chmpx) -> Vec<String> {
    let short = |entry: &Entry| {
        let up = if entry.up { "UP" } else { "DOWN" };
        let service = if entry.service_in { "IN" } else { "OUT" };
        let connected = if entry.socket >= 0 { " connected" } else { "" };
        let name = entry.name.trim_end_matches(".example");
        format!("{name}:{} {up} {service}{connected}", entry.port)
    };
    chmpx.state().unwrap().servers.iter().map(short).collect()
}

async fn wait_table(chmpx: &mut Chmpx, expected: &[&str]) {
    for _ in 0..2000 {
        if table(chmpx) == expected {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(table(chmpx), expected);
}

fn without_srv2(text: &str) -> String {
    let at = text.find("[SVRNODE]\nNAME = srv2").unwrap();
    let end = text.find("[SLVNODE]").unwrap();
    format!("{}{}", &text[..at], &text[end..])
}

const SRV3: &str =
    "[SVRNODE]\nNAME = srv3.example\nPORT = 8020\nCTLPORT = 8021\nCUK = three\n[SLVNODE]";

#[tokio::test]
async fn an_added_server_appears_and_gets_connected() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    wait_table(&mut chmpx, &["srv1:8020 UP IN connected", "srv2:8020 UP IN connected"]).await;
    slave.exchange(&slave.text(2).replace("[SLVNODE]", SRV3));
    chmpx.wait_adopted(2).await.unwrap();
    let all =
        ["srv1:8020 UP IN connected", "srv2:8020 UP IN connected", "srv3:8020 UP IN connected"];
    wait_table(&mut chmpx, &all).await;
}

#[tokio::test]
async fn a_removed_server_stays_until_it_is_down_and_out() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    slave.exchange(&without_srv2(&slave.text(2)));
    chmpx.wait_adopted(2).await.unwrap();
    wait_table(&mut chmpx, &["srv1:8020 UP IN connected", "srv2:8020 UP IN connected"]).await;
    chmpx.ring("srv1.example UP\nsrv2.example DOWN IN\n").unwrap();
    wait_table(&mut chmpx, &["srv1:8020 UP IN connected", "srv2:8020 DOWN IN"]).await;
    chmpx.ring("srv1.example UP\nsrv2.example DOWN OUT\n").unwrap();
    wait_table(&mut chmpx, &["srv1:8020 UP IN connected"]).await;
}

#[tokio::test]
async fn a_server_that_is_down_and_out_stays_as_long_as_the_file_names_it() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    chmpx.ring("srv1.example UP\n").unwrap();
    wait_table(&mut chmpx, &["srv1:8020 UP IN connected", "srv2:8020 DOWN OUT"]).await;
    slave.exchange(&without_srv2(&slave.text(2)));
    chmpx.wait_adopted(2).await.unwrap();
    wait_table(&mut chmpx, &["srv1:8020 UP IN connected"]).await;
}

#[tokio::test]
async fn the_ring_tells_about_servers_that_the_file_does_not_name() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    chmpx.ring("srv3.example:8021 UP OUT\n").unwrap();
    wait_table(&mut chmpx, &["srv1:8020 DOWN OUT", "srv2:8020 DOWN OUT"]).await;
    chmpx.ring("srv3.example:8021 UP OUT\nsrv1.example UP\n").unwrap();
    let told = ["srv1:8020 UP IN connected", "srv2:8020 DOWN OUT", "srv3:8020 UP OUT connected"];
    wait_table(&mut chmpx, &told).await;
}

#[tokio::test]
async fn the_port_of_a_known_server_is_not_taken_over() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    slave.exchange(&slave.text(2).replace("PORT = 8020", "PORT = 9020"));
    chmpx.wait_adopted(2).await.unwrap();
    wait_table(&mut chmpx, &["srv1:8020 UP IN connected", "srv2:8020 UP IN connected"]).await;
}

#[tokio::test]
async fn another_cuk_of_a_known_server_makes_a_phantom() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    slave.exchange(&slave.text(2).replace("CUK = two", "CUK = changed"));
    chmpx.wait_adopted(2).await.unwrap();
    let both = ["srv1:8020 UP IN connected", "srv2:8020 UP IN connected", "srv2:8020 DOWN OUT"];
    wait_table(&mut chmpx, &both).await;
}

#[tokio::test]
async fn more_servers_than_the_area_holds_are_absent_and_counted() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    let many = slave.text(2).replace("MAXCHMPX = 8", "MAXCHMPX = 64");
    slave.exchange(&many.replace("NAME = srv2.example", "NAME = n[1-21]"));
    chmpx.wait_adopted(2).await.unwrap();
    let state = chmpx.state().unwrap();
    assert_eq!((state.server_count, state.servers.len()), (23, 7));
    assert_eq!(state.numbers["MAXCHMPX"], 64);
}

#[tokio::test]
async fn another_group_is_refused_and_the_next_good_file_is_adopted() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    for (generation, from, to) in
        [(2, "GROUP = test", "GROUP = other"), (3, "REPLICA = 1", "CHMPXIDTYPE = CUK")]
    {
        slave.exchange(&slave.text(generation).replace(from, to));
        let times = usize::try_from(generation).unwrap() - 1;
        chmpx.wait_for(|events| count(events, Kind::Refused) == times).await.unwrap();
        assert_eq!(Slave::revision(&chmpx), 1);
    }
    slave.exchange(&slave.text(4));
    chmpx.wait_adopted(4).await.unwrap();
}

#[tokio::test]
async fn the_first_tls_server_crashes_a_slave_that_started_without_one() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    let key = slave.beside("key.pem");
    std::fs::write(&key, "").unwrap();
    let key = key.display();
    let tls = format!(
        "[SVRNODE]\nNAME = srv3.example\nPORT = 1\nCTLPORT = 2\nSSL = on\n\
         SERVER_CERT = {key}\nSERVER_PRIKEY = {key}\n[SLVNODE]"
    );
    slave.exchange(&slave.text(2).replace("[SLVNODE]", &tls));
    chmpx.wait_adopted(2).await.unwrap();
    assert_eq!(chmpx.wait_exit().await.unwrap().signal(), Some(Signal::SIGSEGV as i32));
}
