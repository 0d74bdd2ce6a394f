//! The chain from K2HR3 to the ring: where exactly this node lags behind.

use std::collections::BTreeSet;

use super::super::conf::Conf;
use super::super::observed::{
    Chmpx, Installed, InstalledFile, K2hr3, Membership, Observed, Obstacle, Published,
};
use super::super::plain::counted;
use super::super::plan::{Policy, Situation, plan};
use super::super::report::{Code, words};
use super::{Finding, Level, Survey};

pub(super) fn membership(seen: &Observed, survey: &Survey) -> Finding {
    const CODE: &str = "membership";
    // One look cannot find that out: K2HR3 is asked about it after a registration only.
    let situations = survey.agent.report().map_or(&[][..], |report| &report.situations);
    let is_stray = situations.iter().any(|told| told.code == Code::NoSuchRole);
    let membership = if is_stray { Membership::Stray } else { seen.membership };
    match (membership, seen.k2hr3) {
        (Membership::Listed, _) => Finding::fine(CODE, "K2HR3 lists this node in its role"),
        (Membership::Missing { .. }, _) if seen.memory.departed => {
            Finding::told(CODE, Level::Risk, &Situation::Unregistered)
        }
        (Membership::Missing { .. }, _) => Finding::fault(
            CODE,
            "K2HR3 does not list this node in its role: chmpx could not start again",
            "`k2hdkc-slave-agent register`, with a role token in the token file",
        ),
        (Membership::Stray, _) => Finding::told(CODE, Level::Fault, &Situation::NoSuchRole),
        (Membership::Unknown, K2hr3::Failed(_)) => Finding::unknown(
            CODE,
            "K2HR3 did not tell whether this node is in its role",
            "see `k2hr3`",
        ),
        (Membership::Unknown, K2hr3::Answered | K2hr3::NotAsked) => Finding::unknown(
            CODE,
            "what is published is no file that could list this node",
            "mend the resource in K2HR3; see `k2hdkc-slave-agent plan`",
        ),
    }
}

pub(super) fn published(seen: &Observed) -> Finding {
    const CODE: &str = "published";
    let Published::Known(published) = &seen.published else {
        return Finding::unknown(CODE, "what K2HR3 publishes is not known", "see `k2hr3`");
    };
    match &*published.content {
        Ok(candidate) => {
            let servers = candidate.conf().servers().len();
            let servers = counted(servers, "server");
            Finding::fine(CODE, format!("a good file with {servers} ({})", published.hash))
        }
        Err(refused) => {
            let why = match (refused.first(), &refused.dispute) {
                (Some(first), _) => format!(": {first}"),
                (None, Some(said)) => format!(": chmpxconftest says: {said}"),
                (None, None) => String::new(),
            };
            let help = refused.first().map_or("mend the resource in K2HR3", |first| first.help);
            Finding::fault(
                CODE,
                format!("what K2HR3 publishes is refused{why}"),
                &format!("{help}; `k2hdkc-slave-agent plan` tells all of it"),
            )
        }
    }
}

/// What is published against what lies on the disk.
pub(super) fn installed(seen: &Observed) -> Finding {
    const CODE: &str = "installed";
    let file = match &seen.installed {
        Installed::File(file) => file,
        Installed::Missing if !matches!(&seen.published, Published::Known(p) if p.content.is_ok()) =>
        {
            let what = "there is no file for chmpx, and nothing to make it of";
            return Finding::fault(CODE, what, "see `k2hr3` and `published`");
        }
        Installed::Missing => {
            let help = "`k2hdkc-slave-agent refresh` installs it; is the agent running?";
            return Finding::fault(CODE, "there is no file for chmpx", help);
        }
        Installed::Obstacle(Obstacle { what, help }) => {
            return Finding::fault(CODE, what.clone(), help);
        }
    };
    let Published::Known(published) = &seen.published else {
        return Finding::fine(CODE, "there is a file");
    };
    let Ok(candidate) = &*published.content else {
        return Finding::fine(CODE, "the last good file is in place");
    };
    let (wanted, present) = (names(candidate.conf()), names(&file.conf));
    let generation = file.generation().unwrap_or_default();
    if wanted == present {
        return Finding::fine(CODE, format!("generation {generation} names what is published"));
    }
    let lag = difference(&wanted, &present, "published and not installed", "installed and gone");
    let help = "`k2hdkc-slave-agent refresh`; if it stays so, `status` tells what is waited for";
    Finding::fault(CODE, format!("the file lags behind what is published: {lag}"), help)
}

