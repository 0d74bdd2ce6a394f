//! What is wrong or about to go wrong on this node, each with how to mend it: K2HR3's view against
//! the file, the file against chmpx's own list, and the host that all of them live on.

mod agent;
mod chain;
mod clock;
mod disk;
mod host;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::observed::Observed;
use super::plain::counted;
use super::plan::{Policy, Situation};
use super::report::{Report, Words, words};
use super::supervisor::Supervisor;

/// How much a finding matters. The later one outweighs the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// It is as it should be.
    Fine,
    /// It could not be found out.
    Unknown,
    /// It works, and will not always.
    Risk,
    /// It keeps this node from its work.
    Fault,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// A stable code.
    pub code: &'static str,
    /// How much it matters.
    pub level: Level,
    /// What is the case.
    pub what: String,
    /// How to mend it; nothing where nothing is to be mended.
    pub help: Option<String>,
}

impl Finding {
    fn fine(code: &'static str, what: impl Into<String>) -> Self {
        Self { code, level: Level::Fine, what: what.into(), help: None }
    }

    fn unknown(code: &'static str, what: impl Into<String>, help: &str) -> Self {
        Self { code, level: Level::Unknown, what: what.into(), help: Some(help.to_owned()) }
    }

    fn risk(code: &'static str, what: impl Into<String>, help: &str) -> Self {
        Self { code, level: Level::Risk, what: what.into(), help: Some(help.to_owned()) }
    }

    fn fault(code: &'static str, what: impl Into<String>, help: &str) -> Self {
        Self { code, level: Level::Fault, what: what.into(), help: Some(help.to_owned()) }
    }

    /// A situation in the words of the agent: an operator who compares the two reads the same.
    fn told(code: &'static str, level: Level, situation: &Situation) -> Self {
        let Words { sentence, help, .. } = words(situation);
        Self { code, level, what: sentence, help }
    }
}

/// What a name server made of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// The addresses; `None` when there was no answer in time.
    pub addresses: Option<Vec<IpAddr>>,
    /// How long it took.
    pub took: Duration,
}

/// The agent that should be at work on this node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Agent {
    /// It told what it knows.
    Told(Box<Report>),
    /// It was started and has not looked yet.
    Starting,
    /// It is not this user's to ask; what it last showed to everybody, if it did.
    NotOurs(Option<Box<Report>>),
    /// None runs.
    #[default]
    Gone,
}

impl Agent {
    /// What it told, in whatever way.
    pub fn report(&self) -> Option<&Report> {
        match self {
            Self::Told(report) | Self::NotOurs(Some(report)) => Some(report),
            Self::NotOurs(None) | Self::Starting | Self::Gone => None,
        }
    }
}

/// What kept K2HR3 from telling what it publishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    /// What was tried and what went wrong, cause by cause.
    pub what: String,
    /// What to do.
    pub help: String,
}

/// A file system that the agent writes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// The directory on it.
    pub directory: PathBuf,
    /// Bytes that are left for root.
    pub bytes: u64,
    /// Files that can still be made; `None` where the file system has no such bound.
    pub files: Option<u64>,
    /// Whether it is mounted so that nobody can write.
    pub read_only: bool,
}

/// Facts about the host, as far as they could be found out.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// The agent.
    pub agent: Agent,
    /// Why K2HR3 did not tell, if it did not.
    pub unanswered: Option<Unanswered>,
    /// How many seconds the clock of this node is ahead of K2HR3's.
    pub clock_ahead: Option<i64>,
    /// The file systems of the target and of the agent's state.
    pub rooms: Vec<Room>,
    /// The first directory above the target that the user of chmpx may not enter.
    pub closed: Option<PathBuf>,
    /// The mode of the target, where it keeps the user of chmpx from reading it.
    pub unreadable_mode: Option<u32>,
    /// A token file that the present user may not read.
    pub unreadable_token: Option<PathBuf>,
    /// Hard links of the target.
    pub links: Option<u64>,
    /// Whether the target is a mount point of its own.
    pub is_mount: bool,
    /// What keeps chmpx from noticing the target, if anything.
    pub held: Option<String>,
    /// inotify instances that one user may have.
    pub inotify_instances: Option<u64>,
    /// inotify watches that one user may have.
    pub inotify_watches: Option<u64>,
    /// The longest message queue that somebody other than root may make.
    pub mqueue_longest: Option<u64>,
    /// What the official supervisor of chmpx would start it with.
    pub supervisor: Supervisor,
    /// Whether there is a program chmpx.
    pub has_chmpx: bool,
    /// The user that chmpx runs as.
    pub chmpx_user: Option<u32>,
    /// What chmpx answered to VERSION at its control port, or why it did not.
    pub control_answer: Option<Result<String, String>>,
    /// Addresses on which the control port listens.
    pub control_listens: Vec<IpAddr>,
    /// What became of each name that chmpx has to resolve.
    pub lookups: BTreeMap<String, Lookup>,
    /// The age of the file with the role token.
    pub token_age: Option<Duration>,
    /// The official helper, if it is still at work here.
    pub rival: Option<String>,
    /// The processes of chmpx that have this target or this group, by their ids.
    pub chmpxs: Vec<i32>,
    /// Whether the clock is kept right by somebody.
    pub clock_is_kept: Option<bool>,
}

/// Everything that is the case, the gravest first.
pub fn examine(seen: &Observed, survey: &Survey, policy: &Policy) -> Vec<Finding> {
    // What is the cause of others comes before them.
    let mut findings = vec![agent::at_work(&survey.agent)];
    findings.extend(disk::rooms(survey));
    findings.extend([
        host::rival(survey),
        host::token(seen, survey),
        agent::k2hr3(seen, survey),
        chain::membership(seen, survey),
        chain::published(seen),
        disk::target(seen, survey),
        chain::installed(seen),
        host::one_chmpx(survey),
    ]);
    findings.extend(host::supervisor(survey));
    findings.extend([
        host::watch(seen, survey),
        chain::adopted(seen, survey, policy),
        chain::servers(seen),
    ]);
    findings.extend(agent::situations(&survey.agent));
    findings.extend([
        clock::clock(seen, survey),
        host::inotify(survey),
        host::mqueue(seen, survey),
    ]);
    findings.extend(host::control_port(seen, survey));
    findings.extend(host::names(survey));
    if seen.running().is_none() {
        // Of a chmpx that is not known to run nothing more can be said.
        findings.retain(|finding| !["watch", "servers", "control-port"].contains(&finding.code));
    }
    // Stable: what belongs together stays together.
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    findings
}

/// How many faults and risks there are, and the first of them, as one line.
pub fn verdict(findings: &[Finding]) -> String {
    let count = |level| findings.iter().filter(|finding| finding.level == level).count();
    let some = |level, what| Some(count(level)).filter(|n| *n > 0).map(|n| counted(n, what));
    let counts = [some(Level::Fault, "fault"), some(Level::Risk, "risk")];
    let counts: Vec<_> = counts.into_iter().flatten().collect();
    let unknown = match count(Level::Unknown) {
        0 => String::new(),
        some => format!("; {some} could not be found out"),
    };
    match findings.first().filter(|_| !counts.is_empty()) {
        Some(first) => format!("{}: {}{unknown}", counts.join(", "), first.what),
        None => format!("nothing is wrong{unknown}"),
    }
}

#[cfg(test)]
mod tests;
