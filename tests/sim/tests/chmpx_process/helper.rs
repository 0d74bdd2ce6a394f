//! The look-alike of chmpx-service-helper.
use std::{fs, path::PathBuf, time::Duration};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use sim::chmpx::{Builder, Chmpx, events::Kind, state::start_ticks};
use tokio::time::sleep;

use crate::slave::{Slave, count};

const SHORT: Duration = Duration::from_millis(50);

fn helped(slave: &Slave, grace: Duration) -> Builder {
    slave.builder().helped(SHORT, Duration::ZERO, grace)
}

fn pid_file(chmpx: &Chmpx, name: &str) -> PathBuf {
    let (_, state) =
        chmpx.settings().environment().iter().find(|(n, _)| *n == "CHMPX_SIM_DIR").unwrap();
    PathBuf::from(state).parent().unwrap().join("pid").join(name)
}

/// The helper writes the file after it has started the process, so this may have to wait.
async fn pid_in(chmpx: &Chmpx, name: &str) -> u32 {
    for _ in 0..2000 {
        let text = fs::read_to_string(pid_file(chmpx, name)).unwrap_or_default();
        if let Ok(pid) = text.trim().parse() {
            return pid;
        }
        sleep(Duration::from_millis(5)).await;
    }
    panic!("{name} was never written");
}

#[tokio::test]
async fn a_chmpx_that_ended_is_started_again() {
    let slave = Slave::new();
    let mut chmpx = helped(&slave, Duration::ZERO).start().await.unwrap();
    let first = pid_in(&chmpx, "chmpx.pid").await;
    assert_eq!(pid_in(&chmpx, "chmpx-service-helper.pid").await, chmpx.pid());
    assert_eq!(chmpx.chmpx_pid().unwrap(), Some(first));

    kill(Pid::from_raw(i32::try_from(first).unwrap()), Signal::SIGHUP).unwrap();
    chmpx.wait_for(|events| count(events, Kind::Started) == 2).await.unwrap();
    assert_ne!(chmpx.chmpx_pid().unwrap(), Some(first));
}

#[tokio::test]
async fn a_chmpx_that_does_not_live_through_its_grace_ends_the_helper_with_1() {
    let slave = Slave::new();
    slave.replace("[GLOBAL]\n");
    let mut helper = helped(&slave, Duration::from_millis(300)).spawn().unwrap();
    assert_eq!(helper.wait_exit().await.unwrap().code(), Some(1));
    assert!(!pid_file(&helper, "chmpx.pid").exists());
}

#[tokio::test]
async fn hup_to_the_helper_stops_both() {
    let slave = Slave::new();
    let mut helper = helped(&slave, SHORT).start().await.unwrap();
    let chmpx = helper.chmpx_pid().unwrap().unwrap();
    helper.signal(Signal::SIGHUP).unwrap();
    assert_eq!(helper.wait_exit().await.unwrap().code(), Some(0));
    assert_eq!(start_ticks(chmpx), None);
    assert!(!pid_file(&helper, "chmpx.pid").exists());
    assert!(!pid_file(&helper, "chmpx-service-helper.pid").exists());
}

#[tokio::test]
async fn a_missing_file_is_waited_for() {
    let slave = Slave::new();
    let staged = slave.beside("later.ini");
    fs::rename(slave.conf(), &staged).unwrap();
    let mut chmpx = helped(&slave, SHORT).spawn().unwrap();
    fs::rename(staged, slave.conf()).unwrap();
    chmpx.wait_event(Kind::Started).await.unwrap();
}
