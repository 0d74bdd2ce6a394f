//! Rules about servers and slaves as such, wherever they run.

use super::{Code, Findings};
use crate::model::conf::{Conf, Entry, Expansion, NO_PORT, Node, Peer, Text, endpoints};
use crate::model::posix::Pattern;

/// The longest host name (`NI_MAXHOST`).
const LONGEST_NAME: usize = 1024;

/// How many items of a list chmpx keeps (`EXTERNAL_EP_MAX` and its like).
const MOST_ENDPOINTS: usize = 4;

pub(super) fn look(conf: &Conf, findings: &mut Findings) {
    if conf.server_sections().next().is_none() {
        findings.add(Code::NoServers, None, "there is no [SVRNODE] with a NAME");
    }
    if conf.slave_sections().next().is_none() {
        findings.add(Code::NoSlaves, None, "there is no [SLVNODE] with a NAME");
    }
    for node in conf.server_sections() {
        look_at_node(conf, node, true, findings);
        look_at_server_name(node, findings);
    }
    for node in conf.slave_sections() {
        look_at_node(conf, node, false, findings);
        look_at_pattern(node, findings);
    }
    look_at_all_names(conf, findings);
    look_at_count(conf, conf.servers(), findings);
}

fn look_at_node(conf: &Conf, node: &Node, is_server: bool, findings: &mut Findings) {
    let ports: &[_] = if is_server { &["PORT", "CTLPORT"] } else { &["CTLPORT"] };
    for key in ports {
        // The port 65535 in [GLOBAL] is what chmpx has for none.
        let default = conf.global(key).is_some_and(|entry| entry.value.port() != NO_PORT);
        if !node.keys.contains_key(key.as_bytes()) && !default {
            findings.add(
                Code::NoPort,
                Some(node.line),
                format_args!("{} has no {key}, and [GLOBAL] has none", called(node)),
            );
        }
    }
    for key in ["ENDPOINTS", "CTLENDPOINTS", "FORWARD_PEERS", "REVERSE_PEERS"] {
        if let Some(entry) = node.keys.get(key.as_bytes()) {
            look_at_list(key, entry, findings);
        }
    }
}

fn look_at_list(key: &str, entry: &Entry, findings: &mut Findings) {
    let (read, wrong) = endpoints(&entry.value, NO_PORT);
    if wrong > 0 {
        findings.add(
            Code::BadEndpoint,
            Some(entry.line),
            format_args!("chmpx cannot read {wrong} item(s) of {key} and leaves them out"),
        );
    }
    if read.len() > MOST_ENDPOINTS {
        findings.add(
            Code::ManyEndpoints,
            Some(entry.line),
            format_args!("chmpx keeps only the first four of the {} items of {key}", read.len()),
        );
    }
}

fn look_at_server_name(node: &Node, findings: &mut Findings) {
    let Some(entry) = node.keys.get("NAME".as_bytes()) else { return };
    let line = Some(entry.line);
    match &node.names {
        Expansion::Wrong(why) => {
            findings.add(
                Code::BadServerName,
                line,
                format_args!("chmpx cannot expand the NAME `{}`: {why}", entry.value.brief()),
            );
        }
        Expansion::TooMany => {
            findings.add(
                Code::TooManyNames,
                line,
                format_args!(
                    "the NAME `{}` stands for more servers than chmpx can hold",
                    entry.value.brief()
                ),
            );
        }
        Expansion::Names(names) => {
            if names.iter().any(Text::is_empty) {
                findings.add(
                    Code::EmptyServerName,
                    line,
                    format_args!(
                        "the NAME `{}` makes a server without a name",
                        entry.value.brief()
                    ),
                );
            }
            if names.iter().any(|name| name.len() > LONGEST_NAME) {
                findings.add(Code::LongName, line, "chmpx cannot hold a host name of this length");
            }
        }
        // Said once, of the file.
        Expansion::NotTried => {}
    }
}

fn look_at_all_names(conf: &Conf, findings: &mut Findings) {
    let mut nodes = conf.server_sections().chain(conf.slave_sections());
    if let Some(node) = nodes.find(|node| node.names == Expansion::NotTried) {
        let line = node.keys.get("NAME".as_bytes()).map(|entry| entry.line);
        findings.add(
            Code::TooMuchToExpand,
            line,
            "this and other NAMEs stand for more than the agent works out",
        );
    }
}

/// A NAME of a slave is also an expression that any host may match.
fn look_at_pattern(node: &Node, findings: &mut Findings) {
    let Some(entry) = node.keys.get("NAME".as_bytes()) else { return };
    let (name, line) = (&entry.value, Some(entry.line));
    if let Pattern::Invalid(why) = Pattern::read(name) {
        findings.add(
            Code::BadPattern,
            line,
            format_args!("as an expression `{}` matches nothing: {why}", name.brief()),
        );
    }
    let address = std::str::from_utf8(name.as_bytes()).ok();
    let address = address.and_then(|text| text.parse::<std::net::Ipv4Addr>().ok());
    if name.is_empty() || matches!(name.as_bytes(), b".*" | b"[.]*" | b".+" | b"^.*$") {
        findings.add(Code::OpenPattern, line, "this entry is every host that has its port and CUK");
    } else if address.is_some() {
        findings.add(
            Code::LoosePattern,
            line,
            format_args!("`{}` also matches longer addresses: it is an expression", name.brief()),
        );
    }
}