/// What lies on the disk against what chmpx has in force.
pub(super) fn adopted(seen: &Observed, survey: &Survey, policy: &Policy) -> Finding {
    const CODE: &str = "adopted";
    let installed = seen.file().and_then(InstalledFile::generation);
    let running = match &seen.chmpx {
        Chmpx::Up(running) => running,
        // One that was seen before has its program somewhere else.
        Chmpx::Down if !survey.has_chmpx && seen.memory.adopted.is_none() => {
            let help = "install it, e.g. with `k2hdkc-slave-agent bootstrap`";
            return Finding::fault(CODE, "chmpx is not installed", help);
        }
        Chmpx::Down if seen.file().is_none() => {
            return Finding::unknown(
                CODE,
                "no chmpx runs: without its file none can",
                "see `installed`",
            );
        }
        Chmpx::Down if survey.supervisor.elsewhere().is_some() => {
            return Finding::fault(CODE, "no chmpx runs", "see `supervisor`");
        }
        Chmpx::Down => {
            let help = "start it, e.g. `systemctl start chmpx`; an active unit says nothing";
            return Finding::fault(CODE, "no chmpx runs", help);
        }
        Chmpx::Astray { pid, reads } => {
            let astray = Situation::ReadsElsewhere { pid: *pid, file: reads.clone() };
            return Finding::told(CODE, Level::Fault, &astray);
        }
        Chmpx::Unknown(why) => {
            let unknown = Situation::ChmpxUnknown(why.clone());
            return Finding::told(CODE, Level::Unknown, &unknown);
        }
    };
    match (running.generation, installed) {
        (None, _) => Finding::told(CODE, Level::Unknown, &Situation::silent()),
        (Some(in_force), Some(installed)) if in_force == installed => {
            Finding::fine(CODE, format!("chmpx has generation {in_force} in force"))
        }
        (Some(in_force), installed) => {
            let help = "`k2hdkc-slave-agent refresh --wait adopted`; if it stays so, restart chmpx";
            Finding::fault(CODE, lag(in_force, installed, seen, policy), help)
        }
    }
}

fn lag(in_force: i32, installed: Option<i32>, seen: &Observed, policy: &Policy) -> String {
    let installed = installed.map_or("none".to_owned(), |number| number.to_string());
    let situations = plan(seen, policy).situations;
    let why = situations.first().map(words).map(|words| words.sentence);
    let why = why.map_or_else(String::new, |why| format!(" ({why})"));
    format!("chmpx has generation {in_force} in force, installed is {installed}{why}")
}

/// What the file names against chmpx's own list.
pub(super) fn servers(seen: &Observed) -> Finding {
    const CODE: &str = "servers";
    let (Some(running), Some(file)) = (seen.running(), seen.file()) else {
        return Finding::unknown(CODE, "chmpx did not tell its servers", "see `adopted`");
    };
    if running.servers.is_empty() {
        let help = "install chmpxstatus, which tells them";
        return Finding::unknown(CODE, "chmpx did not tell its servers", help);
    }
    let connected = running.servers.iter().filter(|server| server.connected).count();
    if connected == 0 {
        let help = "look at the servers, and at firewalls between them and this node";
        return Finding::fault(CODE, "chmpx is connected to no server", help);
    }
    let table: BTreeSet<_> = running.servers.iter().map(|server| server.name.clone()).collect();
    let wanted = names(&file.conf);
    let down: Vec<_> =
        running.servers.iter().filter(|server| !server.is_up()).map(|s| s.name.clone()).collect();
    let state = format!("chmpx is connected to {connected} of {}", counted(table.len(), "server"));
    // Where no name is shared, chmpx shows resolved names: the sets cannot be compared.
    if wanted != table && !wanted.is_disjoint(&table) {
        let lag = difference(&wanted, &table, "in the file only", "with chmpx only");
        let help = "servers of the ring stay with chmpx until they go down; restart chmpx only \
                    if one of the file is missing for long";
        return Finding::risk(CODE, format!("{state}; {lag}"), help);
    }
    if !down.is_empty() {
        let help = "start them, or take them out of the role of the servers";
        return Finding::risk(CODE, format!("{state}; down: {}", down.join(", ")), help);
    }
    Finding::fine(CODE, state)
}

fn names(conf: &Conf) -> BTreeSet<String> {
    conf.servers().iter().map(|server| server.name.to_string()).collect()
}

fn difference(left: &BTreeSet<String>, right: &BTreeSet<String>, l: &str, r: &str) -> String {
    let list = |one: &BTreeSet<String>, other: &BTreeSet<String>, what: &str| {
        let only: Vec<_> = one.difference(other).cloned().collect();
        (!only.is_empty()).then(|| format!("{what}: {}", only.join(", ")))
    };
    let parts: Vec<_> =
        [list(left, right, l), list(right, left, r)].into_iter().flatten().collect();
    parts.join("; ")
}
