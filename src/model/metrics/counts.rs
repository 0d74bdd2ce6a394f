//! What has happened since the agent started, counted. Counting allocates nothing.

use std::time::Duration;

use crate::model::failure::Class;
use crate::model::memory::Seconds;
use crate::model::observed::K2hr3;
use crate::model::plan::{Occasion, Step, WantedBy};
use crate::model::report::Traffic;

use super::tally::{Histogram, Tally};

/// What is counted while the agent runs. Lost when it ends: Prometheus expects that.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counts {
    /// When the agent started.
    pub started: Seconds,
    /// When K2HR3 last told what it publishes.
    pub looked: Option<Seconds>,
    /// Looks that K2HR3 answered, by whether it publishes another text than before.
    pub answers: Tally<2>,
    /// Looks that it did not, by the class of the failure.
    pub failures: Tally<{ Class::ALL.len() }>,
    /// Requests to K2HR3.
    pub requests: u64,
    /// Bytes of the bodies that came back.
    pub received: u64,
    /// Registrations.
    pub registrations: u64,
    /// Files put in place, by occasion.
    pub installations: Tally<{ Occasion::ALL.len() }>,
    /// Earlier files put back, by who wanted it.
    pub rollbacks: Tally<{ WantedBy::ALL.len() }>,
    /// Restarts of chmpx.
    pub restarts: u64,
    /// Steps that could not be carried out.
    pub failed_steps: u64,
    /// How long it took from a new text to its adoption.
    pub adoptions: Histogram,
}

impl Counts {
    /// Nothing yet, of an agent that starts at `now`.
    pub fn since(now: Seconds) -> Self {
        Self {
            started: now,
            looked: None,
            answers: Tally::of(["unchanged", "changed"]),
            failures: Tally::of(Class::ALL.map(Class::as_str)),
            requests: 0,
            received: 0,
            registrations: 0,
            installations: Tally::of(Occasion::ALL.map(Occasion::as_str)),
            rollbacks: Tally::of(WantedBy::ALL.map(WantedBy::as_str)),
            restarts: 0,
            failed_steps: 0,
            adoptions: Histogram::default(),
        }
    }

    /// Takes note of how K2HR3 took being asked at `now`; `is_new` says whether it publishes another
    /// text than before.
    pub fn looked(&mut self, k2hr3: K2hr3, is_new: bool, now: Seconds) {
        match k2hr3 {
            K2hr3::NotAsked => {}
            K2hr3::Failed(class) => self.failures.count(class.as_str()),
            K2hr3::Answered => {
                self.looked = Some(now);
                self.answers.count(if is_new { "changed" } else { "unchanged" });
            }
        }
    }

    /// Looks at K2HR3, by their result.
    pub fn looks(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.answers.counts().chain(self.failures.counts())
    }

    /// Takes note of what was exchanged since the last time.
    pub fn exchanged(&mut self, before: Traffic, now: Traffic) {
        self.requests += now.requests.saturating_sub(before.requests);
        self.received += now.received.saturating_sub(before.received);
    }

    /// Takes note of a step that was carried out, or was tried in vain.
    pub fn stepped(&mut self, step: &Step, done: bool) {
        match step {
            // What was tried is spent, whatever came of it.
            Step::Restart { .. } => self.restarts += 1,
            Step::Register if done => self.registrations += 1,
            Step::Install(install) if done => self.installations.count(install.occasion.as_str()),
            Step::PutBack { .. } if done => self.installations.count(Occasion::Drift.as_str()),
            Step::RollBack(wanted) if done => self.rollbacks.count(wanted.as_str()),
            Step::Register
            | Step::Install(_)
            | Step::PutBack { .. }
            | Step::RollBack(_)
            | Step::Leave
            | Step::Acknowledge { .. }
            | Step::Promote { .. } => {}
        }
        self.failed_steps += u64::from(!done);
    }

    /// Takes note that the text `published` is in force, this long after it was first seen. One that
    /// was in force before, and was healed or put right, is no new one.
    pub fn adopted(&mut self, published: &str, in_force: Option<&str>, after: Duration) {
        if in_force != Some(published) {
            self.adoptions.observe(after);
        }
    }
}

#[cfg(test)]
mod tests;
