//! The agent is told to end.

use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use sim::k2hr3::{Cluster, Fault, Route};

use crate::support::{LIMIT, Node};

/// What systemd is told in `TimeoutStopSec`, with a margin.
const AT_ONCE: Duration = Duration::from_secs(5);

async fn ends_at_once(node: &mut Node) {
    let start = Instant::now();
    assert_eq!(node.stop_agent(Signal::SIGTERM).await, Some(0));
    assert!(start.elapsed() < AT_ONCE, "it took {:?}", start.elapsed());
    assert!(node.installed().is_empty() || node.installed().contains("[SLVNODE]"));
}

#[tokio::test]
async fn a_settled_agent_ends_at_once() {
    let mut node = Node::settled().await;
    ends_at_once(&mut node).await;
}

#[tokio::test]
async fn an_agent_that_waits_for_k2hr3_ends_at_once() {
    let mut node = Node::new().await;
    node.set("k2hr3.timeout", "30s");
    node.k2hr3.fault(Fault::Hang).await.unwrap();
    node.start_agent();
    node.k2hr3.until(|counts| counts.of(Route::Read) > 0).await.unwrap();
    ends_at_once(&mut node).await;
}

#[tokio::test]
async fn a_node_that_leaves_at_a_stop_is_back_after_the_next_start() {
    let mut node = Node::new().await;
    node.set("k2hr3.leave_at_stop", "yes");
    node.start_chmpx();
    node.start_agent();
    node.until_settled("the first time").await;
    ends_at_once(&mut node).await;
    assert_eq!(node.cluster.slaves().await.unwrap().len(), 0);

    node.start_agent();
    node.k2hr3.until(|counts| counts.of(Route::Register) == 2).await.unwrap();
    node.until_settled("back").await;

    node.k2hr3.fault(Fault::Hang).on(Route::Unregister).await.unwrap();
    ends_at_once(&mut node).await;
}

#[tokio::test]
async fn an_agent_whose_restart_command_hangs_ends_at_once() {
    let mut node = Node::new().await;
    node.set("chmpx.on_change", "restart");
    node.set("chmpx.restart_command", "/bin/sleep 60");
    node.start_chmpx();
    node.start_agent();
    node.until_settled("the first time").await;
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    node.until("the restart is tried", |_| node.log().contains("restarting chmpx")).await;
    ends_at_once(&mut node).await;
}

#[tokio::test]
async fn settings_are_read_again_on_request_and_bad_ones_are_not_taken() {
    let mut node = Node::settled().await;
    node.set("pace.interval", "no time at all");
    node.signal_agent(Signal::SIGHUP);
    node.until("bad settings", |_| node.log().contains("the settings in force stay")).await;
    node.set("pace.interval", "300ms");
    node.set("k2hr3.ca_file", "/nonexistent/ca.pem");
    node.signal_agent(Signal::SIGHUP);
    node.until("a missing file", |_| node.log().contains("could not use the certificates")).await;
    node.set("k2hr3.ca_file", "");
    node.set("paths.runtime_dir", &node.path("elsewhere").display().to_string());
    node.signal_agent(Signal::SIGHUP);
    node.until("good settings", |_| node.log().contains("the settings were read again")).await;
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    node.until_settled("with new settings").await;
    assert!(node.report().is_some(), "it is asked where it was before");
}

#[tokio::test]
async fn systemd_is_told_of_a_reload_and_of_the_end() {
    let mut node = Node::new().await;
    let systemd = UnixDatagram::bind(node.path("notify")).unwrap();
    systemd.set_read_timeout(Some(LIMIT)).unwrap();
    let hear = |word: &str| loop {
        let mut bytes = [0; 4096];
        let length = systemd.recv(&mut bytes).unwrap_or_else(|error| panic!("{word}: {error}"));
        let told = String::from_utf8_lossy(&bytes[..length]).into_owned();
        if told.contains(word) {
            return told;
        }
    };
    let mut command = node.agent(&["-vv", "run"]);
    command.env("NOTIFY_SOCKET", node.path("notify"));
    node.start_chmpx();
    node.start(command);
    node.until_settled("told").await;

    node.signal_agent(Signal::SIGHUP);
    assert!(hear("RELOADING=1").contains("MONOTONIC_USEC="));
    hear("READY=1");
    ends_at_once(&mut node).await;
    hear("STOPPING=1");
}
