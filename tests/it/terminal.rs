//! What is different when a person sits before it.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use sim::k2hr3::{Cluster, Fault};

use crate::support::{LIMIT, Node};

/// A command on a terminal of its own, made by `script` (util-linux).
struct Terminal {
    child: Child,
    bytes: Receiver<Vec<u8>>,
    seen: String,
}

impl Terminal {
    /// Runs `command` on a terminal of `columns` columns.
    fn with(command: &Command, columns: usize) -> Self {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let quoted: Vec<_> = words.map(|word| format!("'{}'", word.to_str().unwrap())).collect();
        let line = format!("stty columns {columns} rows 50; exec {}", quoted.join(" "));
        let mut child = Command::new("script")
            .args(["--quiet", "--return", "--command", &line, "/dev/null"])
            .env("TERM", "xterm")
            .env_remove("NO_COLOR")
            .env_remove("COLUMNS")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = child.stdout.take().unwrap();
        let (sender, bytes) = channel();
        std::thread::spawn(move || {
            let mut some = [0; 4096];
            while let Ok(length @ 1..) = out.read(&mut some) {
                if sender.send(some[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { child, bytes, seen: String::new() }
    }

    /// Waits until `text` was shown.
    fn until(&mut self, text: &str) {
        let start = Instant::now();
        while !self.seen.contains(text) {
            assert!(start.elapsed() < LIMIT, "{text:?} was not shown: {:?}", self.seen);
            self.read();
        }
    }

    fn read(&mut self) {
        if let Ok(bytes) = self.bytes.recv_timeout(Duration::from_millis(50)) {
            self.seen.push_str(&String::from_utf8_lossy(&bytes));
        }
    }

    fn press(&mut self, key: &[u8]) {
        self.child.stdin.as_mut().unwrap().write_all(key).unwrap();
    }

    /// Waits for the end. Returns the exit code and all that was shown.
    fn end(mut self) -> (Option<i32>, String) {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < LIMIT, "it does not end: {:?}", self.seen);
            self.read();
        };
        while let Ok(bytes) = self.bytes.recv_timeout(LIMIT) {
            self.seen.push_str(&String::from_utf8_lossy(&bytes));
        }
        (status.code(), std::mem::take(&mut self.seen))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_who_waits_is_told_what_for_and_the_line_goes_when_it_is_over() {
    let node = Node::settled().await;
    node.k2hr3.fault(Fault::Delay { ms: 2000 }).await.unwrap();
    let mut terminal = Terminal::with(&node.agent(&["plan"]), 80);
    terminal.until("asking K2HR3, and looking at");
    terminal.until("(1 s)");
    let (_code, shown) = terminal.end();
    let (_line, after) = shown.rsplit_once(" s)").unwrap();
    assert!(after.contains("\r\x1b[K"), "it is not taken away: {shown:?}");
    Terminal::with(&node.agent(&["doctor"]), 80).until("asking K2HR3, and looking at");

    let piped = node.run(&["plan"]).await;
    let both = [piped.stdout, piped.stderr].concat();
    assert!(!String::from_utf8_lossy(&both).contains("asking K2HR3, and"), "silent in a pipe");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_the_agent_sees_what_it_is_about() {
    let mut node = Node::new().await;
    node.set("pace.interval", "1h");
    node.set("pace.settle", "4s");
    node.start_chmpx();
    node.start_agent();
    node.until_settled("the first time").await;
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    let mut terminal = Terminal::with(&node.agent(&["refresh", "--wait", "adopted"]), 80);
    terminal.until("\r\x1b[Kwhat is published is still changing");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("settled: 4 servers"), "{shown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_terminal_the_status_has_colours_and_signs_and_its_width() {
    let node = Node::settled().await;
    let (code, shown) = Terminal::with(&node.agent(&["status"]), 60).end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.starts_with("\x1b[1;32m[ok] settled: 3 servers"), "{shown:?}");
    let widths = shown.lines().map(|line| bare(line).chars().count());
    assert!(widths.max() <= Some(60), "{shown}");

    let mut command = node.agent(&["status"]);
    command.args(["--set", "pace.interval=2s"]);
    let mut plain = Command::new("env");
    plain.arg("NO_COLOR=1").arg(command.get_program()).args(command.get_args());
    let (_code, shown) = Terminal::with(&plain, 60).end();
    assert!(shown.starts_with("[ok] settled: 3 servers"), "{shown:?}");
    assert!(!shown.contains('\x1b'), "{shown:?}");
}

/// `line` without its escape sequences.
fn bare(line: &str) -> String {
    let mut parts = line.split('\x1b');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or("", |(_, rest)| rest))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watched_status_is_drawn_anew_until_it_is_interrupted() {
    let node = Node::settled().await;
    let mut terminal = Terminal::with(&node.agent(&["status", "--watch"]), 80);
    terminal.until("settled: 3 servers");
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    terminal.until("settled: 4 servers");
    terminal.press(b"\x03");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown:?}");
    assert!(shown.ends_with("\x1b[?1049l"), "the terminal is as it was: {shown:?}");
}
