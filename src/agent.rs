//! The loop: look, decide, act, tell, wait. Every cycle is a recovery: nothing relies on what the
//! cycle before has seen or done.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use tracing::{Instrument as _, debug, debug_span};

use crate::model::failure::{Class, Outlook};
use crate::model::observed::{K2hr3, Observed};
use crate::model::pace::{Pace, Turn};
use crate::model::plan::{Plan, Policy, Step, plan};

/// The agent's only access to anything outside this process.
pub trait World {
    /// Finds out what is true now, and what kept it from finding out more. K2HR3 is asked only if
    /// `ask_k2hr3`; what it last said is still known otherwise.
    fn observe(&mut self, ask_k2hr3: bool) -> impl Future<Output = (Observed, Vec<Trouble>)>;

    /// Carries out one step.
    fn perform(&mut self, step: &Step) -> impl Future<Output = Result<(), Trouble>>;

    /// Makes what happened in a cycle known to whoever watches this node. Best effort: there is
    /// nobody to tell that telling failed.
    fn tell(&mut self, cycle: Cycle<'_>) -> impl Future<Output = ()>;

    /// Waits until something happens, at most for `limit`.
    fn wait(&mut self, limit: Duration) -> impl Future<Output = Wake>;

    /// The time since the agent started, by a clock that is never set.
    fn up_for(&self) -> Duration;
}

/// One cycle, as it is told.
#[derive(Debug)]
pub struct Cycle<'a> {
    /// What was seen.
    pub seen: &'a Observed,
    /// What was decided.
    pub plan: &'a Plan,
    /// What went wrong.
    pub troubles: &'a [Trouble],
    /// Whether K2HR3 was asked.
    pub asked_k2hr3: bool,
    /// When K2HR3 is asked next.
    pub next_ask: Duration,
    /// Failures to reach K2HR3 in a row.
    pub failures: u32,
    /// Whether something was done, so that the next cycle comes at once and tells more.
    pub acted: bool,
}

/// Why a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// The time is over.
    Due,
    /// A file that matters may have changed.
    Noticed,
    /// Somebody wants to know what is published now.
    Asked,
}

/// Something that could not be found out or carried out.
#[derive(Debug, thiserror::Error)]
#[error("{doing}")]
pub struct Trouble {
    /// What was being done, as a gerund phrase.
    pub doing: String,
    /// Does waiting help?
    pub outlook: Outlook,
    /// What the operator can do.
    pub help: Option<String>,
    /// What kind of failure of K2HR3 it was; `None` where it is about this node alone.
    pub class: Option<Class>,
    /// How long K2HR3 asked to be left alone.
    pub retry_after: Option<Duration>,
    /// What went wrong underneath.
    #[source]
    pub cause: Box<dyn Error + Send + Sync>,
}

impl Trouble {
    /// Whether it is about reaching K2HR3, which sets the pace.
    pub fn is_about_k2hr3(&self) -> bool {
        self.class.is_some()
    }
}

