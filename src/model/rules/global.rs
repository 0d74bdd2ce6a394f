//! Rules about `[GLOBAL]`: what the cluster is, and in which role this host takes part.

use super::{Code, Findings};
use crate::model::conf::{Conf, Mode};

/// The longest GROUP that fits the name of a message queue: with a dot and 16 digits at most 255
/// bytes (`ChmEventMq::MakeMqPath` in lib/chmeventmq.cc).
const LONGEST_GROUP: usize = 238;

/// Longer ones work, but leave little room.
const LONG_GROUP: usize = 200;

pub(super) fn look(conf: &Conf, findings: &mut Findings) {
    look_at_group(conf, findings);
    look_at_version(conf, findings);
    look_at_bare_version(conf, findings);
    look_at_modes(conf, findings);
    look_at_truths(conf, findings);
    if conf.global("SELFCTLPORT").is_none() {
        findings.add(
            Code::NoSelfCtlPort,
            None,
            "without SELFCTLPORT any entry of this host is its own, whatever its port",
        );
    }
}

fn look_at_group(conf: &Conf, findings: &mut Findings) {
    let Some(entry) = conf.global("GROUP") else {
        findings.add(Code::NoGroup, None, "there is no GROUP in [GLOBAL]");
        return;
    };
    let (group, line) = (&entry.value, Some(entry.line));
    if group.is_empty() {
        findings.add(Code::BadGroup, line, "GROUP is empty: chmpx has no name for its files");
    } else if group.as_bytes().contains(&b'/') {
        findings.add(
            Code::BadGroup,
            line,
            format_args!(
                "chmpx names files after GROUP `{}`, and a name has no `/`",
                group.brief()
            ),
        );
    } else if group.len() > LONGEST_GROUP {
        findings.add(
            Code::BadGroup,
            line,
            format_args!("chmpx names queues after GROUP, and {} bytes are too many", group.len()),
        );
    } else if group.len() > LONG_GROUP || group.has_control() {
        findings.add(
            Code::OddGroup,
            line,
            "GROUP is very long or has a control character, and becomes part of file names",
        );
    }
}

fn look_at_version(conf: &Conf, findings: &mut Findings) {
    let Some(entry) = conf.global("FILEVERSION") else {
        findings.add(Code::NoFileVersion, None, "there is no FILEVERSION in [GLOBAL]");
        return;
    };
    let (value, read) = (&entry.value, entry.value.int());
    if !value.is_plain_number() || read < 0 || value.len() > 10 {
        findings.add(
            Code::OddFileVersion,
            Some(entry.line),
            format_args!("chmpx reads FILEVERSION `{}` as {read}", value.brief()),
        );
    }
}

/// The agent replaces the value, and a line without `=` has no place for one.
fn look_at_bare_version(conf: &Conf, findings: &mut Findings) {
    if let Some(entry) = conf.global("FILEVERSION").filter(|entry| !entry.has_equals) {
        findings.add(
            Code::BareFileVersion,
            Some(entry.line),
            "FILEVERSION has no value, and no place for one",
        );
    }
}

fn look_at_modes(conf: &Conf, findings: &mut Findings) {
    match (conf.global("MODE"), conf.mode()) {
        (None, _) => {
            findings.add(
                Code::NoMode,
                None,
                "without MODE chmpx is a server if it finds itself among the servers",
            );
        }
        (Some(entry), None) => {
            findings.add(
                Code::BadMode,
                Some(entry.line),
                format_args!("chmpx does not know the MODE `{}`", entry.value.brief()),
            );
        }
        (Some(entry), Some(Mode::Server)) => {
            findings.add(Code::ServerMode, Some(entry.line), "chmpx would be a server node here");
        }
        (Some(_), Some(Mode::Slave)) => {}
    }
    if let (Some(entry), None) = (conf.global("CHMPXIDTYPE"), conf.id_type()) {
        findings.add(
            Code::BadIdType,
            Some(entry.line),
            format_args!("chmpx does not know the CHMPXIDTYPE `{}`", entry.value.brief()),
        );
    }
    match conf.global("DELIVERMODE") {
        None => {
            findings.add(Code::NoDeliverMode, None, "there is no DELIVERMODE in [GLOBAL]");
        }
        Some(entry) if !entry.value.is_word("hash") && !entry.value.is_word("random") => {
            findings.add(
                Code::BadDeliverMode,
                Some(entry.line),
                format_args!("chmpx does not know the DELIVERMODE `{}`", entry.value.brief()),
            );
        }
        Some(_) => {}
    }
}

/// chmpx reads truth values of `[GLOBAL]` and of servers; those of slaves it does not look at.
fn look_at_truths(conf: &Conf, findings: &mut Findings) {
    let global: &[_] = &["MQACK", "AUTOMERGE", "DOMERGE", "SSL", "SSL_VERIFY_PEER", "K2HFULLMAP"];
    let server: &[_] = &["SSL", "SSL_VERIFY_PEER"];
    let servers = conf.server_sections().map(|node| (&node.keys, server));
    for (keys, truths) in [(conf.global_keys(), global)].into_iter().chain(servers) {
        for key in truths {
            let Some(entry) = keys.get(key.as_bytes()) else { continue };
            if entry.value.truth().is_none() {
                findings.add(
                    Code::BadBoolean,
                    Some(entry.line),
                    format_args!("{key} `{}` is neither ON nor OFF to chmpx", entry.value.brief()),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests;
