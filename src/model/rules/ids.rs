//! Rules about what chmpx tells nodes apart by: the key that CHMPXIDTYPE names.

use std::collections::BTreeMap;

use super::nodes::called;
use super::{Code, Findings};
use crate::model::conf::{Conf, Endpoint, IdType, Kind, Node, Peer, Text};

/// The longest id that chmpx has room for; it copies longer ones all the same (`CUK_MAX`).
const LONGEST_ID: usize = 2047;

/// Past this, the copy runs beyond the place of the node in the table: 60,000 bytes crash chmpx at
/// its start, 5,000 do not (measured).
const HUGE_ID: usize = 8192;

pub(super) fn look(conf: &Conf, findings: &mut Findings) {
    for node in conf.server_sections() {
        look_at_key(conf, node, Kind::Server, findings);
        look_at_length(node, Kind::Server, findings);
    }
    for node in conf.slave_sections() {
        look_at_key(conf, node, Kind::Slave, findings);
        look_at_length(node, Kind::Slave, findings);
    }
    look_at_twins(conf, findings);
}

fn look_at_length(node: &Node, kind: Kind, findings: &mut Findings) {
    for key in ["CUK", "CUSTOM_ID_SEED"] {
        let Some(entry) = node.keys.get(key.as_bytes()) else { continue };
        if entry.value.len() > LONGEST_ID {
            findings.add(
                Code::LongId,
                Some(entry.line),
                format_args!(
                    "chmpx copies {key} of {} bytes over what lies behind it",
                    entry.value.len()
                ),
            );
        }
        if kind == Kind::Server {
            look_at_size(key, &entry.value, entry.line, findings);
        }
    }
}

/// Of slaves only this host's own entry comes into the table at the start.
pub(super) fn look_at_size(key: &str, id: &Text, line: usize, findings: &mut Findings) {
    if id.len() > HUGE_ID {
        findings.add(
            Code::HugeId,
            Some(line),
            format_args!("chmpx crashes when it copies {key} of {} bytes", id.len()),
        );
    }
}

/// `CHMIniConf::LoadConfiguration` wants the key, `cvt_parameters_by_chmpxid_type` in
/// lib/chmstructure.tcc wants something in it, but of servers and the own entry only.
fn look_at_key(conf: &Conf, node: &Node, kind: Kind, findings: &mut Findings) {
    let is_server = kind == Kind::Server;
    let wanted: &[_] = match conf.id_type() {
        Some(IdType::Cuk) => &["CUK"],
        Some(IdType::CtlEndpoints) if is_server => &["ENDPOINTS", "CTLENDPOINTS"],
        Some(IdType::CtlEndpoints) => &["CTLENDPOINTS"],
        Some(IdType::Custom) if is_server => &["CUSTOM_ID_SEED"],
        Some(IdType::Custom | IdType::Name) | None => &[],
    };
    for key in wanted {
        if !node.keys.contains_key(key.as_bytes()) {
            findings.add(
                Code::NoIdKey,
                Some(node.line),
                format_args!("{} has no {key}, which CHMPXIDTYPE calls for", called(node)),
            );
        }
    }
    if is_server {
        let server = Peer::server(conf, node);
        let empty = empty_key(conf, &server);
        if let Some(key) = empty.filter(|key| node.keys.contains_key(key.as_bytes())) {
            findings.add(
                Code::EmptyIdKey,
                Some(node.line),
                format_args!("{key} of {} holds nothing that an id could be made of", called(node)),
            );
        }
    }
}

/// The key that the id of `peer` should come from, if there is nothing in it.
pub(super) fn empty_key(conf: &Conf, peer: &Peer) -> Option<&'static str> {
    match conf.id_type()? {
        IdType::Cuk if peer.cuk.is_empty() => Some("CUK"),
        IdType::CtlEndpoints if peer.ctlendpoints.is_empty() => Some("CTLENDPOINTS"),
        IdType::Custom if peer.seed.is_empty() => Some("CUSTOM_ID_SEED"),
        IdType::Name | IdType::Cuk | IdType::CtlEndpoints | IdType::Custom => None,
    }
}

