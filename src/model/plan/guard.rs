//! What keeps a published text from being put in place: what is wrong with it, or with the moment.

use std::time::Duration;

use super::super::candidate::Refused;
use super::super::conf::Conf;
use super::super::impact::{Class, Impact, leaves_none_up};
use super::super::memory::{HOUR, Quarantine};
use super::super::observed::{InstalledFile, Observed, Publication};
use super::{Drift, Occasion, Policy, Situation, content};

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

/// What keeps a good text from being put in place, if anything does.
pub(super) fn obstacle(
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
                .or_else(|| none_up(seen, impact))
                .or_else(|| shrunk(published, impact))
                .or_else(|| settling(policy, published))
        }
        Occasion::First | Occasion::Swallowed => None,
    }
}

/// Whoever keeps writing the file would win or lose for ever, and chmpx reads every version: after
/// a few times it is put right more and more rarely.
pub(super) fn contested(seen: &Observed) -> Option<Situation> {
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
    let ours = seen.memory.installed.as_ref().and_then(|_| content::in_force(seen, seen.file()));
    let present = group(ours?)?;
    (present != wanted).then(|| Situation::Refused {
        code: "other-group".to_owned(),
        message: format!("it is for the group {wanted}; this node is in {present}"),
        help: "check k2hr3.role and k2hr3.resource; if the cluster was given another name, \
               install it with `refresh --force`"
            .to_owned(),
    })
}

/// A running chmpx would go on with servers that no file names; the next one would find no ring.
fn none_up(seen: &Observed, impact: &Impact) -> Option<Situation> {
    let table = &seen.running()?.servers;
    let old = content::in_force(seen, seen.file())?;
    leaves_none_up(old, impact, table).then(|| Situation::Refused {
        code: "none-up".to_owned(),
        message: "it names none of the servers that are up".to_owned(),
        help: "see that K2HR3 lists the running servers, or install it with `refresh --force`"
            .to_owned(),
    })
}

/// A storage that answers with half of its members is more likely than half of a cluster leaving.
fn shrunk(published: &Publication, impact: &Impact) -> Option<Situation> {
    let Ok(candidate) = &*published.content else { return None };
    let to = candidate.conf().servers().len();
    let lost = impact.servers_removed.len();
    let from = to + lost - impact.servers_added.len().min(to);
    let held = lost * 2 > from && published.looks < AGREEING_LOOKS;
    held.then_some(Situation::Held { from, to, looks: published.looks })
}

fn settling(policy: &Policy, published: &Publication) -> Option<Situation> {
    let quiet = published.quiet >= policy.settle || published.differing >= LONGEST_SETTLE;
    (!quiet).then_some(Situation::Settling)
}

pub(super) fn refused(refused: &Refused) -> Situation {
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
    said(&finding.code.to_string(), finding.to_string(), finding.help)
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
