//! What the agent tells about itself: one verdict, and the facts behind it.

mod words;

use serde::{Deserialize, Serialize};

use super::failure::Outlook;
use super::memory::{Mark, Seconds};
use super::observed::{Carrier, Chmpx, InstalledFile, Observed, Published, Server};
use super::plan::{Plan, Policy, Situation, Step};

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
    /// The word for an outlook.
    pub fn outlook_word(outlook: Outlook) -> Told {
        match outlook {
            Outlook::Passing => "passing".to_owned(),
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
    /// The process that takes it.
    pub chmpx: ChmpxFact,
    /// What K2HR3 was asked since the agent started, and what came back.
    #[serde(default)]
    pub traffic: Traffic,
    /// Restarts of chmpx that are left in this hour.
    pub restarts_left: u32,
    /// Everything an operator should know, most important first.
    pub situations: Vec<Words>,
    /// What could not be found out or carried out.
    pub troubles: Vec<Ailment>,
}

impl Report {
    /// Whether anything but ages and counts is other than in `last`.
    pub fn differs_from(&self, last: &Self) -> bool {
        let mut same =
            Self { at: self.at, traffic: self.traffic, failures: self.failures, ..last.clone() };
        for (trouble, present) in same.troubles.iter_mut().zip(&self.troubles) {
            trouble.count = present.count;
        }
        *self != same
    }

    /// Whether `other` says anything else than this. Ages and counts are not news; nor is it that
    /// an outage shows itself in another way, as long as the same is to be done about it.
    pub fn is_news_after(&self, other: &Self) -> bool {
        let troubles = |report: &Self| {
            report.troubles.iter().map(|t| (t.doing.clone(), t.help.clone())).collect::<Vec<_>>()
        };
        let codes = |report: &Self| {
            report.situations.iter().map(|told| told.code.clone()).collect::<Vec<_>>()
        };
        let verdict = |report: &Self| match report.verdict.code.as_str() {
            "trouble" => Words { sentence: String::new(), ..report.verdict.clone() },
            _ => report.verdict.clone(),
        };
        verdict(self) != verdict(other)
            || codes(self) != codes(other)
            || self.installed != other.installed
            || self.adopted != other.adopted
            || troubles(self) != troubles(other)
    }
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
        chmpx: chmpx(&seen.chmpx),
        traffic: Traffic::default(),
        restarts_left: memory.restarts_left(policy.restarts_per_hour, seen.now),
        situations,
        troubles,
    }
}

fn published(seen: &Observed) -> Option<PublishedFact> {
    let Published::Known(published) = &seen.published else { return None };
    Some(PublishedFact {
        hash: published.hash.clone(),
        since: seen.memory.published.as_ref().map(|seen| seen.at),
        servers: published.content.as_ref().ok().map(|content| content.conf().servers().len()),
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
        let sentence = format!("{}: {}", trouble.doing, trouble.cause);
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
