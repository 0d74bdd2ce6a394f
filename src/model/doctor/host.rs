//! The host: what keeps chmpx from noticing, from starting, or from answering.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::super::failure::Class;
use super::super::observed::{K2hr3, Membership, Observed};
use super::super::plain::counted;
use super::super::plan::Situation;
use super::super::supervisor::Supervisor;
use super::{Finding, Level, Survey};

/// A role token lives for a day, unless its maker asked for more.
const TOKEN_LIFE: Duration = Duration::from_secs(24 * 3600);
/// chmpx resolves names while it does nothing else: a second is long.
const SLOW: Duration = Duration::from_secs(1);
/// Less is used up by a few other programs of the same user.
const FEW_INSTANCES: u64 = 32;
const FEW_WATCHES: u64 = 1024;
/// What Debian writes for the host's own name: no other host can reach it.
const OWN_NAME_ONLY: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 1, 1));

pub(super) fn watch(seen: &Observed, survey: &Survey) -> Finding {
    const CODE: &str = "watch";
    match (&survey.held, seen.running()) {
        (Some(held), Some(_)) => Finding::fault(
            CODE,
            format!("chmpx does not see changes of its file: {held}"),
            "restart chmpx (the agent does it with chmpx.on_change = auto)",
        ),
        (None, Some(_)) => Finding::fine(CODE, "nothing keeps chmpx from noticing its file"),
        (_, None) => Finding::unknown(CODE, "no chmpx runs that could watch", "see `adopted`"),
    }
}

pub(super) fn inotify(survey: &Survey) -> Finding {
    const CODE: &str = "inotify";
    let few = |number: Option<u64>, least| number.is_some_and(|number| number < least);
    if few(survey.inotify_instances, FEW_INSTANCES) || few(survey.inotify_watches, FEW_WATCHES) {
        let help = "raise fs.inotify.max_user_instances to 128 and max_user_watches to 8192";
        return Finding::risk(CODE, "few inotify instances or watches are allowed", help);
    }
    Finding::fine(CODE, "inotify has room")
}

/// A chmpx that is not root makes queues of `MAXMQSERVER + MAXMQCLIENT` messages; root raises its
/// own limit.
pub(super) fn mqueue(seen: &Observed, survey: &Survey) -> Finding {
    const CODE: &str = "mqueue";
    let number = |key: &str, default: u64| {
        let entry = seen.file().and_then(|file| file.conf.global(key));
        entry.map_or(default, |entry| u64::try_from(entry.value.int()).unwrap_or(default))
    };
    let needed = number("MAXMQSERVER", 1) + number("MAXMQCLIENT", 8192);
    match (survey.mqueue_longest, survey.chmpx_user) {
        (Some(longest), Some(user)) if user != 0 && longest < needed => Finding::risk(
            CODE,
            format!("fs.mqueue.msg_max is {longest}, and the file asks for {needed}"),
            "raise fs.mqueue.msg_max, or lower MAXMQCLIENT in the resource: else chmpx may not \
             start",
        ),
        _ => Finding::fine(CODE, "message queues are long enough for the user of chmpx"),
    }
}

const FRESH_TOKEN: &str = "put a fresh role token into the token file; the agent notices";

pub(super) fn token(seen: &Observed, survey: &Survey) -> Finding {
    const CODE: &str = "token";
    if let Some(path) = &survey.unreadable_token {
        let what = format!("{} is not this user's to read", path.display());
        return Finding::unknown(CODE, what, "ask as root");
    }
    if let Some(refused) = refused_token(CODE, seen) {
        return refused;
    }
    let is_member =
        seen.memory.registered && !matches!(seen.membership, Membership::Missing { .. });
    match (survey.token_age, is_member) {
        (Some(age), false) if age > TOKEN_LIFE => {
            let what = format!("the role token is {}, and may not live longer", old(age));
            Finding::risk(CODE, what, FRESH_TOKEN)
        }
        (None, false) => {
            Finding::told(CODE, Level::Fault, &Situation::NotMember { has_token: false })
        }
        (Some(age), _) => Finding::fine(CODE, format!("the role token is {}", old(age))),
        (None, true) => Finding::fine(CODE, "no role token; K2HR3 knows this node by its address"),
    }
}

fn refused_token(code: &'static str, seen: &Observed) -> Option<Finding> {
    if seen.token_refused {
        let what = "K2HR3 does not accept the role token: it expired or was taken back; this node \
                    reads by its address instead";
        return Some(Finding::risk(code, what, FRESH_TOKEN));
    }
    let what = "K2HR3 does not accept the role token: it expired, was taken back or is mistyped";
    (seen.k2hr3 == K2hr3::Failed(Class::Token)).then(|| Finding::fault(code, what, FRESH_TOKEN))
}

