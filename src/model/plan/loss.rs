//! What to do about a chmpx that is not there: wait for it, bring it back, or take the file back
//! that it was lost with.

use super::super::observed::{Chmpx, InstalledFile, Observed};
use super::adoption::{EXPECTING, STARTS_LATER};
use super::{Plan, Policy, Situation, Step, WantedBy, restart};

/// What to do about a chmpx that was lost: with the file that it had to survive, or for good.
pub(super) fn lost(seen: &Observed, policy: &Policy, plan: &mut Plan) {
    let memory = &seen.memory;
    let is_down = seen.chmpx == Chmpx::Down;
    let start_within = policy.start_within.as_secs();
    if seen.wants_back {
        let present = memory.installed.as_ref().map(|installed| installed.published.as_str());
        if memory.fallback(present.unwrap_or_default()).is_some() {
            plan.steps.push(Step::RollBack(WantedBy::Operator));
        } else {
            plan.situations.push(Situation::NoWayBack);
        }
        return;
    }
    if seen.forced {
        return;
    }
    if let (true, Some(told)) = (is_down, memory.owed.as_ref().and_then(|owed| owed.told)) {
        let never_back = seen.now.saturating_sub(told) >= start_within;
        let installed = memory.installed.as_ref().map(|installed| installed.published.as_str());
        if never_back && installed.is_some_and(|hash| memory.fallback(hash).is_some()) {
            plan.steps.push(Step::RollBack(WantedBy::Agent));
        }
        return;
    }
    let Some(trial) = &memory.trial else { return };
    // An agent that was killed before it put the file in place has nothing to take back.
    let in_place = seen.file().and_then(InstalledFile::generation) == Some(trial.generation);
    let proven = memory.is_adopted(&trial.published, trial.generation);
    let failed = trial.is_failed(proven, start_within, seen.now);
    if in_place && failed && memory.fallback(&trial.published).is_some() {
        plan.steps.push(Step::RollBack(WantedBy::Agent));
    }
}

/// chmpx was told to start afresh at `told`, and has not come back.
fn come_back(seen: &Observed, policy: &Policy, told: u64, plan: &mut Plan) {
    if seen.now.saturating_sub(told) < policy.start_within.as_secs() {
        plan.situations.push(Situation::Restarting);
        plan.look_again_in(EXPECTING);
        return;
    }
    plan.situations.push(Situation::Dead { generation: None, patience: 0 });
    plan.look_again_in(STARTS_LATER);
    restart::at_once(seen, policy, "it did not come back from its restart", plan);
}

/// No chmpx runs. One that was never there is not missed: when it starts it reads what lies there.
pub(super) fn absent(seen: &Observed, policy: &Policy, plan: &mut Plan) {
    let memory = &seen.memory;
    let left =
        |since: u64| policy.start_within.as_secs().saturating_sub(seen.now.saturating_sub(since));
    if let Some(told) = memory.owed.as_ref().and_then(|owed| owed.told) {
        come_back(seen, policy, told, plan);
    } else if let Some(trial) = &memory.trial
        && let Some(patience) = trial.lost.map(left).filter(|patience| *patience > 0)
    {
        let generation = Some(trial.generation);
        plan.situations.push(Situation::Dead { generation, patience });
        plan.look_again_in(EXPECTING);
    } else if let Some(elsewhere) = seen.elsewhere.clone().filter(|_| seen.file().is_some()) {
        // No restart helps.
        plan.situations.push(Situation::WaitsElsewhere(elsewhere));
        plan.look_again_in(STARTS_LATER);
    } else if let Some(missed) = memory.missed {
        let patience = left(missed);
        plan.situations.push(Situation::Dead { generation: None, patience });
        plan.look_again_in(if patience > 0 { EXPECTING } else { STARTS_LATER });
        if patience == 0 {
            restart::at_once(seen, policy, "it was lost and did not come back", plan);
        }
    } else if seen.file().is_some() {
        plan.situations.push(Situation::NoChmpx);
        plan.look_again_in(STARTS_LATER);
    }
}
