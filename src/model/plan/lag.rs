//! chmpx runs and does not have the installed file in force: swallowed, refused, blind, or busy.

use std::time::Duration;

use super::super::impact::{Kind, compare};
use super::super::observed::{Attention, InstalledFile, Observed, Published, Running};
use super::super::trial::LONGEST_READING;
use super::adoption::{EXPECTING, STARTS_LATER, is_young};
use super::{Install, Occasion, Plan, Policy, Situation, Step, content, restart};

/// `chmpxstatus` may be asked five times a second: in a tighter loop a slave without a live server
/// never connected (measured).
const GLANCE: Duration = Duration::from_millis(200);
/// A swallowed change shows after this long: of 150 changes 99 % were in force after 334 ms.
pub const HEAL_AFTER: Duration = Duration::from_secs(2);
/// How often a change that was not noticed is written once more. With four pollers at its control
/// port chmpx swallows one change in four (measured).
const HEALS: u32 = 2;
/// How often a busy chmpx is looked at: it has work to do.
const BUSY: Duration = Duration::from_secs(3);

/// The generation in force is not the installed one. What follows is a matter of patience.
pub(super) fn decide(
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
    } else if let Some(what) = blocking_change(seen, file) {
        plan.situations.push(Situation::RefusedByChmpx(what));
        restart::at_once(seen, policy, "it refuses the change while it runs", plan);
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
        restart::at_once(seen, policy, "it no longer notices its file", plan);
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

/// The change that a running chmpx refuses as a whole, if the file has one (chmpx, `CHMConf`: the
/// old table stays, the process lives on).
fn blocking_change(seen: &Observed, file: &InstalledFile) -> Option<String> {
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
    let generation = content::next_generation(seen, Some(file));
    Some(Install {
        published: published.hash.clone(),
        candidate: candidate.clone().at_generation(generation),
        occasion: Occasion::Swallowed,
        impact: None,
        owes_restart: None,
    })
}
