//! Whether what is published has to be put in place, now.

use std::time::Duration;

use super::super::candidate::{Candidate, Refused};
use super::super::conf::Conf;
use super::super::impact::{Class, Impact, compare};
use super::super::memory::{HOUR, Quarantine};
use super::super::observed::{Installed, InstalledFile, Observed, Publication, Published};
use super::adoption::restart_by;
use super::{Drift, Install, Occasion, OnChange, Plan, Policy, Situation, Step};

/// A published text that keeps changing is put in place after this long all the same.
const LONGEST_SETTLE: Duration = Duration::from_secs(15);
/// Looks that have to agree before more than half of the servers are given up.
const AGREEING_LOOKS: u32 = 3;
/// After the first loss with a text, chmpx has to be well for this long before a second try: a
/// chmpx that somebody killed at the wrong moment looks the same.
const PAROLE: u64 = 30;

/// Changes by somebody else within an hour that are put right at once.
const CONTEST: usize = 3;
/// The wait after that, doubled each time.
const CONTEST_WAIT: u64 = 60;

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
                plan.situations.push(refused_for(refused));
            }
            return;
        }
    };
    let file = match &seen.installed {
        Installed::Obstacle(what) => {
            plan.situations.push(Situation::Obstacle(what.clone()));
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
        && let Some(obstacle) = guard(seen, policy, published, occasion, impact.as_ref())
    {
        if obstacle == Situation::Settling {
            plan.look_again_in(policy.settle.saturating_sub(published.quiet));
        } else if let Situation::Contested { due_in, .. } = &obstacle {
            plan.look_again_in(Duration::from_secs(*due_in));
        }
        plan.situations.push(obstacle);
        return;
    }
    let owes_restart = owes_restart(policy, occasion, impact.as_ref());
    let cold = impact.as_ref().and_then(cold_change);
    let mut restart = None;
    if let (Occasion::Published, Some(_), Some(why)) = (occasion, seen.running(), cold) {
        restart = turn(seen, policy, published, &why, plan);
        if restart.is_none() && !(seen.forced && policy.on_change == OnChange::None) {
            return;
        }
    }
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

/// The restart for a cold change, when it is this node's turn. Till then the file stays away, too:
/// a running chmpx would take a part of it, and the rest would not fit (chmpx: «do not apply live»;
/// a first server with TLS ends it at the next connection).
fn turn(
    seen: &Observed,
    policy: &Policy,
    published: &Publication,
    why: &str,
    plan: &mut Plan,
) -> Option<Step> {
    if policy.on_change == OnChange::None {
        let why = format!("{why}; put it in place with `refresh --force`, then restart chmpx");
        plan.situations.push(Situation::RestartOwed { why, due_in: None });
        return None;
    }
    // Counted from the first text that was not what is in place, so that a cluster which changes
    // again and again keeps nobody waiting for ever.
    let left = policy.spread.mul_f64(policy.share).saturating_sub(published.differing);
    restart_by(seen, policy, why, seen.now.saturating_add(left.as_secs()), plan);
    plan.steps.pop_if(|step| matches!(step, Step::Restart { .. }))
}

/// The first change that chmpx takes only by a restart, if there is one, and why.
fn cold_change(impact: &Impact) -> Option<String> {
    let cold = impact.changes.iter().find(|change| change.class == Class::Cold)?;
    Some(format!("{}: {}", cold.what, cold.why))
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

/// What keeps a good text from being put in place, if anything does.
fn guard(
    seen: &Observed,
    policy: &Policy,
    published: &Publication,
    occasion: Occasion,
    impact: Option<&Impact>,
) -> Option<Situation> {
    if let Some(quarantine) = &seen.memory.quarantine
        && quarantine.hash == published.hash
        && !on_parole(seen, quarantine.strikes, quarantine.at)
    {
        return Some(match quarantine.clone() {
            Quarantine { strikes: 0, .. } => Situation::RolledBack,
            Quarantine { strikes, said, .. } => Situation::Quarantined { strikes, said },
        });
    }
    match occasion {
        Occasion::Drift if policy.drift == Drift::Report => {
            let what = match seen.file() {
                None => "it was removed".to_owned(),
                Some(file) => file.misplaced.clone().unwrap_or_else(|| "it was edited".to_owned()),
            };
            Some(Situation::Drifted(what))
        }
        Occasion::Drift => contested(seen),
        Occasion::Published => {
            let impact = impact?;
            if impact.overall == Class::Refused {
                return Some(refused_change(impact));
            }
            other_group(seen, published)
                .or_else(|| shrunk(seen, published, impact))
                .or_else(|| settling(policy, published))
        }
        Occasion::First | Occasion::Swallowed => None,
    }
}

/// Whoever keeps writing the file would win or lose for ever, and chmpx reads every version: after
/// a few times it is put right more and more rarely.
fn contested(seen: &Observed) -> Option<Situation> {
    let within_hour = |at: &&u64| seen.now < at.saturating_add(HOUR);
    let times = seen.memory.drifts.iter().filter(within_hour).count();
    let doublings = u32::try_from(times.checked_sub(CONTEST)?).unwrap_or(u32::MAX);
    let wait = CONTEST_WAIT.saturating_mul(2_u64.saturating_pow(doublings)).min(HOUR / 2);
    let last = seen.memory.drifts.iter().max()?;
    let due_in = last.saturating_add(wait).checked_sub(seen.now).filter(|due| *due > 0)?;
    Some(Situation::Contested { times, rival: seen.rival.clone(), due_in })
}

fn on_parole(seen: &Observed, strikes: u32, at: u64) -> bool {
    strikes == 1
        && seen.running().is_some_and(|running| {
            running.generation == seen.file().and_then(InstalledFile::generation)
        })
        && seen.now.saturating_sub(at) >= PAROLE
}

/// A group is a cluster's name for its life: another one comes from another cluster's resource.
fn other_group(seen: &Observed, published: &Publication) -> Option<Situation> {
    let group = |conf: &Conf| conf.global("GROUP").map(|entry| entry.value.to_string());
    let wanted = group(published.content.as_ref().as_ref().ok()?.conf())?;
    // The file of an earlier hand, or of another role, says nothing about this one.
    let present = seen.memory.installed.as_ref().and_then(|_| group(&seen.file()?.conf))?;
    (present != wanted).then(|| Situation::Refused {
        code: "other-group".to_owned(),
        message: format!("it is for the group {wanted}; this node is in {present}"),
        help: "check k2hr3.role and k2hr3.resource; if the cluster was given another name, \
               install it with `refresh --force`"
            .to_owned(),
    })
}

/// A storage that answers with half of its members is more likely than half of a cluster leaving.
fn shrunk(seen: &Observed, published: &Publication, impact: &Impact) -> Option<Situation> {
    let Ok(candidate) = &*published.content else { return None };
    let to = candidate.conf().servers().len();
    let lost = impact.servers_removed.len();
    let from = to + lost - impact.servers_added.len().min(to);
    let held = lost * 2 > from && published.looks < AGREEING_LOOKS && seen.file().is_some();
    held.then_some(Situation::Held { from, to, looks: published.looks })
}

fn settling(policy: &Policy, published: &Publication) -> Option<Situation> {
    let quiet = published.quiet >= policy.settle || published.differing >= LONGEST_SETTLE;
    (!quiet).then_some(Situation::Settling)
}

fn owes_restart(policy: &Policy, occasion: Occasion, impact: Option<&Impact>) -> Option<String> {
    match policy.on_change {
        OnChange::None => None,
        OnChange::Auto => cold_change(impact?),
        OnChange::Restart | OnChange::Signal => {
            (occasion == Occasion::Published).then(|| "every change restarts chmpx".to_owned())
        }
    }
}

fn refused_for(refused: &Refused) -> Situation {
    let said = |code: &str, message: String, help: &str| Situation::Refused {
        code: code.to_owned(),
        message,
        help: help.to_owned(),
    };
    if let Some(dispute) = &refused.dispute {
        let help = "compare with `chmpxconftest`, and report the file: our rules accept it";
        return said("disputed", format!("chmpxconftest says: {dispute}"), help);
    }
    let Some(finding) = refused.first() else {
        let help = "look at it with `k2hdkc-slave-agent check`";
        return said("unfit", "chmpx would not start with it on this host".to_owned(), help);
    };
    let line = finding.line.map_or_else(String::new, |line| format!("line {line}: "));
    said(&finding.code.to_string(), format!("{line}{}", finding.message), finding.help)
}

fn refused_change(impact: &Impact) -> Situation {
    let change = impact.changes.iter().find(|change| change.class == Class::Refused);
    Situation::Refused {
        code: "refused-change".to_owned(),
        message: change.map_or_else(String::new, |c| format!("{}: {}", c.what, c.why)),
        help: "mend the resource in K2HR3, or install it all the same with `refresh --force`"
            .to_owned(),
    }
}
