//! The cluster changes, and chmpx follows.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::MetadataExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use sim::chmpx::events::Kind;
use sim::k2hr3::{Cluster, Route};
use tokio::time::{Instant, sleep};

use crate::support::{CUK, Node};

#[tokio::test]
async fn a_cluster_that_grows_and_shrinks_is_followed_without_a_restart() {
    let node = Node::settled().await;
    let pid = node.chmpx().chmpx_pid().unwrap();
    for number in [4, 5] {
        node.cluster.add_server(Cluster::server(number)).await.unwrap();
    }
    node.until_settled("five servers").await;
    node.cluster.remove_server("127.0.1.2").await.unwrap();
    node.until_settled("four servers").await;

    assert_eq!(node.chmpx().chmpx_pid().unwrap(), pid);
    assert_eq!(node.installed().matches("[SVRNODE]").count(), 4);
}

#[tokio::test]
async fn an_unchanged_publication_touches_nothing() {
    let node = Node::settled().await;
    let before = fs::metadata(node.target()).unwrap();
    let seen = node.k2hr3.counts().await.unwrap().with(304);
    node.k2hr3.until(|counts| counts.with(304) >= seen + 5).await.unwrap();

    let after = fs::metadata(node.target()).unwrap();
    assert_eq!((before.ino(), before.mtime_nsec()), (after.ino(), after.mtime_nsec()));
    assert_eq!(node.k2hr3.counts().await.unwrap().of(Route::Register), 1);
}

#[tokio::test]
async fn more_than_half_of_the_servers_gone_is_held_and_then_believed() {
    let node = Node::settled().await;
    node.cluster.remove_server("127.0.1.2").await.unwrap();
    node.cluster.remove_server("127.0.1.3").await.unwrap();
    node.until_code("held").await;
    node.until_settled("one server").await;
}

#[tokio::test]
async fn a_file_edited_by_hand_is_put_right() {
    let node = Node::settled().await;
    let staged = node.path("root/edited.ini");
    fs::write(&staged, node.installed().replace("127.0.1.1\n", "127.0.1.99\n")).unwrap();
    fs::rename(staged, node.target()).unwrap();
    node.until("it is put right", |report| {
        report.settled && report.adopted.as_ref().is_some_and(|mark| mark.generation > 1)
    })
    .await;

    assert!(!node.installed().contains("127.0.1.99"));
}

#[tokio::test]
async fn a_symbolic_link_at_the_target_is_replaced_by_a_file() {
    let mut node = Node::new().await;
    fs::write(node.path("root/elsewhere.ini"), "# elsewhere\n").unwrap();
    std::os::unix::fs::symlink(node.path("root/elsewhere.ini"), node.target()).unwrap();
    node.start_agent();
    node.until_code("no-chmpx").await;

    assert!(fs::symlink_metadata(node.target()).unwrap().is_file());
    let linked = fs::read_to_string(node.path("root/elsewhere.ini")).unwrap();
    assert_eq!(linked, "# elsewhere\n");
}

#[tokio::test]
async fn a_cold_change_restarts_chmpx_and_a_live_one_does_not() {
    let node = Node::settled().await;
    let pid = node.chmpx().chmpx_pid().unwrap();
    let text = node.template().await;
    node.cluster
        .publish(text.replace("RWTIMEOUT           = 10000", "RWTIMEOUT = 9000"))
        .await
        .unwrap();
    let live = node.until("a live change", |r| r.settled && generation(r) > 1).await;
    assert_eq!(node.chmpx().chmpx_pid().unwrap(), pid);

    node.cluster
        .publish(text.replace("MAXCHMPX            = 256", "MAXCHMPX = 128"))
        .await
        .unwrap();
    node.until("a cold change", |r| r.settled && generation(r) > generation(&live)).await;
    assert_ne!(node.chmpx().chmpx_pid().unwrap(), pid);
}

#[tokio::test]
async fn every_change_restarts_chmpx_when_that_is_decided() {
    restarts_by(&[("chmpx.on_change", "restart")]).await;
}

#[tokio::test]
async fn every_change_sends_a_signal_when_that_is_decided() {
    restarts_by(&[("chmpx.on_change", "signal"), ("chmpx.signal", "INT")]).await;
}

#[tokio::test]
async fn a_restart_command_is_run_as_words() {
    let mut node = Node::new().await;
    let script = node.path("restart it");
    let pid_file = node.path("chmpx/pid/chmpx.pid");
    fs::write(&script, "#!/bin/sh\nkill -HUP $(cat \"$1\")\n").unwrap();
    let words = format!(
        "/bin/sh -- {} {}",
        script.display().to_string().replace(' ', "_"),
        pid_file.display()
    );
    fs::rename(&script, node.path("restart_it")).unwrap();
    node.set("chmpx.on_change", "restart");
    node.set("chmpx.restart_command", &words);
    restarts(node).await;
}

async fn restarts_by(settings: &[(&str, &str)]) {
    let mut node = Node::new().await;
    for (key, value) in settings {
        node.set(key, value);
    }
    restarts(node).await;
}

async fn restarts(mut node: Node) {
    node.start_chmpx();
    node.start_agent();
    node.until_settled("the first time").await;
    let pid = node.chmpx().chmpx_pid().unwrap();
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    node.until_settled("with a fourth server").await;

    assert_ne!(node.chmpx().chmpx_pid().unwrap(), pid);
}

