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
        look_at_node(conf, node, &["PORT", "CTLPORT"], findings);
        look_at_server_name(node, findings);
    }
    for node in conf.slave_sections() {
        look_at_node(conf, node, &["CTLPORT"], findings);
        look_at_pattern(node, findings);
    }
    look_at_all_names(conf, findings);
    look_at_count(conf, conf.servers(), findings);
}

fn look_at_node(conf: &Conf, node: &Node, ports: &[&str], findings: &mut Findings) {
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
    // Of any number below 1 there are other rules to say something.
    let Some(room) = usize::try_from(most).ok().and_then(|most| most.checked_sub(1)) else {
        return;
    };
    if servers.len() > room {
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
mod tests;
