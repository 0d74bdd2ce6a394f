//! Rules about the names of servers, as far as this host can resolve them.

use std::net::IpAddr;

use super::{Code, Findings};
use crate::model::conf::Conf;
use crate::model::host::Host;

/// chmpx resolves names in its main loop, and one that leads nowhere is a server never met.
pub(super) fn look(conf: &Conf, host: &Host, findings: &mut Findings) {
    if !host.asked_resolver {
        return;
    }
    for server in conf.servers() {
        let name = server.name.to_string();
        let Some(addresses) = host.answers.get(&name) else { continue };
        if name.parse::<IpAddr>().is_ok() {
            continue;
        }
        if addresses.is_empty() {
            findings.add(
                Code::UnresolvedName,
                Some(server.line),
                format_args!("the name {name} of a server has no address here"),
            );
        } else if addresses.iter().all(IpAddr::is_loopback) {
            findings.add(
                Code::UnresolvedName,
                Some(server.line),
                format_args!("the name {name} of a server leads back to this host"),
            );
        }
    }
}
