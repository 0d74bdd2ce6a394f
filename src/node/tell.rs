//! Telling what is true: the status file, the socket, systemd and the log.

use std::collections::HashMap;

use sd_notify::NotifyState;
use tracing::{debug, info, warn};

use super::{Manners, Node};
use crate::agent::{Chain, Cycle, Trouble};
use crate::effects::{clock, disk, socket};
use crate::model::failure::Outlook;
use crate::model::memory::Seconds;
use crate::model::report::{Ailment, Report, report};

/// The file with the last report, beside the lock and the socket.
pub const STATUS_FILE: &str = "status.json";

/// What has been wrong, since when and how often.
#[derive(Debug, Default)]
pub(super) struct Ailments(HashMap<(String, String), (Seconds, u64)>);

impl Ailments {
    /// The present troubles. What asks K2HR3 and was not tried in this cycle is still the case.
    fn note(&mut self, troubles: &[Trouble], now: Seconds) -> Vec<Ailment> {
        let mut known = std::mem::take(&mut self.0);
        let told = troubles.iter().map(|trouble| {
            let key = (trouble.doing.clone(), Chain(&*trouble.cause).to_string());
            let (since, count) = known.remove(&key).unwrap_or((now, 0));
            self.0.insert(key.clone(), (since, count + 1));
            Ailment {
                doing: key.0,
                cause: key.1,
                outlook: Ailment::outlook_word(trouble.outlook),
                help: trouble.help.clone(),
                since,
                count: count + 1,
            }
        });
        told.collect()
    }
}

impl Node {
    pub(super) fn tell_all(&mut self, cycle: &Cycle<'_>) {
        self.forced = false;
        self.wants_back = false;
        self.settled = cycle.plan.is_settled();
        let now = clock::now();
        let last = self.desk.told.borrow().as_ref().map(|told| told.report.clone());
        let mut troubles = self.ailments.note(cycle.troubles, now);
        if !cycle.asked_k2hr3 {
            // Not tried again in this cycle, so still the case.
            let old = last.iter().flat_map(|report| &report.troubles);
            troubles.extend(old.filter(|old| self.memory.failures > 0 && is_k2hr3(old)).cloned());
        }
        self.memory.failures = cycle.failures;
        let role = self.settings.identity.role.to_string();
        let mut seen = cycle.seen.clone();
        seen.memory = self.memory.clone();
        let report = report(&seen, cycle.plan, &self.settings.policy, &role, troubles);
        if last.as_ref().is_none_or(|last| report.is_news_after(last)) {
            self.publish(&report, cycle);
        }
        if last.as_ref().is_none_or(|last| report.differs_from(last)) {
            self.write_status(&report);
        }
        // Only the count of failures may have changed; it may be lost.
        let _kept = self.remember();
        let acted = !cycle.plan.steps.is_empty() && cycle.troubles.is_empty();
        self.desk.told.send_replace(Some(socket::Told { report, asked: self.asked, acted }));
        self.notify(&[NotifyState::Watchdog]);
    }

    fn publish(&self, report: &Report, cycle: &Cycle<'_>) {
        let verdict = &report.verdict;
        let lasting = cycle.troubles.iter().any(|trouble| trouble.outlook == Outlook::Lasting);
        let next = cycle.next_ask.as_secs();
        if verdict.code == "acting" {
            // The step has logged itself, with more to tell.
            debug!("{}", verdict.sentence);
        } else if report.settled {
            info!(code = verdict.code, "{}", verdict.sentence);
        } else if lasting {
            tracing::error!(code = verdict.code, help = verdict.help, "{}", verdict.sentence);
        } else if report.troubles.is_empty() && verdict.help.is_none() {
            info!(code = verdict.code, "{}", verdict.sentence);
        } else {
            warn!(
                code = verdict.code,
                help = verdict.help,
                next_look_s = next,
                "{}",
                verdict.sentence
            );
        }
        self.notify(&[NotifyState::Ready, NotifyState::Status(&verdict.sentence)]);
    }

    fn write_status(&self, report: &Report) {
        let path = self.settings.paths.runtime_dir.join(STATUS_FILE);
        let text = serde_json::to_string_pretty(report).unwrap_or_default();
        if let Err(error) = disk::keep(&path, text.as_bytes(), 0o644) {
            debug!(error = %Chain(&error), "the status file was not written");
        }
    }

    /// Tells systemd, if that is who started this.
    pub fn notify(&self, states: &[NotifyState<'_>]) {
        if self.manners == Manners::ActsForSystemd
            && let Err(error) = sd_notify::notify(states)
        {
            debug!(%error, "systemd was not told");
        }
    }
}

fn is_k2hr3(ailment: &Ailment) -> bool {
    ailment.doing.contains("K2HR3") || ailment.doing.contains("role")
}
