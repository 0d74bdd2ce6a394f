//! The facts of a report, each about one thing.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::failure::{Class, Outlook};
use crate::model::memory::{Process, Seconds};
use crate::model::observed::Server;

/// Something that could not be found out or carried out, as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TroubleFact {
    /// What was being done.
    pub doing: String,
    /// Why it did not work, cause by cause.
    pub cause: String,
    /// Does waiting help?
    pub outlook: Outlook,
    /// What kind of failure of K2HR3 it was; `None` where it is about this node alone.
    pub class: Option<Class>,
    /// What the operator can do.
    pub help: Option<String>,
    /// Since when it has been so.
    pub since: Seconds,
    /// How often it happened since then.
    pub count: u64,
}

impl TroubleFact {
    /// Whether it is about reaching K2HR3.
    pub fn is_about_k2hr3(&self) -> bool {
        self.class.is_some()
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
    /// `up`, `down`, `astray` (it reads another file) or `unknown`.
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
    /// Bytes of the bodies that came back, as far as K2HR3 gave their length beforehand.
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
    /// from the time in [`super::Report::at`] where this was read from a file.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_look_comes_nearer_and_never_lies_in_the_past() {
        let pace = PaceFact { interval_ms: 30_000, next_look_ms: 17_000, answered: Some(5) };
        let later = |seconds| pace.later(Duration::from_secs(seconds));
        assert_eq!(later(10), PaceFact { next_look_ms: 7_000, ..pace });
        assert_eq!(later(60), PaceFact { next_look_ms: 0, ..pace });
    }
}
