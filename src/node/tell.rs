//! Telling what is true: the status file, the socket, systemd and the log.

use std::time::{Duration, Instant};

use tracing::{debug, error, info, warn};

use super::basis::Basis;
use super::{Manners, Node};
use crate::agent::{Chain, Cycle, Trouble};
use crate::effects::{clock, disk, process, socket, systemd};
use crate::model::memory::Seconds;
use crate::model::report::{
    AgentFact, Code, Course, Loudness, PaceFact, Passage, Report, TroubleFact, Voice, report,
};

/// What telling has to remember.
#[derive(Debug)]
pub(super) struct Teller {
    course: Course,
    voice: Voice,
    agent: Option<AgentFact>,
    /// When K2HR3 last told what is published.
    answered: Option<Seconds>,
    /// Whether the status file says what was told last.
    is_shown: bool,
}

impl Teller {
    pub(super) fn new() -> Self {
        let agent = process::own().map(|own| AgentFact {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            process: own,
            since: process::since(own).unwrap_or_else(clock::now),
        });
        let (course, voice) = (Course::default(), Voice::default());
        Self { course, voice, agent, answered: None, is_shown: false }
    }

    /// Moves all times along with a clock that was set by `jump` seconds.
    pub(super) fn follow_clock(&mut self, jump: i64) {
        self.course.follow_clock(jump);
        self.answered = self.answered.map(|at| at.saturating_add_signed(jump));
        if let Some(agent) = &mut self.agent {
            agent.since = agent.since.saturating_add_signed(jump);
        }
    }
}

impl Node {
    pub(super) fn tell_all(&mut self, cycle: &Cycle<'_>) {
        self.forced = false;
        self.wants_back = false;
        self.settled = cycle.plan.is_settled();
        if cycle.plan.keeps_away(&cycle.seen.published) {
            self.publications.wait_anew();
        }
        if self.is_as_told(cycle) {
            return self.tell_of_one_more_look(cycle);
        }
        self.memory.failures = cycle.failures;
        self.note_outcome(cycle);
        let now = clock::now();
        let wrong = cycle.troubles.iter().map(|trouble| fact(trouble, now)).collect();
        let is_well = self.settled && cycle.troubles.is_empty();
        let passage = self.teller.course.note(wrong, cycle.asked_k2hr3, is_well);
        let mut report = self.report(cycle, now);
        let (is_news, differs) = {
            let told = self.desk.told.borrow();
            let last = told.as_ref().map(|told| &told.report);
            report.go_on_from(last);
            (
                last.is_none_or(|last| report.is_news_after(last)),
                last.is_none_or(|last| report.differs_from(last)),
            )
        };
        if is_news {
            self.publish(&report, &passage, cycle.next_ask);
        }
        tell_passage(&passage, &report, now);
        if differs || !self.teller.is_shown {
            self.teller.is_shown = self.show_status(&report);
        }
        let is_open = self.past.is_open || !self.teller.course.is_over() || !self.teller.is_shown;
        self.basis = Basis::of(cycle, &self.memory).filter(|_| !is_open);
        // Only the count of failures may have changed; it may be lost.
        let _kept = self.remember();
        let (granted, acted) = (self.desk.granted, cycle.acted);
        let told = socket::Told { report, at: Instant::now(), granted, acted };
        self.desk.told.send_replace(Some(told));
        self.show_life();
    }

    fn report(&mut self, cycle: &Cycle<'_>, now: Seconds) -> Report {
        let troubles = self.teller.course.present().to_vec();
        let mut seen = cycle.seen.clone();
        seen.memory = self.memory.clone();
        let mut report = report(&seen, cycle.plan, &self.settings.policy, troubles);
        report.traffic = self.k2hr3.traffic();
        report.pace = Some(self.pace(cycle, now));
        report.changes = self.past.told.clone();
        report.agent.clone_from(&self.teller.agent);
        report
    }

