//! Whether chmpx has the installed file in force, and what to do when it has not.

use std::time::Duration;

use super::super::memory::HOUR;
use super::super::observed::{Chmpx, InstalledFile, Observed, Published, Running};
use super::{Install, Occasion, OnChange, Plan, Policy, Situation, Step, content};

/// `chmpxstatus` may be asked five times a second: in a tighter loop a slave without a live server
/// never connected (measured).
const GLANCE: Duration = Duration::from_millis(200);
/// A swallowed change shows after this long: of 150 changes 99 % were in force after 334 ms.
const HEAL_AFTER: Duration = Duration::from_secs(2);
/// How often chmpx is looked at while it is expected back.
const EXPECTING: Duration = Duration::from_secs(1);

/// Whether chmpx was lost with the installed file, which then has to go.
pub(super) fn lost(seen: &Observed, policy: &Policy, plan: &mut Plan) {
    let memory = &seen.memory;
    let (Chmpx::Down, Some(installed)) = (&seen.chmpx, &memory.installed) else { return };
    let proven = is_proven(seen, &installed.published, installed.generation);
    // Without proof of adoption chmpx may still be reading; an agent that was restarted meanwhile
    // only knows the wall clock.
    let window = if proven { policy.hold } else { policy.hold.max(policy.adopt_within) };
    let recent = match seen.since_install {
        Some(since) => since < window,
        None => !proven && seen.now.saturating_sub(installed.at) < window.as_secs(),
    };
    let died = memory.witness.is_some() && recent;
    let expected = memory.owed.as_ref().and_then(|owed| owed.told);
    let never_back =
        expected.is_some_and(|told| seen.now.saturating_sub(told) >= policy.start_within.as_secs());
    let quarantined =
        memory.quarantine.as_ref().is_some_and(|q| q.hash == installed.published && q.strikes > 1);
    let has_other =
        memory.adopted.as_ref().is_some_and(|good| good.published != installed.published);
    if expected.is_some() && !never_back {
        return;
    }
    if (died || never_back) && has_other && !quarantined && !seen.forced {
        plan.steps.push(Step::RollBack);
    }
}

fn is_proven(seen: &Observed, published: &str, generation: i32) -> bool {
    let good = seen.memory.adopted.as_ref();
    good.is_some_and(|good| good.published == published && good.generation == generation)
}

/// Which published text the file came from. An agent that was killed after it had put the file in
/// place finds out by comparing.
fn origin(seen: &Observed, file: &InstalledFile, generation: i32) -> Option<String> {
    if let Published::Known(published) = &seen.published
        && content::shows(file, published)
    {
        return Some(published.hash.clone());
    }
    let installed = seen.memory.installed.as_ref()?;
    (installed.generation == generation).then(|| installed.published.clone())
}

pub(super) fn decide(seen: &Observed, policy: &Policy, plan: &mut Plan) {
    match (&seen.chmpx, seen.file()) {
        (Chmpx::Down, _) if seen.memory.owed.as_ref().is_some_and(|owed| owed.told.is_some()) => {
            plan.situations.push(Situation::Restarting);
            plan.look_again_in(EXPECTING);
        }
        // Nobody to adopt anything: a chmpx that starts later reads the file that lies there.
        (Chmpx::Down, Some(_)) => plan.situations.push(Situation::NoChmpx),
        (Chmpx::Unknown(why), Some(_)) => {
            plan.situations.push(Situation::ChmpxUnknown(why.clone()));
            plan.look_again_in(EXPECTING);
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
        let window = if owed.shared { policy.spread.mul_f64(policy.share) } else { Duration::ZERO };
        let due = owed.at.saturating_add(window.as_secs());
        restart_by(seen, policy, &owed.why, due, plan);
        return;
    }
    let Some(in_force) = running.generation else {
        // It may be starting, or must not be asked at its control port yet.
        if seen.since_install.is_some_and(|since| since < policy.adopt_within) {
            plan.situations.push(Situation::Adopting);
        } else {
            let why = "it runs, but did not tell which generation it has in force".to_owned();
            plan.situations.push(Situation::ChmpxUnknown(why));
        }
        plan.look_again_in(EXPECTING);
        return;
    };
    if file.generation() == Some(in_force) {
        if let Some(published) = origin(seen, file, in_force)
            && !is_proven(seen, &published, in_force)
        {
            plan.steps.push(Step::Promote { published, generation: in_force });
        }
        plan.situations.extend(draining(running, file));
        return;
    }
    not_adopted(seen, policy, plan);
}

/// The generation in force is not the installed one. What follows is a matter of patience.
fn not_adopted(seen: &Observed, policy: &Policy, plan: &mut Plan) {
    // A restarted agent does not know for how long: chmpx had time enough.
    let since = seen.since_install.unwrap_or(Duration::MAX);
    if since < HEAL_AFTER {
        plan.situations.push(Situation::Adopting);
        plan.look_again_in(GLANCE);
    } else if seen.memory.heals == 0
        && let Some(install) = once_more(seen)
    {
        plan.situations.push(Situation::Swallowed);
        plan.steps.push(Step::Install(Box::new(install)));
    } else if since < policy.adopt_within {
        plan.situations.push(Situation::Adopting);
        plan.look_again_in(EXPECTING);
    } else {
        plan.situations.push(Situation::Blind);
        if policy.on_change != OnChange::None {
            let why = "it no longer notices its file";
            restart_by(seen, policy, why, seen.now, plan);
        }
    }
}

/// The same file in the next generation: what chmpx read and did not apply, it applies when the
/// number differs again. Writing the identical bytes does not help (measured).
fn once_more(seen: &Observed) -> Option<Install> {
    let Published::Known(published) = &seen.published else { return None };
    let candidate = published.content.as_ref().ok().filter(|c| c.is_stamped())?;
    let generation = seen.memory.next_generation(seen.file()?.generation());
    Some(Install {
        published: published.hash.clone(),
        candidate: candidate.clone().at_generation(generation),
        occasion: Occasion::Swallowed,
        impact: None,
        owes_restart: None,
    })
}

fn restart_by(seen: &Observed, policy: &Policy, why: &str, due: u64, plan: &mut Plan) {
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
    // Where no name of the file shows up, chmpx shows resolved names: nothing can be said.
    if !running.servers.iter().any(|server| named(&server.name)) {
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
