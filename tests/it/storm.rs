//! The cluster changes all the time, while others hold, poll and read.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use sim::chmpx::events::Kind;
use sim::k2hr3::Cluster;
use tokio::time::{Instant, sleep};

use crate::support::{CUK, Node};

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