/// The table has a place for this host and for MAXCHMPX - 1 others; more corrupt it (measured).
fn look_at_count(conf: &Conf, servers: &[Peer], findings: &mut Findings) {
    let entry = conf.global("MAXCHMPX");
    let most = entry.map_or(1024, |entry| entry.value.int()).min(32768);
    let room = usize::try_from(most - 1).unwrap_or_default();
    if most > 0 && servers.len() > room {
        findings.add(
            Code::TooManyServers,
            entry.map(|entry| entry.line),
            format_args!("{} servers do not fit into a table of MAXCHMPX = {most}", servers.len()),
        );
    }
}

/// What a message calls a node.
pub(super) fn called(node: &Node) -> String {
    let name = node.keys.get("NAME".as_bytes()).map(|entry| entry.value.brief().to_string());
    format!("the node {}", name.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{GOOD, breaks, breaks_only, codes, verdict, with};
    use super::*;

    fn server(line: &str) -> String {
        with("NAME = srv1", &format!("NAME = srv1\n{line}"))
    }

    #[test]
    fn there_must_be_a_server_and_a_slave() {
        let (rest, _) = GOOD.split_once("[SLVNODE]").unwrap();
        breaks(rest, Code::NoSlaves);
        breaks(GOOD.replace("[SVRNODE]", "[OTHER]"), Code::NoServers);
    }

    #[test]
    fn a_node_without_name_is_dropped() {
        breaks_only(format!("{GOOD}[SLVNODE]\nCTLPORT = 8031\n"), Code::NamelessNode);
    }

    #[test]
    fn a_server_name_that_cannot_be_expanded_does_not_load() {
        for name in ["srv[1-", "srv]", ""] {
            breaks(with("NAME = srv1", &format!("NAME = {name}")), Code::BadServerName);
        }
        breaks(with("NAME = srv1", "NAME = srv[1-100000]"), Code::TooManyNames);
    }

    #[test]
    fn the_names_of_all_sections_together_must_not_explode() {
        let node = |n| format!("[SLVNODE]\nNAME = x{n}y[1-999]\nCTLPORT = 1\n\n");
        let nodes = (0..100).map(node).collect::<Vec<_>>().concat();
        breaks_only(format!("{GOOD}\n{nodes}"), Code::TooMuchToExpand);
        let servers = nodes.replace("SLVNODE", "SVRNODE").replace("1-999", "1-9999");
        breaks(format!("{GOOD}\n{servers}"), Code::TooMuchToExpand);
        let heavy =
            with("NAME = srv1", "NAME = srv[1-32900]").replace("cuk-srv1", &"c".repeat(8192));
        breaks(&heavy, Code::TooMuchToExpand);
        assert!(!verdict(&heavy).is_fit());
    }

    #[test]
    fn an_empty_item_makes_a_server_without_a_name() {
        let text = with("NAME = srv1", "NAME = ,srv1");
        breaks(&text, Code::EmptyServerName);
        assert_eq!(verdict(&text).starts, Some(true));
    }

    #[test]
    fn a_port_must_come_from_the_node_or_from_global() {
        breaks_only(with("PORT = 8020\n", ""), Code::NoPort);
        assert_eq!(codes(with("CTLPORT = 8021\n", "")), []);
    }

    #[test]
    fn the_port_65535_is_none_in_global() {
        let text = with("CTLPORT = 8021\n", "").replacen("CTLPORT = 8031", "CTLPORT = 65535", 1);
        breaks(text, Code::NoPort);
    }

    #[test]
    fn a_name_beyond_1024_bytes_is_lost() {
        breaks_only(with("NAME = srv1", &format!("NAME = {}", "h".repeat(1025))), Code::LongName);
    }

    #[test]
    fn items_of_a_list_that_cannot_be_read_are_left_out() {
        breaks_only(server("ENDPOINTS = srv1:1,srv2:"), Code::BadEndpoint);
        breaks_only(server("FORWARD_PEERS = a,b,c,d,e"), Code::ManyEndpoints);
    }

    #[test]
    fn two_sections_of_one_name_and_port_are_merged() {
        let text = format!("{GOOD}\n[SLVNODE]\nNAME = other\nCTLPORT = 8031\n");
        breaks_only(text, Code::MergedNode);
    }

    #[test]
    fn more_servers_than_the_table_holds_corrupt_it() {
        let text = with("MAXCHMPX = 64", "MAXCHMPX = 2");
        breaks_only(&text, Code::TooManyServers);
        assert_eq!(verdict(&text).starts, Some(true));
        assert_eq!(codes(with("MAXCHMPX = 64", "MAXCHMPX = 3")), []);
    }

    #[test]
    fn a_slave_is_an_expression_that_may_be_too_wide_or_wrong() {
        breaks_only(with("NAME = other", "NAME = 192.0.2.77"), Code::LoosePattern);
        breaks_only(with("NAME = other", "NAME ="), Code::OpenPattern);
        breaks_only(with("NAME = other", "NAME = [.]*"), Code::OpenPattern);
        breaks_only(with("NAME = other", "NAME = ("), Code::BadPattern);
    }

    #[test]
    fn a_server_whose_name_leads_nowhere_is_noticed() {
        breaks_only(with("NAME = srv1", "NAME = nowhere"), Code::UnresolvedName);
        breaks_only(with("NAME = srv1", "NAME = loop"), Code::UnresolvedName);
    }
}
