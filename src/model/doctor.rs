//! What is wrong or about to go wrong on this node, each with how to mend it: K2HR3's view against
//! the file, the file against chmpx's own list, and the host that all of them live on.

mod chain;
mod host;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use serde::Serialize;

use super::observed::Observed;
use super::plan::Policy;

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
}

/// What a name server made of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// The addresses; `None` when there was no answer in time.
    pub addresses: Option<Vec<IpAddr>>,
    /// How long it took.
    pub took: Duration,
}

/// Facts about the host, as far as they could be found out.
#[derive(Debug, Clone, Default)]
pub struct Survey {
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
    let mut findings = vec![
        chain::membership(seen),
        chain::published(seen),
        chain::installed(seen),
        chain::adopted(seen, survey, policy),
        chain::servers(seen),
        host::target(seen, survey),
        host::watch(seen, survey),
        host::inotify(survey),
        host::mqueue(seen, survey),
        host::token(seen, survey),
        host::rival(survey),
        host::one_chmpx(survey),
        host::clock(seen, survey),
    ];
    findings.extend(host::control_port(seen, survey));
    findings.extend(host::names(survey));
    // Stable: what belongs together stays together.
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    findings
}

#[cfg(test)]
mod tests;
