//! One life of an agent, from its first boot on, with one fault in it.

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use k2hdkc_slave_agent::model::conf::Conf;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sim::chmpx::events::Kind;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use crate::site::{Fault, Site};
use crate::support::{AGENT, CUK, LIMIT, Node};

/// A line of the template that chmpx takes while it runs, and one for which it must be restarted.
const LIVE: &str = "RWTIMEOUT           = 10000";
const COLD: &str = "MAXCHMPX            = 256";
const NEW_LIVE: &str = "RWTIMEOUT = 9000";
const NEW_COLD: &str = "MAXCHMPX = 300";

/// How a life went.
#[derive(Debug, Clone)]
pub enum Ending {
    /// The call was not made this time.
    NotMet,
    /// The same agent went on and settled.
    WentOn,
    /// The agent ended, with this code, and the next one settled.
    Ended(Option<i32>),
    /// Something that must not be.
    Bad(String),
}

impl Ending {
    pub fn is_bad(&self) -> bool {
        matches!(self, Self::Bad(_))
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotMet => f.write_str("not met"),
            Self::WentOn => f.write_str("went on"),
            Self::Ended(None) => f.write_str("killed, continued"),
            Self::Ended(Some(code)) => write!(f, "ended with {code}, continued"),
            Self::Bad(why) => write!(f, "**{why}**"),
        }
    }
}

pub struct Life {
    node: Node,
    template: String,
    strace: Option<Child>,
    /// How the first agent ended, if it did before it was told to.
    ended: Option<ExitStatus>,
}

impl Life {
    /// A life without a fault; the system calls that its main thread makes.
    pub async fn without_fault() -> Vec<Site> {
        let mut life = Self::new().await;
        life.begin(&["-yy", "-s", "200"], "all");
        life.lead().await;
        life.end().await;
        Site::all(&life.trace())
    }

    /// A life in which `fault` happens at `site`.
    pub async fn with(site: &Site, fault: Fault) -> Ending {
        let injection = format!("inject={}:{}:when={}", site.call, fault.injection(), site.number);
        let call = site.call.clone();
        let led = tokio::spawn(async move {
            let mut life = Self::new().await;
            life.begin(&["-e", &injection], &call);
            let watcher = Watcher::of(&life.node.target());
            life.lead().await;
            life.end().await;
            let complaint = watcher.stop().await.or_else(|| life.complaint());
            complaint.map_or_else(|| life.ending(), Ending::Bad)
        });
        // What was waited for in vain.
        led.await.unwrap_or_else(|error| {
            let panic = error.into_panic();
            let text = panic.downcast_ref::<String>().cloned().unwrap_or_default();
            Ending::Bad(text.lines().next().unwrap_or("it did not settle").to_owned())
        })
    }

    /// A host with everything but a file and an agent.
    async fn new() -> Self {
        let mut node = Node::new().await;
        let restart = node.path("restart");
        fs::write(&restart, "kill -HUP $(cat \"$1\")\n").unwrap();
        let pid_file = node.path("chmpx/pid/chmpx.pid");
        let words = format!("/bin/sh {} {}", restart.display(), pid_file.display());
        node.set("chmpx.restart_command", &words);
        node.set("chmpx.hold", "0s");
        node.start_chmpx();
        let template = node.template().await;
        assert!(template.contains(LIVE) && template.contains(COLD), "{template}");
        Self { node, template, strace: None, ended: None }
    }

    /// Starts the agent under strace, which looks at the calls `calls` of its main thread.
    fn begin(&mut self, more: &[&str], calls: &str) {
        let mut strace = Command::new("strace");
        // Cargo's, which the loader would look through.
        strace.env_remove("LD_LIBRARY_PATH");
        strace.args(["-qq", "-o"]).arg(self.node.path("strace"));
        strace.args(more).args(["-e", &format!("trace={calls}"), AGENT, "--root"]);
        strace.arg(self.node.path("root")).args(["-vv", "run"]);
        let log = fs::File::create(self.node.path("log")).unwrap();
        strace.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
        self.strace = Some(strace.spawn().expect("strace is installed"));
    }

