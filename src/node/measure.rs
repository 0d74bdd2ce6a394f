//! Counting what happens, and showing it to whoever collects figures.

use tracing::{info, warn};

use super::{Manners, Node};
use crate::agent::{Chain, Cycle};
use crate::effects::{clock, disk};
use crate::model::metrics;
use crate::model::observed::Published;
use crate::model::plan::Step;
use crate::model::report::Traffic;

/// What was counted already.
#[derive(Debug, Default)]
pub(super) struct Measured {
    /// The traffic of the present connection to K2HR3.
    traffic: Traffic,
    /// Whether the textfile could not be written, so that this was told.
    failed: bool,
}

impl Node {
    /// Counts a step that was carried out, or not.
    pub(super) fn count_step(&self, step: &Step, done: bool) {
        self.desk.counts.send_modify(|counts| counts.stepped(step, done));
    }

    /// Counts a cycle, before it is told.
    pub(super) fn count_cycle(&mut self, cycle: &Cycle<'_>) {
        let seen = cycle.seen;
        let traffic = self.k2hr3.traffic();
        let known = std::mem::replace(&mut self.measured.traffic, traffic);
        let published = match &seen.published {
            Published::Known(published) => Some((published.hash.as_str(), published.quiet)),
            Published::Unknown => None,
        };
        let told = self.desk.told.borrow();
        let told = told.as_ref().and_then(|told| told.report.published.as_ref());
        let in_force = seen.memory.adopted.as_ref().map(|mark| mark.published.as_str());
        // An agent that starts compares with what was in force when it ended.
        let before = told.map(|published| published.hash.as_str()).or(in_force);
        let is_new = published.is_some_and(|(hash, _)| Some(hash) != before);
        let proven = self.memory.adopted.as_ref().filter(|_| acknowledges(cycle));
        let proven = proven.map(|mark| mark.published.as_str());
        self.desk.counts.send_modify(|counts| {
            counts.exchanged(known, traffic);
            counts.looked(seen.k2hr3, is_new, seen.now);
            if let (Some(proven), Some((hash, quiet))) = (proven, published)
                && proven == hash
            {
                counts.adopted(hash, in_force, quiet);
            }
        });
    }

    /// Writes the figures where a node exporter collects them, if that is wished.
    pub(super) fn show_metrics(&mut self) {
        let Some(path) = &self.settings.metrics_textfile else { return };
        if self.manners != Manners::ActsForSystemd {
            return;
        }
        let told = self.desk.told.borrow();
        let Some(told) = told.as_ref() else { return };
        let text = metrics::render(&told.report, &self.desk.counts.borrow(), clock::now());
        match disk::show(path, text.as_bytes(), 0o644) {
            Ok(()) if self.measured.failed => info!(?path, "the metrics are written again"),
            Ok(()) => {}
            Err(error) if !self.measured.failed => {
                warn!(?path, error = %Chain(&error), help = error.help(),
                    "the metrics are not written; all else goes on");
                self.measured.failed = true;
                return;
            }
            Err(_as_before) => return,
        }
        self.measured.failed = false;
    }
}

fn acknowledges(cycle: &Cycle<'_>) -> bool {
    cycle.plan.steps.iter().any(|step| matches!(step, Step::Acknowledge { .. }))
}
