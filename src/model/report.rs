//! What the agent tells about itself: one verdict, and the facts behind it.

mod course;
pub mod severity;
mod voice;
mod words;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::failure::Outlook;
use super::history::{Change, History, TOLD};
use super::memory::{Mark, Memory, Process, Seconds};
use super::observed::{Carrier, Chmpx, InstalledFile, Observed, Published, Server};
use super::plan::{Plan, Policy, Situation, Step};

pub use course::{Course, Turns};
pub use severity::Severity;
pub use voice::{Loudness, Voice};
pub use words::{Words, words};

/// The version of the form of [`Report`]. Raised when a field changes its meaning or goes.
pub const VERSION: u32 = 1;

/// Something that could not be found out or carried out, as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ailment {
    /// What was being done.
    pub doing: String,
    /// Why it did not work, cause by cause.
    pub cause: String,
    /// Does waiting help?
    pub outlook: Told,
    /// Whether it is about reaching K2HR3.
    pub about_k2hr3: bool,
    /// What the operator can do.
    pub help: Option<String>,
    /// Since when it has been so.
    pub since: Seconds,
    /// How often it happened since then.
    pub count: u64,
}

/// An [`Outlook`] in words.
pub type Told = String;

impl Ailment {
    /// The word for a trouble that may pass.
    pub const PASSING: &str = "passing";

    /// The word for an outlook.
    pub fn outlook_word(outlook: Outlook) -> Told {
        match outlook {
            Outlook::Passing => Self::PASSING.to_owned(),
            Outlook::Lasting => "lasting".to_owned(),
        }
    }
}

/// What is published, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedFact {
    /// The hash of the text.
    pub hash: String,
    /// Since when it has been this text.
    pub since: Option<Seconds>,
    /// The servers that it names; `None` when it is refused.
    pub servers: Option<usize>,
}

/// What chmpx is and has in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChmpxFact {
    /// `up`, `down` or `unknown`.
    pub state: String,
    /// Its process id.
    pub pid: Option<i32>,
    /// The generation that it has in force.
    pub generation: Option<i32>,
    /// The servers in its table.
    pub servers: Vec<Server>,
}

/// What was exchanged with K2HR3.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traffic {
    /// Requests, each attempt counted.
    pub requests: u64,
    /// Bytes of the bodies that came back; an answer that nothing has changed has none.
    pub received: u64,
}

/// The agent that tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentFact {
    /// Its version.
    pub version: String,
    /// Its process.
    pub process: Process,
    /// Since when it runs.
    pub since: Seconds,
}

/// When K2HR3 is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaceFact {
    /// The usual time between two looks, in milliseconds.
    pub interval_ms: u64,
    /// In how many milliseconds K2HR3 is asked next, counted from the answer over the socket, or
    /// from the time in [`Report::at`] where this was read from a file.
    pub next_look_ms: u64,
    /// When K2HR3 last told what is published.
    pub answered: Option<Seconds>,
}

impl PaceFact {
    /// The same after some time has passed.
    #[must_use]
    pub fn later(self, elapsed: Duration) -> Self {
        let elapsed = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        Self { next_look_ms: self.next_look_ms.saturating_sub(elapsed), ..self }
    }
}

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
    /// Restarts of chmpx that are left in this hour.
    pub restarts_left: u32,
    /// Everything an operator should know, most important first.
    pub situations: Vec<Words>,
    /// What could not be found out or carried out.
    pub troubles: Vec<Ailment>,
    /// The last ten changes of the file, the newest first.
    #[serde(default)]
    pub changes: Arc<[Change]>,
    /// Who tells this.
    #[serde(default)]
    pub agent: Option<AgentFact>,
}

impl Report {
    /// Fills in since when it has been so, where `last` has said the same already.
    pub fn go_on_from(&mut self, last: Option<&Self>) {
        let at = self.at;
        let earlier = |words: &Words| {
            let known = last.iter().flat_map(|last| last.situations.iter().chain([&last.verdict]));
            known.filter(|known| known.code == words.code).find_map(|known| known.since)
        };
        for words in self.situations.iter_mut().chain([&mut self.verdict]) {
            words.since = Some(earlier(words).unwrap_or(at));
        }
    }

    /// Whether anything but what every look changes is other than in `last`.
    pub fn differs_from(&self, last: &Self) -> bool {
        // Named one by one, so that a new field has to be thought of.
        let Self {
            version,
            verdict,
            settled,
            at: _,
            role,
            cuk,
            registered,
            carrier,
            failures,
            published,
            installed,
            adopted,
            good,
            chmpx,
            traffic: _,
            pace: _,
            restarts_left,
            situations,
            troubles,
            changes,
            agent,
        } = self;
        (version, verdict, settled) != (&last.version, &last.verdict, &last.settled)
            || (role, cuk, registered) != (&last.role, &last.cuk, &last.registered)
            || (carrier, published) != (&last.carrier, &last.published)
            || (installed, adopted, good) != (&last.installed, &last.adopted, &last.good)
            || (chmpx, restarts_left) != (&last.chmpx, &last.restarts_left)
            || (situations, changes, agent) != (&last.situations, &last.changes, &last.agent)
            || (failures, troubles) != (&last.failures, &last.troubles)
    }

