//! When chmpx is made to start afresh: for what it does not take otherwise, within a budget, and not
//! by all slaves of a cluster at once.

use std::sync::Arc;
use std::time::Duration;

use super::super::conf::Conf;
use super::super::impact::{Crowd, Impact, crowd};
use super::super::memory::HOUR;
use super::super::observed::{Observed, Publication, Running};
use super::{Occasion, OnChange, Plan, Policy, Situation, Step};

/// Why chmpx takes a change only by a restart, if that is so. The table of servers of the one that
/// runs may have no room for a change that is live otherwise.
pub(super) fn cold(
    old: Option<&Arc<Conf>>,
    new: &Conf,
    impact: Option<&Impact>,
    running: Option<&Running>,
) -> Option<String> {
    let impact = impact?;
    impact.cold().or_else(|| {
        let Crowd { servers, room } = crowd(old?, new, impact, &running?.servers)?;
        Some(format!(
            "MAXCHMPX: the table has room for {room} servers, and {servers} would be in it"
        ))
    })
}

/// Why a restart is owed once a file is in place, if one is.
pub(super) fn owed_after(
    policy: &Policy,
    occasion: Occasion,
    cold: Option<String>,
) -> Option<String> {
    match policy.on_change {
        OnChange::None => None,
        OnChange::Auto => cold,
        OnChange::Restart | OnChange::Signal => {
            (occasion == Occasion::Published).then(|| "every change restarts chmpx".to_owned())
        }
    }
}

/// The restart for a cold change, or what it waits for. Till then the file stays away, too: a
/// running chmpx would take a part of it, and the rest would not fit (chmpx: «do not apply live»; a
/// first server with TLS ends it at the next connection).
pub(super) fn for_cold_change(
    seen: &Observed,
    policy: &Policy,
    published: &Publication,
    why: &str,
) -> Result<Step, Situation> {
    if policy.on_change == OnChange::None {
        let why = format!("{why}; put it in place with `refresh --force`, then restart chmpx");
        return Err(Situation::RestartOwed { why, due_in: None });
    }
    // What another hand or another instance has left here is this node's affair alone.
    let is_ours = seen.memory.installed.is_some();
    let window = if is_ours { policy.spread } else { Duration::ZERO };
    // Counted from the first text that was not what is in place, so that a cluster which changes
    // again and again keeps nobody waiting for ever.
    let left = window.mul_f64(policy.share).saturating_sub(published.differing);
    granted(seen, policy, why, seen.now.saturating_add(left.as_secs()))
}

/// Restarts chmpx now, unless the operator keeps restarts to himself.
pub(super) fn at_once(seen: &Observed, policy: &Policy, why: &str, plan: &mut Plan) {
    if policy.on_change != OnChange::None {
        by(seen, policy, why, seen.now, plan);
    }
}

/// Restarts chmpx when it is `due`.
pub(super) fn by(seen: &Observed, policy: &Policy, why: &str, due: u64, plan: &mut Plan) {
    match granted(seen, policy, why, due) {
        Ok(restart) => plan.steps.push(restart),
        Err(owed) => plan.postpone(owed),
    }
}

/// The restart, or what it waits for: its time, and room among those of the last hour.
fn granted(seen: &Observed, policy: &Policy, why: &str, due: u64) -> Result<Step, Situation> {
    let waits = due.saturating_sub(seen.now);
    let has_room = seen.memory.restarts_left(policy.restarts_per_hour, seen.now) > 0;
    // The budget is a guard against ourselves, not against an operator.
    if seen.forced || (waits == 0 && has_room) {
        return Ok(Step::Restart { why: why.to_owned() });
    }
    let (why, due_in) = if waits > 0 {
        (why.to_owned(), Some(waits))
    } else if policy.restarts_per_hour == 0 {
        (format!("{why} (chmpx.restarts_per_hour allows none)"), None)
    } else {
        // Deferred, never dropped: the oldest of the last hour's restarts makes room.
        let oldest = seen.memory.restarts.iter().min().map_or(0, |at| at.saturating_add(HOUR));
        let due_in = oldest.saturating_sub(seen.now).max(1);
        (format!("{why} (the restarts of this hour are used up)"), Some(due_in))
    };
    Err(Situation::RestartOwed { why, due_in })
}
