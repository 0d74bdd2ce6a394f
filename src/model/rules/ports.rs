//! Rules about ports: chmpx cuts them to a signed 16-bit number, and one below 1 works nowhere
//! (measured).

use super::{Code, Findings};
use crate::model::conf::{Conf, Entry, Node, Peer};

pub(super) fn look(conf: &Conf, findings: &mut Findings) {
    look_at_keys(conf, findings);
    for node in conf.server_sections() {
        look_at_server(conf, node, findings);
    }
}

fn look_at_keys(conf: &Conf, findings: &mut Findings) {
    let nodes = conf.server_sections().chain(conf.slave_sections()).map(|node| &node.keys);
    for keys in [conf.global_keys()].into_iter().chain(nodes) {
        for key in ["PORT", "CTLPORT", "SELFCTLPORT"] {
            let Some(entry) = keys.get(key.as_bytes()) else { continue };
            let (value, port) = (&entry.value, entry.value.port());
            if !value.is_plain_number() || port < 1 || i32::from(port) != value.int() {
                findings.add(
                    Code::OddPort,
                    Some(entry.line),
                    format_args!("chmpx reads {key} `{}` as {port}", value.brief()),
                );
            }
        }
    }
}

/// Where its endpoints are listed, nobody needs the ports beside them.
fn look_at_server(conf: &Conf, node: &Node, findings: &mut Findings) {
    let server = Peer::server(conf, node);
    for (key, port, is_elsewhere) in [
        ("PORT", server.port, !server.endpoints.is_empty()),
        ("CTLPORT", server.ctlport, !server.ctlendpoints.is_empty()),
    ] {
        let entry: Option<&Entry> = node.keys.get(key.as_bytes()).or_else(|| conf.global(key));
        // That there is none at all is said elsewhere.
        let Some(entry) = entry.filter(|_| port < 1 && !is_elsewhere) else { continue };
        findings.add(
            Code::UnreachableServer,
            Some(server.line),
            format_args!(
                "nobody can reach the server {}: its {key} `{}` is {port} to chmpx",
                server.name.brief(),
                entry.value.brief()
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{breaks, breaks_only, codes, verdict, with};
    use super::*;

    #[test]
    fn a_server_whose_port_is_none_to_chmpx_can_be_reached_nowhere() {
        for port in ["0", "32768", "-1", "http"] {
            for key in ["PORT = 8020", "CTLPORT = 8021"] {
                let (name, _) = key.split_once(' ').unwrap();
                let text = with(key, &format!("{name} = {port}"));
                assert_eq!(codes(&text), [Code::UnreachableServer, Code::OddPort], "{text}");
                let verdict = verdict(&text);
                assert_eq!((verdict.loads, verdict.starts), (true, Some(true)), "{text}");
                assert!(!verdict.is_fit());
            }
        }
    }

    #[test]
    fn a_port_of_all_nodes_is_that_of_each_server_without_one() {
        let text = with("PORT = 8020\n", "").replacen("MODE", "PORT = 40000\nMODE", 1);
        breaks(&text, Code::UnreachableServer);
        let of_all = with("PORT = 8020", "PORT = 8020").replacen("MODE", "PORT = 40000\nMODE", 1);
        breaks_only(of_all, Code::OddPort);
    }

    #[test]
    fn a_server_with_endpoints_is_reached_there() {
        let elsewhere = "PORT = 0\nENDPOINTS = srv1:8020";
        breaks_only(with("PORT = 8020", elsewhere), Code::OddPort);
    }

    #[test]
    fn a_port_that_chmpx_cuts_to_another_is_odd() {
        breaks_only(with("PORT = 8020", "PORT = 70000"), Code::OddPort);
        for port in ["1", "32767"] {
            assert_eq!(codes(with("PORT = 8020", &format!("PORT = {port}"))), []);
        }
    }
}
