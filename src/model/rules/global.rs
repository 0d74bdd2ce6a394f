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
mod tests {
    use super::super::testing::{GOOD, breaks, breaks_only, codes, verdict, with, with_global};
    use super::*;

    fn group(value: &str) -> String {
        with("GROUP = cluster", &format!("GROUP = {value}"))
    }

    #[test]
    fn a_file_without_group_does_not_load() {
        breaks_only(with("GROUP = cluster\n", ""), Code::NoGroup);
        assert!(!verdict(with("GROUP = cluster\n", "")).loads);
    }

    #[test]
    fn a_group_must_be_usable_as_a_file_name() {
        for value in ["", "a/b", &"g".repeat(240), "/"] {
            breaks_only(group(value), Code::BadGroup);
            assert_eq!(verdict(group(value)).starts, Some(false));
        }
        assert_eq!(codes(group("..")), []);
        assert_eq!(codes(group(&"g".repeat(200))), []);
    }

    #[test]
    fn a_long_group_or_one_with_control_characters_is_odd() {
        breaks_only(group(&"g".repeat(201)), Code::OddGroup);
        breaks_only(group("a\x0bb"), Code::OddGroup);
    }

    #[test]
    fn a_file_without_fileversion_does_not_load() {
        breaks_only(with("FILEVERSION = 1\n", ""), Code::NoFileVersion);
    }

    #[test]
    fn a_fileversion_is_a_number_of_31_bits() {
        for value in ["-1", "one", "2147483648", "00000000001", ""] {
            breaks_only(
                with("FILEVERSION = 1", &format!("FILEVERSION = {value}")),
                Code::OddFileVersion,
            );
        }
        assert_eq!(codes(with("FILEVERSION = 1", "FILEVERSION = 2147483647")), []);
    }

    #[test]
    fn a_fileversion_without_equals_sign_has_no_place_for_a_generation() {
        breaks(with("FILEVERSION = 1", "FILEVERSION"), Code::BareFileVersion);
        let flood = format!("{}FILEVERSION", "; x\n".repeat(1001));
        breaks(with("FILEVERSION = 1", &flood), Code::BareFileVersion);
    }

    #[test]
    fn without_mode_chmpx_finds_it_out() {
        breaks_only(with("MODE = SLAVE\n", ""), Code::NoMode);
    }

    #[test]
    fn an_unknown_mode_does_not_load() {
        for mode in ["salve", ""] {
            breaks_only(with("MODE = SLAVE", &format!("MODE = {mode}")), Code::BadMode);
        }
        assert_eq!(codes(with("MODE = SLAVE", "MODE = sLaVe")), []);
    }

    #[test]
    fn a_slave_node_is_not_to_become_a_server() {
        breaks(with("MODE = SLAVE", "MODE = SERVER"), Code::ServerMode);
    }

    #[test]
    fn an_unknown_idtype_does_not_load() {
        for id_type in ["seed", ""] {
            breaks_only(with("= CUSTOM", &format!("= {id_type}")), Code::BadIdType);
        }
        for id_type in ["NAME", "cuk"] {
            assert_eq!(codes(with("= CUSTOM", &format!("= {id_type}"))), []);
        }
    }

    #[test]
    fn a_delivermode_is_mandatory_and_one_of_two() {
        breaks_only(with("DELIVERMODE = hash\n", ""), Code::NoDeliverMode);
        breaks_only(with("DELIVERMODE = hash", "DELIVERMODE ="), Code::BadDeliverMode);
        assert_eq!(codes(with("DELIVERMODE = hash", "DELIVERMODE = Random")), []);
    }

    #[test]
    fn a_truth_value_is_one_of_four_words() {
        for line in ["MQACK = true", "DOMERGE = 1", "K2HFULLMAP =", "SSL_VERIFY_PEER = y"] {
            breaks_only(with_global(line), Code::BadBoolean);
        }
        breaks_only(GOOD.replace("srv1\nSSL = no", "srv1\nSSL = nope"), Code::BadBoolean);
        assert_eq!(codes(with_global("MQACK = oFF")), []);
    }

    #[test]
    fn the_truth_values_of_slaves_are_not_looked_at() {
        assert_eq!(codes(GOOD.replace("SEED = own\nSSL = no", "SEED = own\nSSL = maybe")), []);
    }

    #[test]
    fn without_selfctlport_any_entry_may_be_the_own_one() {
        breaks_only(with("SELFCTLPORT = 8031\n", ""), Code::NoSelfCtlPort);
    }
}