    fn pace(&mut self, cycle: &Cycle<'_>, now: Seconds) -> PaceFact {
        let is_answered = !cycle.troubles.iter().any(Trouble::is_about_k2hr3);
        if cycle.asked_k2hr3 && is_answered {
            self.teller.answered = Some(now);
        }
        PaceFact {
            interval_ms: millis(self.settings.interval),
            next_look_ms: millis(cycle.next_ask),
            answered: self.teller.answered,
        }
    }

    fn is_as_told(&self, cycle: &Cycle<'_>) -> bool {
        self.basis.as_ref().is_some_and(|basis| basis.is_that_of(cycle, &self.memory))
    }

    /// What nearly every look comes to, which therefore has to cost next to nothing.
    fn tell_of_one_more_look(&mut self, cycle: &Cycle<'_>) {
        let now = cycle.seen.now;
        let (pace, traffic) = (self.pace(cycle, now), self.k2hr3.traffic());
        let granted = self.desk.granted;
        self.desk.told.send_modify(|told| {
            let Some(told) = told else { return };
            (told.at, told.granted, told.acted) = (Instant::now(), granted, false);
            (told.report.at, told.report.traffic, told.report.pace) = (now, traffic, Some(pace));
        });
        self.show_life();
    }

    fn publish(&mut self, report: &Report, passage: &Passage, next_ask: Duration) {
        let verdict = &report.verdict;
        let (code, help) = (verdict.code.as_str(), verdict.help.as_deref());
        let next_look_s = next_ask.as_secs();
        // The line about a trouble that has just begun is this one.
        let is_new = passage.begun.iter().any(|begun| tells(report, begun));
        match self.teller.voice.loudness(report) {
            Loudness::Aside if !is_new => debug!(code, "{}", verdict.sentence),
            Loudness::Aside | Loudness::Warning => {
                warn!(code, help, next_look_s, "{}", verdict.sentence);
            }
            Loudness::Plain => info!(code, "{}", verdict.sentence),
            Loudness::Alarm => error!(code, help, next_look_s, "{}", verdict.sentence),
        }
        if self.manners == Manners::ActsForSystemd {
            systemd::ready_with(&verdict.sentence);
        }
    }

    /// Writes the status file, and tells whether that worked: if not, the next cycle tries again.
    fn show_status(&self, report: &Report) -> bool {
        let path = self.settings.paths.status_file();
        let text = serde_json::to_string_pretty(report).unwrap_or_default();
        let shown = disk::show(&path, text.as_bytes(), 0o644);
        shown.inspect_err(|error| debug!(error = %Chain(error), "no status file")).is_ok()
    }

    /// Tells systemd that this node is alive, if that is who started it.
    pub(super) fn show_life(&self) {
        if self.manners == Manners::ActsForSystemd {
            systemd::alive();
        }
    }
}

fn fact(trouble: &Trouble, now: Seconds) -> TroubleFact {
    TroubleFact {
        doing: trouble.doing.clone(),
        cause: Chain(&*trouble.cause).to_string(),
        outlook: trouble.outlook,
        class: trouble.class,
        help: trouble.help.clone(),
        since: now,
        count: 1,
    }
}

/// Whether the verdict of `report` is about `trouble`.
fn tells(report: &Report, trouble: &TroubleFact) -> bool {
    let first = report.troubles.first();
    report.verdict.code == Code::Trouble && first.is_some_and(|first| first.doing == trouble.doing)
}

/// One line when a trouble begins that the verdict does not tell, one now and then while it lasts,
/// and one when it is over.
fn tell_passage(passage: &Passage, report: &Report, now: Seconds) {
    for begun in passage.begun.iter().filter(|begun| !tells(report, begun)) {
        let TroubleFact { doing, cause, help, .. } = begun;
        warn!(event = "trouble-began", doing, cause, help, "something went wrong");
    }
    for TroubleFact { doing, cause, help, since, count, .. } in &passage.still {
        let for_s = now.saturating_sub(*since);
        warn!(event = "trouble-goes-on", doing, cause, help, count, for_s, "still in trouble");
    }
    for TroubleFact { doing, since, count, .. } in &passage.over {
        let lasted_s = now.saturating_sub(*since);
        info!(event = "trouble-over", doing, count, lasted_s, "the trouble is over");
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