    /// Whether `self` says anything else than `other`. Ages and counts are not news; nor is it that
    /// an outage shows itself in another way, as long as the same is to be done about it.
    pub fn is_news_after(&self, other: &Self) -> bool {
        let (a, b) = (&self.verdict, &other.verdict);
        let same_verdict = (&a.code, &a.help) == (&b.code, &b.help)
            && (a.code == "trouble" || a.sentence == b.sentence);
        !same_verdict
            || self.installed != other.installed
            || self.adopted != other.adopted
            || !same(&self.situations, &other.situations, |a, b| a.code == b.code)
            || !same(&self.troubles, &other.troubles, |a, b| {
                (&a.doing, &a.help) == (&b.doing, &b.help)
            })
    }
}

fn same<T>(some: &[T], others: &[T], alike: impl Fn(&T, &T) -> bool) -> bool {
    some.len() == others.len() && some.iter().zip(others).all(|(a, b)| alike(a, b))
}

/// Derives a report from one cycle.
pub fn report(
    seen: &Observed,
    plan: &Plan,
    policy: &Policy,
    role: &str,
    troubles: Vec<Ailment>,
) -> Report {
    let situations: Vec<_> = plan.situations.iter().map(words).collect();
    let memory = &seen.memory;
    Report {
        version: VERSION,
        verdict: verdict(seen, plan, &troubles),
        settled: plan.is_settled() && troubles.is_empty(),
        at: seen.now,
        role: role.to_owned(),
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
        restarts_left: memory.restarts_left(policy.restarts_per_hour, seen.now),
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
                "not-running",
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
            restarts_left: 0,
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
        Chmpx::Down => fact("down"),
        Chmpx::Up(running) => ChmpxFact {
            pid: running.process.map(|process| process.pid),
            generation: running.generation,
            servers: running.servers.clone(),
            ..fact("up")
        },
    }
}

/// What a step that was carried out amounts to; the next look tells whether it had an effect.
fn doing(step: &Step) -> String {
    match step {
        Step::Register => "this node was registered in its role".to_owned(),
        Step::Leave => "this node was taken out of its role".to_owned(),
        Step::Install(install) => {
            format!("generation {} was installed", install.candidate.generation())
        }
        Step::Acknowledge { generation, .. } => {
            format!("chmpx has adopted generation {generation}")
        }
        Step::Promote { generation, .. } => format!("chmpx has survived generation {generation}"),
        Step::Restart { why } => format!("chmpx was told to start afresh: {why}"),
        Step::RollBack { .. } => "the last good file was put back".to_owned(),
    }
}

/// The one sentence. What keeps the node from where it should be comes before what only keeps it
/// from knowing whether it is there.
fn verdict(seen: &Observed, plan: &Plan, troubles: &[Ailment]) -> Words {
    if let (Some(step), true) = (plan.steps.last(), troubles.is_empty()) {
        return Words::new("acting", doing(step), None);
    }
    // What only waits for K2HR3 is explained by what keeps K2HR3 away.
    let waiting = |s: &Situation| {
        matches!(s, Situation::NothingPublished | Situation::NotMember { has_token: true })
    };
    if let Some(trouble) = troubles.first()
        && plan.situations.iter().all(|s| s.is_harmless() || waiting(s))
    {
        let waits = trouble.about_k2hr3 && trouble.outlook == Ailment::PASSING;
        let doing = if waits { "waiting for K2HR3" } else { &trouble.doing };
        let sentence = format!("{doing}: {}", trouble.cause);
        return Words::new("trouble", sentence, trouble.help.as_deref());
    }
    if let Some(pressing) = plan.situations.iter().find(|s| !s.is_harmless()) {
        return words(pressing);
    }
    let servers = seen.file().map_or(0, |file| file.conf.servers().len());
    let generation = seen.file().and_then(InstalledFile::generation).unwrap_or_default();
    let servers = if servers == 1 { "1 server".to_owned() } else { format!("{servers} servers") };
    // Which right carries this node is no matter while one does.
    match plan.situations.iter().find(|s| **s != Situation::TokenRefused) {
        Some(Situation::NoChmpx) => {
            let sentence = format!("{servers}, generation {generation} installed; no chmpx runs");
            Words::new("no-chmpx", sentence, words(&Situation::NoChmpx).help.as_deref())
        }
        Some(draining) => words(draining),
        None => Words::new(
            "settled",
            format!("settled: {servers}, generation {generation} adopted"),
            None,
        ),
    }
}
