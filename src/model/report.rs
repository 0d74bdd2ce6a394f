//! What the agent tells about itself: one verdict, and the facts behind it.

pub mod code;
mod course;
mod fact;
mod news;
pub mod severity;
mod verdict;
mod voice;
mod words;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::history::{Change, History, TOLD};
use super::memory::{Mark, Memory, Seconds};
use super::observed::{Carrier, Chmpx, Observed, Published};
use super::plan::{Plan, Policy};

pub use code::Code;
pub use course::{Course, Passage};
pub use fact::{AgentFact, ChmpxFact, PaceFact, PublishedFact, Traffic, TroubleFact};
pub use severity::Severity;
use verdict::verdict;
pub use voice::{Loudness, Voice};
pub use words::{Words, words};

/// The version of the form of [`Report`]. Raised when a field changes its meaning or goes.
pub const VERSION: u32 = 1;

/// Everything that is told. Holds no secrets, because nothing that goes in does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// [`VERSION`].
    pub version: u32,
    /// The verdict.
    pub verdict: Words,
    /// Whether nothing is left to do.
    pub settled: bool,
    /// When this was true.
    pub at: Seconds,
    /// The role of this node.
    pub role: String,
    /// The key of this node.
    pub cuk: String,
    /// Whether K2HR3 has confirmed this node as a member of its role.
    pub registered: bool,
    /// What carries this node at K2HR3.
    pub carrier: Option<Carrier>,
    /// Failed attempts to reach K2HR3 in a row.
    pub failures: u32,
    /// What is published.
    pub published: Option<PublishedFact>,
    /// What is installed.
    pub installed: Option<Mark>,
    /// What is adopted.
    pub adopted: Option<Mark>,
    /// What chmpx has survived: what a roll-back goes to.
    #[serde(default)]
    pub good: Option<Mark>,
    /// The process that takes it.
    pub chmpx: ChmpxFact,
    /// What K2HR3 was asked since the agent started, and what came back.
    #[serde(default)]
    pub traffic: Traffic,
    /// When K2HR3 is asked.
    #[serde(default)]
    pub pace: Option<PaceFact>,
    /// Restarts of chmpx that are left in this hour; `None` without an agent that would make them.
    pub restarts_left: Option<u32>,
    /// Everything an operator should know, most important first.
    pub situations: Vec<Words>,
    /// What could not be found out or carried out.
    pub troubles: Vec<TroubleFact>,
    /// The last ten changes of the file, the newest first.
    #[serde(default)]
    pub changes: Arc<[Change]>,
    /// Who tells this.
    #[serde(default)]
    pub agent: Option<AgentFact>,
}

/// Derives a report from one cycle.
pub fn report(seen: &Observed, plan: &Plan, policy: &Policy, troubles: Vec<TroubleFact>) -> Report {
    let situations: Vec<_> = plan.situations.iter().map(words).collect();
    let memory = &seen.memory;
    Report {
        version: VERSION,
        verdict: verdict(seen, plan, &troubles),
        settled: plan.is_settled() && troubles.is_empty(),
        at: seen.now,
        role: memory.role.clone(),
        cuk: memory.cuk.clone(),
        registered: memory.registered,
        carrier: seen.carrier,
        failures: memory.failures,
        published: published(seen),
        installed: memory.installed.clone(),
        adopted: memory.adopted.clone(),
        good: memory.good.clone(),
        chmpx: chmpx(&seen.chmpx),
        traffic: Traffic::default(),
        pace: None,
        restarts_left: Some(memory.restarts_left(policy.restarts_per_hour, seen.now)),
        situations,
        troubles,
        changes: Arc::default(),
        agent: None,
    }
}

