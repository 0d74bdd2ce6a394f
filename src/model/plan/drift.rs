//! A file that somebody else changed while what is published must not take its place: refused,
//! quarantined, or waiting for its turn. Then what lay there before is meant to lie there still.

use std::sync::Arc;

use super::super::conf::Conf;
use super::super::impact::compare;
use super::super::memory::Mark;
use super::super::observed::{Installed, InstalledFile, Observed};
use super::{Drift, Plan, Policy, Situation, Step, content, guard};

pub(super) fn decide(seen: &Observed, policy: &Policy, plan: &mut Plan) {
    let Some((mark, what)) = changed(seen) else { return };
    if policy.drift == Drift::Report || !has_copy(seen, mark) {
        plan.situations.push(Situation::Drifted(what));
        return;
    }
    if !seen.forced
        && let Some(contested) = guard::contested(seen)
    {
        plan.postpone(contested);
        return;
    }
    let generation = content::next_generation(seen, seen.file());
    plan.steps.push(Step::PutBack { mark: mark.clone(), generation });
}

/// What the file was, and what became of it.
fn changed(seen: &Observed) -> Option<(&Mark, String)> {
    let mark = seen.memory.installed.as_ref()?;
    // An agent that was killed while it went back has not noted that yet.
    if seen.memory.quarantine.as_ref().is_some_and(|it| it.hash == mark.published) {
        return None;
    }
    let what = match &seen.installed {
        Installed::Missing => "it was removed".to_owned(),
        Installed::Obstacle(_) => return None,
        Installed::File(file) => match &file.misplaced {
            Some(misplaced) => misplaced.clone(),
            None if is_edited(seen, mark, file) => "it was edited".to_owned(),
            None => return None,
        },
    };
    Some((mark, what))
}

/// Whether `file` is none that this agent has put there. One in a generation that is remembered is
/// ours, unless it says something else than chmpx has taken in that generation.
fn is_edited(seen: &Observed, mark: &Mark, file: &InstalledFile) -> bool {
    let memory = &seen.memory;
    let marks = [Some(mark), memory.adopted.as_ref(), memory.good.as_ref(), memory.before.as_ref()];
    let known = marks.into_iter().flatten().map(|mark| mark.generation);
    let noted = memory.trial.as_ref().map(|trial| trial.generation);
    let mut ours = known.chain(noted).chain([memory.highest]);
    if !ours.any(|generation| file.generation() == Some(generation)) {
        return true;
    }
    let is_adopted = memory.is_adopted(&mark.published, mark.generation);
    let is_of_mark =
        |conf: &&Arc<Conf>| conf.file_version().is_some_and(|it| it.value == mark.generation);
    let taken = seen.adopted.as_ref().filter(|_| is_adopted).filter(is_of_mark);
    file.generation() == Some(mark.generation)
        // Rules that came after it speak against the file itself, and are no change.
        && taken.is_some_and(|conf| compare(conf, &file.conf) != compare(conf, conf))
}

/// Whether a copy of the file was kept.
fn has_copy(seen: &Observed, mark: &Mark) -> bool {
    let memory = &seen.memory;
    let mut kept = [&memory.good, &memory.adopted, &memory.before].into_iter().flatten();
    kept.any(|kept| kept.is_of(&mark.published, mark.generation))
}
