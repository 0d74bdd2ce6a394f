//! Telling what is true: the status file, the socket, systemd and the log.

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
pub(super) struct Ailments(Vec<Ailment>);

impl Ailments {
    /// The present troubles. What is about K2HR3 is still the case as long as it is not asked.
    fn note(&mut self, troubles: &[Trouble], asked_k2hr3: bool, now: Seconds) -> Vec<Ailment> {
        let mut known = std::mem::take(&mut self.0);
        for trouble in troubles {
            let cause = Chain(&*trouble.cause).to_string();
            let same = known.iter().position(|a| a.doing == trouble.doing && a.cause == cause);
            let (since, count) = same
                .map(|at| known.swap_remove(at))
                .map_or((now, 0), |earlier| (earlier.since, earlier.count));
            self.0.push(Ailment {
                doing: trouble.doing.clone(),
                cause,
                outlook: Ailment::outlook_word(trouble.outlook),
                about_k2hr3: trouble.about_k2hr3,
                help: trouble.help.clone(),
                since,
                count: count + 1,
            });
        }
        if !asked_k2hr3 {
            self.0.extend(known.into_iter().filter(|earlier| earlier.about_k2hr3));
        }
        self.0.clone()
    }
}

impl Node {
    pub(super) fn tell_all(&mut self, cycle: &Cycle<'_>) {
        self.forced = false;
        self.wants_back = false;
        self.settled = cycle.plan.is_settled();
        let now = clock::now();
        let last = self.desk.told.borrow().as_ref().map(|told| told.report.clone());
        let troubles = self.ailments.note(cycle.troubles, cycle.asked_k2hr3, now);
        self.memory.failures = cycle.failures;
        let role = self.settings.identity.role.to_string();
        let mut seen = cycle.seen.clone();
        seen.memory = self.memory.clone();
        let mut report = report(&seen, cycle.plan, &self.settings.policy, &role, troubles);
        report.traffic = self.k2hr3.traffic();
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
        if let Err(error) = disk::show(&path, text.as_bytes(), 0o644) {
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
