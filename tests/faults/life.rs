//! One life of an agent, from its first boot on, with one fault in it.

use std::fs;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use k2hdkc_slave_agent::model::conf::Conf;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sim::chmpx::events::Kind;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use crate::ending::{Ending, Watcher};
use crate::site::{Aim, Fault, Site};
use crate::support::{AGENT, LIMIT, Node};

/// A line of the template that chmpx takes while it runs, and one for which it must be restarted.
const LIVE: &str = "RWTIMEOUT           = 10000";
const COLD: &str = "MAXCHMPX            = 256";
const NEW_LIVE: &str = "RWTIMEOUT = 9000";
const NEW_COLD: &str = "MAXCHMPX = 300";

/// A life that was led.
pub struct Led {
    pub ending: Ending,
    /// What the fault happened at.
    pub met: Option<Site>,
    /// Of the calls that were looked at, each kind once.
    pub sites: Vec<Site>,
    /// All of these calls, as strace shows them.
    pub trace: String,
    /// What the agent logged.
    pub log: String,
}

pub struct Life {
    node: Node,
    template: String,
    strace: Option<Child>,
    /// How the first agent ended, if it did before it was told to.
    ended: Option<ExitStatus>,
}

impl Life {
    /// A life without a fault: the system calls that its main thread makes; `each` of them, or each
    /// kind once.
    pub async fn without_fault(each: bool) -> Vec<Site> {
        let mut life = Self::new().await;
        life.begin(&["-e".into(), "trace=all".into()]);
        life.lead().await.expect("a life without a fault goes well");
        life.end().await.expect("and is followed by another one");
        let (trace, directory) = (life.trace(), life.directory());
        if each { Site::each(&trace, &directory) } else { Site::all(&trace, &directory) }
    }

    /// A life in which `fault` happens where `aim` tells.
    pub async fn with(aim: &Aim, fault: Fault) -> Led {
        let Aim { call, path, number } = aim.clone();
        let led = tokio::spawn(async move {
            let mut life = Self::new().await;
            let inject = format!("inject={call}:{}:when={number}", fault.injection());
            let mut more = vec!["-e".into(), format!("trace={call}"), "-e".into(), inject];
            if let Some(path) = path {
                more.extend(["-P".into(), life.directory().join(path).display().to_string()]);
            }
            life.begin(&more);
            let watcher = Watcher::of(&life.node.target());
            let led = match life.lead().await {
                Ok(()) => life.end().await,
                bad => bad,
            };
            let complaint = watcher.stop().await.or(led.err()).or_else(|| life.complaint());
            let (trace, directory) = (life.trace(), life.directory());
            let met = Site::met(&trace, &directory);
            let ending = complaint.map_or_else(|| life.ending(met.is_some()), Ending::Bad);
            let sites = Site::all(&trace, &directory);
            Led { ending, met, sites, trace, log: life.node.log() }
        });
        // What the stand-ins could not do.
        led.await.unwrap_or_else(|error| {
            let panic = error.into_panic();
            let log = panic.downcast_ref::<String>().cloned().unwrap_or_default();
            let why = log.lines().next().unwrap_or("the life could not be led").to_owned();
            let (ending, sites) = (Ending::Bad(why), Vec::new());
            Led { ending, met: None, sites, trace: String::new(), log }
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

    /// Starts the agent under strace, which looks at its main thread.
    fn begin(&mut self, what: &[String]) {
        let mut strace = Command::new("strace");
        // Cargo's, which the loader would look through.
        strace.env_remove("LD_LIBRARY_PATH");
        strace.args(["-qq", "-yy", "-s", "200", "-o"]).arg(self.node.path("strace"));
        strace.args(what).args([AGENT, "--root"]);
        strace.arg(self.node.path("root")).args(["-vv", "run"]);
        let log = fs::File::create(self.node.path("log")).unwrap();
        strace.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
        self.strace = Some(strace.spawn().expect("strace is installed"));
    }

    fn directory(&self) -> PathBuf {
        self.node.directory.path().to_owned()
    }

    fn trace(&self) -> String {
        let bytes = fs::read(self.node.path("strace")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// First boot, a live change, a change that restarts chmpx.
    async fn lead(&mut self) -> Result<(), String> {
        self.settle(&[]).await?;
        let live = self.template.replace(LIVE, NEW_LIVE);
        self.node.cluster.publish(live.clone()).await.unwrap();
        self.settle(&[NEW_LIVE]).await?;
        self.node.cluster.publish(live.replace(COLD, NEW_COLD)).await.unwrap();
        self.settle(&[NEW_LIVE, NEW_COLD]).await
    }

    /// Ends the agent if it is still the first one, and lets another one find everything in order.
    async fn end(&mut self) -> Result<(), String> {
        if self.ended.is_none() {
            let lock = self.node.path("root/run/k2hdkc-slave-agent/lock");
            let pid = fs::read_to_string(lock).unwrap().trim().parse().unwrap();
            kill(Pid::from_raw(pid), Signal::SIGTERM).unwrap();
            let mut strace = self.strace.take().unwrap();
            let ended = tokio::time::timeout(LIMIT, strace.wait()).await;
            let Ok(status) = ended else { return Err("it did not end when told to".to_owned()) };
            let status = status.unwrap();
            self.ended = (!status.success()).then_some(status);
            fs::remove_file(self.node.path("root/run/k2hdkc-slave-agent/status.json")).unwrap();
            self.node.start_agent();
        }
        self.settle(&[NEW_LIVE, NEW_COLD]).await?;
        self.node.stop_agent(Signal::SIGTERM).await;
        Ok(())
    }

    /// Waits until a file with these lines is adopted. An agent that has ended is followed by one to
    /// which nothing happens.
    async fn settle(&mut self, lines: &[&str]) -> Result<(), String> {
        let start = Instant::now();
        while !self.is_settled(lines) {
            let ended = self.strace.as_mut().and_then(|strace| strace.try_wait().unwrap());
            if ended.is_some() && self.ended.is_none() {
                self.ended = ended;
                self.node.start_agent();
            }
            if start.elapsed() > 2 * LIMIT {
                let said = self.node.report().map(|report| report.verdict.sentence);
                return Err(format!("it did not settle: {}", said.unwrap_or_default()));
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
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

    fn ending(&self, is_met: bool) -> Ending {
        match self.ended {
            _ if !is_met => Ending::NotMet,
            None => Ending::WentOn,
            Some(status) => Ending::Ended(status.code()),
        }
    }
}

impl Drop for Life {
    /// A strace that is killed leaves what it traces alone.
    fn drop(&mut self) {
        let Some(strace) = self.strace.as_ref().and_then(Child::id) else { return };
        let children = fs::read_to_string(format!("/proc/{strace}/task/{strace}/children"));
        for pid in children.unwrap_or_default().split_whitespace() {
            let _gone = kill(Pid::from_raw(pid.parse().unwrap()), Signal::SIGKILL);
        }
    }
}
