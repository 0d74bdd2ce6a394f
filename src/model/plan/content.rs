//! Whether what is published has to be put in place, now.

use super::super::candidate::Candidate;
use super::super::impact::compare;
use super::super::observed::{Installed, InstalledFile, Observed, Publication, Published};
use super::{Install, Occasion, OnChange, Plan, Policy, Situation, Step, guard, restart};

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
    if file.is_some_and(|file| shows(file, published)) {
        return;
    }
    let occasion = occasion(seen, published, file);
    let in_force = seen.adopted.as_ref().or(file.map(|file| &file.conf));
    let impact = in_force.map(|conf| compare(conf, candidate.conf()));
    if !seen.forced
        && let Some(obstacle) = guard::obstacle(seen, policy, published, occasion, impact.as_ref())
    {
        if obstacle == Situation::Settling {
            plan.look_again_in(policy.settle.saturating_sub(published.quiet));
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
                    return;
                }
            }
        }
    }
    let owes_restart = restart::owed_after(policy, occasion, cold);
    let generation = seen.memory.next_generation(file.and_then(InstalledFile::generation));
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

fn occasion(seen: &Observed, published: &Publication, file: Option<&InstalledFile>) -> Occasion {
    let ours = seen.memory.installed.as_ref();
    match (file, ours) {
        (_, Some(mark)) if mark.published == published.hash => Occasion::Drift,
        (Some(_), _) => Occasion::Published,
        (None, _) => Occasion::First,
    }
}