/// What an id is made of.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Id<'a> {
    Text(&'a Text),
    List(&'a [Endpoint]),
    Place(&'a Text, i16),
}

/// Servers that chmpx keeps apart, but gives the same id or calls at the same place.
fn look_at_twins(conf: &Conf, findings: &mut Findings) {
    let mut seen = BTreeMap::new();
    for server in conf.servers() {
        let (what, id) = match conf.id_type() {
            Some(IdType::Cuk) => ("CUK", Id::Text(&server.cuk)),
            Some(IdType::Custom) => ("CUSTOM_ID_SEED", Id::Text(&server.seed)),
            Some(IdType::CtlEndpoints) => ("CTLENDPOINTS", Id::List(&server.ctlendpoints)),
            Some(IdType::Name) | None => {
                ("NAME and CTLPORT", Id::Place(&server.name, server.ctlport))
            }
        };
        if let Some(other) = seen.insert(id, server) {
            findings.add(
                Code::SameServer,
                Some(server.line),
                format_args!(
                    "{}:{} and {}:{} have one id: the same {what}",
                    server.name.brief(),
                    server.ctlport,
                    other.name.brief(),
                    other.ctlport
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{breaks, breaks_only, codes, messages, verdict, with};
    use super::*;

    #[test]
    fn the_key_of_the_idtype_must_be_there() {
        let without = with("CUSTOM_ID_SEED = srv1\n", "");
        breaks_only(&without, Code::NoIdKey);
        let message = "the node srv1 has no CUSTOM_ID_SEED, which CHMPXIDTYPE calls for";
        assert_eq!(messages(&without), [message]);
        assert_eq!(codes(with("CUSTOM_ID_SEED = other\n", "")), []);
        let by_cuk = with("= CUSTOM", "= CUK");
        breaks_only(by_cuk.replace("CUK = cuk-other\n", ""), Code::NoIdKey);
        let missing = codes(with("= CUSTOM", "= CTLEPS")).into_iter();
        let missing = missing.filter(|code| *code == Code::NoIdKey).count();
        assert_eq!(missing, 6, "two keys of each server, and one of each slave");
    }

    #[test]
    fn an_empty_key_of_the_idtype_loads_and_does_not_start() {
        let text = with("CUSTOM_ID_SEED = srv1", "CUSTOM_ID_SEED =");
        breaks_only(&text, Code::EmptyIdKey);
        assert_eq!((verdict(&text).loads, verdict(&text).starts), (true, Some(false)));
        assert_eq!(codes(with("CUSTOM_ID_SEED = other", "CUSTOM_ID_SEED =")), []);
        breaks(with("= CUSTOM", "= CUK").replace("= cuk-srv1", "="), Code::EmptyIdKey);
        let by_endpoints = with("= CUSTOM", "= CTLEPS")
            .replace("CUSTOM_ID_SEED = ", "ENDPOINTS = 192.0.2.1:1\nCTLENDPOINTS = ");
        assert_eq!(codes(&by_endpoints), []);
        let empty = by_endpoints.replace("CTLENDPOINTS = srv1", "CTLENDPOINTS =");
        breaks_only(empty, Code::EmptyIdKey);
    }

    #[test]
    fn a_long_id_is_copied_over_what_lies_behind_it() {
        let long = "c".repeat(2048);
        breaks_only(with("cuk-other", &long), Code::LongId);
        assert_eq!(codes(with("cuk-srv1", &long[1..])), []);
        breaks_only(with("cuk-srv1", &"c".repeat(8192)), Code::LongId);
        breaks(with("cuk-srv1", &"c".repeat(8193)), Code::HugeId);
    }

    #[test]
    fn two_servers_with_one_id_are_noticed() {
        breaks_only(with("CUSTOM_ID_SEED = srv2", "CUSTOM_ID_SEED = srv1"), Code::SameServer);
    }
}
