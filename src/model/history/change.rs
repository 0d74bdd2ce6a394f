//! One change of the file: what it was, why it came and what became of it.

use serde::{Deserialize, Serialize};

use super::super::memory::Seconds;

/// So many names of servers are kept of each change.
const NAMES: usize = 8;

/// One version of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Its generation.
    pub generation: i32,
    /// The hash of the published text that it came from; `None` when it was not this agent's.
    pub published: Option<String>,
}

/// Why a file was put in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// There was none.
    First,
    /// Another text was published.
    Published,
    /// Somebody else had changed the file.
    Drift,
    /// chmpx had not taken the one before.
    Swallowed,
    /// chmpx was lost with the one before.
    Lost,
    /// An operator wanted the one that was good before.
    ByHand,
}

impl Cause {
    /// It in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::First => "first file",
            Self::Published => "published",
            Self::Drift => "put right after somebody else had changed it",
            Self::Swallowed => "written once more",
            Self::Lost => "rolled back, chmpx was lost",
            Self::ByHand => "rolled back by hand",
        }
    }
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// chmpx has not taken it yet.
    Waiting,
    /// chmpx has had it in force.
    Adopted,
    /// chmpx has read it and refused it while it ran.
    RefusedByChmpx,
    /// Another file was put in its place before chmpx had taken it.
    Replaced,
    /// It was taken back.
    RolledBack,
}

/// One change of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Its number; the first has 1.
    pub number: u64,
    /// When the file was put in place.
    pub at: Seconds,
    /// Why.
    pub cause: Cause,
    /// The file before, if there was one.
    pub from: Option<Version>,
    /// The file.
    pub to: Version,
    /// The servers that it names.
    pub servers: usize,
    /// How many servers came.
    pub added: usize,
    /// How many servers went.
    pub removed: usize,
    /// The first names of those that came.
    pub added_names: Vec<String>,
    /// The first names of those that went.
    pub removed_names: Vec<String>,
    /// What it means for a running chmpx: `none`, `live`, `cold`, `refused`.
    pub impact: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// How long chmpx took to have it in force, in milliseconds.
    pub adopted_after_ms: Option<u64>,
}

impl Change {
    /// A change at `at` that chmpx has not taken yet, to a file of so many servers.
    pub fn waiting(
        at: Seconds,
        cause: Cause,
        from: Option<Version>,
        to: Version,
        servers: usize,
    ) -> Self {
        Self {
            number: 0,
            at,
            cause,
            from,
            to,
            servers,
            added: 0,
            removed: 0,
            added_names: Vec::new(),
            removed_names: Vec::new(),
            impact: None,
            outcome: Outcome::Waiting,
            adopted_after_ms: None,
        }
    }

    /// Notes the servers that came and those that went.
    #[must_use]
    pub fn with_servers(mut self, added: &[String], removed: &[String]) -> Self {
        let first = |names: &[String]| names.iter().take(NAMES).cloned().collect();
        (self.added, self.removed) = (added.len(), removed.len());
        (self.added_names, self.removed_names) = (first(added), first(removed));
        self
    }
}