impl Report {
    /// What can be told where no agent runs: what one remembered, at `now`.
    pub fn remembered(memory: &Memory, history: &History, now: Seconds) -> Self {
        let published = memory.published.as_ref().map(|seen| PublishedFact {
            hash: seen.hash.clone(),
            since: Some(seen.at),
            servers: None,
        });
        Self {
            version: VERSION,
            verdict: Words::new(
                Code::NotRunning,
                "no agent runs",
                Some("start it with `systemctl start k2hdkc-slave-agent`"),
            ),
            settled: false,
            at: now,
            role: memory.role.clone(),
            cuk: memory.cuk.clone(),
            registered: memory.registered,
            carrier: None,
            failures: memory.failures,
            published,
            installed: memory.installed.clone(),
            adopted: memory.adopted.clone(),
            good: memory.good.clone(),
            chmpx: chmpx(&Chmpx::Unknown(String::new())),
            traffic: Traffic::default(),
            pace: None,
            restarts_left: None,
            situations: Vec::new(),
            troubles: Vec::new(),
            changes: history.last(TOLD).cloned().collect(),
            agent: None,
        }
    }
}

fn published(seen: &Observed) -> Option<PublishedFact> {
    let Published::Known(published) = &seen.published else { return None };
    Some(PublishedFact {
        hash: published.hash.clone(),
        since: seen.memory.published.as_ref().map(|seen| seen.at),
        servers: published
            .content
            .as_ref()
            .as_ref()
            .ok()
            .map(|content| content.conf().servers().len()),
    })
}

fn chmpx(chmpx: &Chmpx) -> ChmpxFact {
    let fact = |state: &str| ChmpxFact {
        state: state.to_owned(),
        pid: None,
        generation: None,
        servers: Vec::new(),
    };
    match chmpx {
        Chmpx::Unknown(_) => fact("unknown"),
        Chmpx::Astray { pid, .. } => ChmpxFact { pid: Some(*pid), ..fact("astray") },
        Chmpx::Down => fact("down"),
        Chmpx::Up(running) => ChmpxFact {
            pid: running.process.map(|process| process.pid),
            generation: running.generation,
            servers: running.servers.clone(),
            ..fact("up")
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::candidate::hash;
    use crate::model::failure::Outlook;
    use crate::model::plan::testing::{CUK, NOW, PROCESS, policy, settled, three};

    fn of(seen: &Observed, troubles: Vec<TroubleFact>) -> Report {
        report(seen, &Plan::default(), &policy(), troubles)
    }

    #[test]
    fn a_node_is_settled_when_nothing_is_left_to_do_and_nothing_went_wrong() {
        assert!(of(&settled(), Vec::new()).settled);
        let trouble = TroubleFact {
            doing: "reading".to_owned(),
            cause: "refused".to_owned(),
            outlook: Outlook::Passing,
            class: None,
            help: None,
            since: NOW,
            count: 1,
        };
        assert!(!of(&settled(), vec![trouble]).settled);
    }

    #[test]
    fn what_is_published_and_what_chmpx_shows_is_told() {
        let told = of(&settled(), Vec::new());
        let published = told.published.unwrap();
        assert_eq!((published.hash, published.servers), (hash(&three()), Some(3)));
        assert_eq!(told.chmpx.state, "up");
        assert_eq!((told.chmpx.pid, told.chmpx.generation), (Some(PROCESS.pid), Some(7)));
        assert_eq!(told.chmpx.servers.len(), 3);
        let chmpx = Chmpx::Astray { pid: 9, reads: "/etc/other.ini".into() };
        let astray = of(&Observed { chmpx, ..settled() }, Vec::new()).chmpx;
        assert_eq!((astray.state.as_str(), astray.pid), ("astray", Some(9)));
        let unknown = of(&Observed { published: Published::Unknown, ..settled() }, Vec::new());
        assert_eq!(unknown.published, None);
    }

    #[test]
    fn where_no_agent_runs_it_is_told_what_one_remembered() {
        let told = Report::remembered(&settled().memory, &History::of(CUK), NOW);
        assert_eq!((told.verdict.code, told.cuk.as_str()), (Code::NotRunning, CUK));
        assert_eq!(told.installed.unwrap().generation, 7);
        assert_eq!(told.restarts_left, None, "that depends on settings which nobody has in force");
    }
}