fn old(age: Duration) -> String {
    format!("{} old", counted(age.as_secs() / 3600, "hour"))
}

pub(super) fn rival(survey: &Survey) -> Finding {
    const CODE: &str = "rival";
    match &survey.rival {
        Some(rival) => Finding::fault(
            CODE,
            format!("{rival} writes the same file, in place, and ends chmpx with it"),
            "`k2hdkc-slave-agent take-over` ends it without losing the file",
        ),
        None => Finding::fine(CODE, "the official helper is not at work here"),
    }
}

/// Nothing where somebody else starts chmpx.
pub(super) fn supervisor(survey: &Survey) -> Option<Finding> {
    const CODE: &str = "supervisor";
    match &survey.supervisor {
        Supervisor::NotHere => None,
        Supervisor::Agrees(path) => {
            let what = format!("it starts chmpx with {}: the agent's file", path.display());
            Some(Finding::fine(CODE, what))
        }
        Supervisor::Elsewhere(elsewhere) => {
            Some(Finding::fault(CODE, elsewhere.sentence(), &elsewhere.help()))
        }
    }
}

pub(super) fn one_chmpx(survey: &Survey) -> Finding {
    const CODE: &str = "one-chmpx";
    if survey.chmpxs.len() < 2 {
        return Finding::fine(CODE, "no two chmpx share a group");
    }
    let pids: Vec<_> = survey.chmpxs.iter().map(ToString::to_string).collect();
    Finding::fault(
        CODE,
        format!("processes {} are chmpx of one group", pids.join(" and ")),
        "end all but the supervised one (HUP): the first to end deletes what the others share",
    )
}

pub(super) fn control_port(seen: &Observed, survey: &Survey) -> Vec<Finding> {
    const CODE: &str = "control-port";
    let mut findings = Vec::new();
    findings.push(match (&survey.control_answer, seen.running()) {
        (Some(Ok(version)), _) => Finding::fine(CODE, format!("it answers: {version}")),
        (Some(Err(why)), Some(_)) => Finding::risk(
            CODE,
            format!("it does not answer: {why}"),
            "chmpx may be busy with names that resolve slowly; else check chmpx.ctlport",
        ),
        (_, None) => {
            Finding::unknown(CODE, "it was not asked: no chmpx is known to run", "see `adopted`")
        }
        (None, Some(_)) => Finding::unknown(
            CODE,
            "it was not asked: chmpx would read the installed file first, and end with it",
            "see `installed`",
        ),
    });
    if survey.control_listens.iter().any(|address| !address.is_loopback()) {
        let everybody = survey.control_listens.iter().any(IpAddr::is_unspecified);
        let to = if everybody { "on every address" } else { "beyond this host" };
        let help = "let only the servers and slaves of the cluster reach it (firewall): it takes \
                    commands without asking who sends them";
        findings.push(Finding::risk("control-port-open", format!("it listens {to}"), help));
    }
    findings
}

pub(super) fn names(survey: &Survey) -> Vec<Finding> {
    const HELP: &str =
        "give every server a working entry in DNS or /etc/hosts, forward and reverse";
    let mut findings = Vec::new();
    // An address needs nobody to resolve it.
    let names = survey.lookups.iter().filter(|(name, _)| name.parse::<IpAddr>().is_err());
    for (name, lookup) in names {
        let addresses = lookup.addresses.as_deref();
        if addresses.is_none_or(<[_]>::is_empty) {
            let what = format!("{name} does not resolve: chmpx stands still for 5 s at each try");
            findings.push(Finding::fault("names", what, HELP));
        } else if addresses.is_some_and(|all| all.iter().all(|one| *one == OWN_NAME_ONLY)) {
            let what = format!("{name} resolves only to {OWN_NAME_ONLY}");
            findings.push(Finding::risk("names", what, HELP));
        } else if lookup.took > SLOW {
            let what = format!("{name} took {:.1} s to resolve", lookup.took.as_secs_f64());
            findings.push(Finding::risk("names", what, HELP));
        }
    }
    if findings.is_empty() {
        let what = match survey.lookups.len() {
            0 => "the file has no name to resolve".to_owned(),
            names => format!("all {names} names resolve quickly"),
        };
        findings.push(Finding::fine("names", what));
    }
    findings
}
