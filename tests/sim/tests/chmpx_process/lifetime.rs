//! Signals, ends, and deaths that were asked for.
use std::os::unix::process::ExitStatusExt as _;

use nix::sys::signal::Signal;
use sim::chmpx::{Builder, events::Kind, state::State};

use crate::slave::{Slave, settled};

#[tokio::test]
async fn hup_and_int_are_clean_ends() {
    for signal in [Signal::SIGHUP, Signal::SIGINT] {
        let slave = Slave::new();
        let mut chmpx = slave.start().await;
        assert!(chmpx.state().is_some());
        chmpx.signal(signal).unwrap();
        assert_eq!(chmpx.wait_exit().await.unwrap().code(), Some(0), "{signal}");
        assert_eq!(state_files(chmpx.settings()), Vec::<String>::new(), "{signal}");
    }
}

#[tokio::test]
async fn term_quit_and_usr2_have_no_effect() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    for signal in [Signal::SIGTERM, Signal::SIGQUIT, Signal::SIGUSR2] {
        chmpx.signal(signal).unwrap();
        settled(&mut chmpx).await;
        assert!(chmpx.has_exited().unwrap().is_none(), "{signal}");
    }
}

#[tokio::test]
async fn usr1_says_its_next_log_level() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    for level in ["ERR", "WAN", "MSG", "DUMP", "SILENT"] {
        settled(&mut chmpx).await;
        let log = chmpx.log().unwrap();
        assert!(log.lines().last().unwrap().ends_with(level), "{log}");
    }
}

#[tokio::test]
async fn a_killed_chmpx_leaves_a_state_that_nobody_can_attach_to() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    chmpx.signal(Signal::SIGKILL).unwrap();
    assert_eq!(chmpx.wait_exit().await.unwrap().signal(), Some(9));
    assert_eq!(state_files(chmpx.settings()), [format!("test-{}.chmpx", slave.port)]);
    assert!(chmpx.state().is_none());
}

#[tokio::test]
async fn a_second_chmpx_is_not_refused_and_loses_its_memory_to_the_first() {
    let slave = Slave::new();
    let mut first = slave.start().await;
    let mut second = slave.start().await;
    assert_eq!(second.state().unwrap().pid, second.pid());
    first.signal(Signal::SIGHUP).unwrap();
    first.wait_exit().await.unwrap();
    settled(&mut second).await;
    assert_eq!(second.has_exited().unwrap(), None);
    assert_eq!(second.state().map(|state: State| state.pid), None);
}

#[tokio::test]
async fn it_can_be_told_to_die_after_adopting() {
    let slave = Slave::new();
    let told = slave.builder().set("CHMPX_SIM_DIE_AFTER_ADOPT_MS", "50");
    let mut chmpx = told.start().await.unwrap();
    slave.exchange(&slave.text(2));
    chmpx.wait_adopted(2).await.unwrap();
    assert_eq!(chmpx.wait_exit().await.unwrap().signal(), Some(Signal::SIGSEGV as i32));
}

#[tokio::test]
async fn it_can_be_told_to_die_of_some_files_only() {
    let slave = Slave::new();
    let told = slave.builder().set("CHMPX_SIM_DIE_IF", "FILEVERSION = 0000003");
    let mut chmpx = told.clone().start().await.unwrap();
    slave.exchange(&slave.text(2));
    chmpx.wait_adopted(2).await.unwrap();
    slave.exchange(&slave.text(3));
    assert_eq!(chmpx.wait_exit().await.unwrap().signal(), Some(Signal::SIGSEGV as i32));

    let mut again = told.start().await.unwrap();
    assert_eq!(again.wait_exit().await.unwrap().signal(), Some(Signal::SIGSEGV as i32));
}

#[tokio::test]
async fn slow_names_delay_the_adoption() {
    let slave = Slave::new();
    let mut chmpx = slave.builder().set("CHMPX_SIM_SLOW_MS", "150").start().await.unwrap();
    slave.exchange(&slave.text(2));
    let events = chmpx.wait_adopted(2).await.unwrap();
    let at = |kind| events.iter().find(|event| event.event == kind).unwrap().ms;
    assert!(at(Kind::Adopted) - at(Kind::Loaded) >= 150.0, "{events:#?}");
}

fn state_files(settings: &Builder) -> Vec<String> {
    let (_, folder) =
        settings.environment().iter().find(|(name, _)| *name == "CHMPX_SIM_DIR").unwrap();
    let files = std::fs::read_dir(folder).unwrap();
    files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}
