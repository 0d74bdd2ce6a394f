//! Rules about this host among the nodes: chmpx starts only where it finds itself.

use super::{Code, Findings, access, ids, role};
use crate::model::conf::{Conf, Mode, Peer, Selfhood, Text};
use crate::model::host::{Certainty, Host};
use crate::model::posix::Trials;

pub(super) fn look(conf: &Conf, host: &Host, findings: &mut Findings) {
    let selfhood = conf.selfhood(&host.given);
    let servers = conf.servers_where_self_is(&host.own_name());
    let slaves = conf.slaves();

    let is_server = role::look(conf, host, &selfhood, &servers, findings);
    let slaves_to_try = if is_server { &[] } else { slaves };
    let found = find(host, &selfhood, &servers, slaves_to_try);
    match &found[..] {
        [] => {
            let message = missing(host, &selfhood, slaves);
            findings.add(Code::SelfMissing, None, message);
        }
        [first, others @ ..] => {
            look_at_possible(conf, host, &found, findings);
            look_at_others(&selfhood, first, others, findings);
        }
    }
}

/// One entry that is, or may be, this host.
struct Own<'a> {
    peer: &'a Peer,
    is_server: bool,
    certainty: Certainty,
}

/// The entries of this host in the order in which chmpx looks (`CHMConf::GetNodeInfo`).
fn find<'a>(
    host: &Host,
    selfhood: &Selfhood,
    servers: &'a [Peer],
    slaves: &'a [Peer],
) -> Vec<Own<'a>> {
    let mut trials = Trials::default();
    let all =
        servers.iter().map(|peer| (peer, true)).chain(slaves.iter().map(|peer| (peer, false)));
    all.filter(|(peer, _)| selfhood.has_port_of(peer))
        .map(|(peer, is_server)| {
            let by_cuk = matches_cuk(&selfhood.cuk, &peer.cuk, &mut trials);
            // A name costs a look; a CUK that is another's settles it.
            let certainty = match (by_cuk, is_server) {
                (Certainty::No, _) => Certainty::No,
                (_, true) => host.is_server(peer).min(by_cuk),
                (_, false) => host.is_slave(peer, &mut trials).min(by_cuk),
            };
            Own { peer, is_server, certainty }
        })
        .filter(|own| own.certainty != Certainty::No)
        .collect()
}

/// `IsMatchCuk` in lib/chmregex.cc.
fn matches_cuk(own: &Text, cuk: &Text, trials: &mut Trials) -> Certainty {
    if own == cuk {
        return Certainty::Yes;
    }
    if cuk.is_empty() {
        return Certainty::No;
    }
    trials.prepare(cuk).matches(own).into()
}

/// The first entry that is this host for certain, and all before it that may be: whichever it is,
/// it must do.
fn look_at_possible(conf: &Conf, host: &Host, found: &[Own<'_>], findings: &mut Findings) {
    let mut trials = Trials::default();
    for own in found {
        look_at_own(conf, own, findings);
        access::look(host, own.peer, findings);
        if own.certainty != Certainty::Maybe {
            return;
        }
        if !own.is_server && host.hangs_on_own_name(own.peer, &mut trials) {
            findings.add(
                Code::SelfPattern,
                Some(own.peer.line),
                format_args!(
                    "chmpx tries `{}` on the name of this host only if DNS itself knows that name",
                    own.peer.name.brief()
                ),
            );
            continue;
        }
        findings.add(
            Code::SelfUnclear,
            Some(own.peer.line),
            format_args!(
                "whether the entry {} is this host could not be found out",
                own.peer.name.brief()
            ),
        );
    }
}

fn look_at_own(conf: &Conf, first: &Own<'_>, findings: &mut Findings) {
    let (peer, line) = (first.peer, Some(first.peer.line));
    if first.is_server && conf.mode() != Some(Mode::Server) {
        findings.add(
            Code::SelfTakenForServer,
            line,
            format_args!(
                "the server {} is this host: chmpx takes its entry, seed and id for its own",
                peer.name.brief()
            ),
        );
    }
    if peer.ctlport < 1 {
        findings.add(
            Code::SelfPort,
            line,
            format_args!("chmpx cannot listen on the control port {} of this host", peer.ctlport),
        );
    }
    if !first.is_server {
        ids::look_at_size("CUK", &peer.cuk, peer.line, findings);
        ids::look_at_size("CUSTOM_ID_SEED", &peer.seed, peer.line, findings);
    }
    if !first.is_server
        && let Some(key) = ids::empty_key(conf, peer)
    {
        findings.add(
            Code::EmptyIdKey,
            line,
            format_args!("{key} of this host's own entry is empty, and CHMPXIDTYPE calls for it"),
        );
    }
}

/// Only the first counts, which may be someone else's.
fn look_at_others(
    selfhood: &Selfhood,
    first: &Own<'_>,
    others: &[Own<'_>],
    findings: &mut Findings,
) {
    let is_ours = |own: &Own<'_>| own.peer.cuk == selfhood.cuk;
    for other in others.iter().filter(|other| other.is_server == first.is_server) {
        let (one, two) = (first.peer.name.brief(), other.peer.name.brief());
        if is_ours(other) && !is_ours(first) {
            findings.add(Code::SelfShadowed, Some(first.peer.line), format_args!("the entries {one} and {two} match this host: chmpx takes the first, which has another CUK"));
        } else {
            findings.add(
                Code::SelfTwice,
                Some(other.peer.line),
                format_args!("the entries {one} and {two} match this host: chmpx takes the first"),
            );
        }
    }
}

/// Why no entry is this host, as far as there is a single reason.
fn missing(host: &Host, selfhood: &Selfhood, slaves: &[Peer]) -> String {
    let mut trials = Trials::default();
    let named = slaves.iter().find(|slave| host.is_slave(slave, &mut trials) == Certainty::Yes);
    let port = selfhood.ctlport.map_or_else(|| "any".to_owned(), |port| port.to_string());
    let reason = match named {
        None => "no [SLVNODE] has its name or address".to_owned(),
        Some(slave) if !selfhood.has_port_of(slave) => {
            format!("{} has CTLPORT {} instead of {port}", slave.name.brief(), slave.ctlport)
        }
        Some(slave) => {
            let (theirs, ours) = (slave.cuk.brief(), selfhood.cuk.brief());
            format!("{} has the CUK `{theirs}` instead of `{ours}`", slave.name.brief())
        }
    };
    format!("chmpx does not find this host among the nodes: {reason}")
}

#[cfg(test)]
mod tests;
