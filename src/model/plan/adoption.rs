//! Whether chmpx has the installed file in force, and has survived it.

use std::time::Duration;

use super::super::observed::{Attention, Chmpx, InstalledFile, Observed, Published, Running};
use super::{Plan, Policy, Situation, Step, content, lag, loss, restart};

/// A chmpx that somebody starts later, or that tells nothing now, is looked at this often, however
/// long the interval is.
pub(super) const STARTS_LATER: Duration = Duration::from_secs(10);
/// How often chmpx is looked at while it is expected back.
pub(super) const EXPECTING: Duration = Duration::from_secs(1);

/// Which published text the file came from. An agent that was killed after it had put the file in
/// place finds out by comparing.
fn origin(seen: &Observed, file: &InstalledFile, generation: i32) -> Option<String> {
    if let Published::Known(published) = &seen.published
        && content::shows(file, published)
    {
        return Some(published.hash.clone());
    }
    let memory = &seen.memory;
    let marks = [&memory.installed, &memory.adopted, &memory.good].into_iter().flatten();
    let mut same = marks.filter(|mark| mark.generation == generation);
    same.next().map(|mark| mark.published.clone())
}

pub(super) fn decide(seen: &Observed, policy: &Policy, plan: &mut Plan) {
    match (&seen.chmpx, seen.file()) {
        (Chmpx::Down, _) => loss::absent(seen, policy, plan),
        (Chmpx::Unknown(why), Some(_)) => {
            plan.situations.push(Situation::ChmpxUnknown(why.clone()));
            let is_fresh = seen.since_install.is_some_and(|since| since < policy.adopt_within);
            plan.look_again_in(if is_fresh { EXPECTING } else { STARTS_LATER });
        }
        (Chmpx::Astray { pid, reads }, _) => {
            plan.situations.push(Situation::ReadsElsewhere { pid: *pid, file: reads.clone() });
            plan.look_again_in(STARTS_LATER);
        }
        (_, None) => {}
        (Chmpx::Up(running), Some(file)) => watch(seen, policy, running, file, plan),
    }
}

fn watch(
    seen: &Observed,
    policy: &Policy,
    running: &Running,
    file: &InstalledFile,
    plan: &mut Plan,
) {
    if let Some(owed) = &seen.memory.owed {
        if let Some(told) = owed.told
            && seen.now.saturating_sub(told) < policy.start_within.as_secs()
        {
            // It is on its way out.
            plan.situations.push(Situation::Restarting);
            plan.look_again_in(EXPECTING);
            return;
        }
        if owed.told.is_none()
            && let Some(proof) = proof(seen, running, file)
        {
            plan.steps.push(proof);
            return;
        }
        let window = if owed.shared { policy.spread.mul_f64(policy.share) } else { Duration::ZERO };
        let due = owed.at.saturating_add(window.as_secs());
        restart::by(seen, policy, &owed.why, due, plan);
        return;
    }
    match running.generation {
        None => silent(seen, policy, running, plan),
        Some(in_force) if file.generation() == Some(in_force) => {
            match proof(seen, running, file) {
                Some(proof) => plan.steps.push(proof),
                None => adopted(seen, policy, file, in_force, plan),
            }
            plan.situations.extend(draining(running, file));
        }
        Some(_) => lag::decide(seen, policy, running, file, plan),
    }
}

/// Whether chmpx may still be on its way up.
pub(super) fn is_young(seen: &Observed, policy: &Policy, running: &Running) -> bool {
    let age = running.since.map(|since| Duration::from_secs(seen.now.saturating_sub(since)));
    age.is_some_and(|age| age < policy.start_within)
}

/// chmpx runs and does not tell what it has in force.
fn silent(seen: &Observed, policy: &Policy, running: &Running, plan: &mut Plan) {
    let is_fresh = seen.since_install.is_some_and(|since| since < policy.adopt_within);
    let is_young = is_young(seen, policy, running);
    plan.look_again_in(if is_fresh || is_young { EXPECTING } else { STARTS_LATER });
    plan.situations.push(if is_fresh {
        // It must not be asked at its control port yet.
        Situation::Adopting
    } else if is_young {
        Situation::Starting
    } else if running.attention == Attention::Busy {
        Situation::Busy
    } else {
        Situation::silent()
    });
}

/// To be noted: the installed file is in force, which was not known yet.
fn proof(seen: &Observed, running: &Running, file: &InstalledFile) -> Option<Step> {
    let generation = running.generation.filter(|it| file.generation() == Some(*it))?;
    let published = origin(seen, file, generation)?;
    let installed = seen.memory.installed.as_ref();
    let is_known = seen.memory.is_adopted(&published, generation)
        && installed.is_some_and(|installed| installed.generation == generation);
    (!is_known).then_some(Step::Acknowledge { published, generation })
}

/// The installed file is in force. When chmpx has lived with it for long enough, it is good.
fn adopted(
    seen: &Observed,
    policy: &Policy,
    file: &InstalledFile,
    generation: i32,
    plan: &mut Plan,
) {
    let memory = &seen.memory;
    let Some(published) = origin(seen, file, generation) else { return };
    if memory.good.as_ref().is_some_and(|good| good.published == published) {
        return;
    }
    let lived = memory
        .trial
        .as_ref()
        .map_or(policy.hold, |trial| Duration::from_secs(seen.now.saturating_sub(trial.since)));
    if lived >= policy.hold {
        plan.steps.push(Step::Promote { published, generation });
    } else {
        plan.look_again_in(EXPECTING);
    }
}

/// Servers that the file no longer names and that are still up: chmpx keeps them, by design, until
/// they go down.
fn draining(running: &Running, file: &InstalledFile) -> Option<Situation> {
    let servers = file.conf.servers();
    let named = |name: &str| servers.iter().any(|server| server.name.is_word(name));
    // chmpx shows a server by the name that its address resolves to, where it has one: a strange
    // name tells of a removed server only where there are more of them than the file has.
    let is_known = running.servers.iter().any(|server| named(&server.name));
    if !is_known || running.servers.len() <= servers.len() {
        return None;
    }
    let staying: Vec<_> = running
        .servers
        .iter()
        .filter(|server| server.is_up() && !named(&server.name))
        .map(|server| server.name.clone())
        .collect();
    (!staying.is_empty()).then_some(Situation::Draining(staying))
}
