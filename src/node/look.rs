//! Finding out what is true: K2HR3, the file, chmpx, and what they mean together.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::sleep;
use tracing::{info, warn};

use super::publication::Judged;
use super::{Node, local};
use crate::agent::Trouble;
use crate::effects::{clock, disk, host, supervisor};
use crate::model::candidate::{Candidate, Draft, Refused};
use crate::model::conf::Given;
use crate::model::memory::Seconds;
use crate::model::observed::{Chmpx, K2hr3, Membership, Observed};

/// K2HR3 has so long to answer while chmpx is expected back.
const PATIENCE: Duration = Duration::from_secs(3);

/// All questions about names together take no longer: four that a dead name server delays by five
/// seconds each. They keep nobody waiting but the look that a new text is judged in.
const HOST_LIMIT: Duration = Duration::from_secs(20);
/// A difference of the clocks below this is no jump.
const DRIFT: i64 = 5;

impl Node {
    pub(super) async fn look(&mut self, ask_k2hr3: bool) -> (Observed, Vec<Trouble>) {
        let mut troubles = Vec::new();
        if ask_k2hr3 {
            self.grant_all();
        }
        let now = self.now();
        let k2hr3 =
            if ask_k2hr3 { self.ask_meanwhile(&mut troubles).await } else { K2hr3::NotAsked };
        let installed = self.look_at_target(&mut troubles);
        self.memory.notice_file(&installed);
        self.publications.distrust(installed.file());
        self.judge().await;
        let membership = self.where_registered(k2hr3);
        let chmpx = self.look_at_chmpx(&installed).await;
        self.memory.notice(membership == Membership::Listed, local::life_of(&chmpx), now);
        let in_place = self.memory.installed.as_ref().map(|mark| mark.published.clone());
        let elsewhere =
            (chmpx == Chmpx::Down).then(|| self.supervisor().elsewhere().cloned()).flatten();
        let observed = Observed {
            k2hr3,
            published: self.publications.published(in_place.as_deref()),
            membership,
            has_token: self.token.is_some(),
            token_refused: self.refused_token.is_some(),
            carrier: self.carrier,
            installed,
            adopted: self.adopted.clone(),
            chmpx,
            memory: self.memory.clone(),
            since_install: self.since_install(now),
            now,
            forced: self.forced,
            wants_back: self.wants_back,
            rival: self.rival(),
            elsewhere,
        };
        if let Err(trouble) = self.remember() {
            troubles.push(trouble);
        }
        (observed, troubles)
    }

    /// The wall clock. Remembered times follow it where it was set.
    pub(super) fn now(&mut self) -> Seconds {
        let now = clock::now();
        if let Some((before, at)) = self.last_clock {
            let expected = before.saturating_add(at.elapsed().as_secs());
            let jump = i64::try_from(i128::from(now) - i128::from(expected)).unwrap_or_default();
            if jump.abs() > DRIFT {
                info!(
                    event = "clock-set",
                    seconds = jump,
                    "the clock was set, or the machine slept"
                );
                self.memory.follow_clock(jump);
                self.past.follow_clock(jump);
                self.teller.follow_clock(jump);
            }
        }
        self.last_clock = Some((now, Instant::now()));
        now
    }

    /// Asks K2HR3, which may take half a minute to say nothing. A chmpx that is lost meanwhile does
    /// not wait for that, nor does one for long that is expected back.
    async fn ask_meanwhile(&mut self, troubles: &mut Vec<Trouble>) -> K2hr3 {
        let end = self.chmpx.end();
        let start_within = self.settings.policy.start_within.as_secs();
        let is_expected = self.memory.expects_chmpx(start_within, clock::now());
        tokio::select! {
            biased;
            k2hr3 = self.ask(troubles) => k2hr3,
            () = end => K2hr3::NotAsked,
            () = sleep(PATIENCE), if is_expected => K2hr3::NotAsked,
        }
    }

    /// The least that it can be: an agent that was restarted meanwhile, and a command beside it, go
    /// by the wall clock, which was noted to the second.
    pub(super) fn since_install(&self, now: u64) -> Option<Duration> {
        let remembered = || {
            let seconds = now.checked_sub(self.memory.installed.as_ref()?.at)?;
            Some(Duration::from_secs(seconds.saturating_sub(1)))
        };
        self.last_install.map(|at| at.elapsed()).or_else(remembered)
    }

    /// Judges a text that was not judged yet.
    async fn judge(&mut self) {
        let Some(text) = self.publications.unjudged().map(str::to_owned) else { return };
        let (cuk, stamp) = (self.settings.identity.cuk.clone(), self.settings.target.stamp);
        let chmpx = &self.settings.chmpx;
        let given = Given {
            cuk: chmpx.cuk.clone(),
            ctlport: chmpx.ctlport.and_then(|port| i16::try_from(port).ok()),
        };
        let supervised = || supervisor::reader(&self.settings.paths.antpickax_dir);
        let reader = self.chmpx.reader().or_else(supervised);
        // A long text and slow names keep nobody waiting who asks this agent, or tells it to stop.
        let judging = tokio::task::spawn_blocking(move || {
            let draft = Draft::new(&text, &cuk);
            let facts = host::facts(&draft.questions(&given), given, reader.as_ref(), HOST_LIMIT);
            (draft.lists(&cuk), draft.check(&facts, stamp))
        });
        let Ok((lists, content)) = judging.await else { return };
        let content = self.with_second_opinion(content).await;
        let lists_this_node = lists.or(content.is_ok().then_some(true));
        self.publications.judged(Judged {
            content: Arc::new(content),
            lists_this_node,
            at: Instant::now(),
        });
    }

    async fn with_second_opinion(
        &self,
        content: Result<Candidate, Refused>,
    ) -> Result<Candidate, Refused> {
        let candidate = content?;
        if !self.manners.may_act() {
            return Ok(candidate);
        }
        let path = &self.settings.target.path;
        let staged = disk::stage_for_check(path, &candidate.bytes(), self.attributes());
        // A directory that cannot be written shows when the file is installed.
        let Ok(staged) = staged else { return Ok(candidate) };
        if let Some(Err(said)) = self.chmpx.second_opinion(staged.path()).await {
            warn!(said, "chmpxconftest refuses what our own rules accept");
            return Err(Refused::disputed(&said));
        }
        Ok(candidate)
    }
}

#[cfg(test)]
mod tests;
