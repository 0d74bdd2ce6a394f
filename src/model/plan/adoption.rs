//! Whether chmpx has the installed file in force, and what to do when it has not.

use std::time::Duration;

use super::super::impact::{Kind, compare};
use super::super::memory::HOUR;
use super::super::observed::{Attention, Chmpx, InstalledFile, Observed, Published, Running};
use super::super::trial::LONGEST_READING;
use super::{Install, Occasion, OnChange, Plan, Policy, Situation, Step, content, loss};

/// `chmpxstatus` may be asked five times a second: in a tighter loop a slave without a live server
/// never connected (measured).
const GLANCE: Duration = Duration::from_millis(200);
/// A swallowed change shows after this long: of 150 changes 99 % were in force after 334 ms.
pub const HEAL_AFTER: Duration = Duration::from_secs(2);
/// How often a change that was not noticed is written once more. With four pollers at its control
/// port chmpx swallows one change in four (measured).
const HEALS: u32 = 2;
/// A chmpx that somebody starts later, or that tells nothing now, is looked at this often, however
/// long the interval is.
pub(super) const STARTS_LATER: Duration = Duration::from_secs(10);
/// How often chmpx is looked at while it is expected back.
pub(super) const EXPECTING: Duration = Duration::from_secs(1);
/// How often a busy chmpx is looked at: it has work to do.
const BUSY: Duration = Duration::from_secs(3);

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
        restart_by(seen, policy, &owed.why, due, plan);
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
        Some(_) => not_adopted(seen, policy, running, file, plan),
    }
}

/// Whether chmpx may still be on its way up.
fn is_young(seen: &Observed, policy: &Policy, running: &Running) -> bool {
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
        let why = "it runs, but did not tell which generation it has in force".to_owned();
        Situation::ChmpxUnknown(why)
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

/// The generation in force is not the installed one. What follows is a matter of patience.
fn not_adopted(
    seen: &Observed,
    policy: &Policy,
    running: &Running,
    file: &InstalledFile,
    plan: &mut Plan,
) {
    // A restarted agent does not know for how long: chmpx had time enough.
    let since = seen.since_install.unwrap_or(Duration::MAX);
    let (is_free, held) = match &running.attention {
        Attention::Free { held } => (true, held.clone()),
        Attention::Busy if since < Duration::from_secs(LONGEST_READING) => {
            plan.situations.push(Situation::Busy);
            plan.look_again_in(BUSY);
            return;
        }
        Attention::NotTried | Attention::Unclear | Attention::Busy => (false, None),
    };
    let may_heal = is_free || running.attention == Attention::Unclear;
    if since < HEAL_AFTER {
        plan.situations.push(Situation::Adopting);
        plan.look_again_in(GLANCE);
    } else if let Some(what) = refused_change(seen, file) {
        plan.situations.push(Situation::RefusedByChmpx(what));
        blind_restart(seen, policy, "it refuses the change while it runs", plan);
    } else if began_with_the_file(seen, running) {
        if is_young(seen, policy, running) {
            plan.situations.push(Situation::Starting);
            plan.look_again_in(EXPECTING);
        } else {
            let what = "it was started after the file was put in place, and shows another one";
            plan.situations.push(Situation::Blind(Some(what.to_owned())));
            plan.look_again_in(STARTS_LATER);
        }
    } else if may_heal
        && seen.memory.heals < HEALS
        && let Some(install) = once_more(seen, file)
    {
        plan.situations.push(Situation::Swallowed);
        plan.steps.push(Step::Install(Box::new(install)));
    } else if !is_free && since < policy.adopt_within {
        plan.situations.push(Situation::Adopting);
        plan.look_again_in(EXPECTING);
    } else {
        plan.situations.push(Situation::Blind(held));
        blind_restart(seen, policy, "it no longer notices its file", plan);
    }
}

/// Whether chmpx was started when the installed file was in place already. If it shows another
/// generation all the same, a restart would only break its clients' handles once more.
fn began_with_the_file(seen: &Observed, running: &Running) -> bool {
    // The start is counted from the boot, whose time is known to the second.
    const LEEWAY: u64 = 2;
    let installed = seen.memory.installed.as_ref();
    let after = |since: u64| installed.is_some_and(|mark| since > mark.at.saturating_add(LEEWAY));
    running.since.is_some_and(after)
}

fn blind_restart(seen: &Observed, policy: &Policy, why: &str, plan: &mut Plan) {
    if policy.on_change != OnChange::None {
        restart_by(seen, policy, why, seen.now, plan);
    }
}

/// The change that a running chmpx refuses as a whole, if the file has one (chmpx, `CHMConf`: the
/// old table stays, the process lives on).
fn refused_change(seen: &Observed, file: &InstalledFile) -> Option<String> {
    let mut changes = compare(seen.adopted.as_ref()?, &file.conf).changes.into_iter();
    changes.find(|change| change.kind == Kind::Blocking).map(|change| change.what)
}

/// The same file in the next generation: what chmpx read and did not apply, it applies when the
/// number differs again. Writing the identical bytes does not help (measured).
fn once_more(seen: &Observed, file: &InstalledFile) -> Option<Install> {
    let Published::Known(published) = &seen.published else { return None };
    let candidate = published.content.as_ref().as_ref().ok().filter(|c| c.is_stamped())?;
    if !content::shows(file, published) {
        // What is published is kept away, for its own reasons.
        return None;
    }
    let generation = seen.memory.next_generation(file.generation());
    Some(Install {
        published: published.hash.clone(),
        candidate: candidate.clone().at_generation(generation),
        occasion: Occasion::Swallowed,
        impact: None,
        owes_restart: None,
    })
}

pub(super) fn restart_by(seen: &Observed, policy: &Policy, why: &str, due: u64, plan: &mut Plan) {
    let waits = due.saturating_sub(seen.now);
    if waits > 0 && !seen.forced {
        plan.look_again_in(Duration::from_secs(waits));
        let why = why.to_owned();
        plan.situations.push(Situation::RestartOwed { why, due_in: Some(waits) });
    } else if seen.memory.restarts_left(policy.restarts_per_hour, seen.now) == 0 {
        // Deferred, never dropped: the oldest of the last hour's restarts makes room.
        let oldest = seen.memory.restarts.iter().min().map_or(0, |at| at.saturating_add(HOUR));
        let due_in = oldest.saturating_sub(seen.now).max(1);
        plan.look_again_in(Duration::from_secs(due_in));
        let why = format!("{why} (the restarts of this hour are used up)");
        plan.situations.push(Situation::RestartOwed { why, due_in: Some(due_in) });
    } else {
        plan.steps.push(Step::Restart { why: why.to_owned() });
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