    fn trace(&self) -> String {
        let bytes = fs::read(self.node.path("strace")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// First boot, a live change, a change that restarts chmpx.
    async fn lead(&mut self) {
        self.settle(&[]).await;
        let live = self.template.replace(LIVE, NEW_LIVE);
        self.node.cluster.publish(live.clone()).await.unwrap();
        self.settle(&[NEW_LIVE]).await;
        self.node.cluster.publish(live.replace(COLD, NEW_COLD)).await.unwrap();
        self.settle(&[NEW_LIVE, NEW_COLD]).await;
    }

    /// Ends the agent if it is still the first one, and lets another one find everything in order.
    async fn end(&mut self) {
        if self.ended.is_none() {
            let lock = self.node.path("root/run/k2hdkc-slave-agent/lock");
            let pid = fs::read_to_string(lock).unwrap().trim().parse().unwrap();
            kill(Pid::from_raw(pid), Signal::SIGTERM).unwrap();
            let mut strace = self.strace.take().unwrap();
            let ended = tokio::time::timeout(LIMIT, strace.wait()).await;
            let status = ended.expect("it did not end when told to").unwrap();
            self.ended = (!status.success()).then_some(status);
            fs::remove_file(self.node.path("root/run/k2hdkc-slave-agent/status.json")).unwrap();
            self.node.start_agent();
        }
        self.settle(&[NEW_LIVE, NEW_COLD]).await;
        self.node.stop_agent(Signal::SIGTERM).await;
    }

    /// Waits until a file with these lines is adopted. An agent that has ended is followed by one to
    /// which nothing happens.
    async fn settle(&mut self, lines: &[&str]) {
        let start = Instant::now();
        while !self.is_settled(lines) {
            let ended = self.strace.as_mut().and_then(|strace| strace.try_wait().unwrap());
            if ended.is_some() && self.ended.is_none() {
                self.ended = ended;
                self.node.start_agent();
            }
            let said = || self.node.report().map(|report| report.verdict.sentence);
            assert!(start.elapsed() < 2 * LIMIT, "it did not settle: {:?}", said());
            sleep(Duration::from_millis(20)).await;
        }
    }

    fn is_settled(&self, lines: &[&str]) -> bool {
        let Some(report) = self.node.report() else { return false };
        let text = self.node.installed();
        let version = Conf::read(text.as_bytes()).file_version().map(|version| version.value);
        let marks = [&report.installed, &report.adopted];
        let is_same = marks.iter().all(|mark| mark.as_ref().map(|mark| mark.generation) == version);
        report.verdict.code.as_str() == "settled"
            && is_same
            && lines.iter().all(|line| text.contains(line))
    }

    /// What must not be, if something of it was.
    fn complaint(&self) -> Option<String> {
        if let Some((_, panic)) = self.node.log().split_once("panicked at ") {
            // Without the place of the sources on this machine.
            let place = panic.lines().next().unwrap_or_default();
            let place = place.rsplit_once("/src/").map_or(place, |(above, below)| {
                &place[above.rfind('/').map_or(place.len() - below.len(), |slash| slash + 1)..]
            });
            return Some(format!("a panic at {}", place.trim_end_matches(':')));
        }
        let bad = [Kind::ShortRead, Kind::BadFileExit, Kind::WatchLost, Kind::Crashed];
        if let Some(kind) = bad.into_iter().find(|kind| self.node.count(*kind) > 0) {
            return Some(format!("chmpx met {kind:?}"));
        }
        let starts = self.node.count(Kind::Started);
        // At its first file, and when it is told to start afresh.
        (starts != 2).then(|| format!("chmpx was started {starts} times"))
    }

    fn ending(&self) -> Ending {
        let trace = self.trace();
        let is_met = trace.contains("(INJECTED)") || trace.contains("killed by SIGKILL");
        match self.ended {
            _ if !is_met => Ending::NotMet,
            None => Ending::WentOn,
            Some(status) => Ending::Ended(status.code()),
        }
    }
}

/// Reads the file of chmpx again and again.
struct Watcher {
    stop: Arc<AtomicBool>,
    watching: tokio::task::JoinHandle<Option<String>>,
}

impl Watcher {
    fn of(target: &Path) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (target, told) = (target.to_owned(), Arc::clone(&stop));
        let watching = tokio::spawn(async move {
            let mut was_there = false;
            while !told.load(Ordering::Relaxed) {
                match fs::read_to_string(&target) {
                    Ok(text) if !is_whole(&text) => return Some(format!("half a file: {text:?}")),
                    Ok(_) => was_there = true,
                    Err(_) if was_there => return Some("the file was gone".to_owned()),
                    Err(_) => {}
                }
                sleep(Duration::from_millis(3)).await;
            }
            None
        });
        Self { stop, watching }
    }

    async fn stop(self) -> Option<String> {
        self.stop.store(true, Ordering::Relaxed);
        self.watching.await.unwrap()
    }
}

fn is_whole(text: &str) -> bool {
    text.trim_end().ends_with("SSL                 = no") && text.matches(CUK).count() > 1
}