#[tokio::test]
async fn chmpx_is_never_touched_when_that_is_decided() {
    let mut node = Node::new().await;
    node.set("chmpx.on_change", "none");
    node.start_chmpx();
    node.start_agent();
    node.until_settled("the first time").await;
    let pid = node.chmpx().chmpx_pid().unwrap();
    let text = node.template().await;
    node.cluster
        .publish(text.replace("MAXCHMPX            = 256", "MAXCHMPX = 128"))
        .await
        .unwrap();
    let report = node.until_code("restart-owed").await;
    assert_eq!(generation(&report), 1, "what would not fit is not shown to it");
    node.run(&["refresh", "--force"]).await;
    node.until("it is installed", |r| r.settled && generation(r) > 1).await;

    assert_eq!(node.chmpx().chmpx_pid().unwrap(), pid);
}

#[tokio::test]
async fn without_chmpxstatus_the_control_port_proves_adoption() {
    let mut node = Node::new().await;
    node.set("chmpx.status_command", "/nonexistent/chmpxstatus");
    node.start_chmpx();
    node.start_agent();
    node.until_settled("by the control port").await;
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    node.until_settled("with a fourth server").await;
}

fn generation(report: &k2hdkc_slave_agent::model::report::Report) -> i32 {
    report.adopted.as_ref().map_or(0, |mark| mark.generation)
}

/// A process would be no different from a thread here: each has descriptors and connections of its
/// own, and that is what matters to chmpx.
struct Disturbers {
    stop: Arc<AtomicBool>,
    short_reads: Arc<AtomicU64>,
    reads: Arc<AtomicU64>,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl Disturbers {
    /// One holds the file open, one polls the control port, one reads the file without pause.
    fn new(node: &Node) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (short_reads, reads) = (Arc::default(), Arc::default());
        let threads = vec![
            spawn(&stop, {
                let target = node.target();
                move || hold(&target)
            }),
            spawn(&stop, {
                let port = node.ctlport;
                move || poll(port)
            }),
            spawn(&stop, {
                let target = node.target();
                let (short, all) = (Arc::clone(&short_reads), Arc::clone(&reads));
                move || read(&target, &short, &all)
            }),
        ];
        Self { stop, short_reads, reads, threads }
    }

    fn end(self) -> (u64, u64) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().unwrap();
        }
        (self.reads.load(Ordering::Relaxed), self.short_reads.load(Ordering::Relaxed))
    }
}

fn spawn(stop: &Arc<AtomicBool>, act: impl Fn() + Send + 'static) -> std::thread::JoinHandle<()> {
    let stop = Arc::clone(stop);
    std::thread::spawn(move || {
        while !stop.load(Ordering::Relaxed) {
            act();
        }
    })
}

fn pause(milliseconds: u64) {
    #[expect(clippy::disallowed_methods, reason = "a thread of its own, without a runtime")]
    std::thread::sleep(Duration::from_millis(milliseconds));
}

fn hold(target: &std::path::Path) {
    let held = fs::File::open(target);
    pause(700);
    drop(held);
}

fn poll(port: u16) {
    if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) {
        let mut answer = String::new();
        let _asked =
            stream.write_all(b"SELFSTATUS\n").and_then(|()| stream.read_to_string(&mut answer));
    }
    pause(30);
}

fn read(target: &std::path::Path, short: &AtomicU64, all: &AtomicU64) {
    if let Ok(text) = fs::read_to_string(target) {
        all.fetch_add(1, Ordering::Relaxed);
        // The template ends with the entry of this node.
        if !text.trim_end().ends_with("SSL                 = no") || text.matches(CUK).count() < 2 {
            short.fetch_add(1, Ordering::Relaxed);
        }
    } else {
        short.fetch_add(1, Ordering::Relaxed);
    }
    pause(1);
}

/// The storm of the first promise: membership that changes at random gaps while others hold, poll
/// and read. Twenty seconds here; `K2AGENT_STORM_SECONDS=60` for the whole minute, and
/// `K2AGENT_STORM_CHANGES=2000` for as many changes as fast as chmpx can follow (a quarter of an
/// hour), each of them awaited.
#[tokio::test]
async fn no_storm_of_changes_kills_chmpx_or_shows_anybody_half_a_file() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let mut changes = number("K2AGENT_STORM_CHANGES");
    let mut node = Node::new().await;
    if changes.is_some() {
        node.set("pace.interval", "100ms");
    }
    node.start_chmpx();
    node.start_agent();
    node.until_settled("before the storm").await;
    let end = Instant::now() + Duration::from_secs(number("K2AGENT_STORM_SECONDS").unwrap_or(20));
    let disturbers = Disturbers::new(&node);
    let mut dice = 0x2545_f491_4f6c_dd1d_u64;
    let mut present = vec![1_u8, 2, 3];
    while changes.map_or(Instant::now() < end, |left| left > 0) {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        if present.len() > 3 && dice.is_multiple_of(2) || present.len() > 7 {
            let gone = present.remove(usize::try_from(dice >> 32).unwrap() % present.len());
            node.cluster.remove_server(&format!("127.0.1.{gone}")).await.unwrap();
        } else {
            let next = (1..=20).find(|number| !present.contains(number)).unwrap();
            node.cluster.add_server(Cluster::server(next)).await.unwrap();
            present.push(next);
        }
        if let Some(left) = &mut changes {
            *left -= 1;
            node.until_settled("in the storm").await;
        } else {
            sleep(Duration::from_millis(200 + dice % 2800)).await;
        }
    }
    node.until_settled("after the storm").await;
    let (reads, short_reads) = disturbers.end();

    assert!(reads > 1000, "the reader has read only {reads} times");
    assert_eq!(short_reads, 0);
    assert_eq!(node.count(Kind::Started), 1, "chmpx was started once and never again");
    assert_eq!(
        node.count(Kind::ShortRead) + node.count(Kind::Exited) + node.count(Kind::BadFileExit),
        0
    );
    assert_eq!(node.installed().matches("[SVRNODE]").count(), present.len());
}