/// Prints an error with all of its causes, each once.
#[derive(Debug)]
pub struct Chain<'a>(pub &'a (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// The next cycle after steps were carried out: their effects are looked at, not assumed.
const AT_ONCE: Duration = Duration::from_millis(100);
/// After so many cycles in a row that did something, doing it once more becomes rarer each time:
/// somebody else may be undoing it.
const BUSY: u32 = 4;

/// Runs until `stop` comes true, and returns what it says.
///
/// A cycle is cut off where it waits for somebody else. What it does to the disk is never cut off.
pub async fn run<S>(
    world: &mut impl World,
    mut pace: Pace,
    policy: &Policy,
    stop: impl Future<Output = S>,
) -> S {
    tokio::pin!(stop);
    let mut next_ask = world.up_for() + pace.at_start();
    let mut wake = Wake::Due;
    let mut busy = 0_u32;
    for number in 1_u64.. {
        let ask = wake == Wake::Asked || world.up_for() >= next_ask;
        let span = debug_span!("cycle", number);
        let one = async {
            let next = cycle(world, &mut pace, policy, ask, next_ask).instrument(span).await;
            next_ask = next.ask;
            let until_ask = next_ask.saturating_sub(world.up_for());
            let wait = match next.cycle {
                Again::AtOnce => {
                    busy = busy.saturating_add(1);
                    let wait = AT_ONCE * 2_u32.pow(busy.saturating_sub(BUSY).min(10));
                    // Being busy here must not make this node deaf to K2HR3.
                    wait.min(until_ask.max(AT_ONCE))
                }
                Again::In(wait) => {
                    busy = 0;
                    wait.min(until_ask)
                }
                Again::AsUsual => {
                    busy = 0;
                    until_ask
                }
            };
            debug!(?wait, ?until_ask, "waiting");
            world.wait(wait).await
        };
        wake = tokio::select! {
            biased;
            said = &mut stop => return said,
            wake = one => wake,
        };
    }
    stop.await
}

/// What a cycle leaves to the ones after it.
struct Next {
    /// When the next one comes.
    cycle: Again,
    /// When K2HR3 is asked, by the clock of [`World::up_for`].
    ask: Duration,
}

/// When a node has to be looked at again.
enum Again {
    /// Something was done: its effect has to be looked at.
    AtOnce,
    /// After some time.
    In(Duration),
    /// When K2HR3 is asked the next time.
    AsUsual,
}

/// One cycle. Where it does not ask K2HR3, nor fail to reach it, `next_ask` stays as it is.
async fn cycle(
    world: &mut impl World,
    pace: &mut Pace,
    policy: &Policy,
    ask: bool,
    mut next_ask: Duration,
) -> Next {
    let (seen, mut troubles) = world.observe(ask).await;
    let was_cut_off = ask && seen.k2hr3 == K2hr3::NotAsked;
    let plan = plan(&seen, policy);
    let mut acted = false;
    for step in &plan.steps {
        if let Err(trouble) = world.perform(step).await {
            // Later steps rely on earlier ones: look again before any of them.
            troubles.push(trouble);
            acted = false;
            break;
        }
        acted = true;
    }
    if was_cut_off {
        let turn = Turn::Passing { retry_after: None };
        next_ask = world.up_for() + pace.after(turn, world.up_for());
    } else if ask || troubles.iter().any(Trouble::is_about_k2hr3) {
        next_ask = world.up_for() + pace.after(turn(&plan, &troubles), world.up_for());
    }
    let registered = plan.steps.iter().any(|step| matches!(step, Step::Register));
    if registered && acted {
        // What is published now lists this node.
        next_ask = world.up_for();
    }
    let until_ask = next_ask.saturating_sub(world.up_for());
    let failures = pace.failures();
    let told = Cycle {
        seen: &seen,
        plan: &plan,
        troubles: &troubles,
        asked_k2hr3: ask && !was_cut_off,
        next_ask: until_ask,
        failures,
        acted,
    };
    world.tell(told).await;
    let again = match plan.again {
        _ if registered && acted => Again::In(Duration::ZERO),
        _ if acted => Again::AtOnce,
        Some(wait) => Again::In(wait),
        None => Again::AsUsual,
    };
    Next { cycle: again, ask: next_ask }
}

/// How the attempt to reach K2HR3 went. A trouble of this node alone never raises the pace, nor
/// does anything else that K2HR3 could not help with.
fn turn(plan: &Plan, troubles: &[Trouble]) -> Turn {
    let of_k2hr3: Vec<_> = troubles.iter().filter(|trouble| trouble.is_about_k2hr3()).collect();
    if of_k2hr3.is_empty() {
        return if plan.waits_for_k2hr3() { Turn::Underway } else { Turn::Settled };
    }
    if of_k2hr3.iter().all(|trouble| trouble.outlook == Outlook::Lasting) {
        return Turn::Lasting;
    }
    Turn::Passing { retry_after: of_k2hr3.iter().filter_map(|trouble| trouble.retry_after).max() }
}

#[cfg(test)]
mod tests;
