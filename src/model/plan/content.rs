//! Whether what is published has to be put in place, now.

use std::sync::Arc;

use super::super::candidate::Candidate;
use super::super::conf::Conf;
use super::super::impact::compare;
use super::super::observed::{Installed, InstalledFile, Observed, Publication, Published};
use super::{Install, Occasion, OnChange, Plan, Policy, Situation, Step, drift, guard, restart};

pub(super) fn decide(seen: &Observed, policy: &Policy, plan: &mut Plan) {
    let Published::Known(published) = &seen.published else {
        plan.situations.push(Situation::NothingPublished);
        return;
    };
    let candidate = match &*published.content {
        Ok(candidate) => candidate,
        Err(refused) => {
            // That this node is not listed is told as such, with what is done about it.
            if plan.situations.iter().all(Situation::is_harmless) {
                plan.situations.push(guard::refused(refused));
            }
            drift::decide(seen, policy, plan);
            return;
        }
    };
    let file = match &seen.installed {
        Installed::Obstacle(obstacle) => {
            plan.situations.push(Situation::CannotInstall(obstacle.clone()));
            return;
        }
        Installed::Missing => None,
        Installed::File(file) => Some(file),
    };
    if !file.is_some_and(|file| shows(file, published)) {
        replace(seen, policy, published, candidate, file, plan);
    }
}

/// Puts `candidate` in the place of `file`, unless that has to wait.
fn replace(
    seen: &Observed,
    policy: &Policy,
    published: &Publication,
    candidate: &Candidate,
    file: Option<&InstalledFile>,
    plan: &mut Plan,
) {
    let occasion = occasion(seen, published, file);
    let in_force = in_force(seen, file);
    let impact = in_force.map(|conf| compare(conf, candidate.conf()));
    if !seen.forced
        && let Some(obstacle) = guard::obstacle(seen, policy, published, occasion, impact.as_ref())
    {
        if obstacle == Situation::Settling {
            plan.look_again_in(policy.settle.saturating_sub(published.quiet));
        } else if occasion == Occasion::Published {
            drift::decide(seen, policy, plan);
        }
        plan.postpone(obstacle);
        return;
    }
    let cold = restart::cold(in_force, candidate.conf(), impact.as_ref(), seen.running());
    let mut restart = None;
    if occasion == Occasion::Published
        && seen.running().is_some()
        && let Some(why) = &cold
    {
        match restart::for_cold_change(seen, policy, published, why) {
            Ok(step) => restart = Some(step),
            Err(owed) => {
                plan.postpone(owed);
                // Who forces the file where chmpx is never touched restarts it himself.
                if !(seen.forced && policy.on_change == OnChange::None) {
                    drift::decide(seen, policy, plan);
                    return;
                }
            }
        }
    }
    let owes_restart = restart::owed_after(policy, occasion, cold);
    let generation = next_generation(seen, file);
    plan.steps.push(Step::Install(Box::new(Install {
        published: published.hash.clone(),
        candidate: candidate.clone().at_generation(generation),
        occasion,
        impact,
        owes_restart,
    })));
    plan.steps.extend(restart);
}

/// Whether `file` is what is published, in whatever generation.
pub(super) fn shows(file: &InstalledFile, published: &Publication) -> bool {
    published.content.as_ref().as_ref().is_ok_and(|candidate| is_made_of(file, candidate))
}

/// Whether `file` is this candidate, in whatever generation, and lies there as it should.
pub fn is_made_of(file: &InstalledFile, candidate: &Candidate) -> bool {
    let generation = file.generation().unwrap_or_default();
    file.misplaced.is_none()
        // A stamp is a number above zero; the file may still show the number that is published.
        && (generation > 0 || !candidate.is_stamped())
        && candidate.clone().at_generation(generation).bytes() == *file.bytes
}

/// How the file reads that chmpx has in force, as far as that is known. It may be the installed one
/// before that is noted: what is remembered then belongs to the chmpx before a restart.
pub(super) fn in_force<'a>(
    seen: &'a Observed,
    file: Option<&'a InstalledFile>,
) -> Option<&'a Arc<Conf>> {
    let shown = seen.running().and_then(|running| running.generation);
    let taken = file.filter(|file| shown.is_some() && file.generation() == shown);
    let known = || seen.adopted.as_ref().or(file.map(|file| &file.conf));
    taken.map(|file| &file.conf).or_else(known)
}

/// The generation of the file that takes the place of `file`.
pub(super) fn next_generation(seen: &Observed, file: Option<&InstalledFile>) -> i32 {
    let in_force = seen.running().and_then(|running| running.generation);
    seen.memory.next_generation(file.and_then(InstalledFile::generation), in_force)
}

fn occasion(seen: &Observed, published: &Publication, file: Option<&InstalledFile>) -> Occasion {
    let ours = seen.memory.installed.as_ref();
    match (file, ours) {
        (_, Some(mark)) if mark.published == published.hash => Occasion::Drift,
        // Also where somebody removed it: that is no reason to be less careful.
        (Some(_), _) | (None, Some(_)) => Occasion::Published,
        (None, None) => Occasion::First,
    }
}
