//! The node that lives it: it does what it is told, and writes a journal.

use tokio::time::sleep;

use super::super::world::{settled, trouble};
use super::life::{Fault, Soak};
use crate::agent::*;
use crate::model::memory::{Mark, Process, Seconds};
use crate::model::observed::{
    Attention, Chmpx, Installed, InstalledFile, K2hr3, Membership, Running,
};
use crate::model::plan::testing::policy;
use crate::model::report::{TroubleFact, report};
use crate::model::trial::Life;

const PROCESS: Process = Process { pid: 1, started: 1 };

impl World for Soak {
    async fn observe(&mut self, ask_k2hr3: bool) -> (Observed, Vec<Trouble>) {
        self.live();
        let mut troubles = Vec::new();
        let mut k2hr3 = K2hr3::NotAsked;
        if ask_k2hr3 {
            k2hr3 = K2hr3::Answered;
            if let Err(trouble) = self.answer() {
                k2hr3 = K2hr3::Failed(Class::Unreachable);
                troubles.push(trouble);
            }
        }
        let membership = match (self.looks, self.listed) {
            (0, _) => Membership::Unknown,
            (_, true) => Membership::Listed,
            (_, false) => Membership::Missing { looks: self.missing },
        };
        let now = self.now();
        self.memory.notice(membership == Membership::Listed, Life::Runs(PROCESS), now);
        let generation = self.installed.file().and_then(InstalledFile::generation);
        let observed = Observed {
            k2hr3,
            published: self.published(),
            membership,
            installed: self.installed.clone(),
            chmpx: Chmpx::Up(Running {
                process: Some(PROCESS),
                since: None,
                attention: Attention::NotTried,
                generation: generation.or(Some(0)),
                servers: Vec::new(),
            }),
            memory: self.memory.clone(),
            now,
            ..settled()
        };
        (observed, troubles)
    }

    async fn perform(&mut self, step: &Step) -> Result<(), Trouble> {
        let now = self.now();
        let mark = |published: &str, generation: i32| {
            Some(Mark { published: published.to_owned(), generation, at: now })
        };
        match step {
            Step::Register => {
                self.memory.registered_at = now;
                self.memory.registrations += 1;
                self.listed = !self.suffers(Fault::Emptied);
            }
            Step::Install(_) | Step::PutBack { .. } if self.suffers(Fault::DiskFull) => {
                return Err(trouble(None));
            }
            Step::Install(install) => {
                let bytes = install.candidate.bytes();
                self.installed = Installed::File(InstalledFile::new(bytes, None));
                let generation = install.candidate.generation();
                self.memory.installed = mark(&install.published, generation);
                self.memory.highest = generation;
                if install.occasion == crate::model::plan::Occasion::Drift {
                    self.memory.put_right(now);
                }
            }
            Step::Acknowledge { published, generation } => {
                self.memory.installed = mark(published, *generation);
                self.memory.adopted = mark(published, *generation);
            }
            Step::Promote { published, generation } => {
                self.memory.before = self.memory.good.take();
                self.memory.good = mark(published, *generation);
                self.memory.trial = None;
            }
            Step::Restart { .. } => self.memory.restarted(now),
            Step::PutBack { mark: was, generation } => {
                let (_, kept) = self.files.iter().find(|(hash, _)| *hash == was.published).unwrap();
                let bytes = kept.clone().at_generation(*generation).bytes();
                self.installed = Installed::File(InstalledFile::new(bytes, None));
                self.memory.installed = mark(&was.published, *generation);
                self.memory.highest = *generation;
                self.memory.put_right(now);
            }
            Step::Leave | Step::RollBack(_) => panic!("{step:?}"),
        }
        self.journal.push(format!("{:?} {}", self.start.elapsed(), name(step)));
        Ok(())
    }

    async fn tell(&mut self, cycle: Cycle<'_>) {
        let now = self.now();
        let mut troubles: Vec<_> = cycle.troubles.iter().map(|t| fact(t, now)).collect();
        if !cycle.asked_k2hr3 && cycle.failures > 0 {
            let old = self.last.iter().flat_map(|report| &report.troubles);
            troubles.extend(old.filter(|old| old.is_about_k2hr3()).cloned());
        }
        self.memory.failures = cycle.failures;
        let told = report(cycle.seen, cycle.plan, &policy(), troubles);
        if self.last.as_ref().is_none_or(|last| told.is_news_after(last)) {
            self.journal.push(format!("{:?} {}", self.start.elapsed(), told.verdict.sentence));
        }
        self.last = Some(told);
    }

    async fn wait(&mut self, limit: Duration) -> Wake {
        sleep(limit).await;
        Wake::Due
    }

    fn up_for(&self) -> Duration {
        self.start.elapsed()
    }
}

fn name(step: &Step) -> String {
    format!("{step:?}").chars().take_while(|c| c.is_alphabetic()).collect()
}

fn fact(trouble: &Trouble, now: Seconds) -> TroubleFact {
    TroubleFact {
        doing: trouble.doing.clone(),
        cause: trouble.cause.to_string(),
        class: trouble.class,
        outlook: trouble.outlook,
        help: trouble.help.clone(),
        since: now,
        count: 1,
    }
}
