//! Rules about the role of this host: it is to be a slave, and no server of the cluster.

use super::{Code, Findings};
use crate::model::conf::{Conf, Mode, NO_PORT, Peer, Selfhood};
use crate::model::host::{Certainty, Host};

/// Whether chmpx would take the role of a server (the end of `CHMIniConf::LoadConfiguration`).
pub(super) fn look(
    conf: &Conf,
    host: &Host,
    selfhood: &Selfhood,
    servers: &[Peer],
    findings: &mut Findings,
) -> bool {
    // Here the port and the CUK are compared as they are: any is not any, a pattern no pattern.
    let port = selfhood.ctlport.unwrap_or(NO_PORT);
    let own = |server: &&Peer| server.ctlport == port && server.cuk == selfhood.cuk;
    let found = servers
        .iter()
        .filter(own)
        .map(|server| (host.is_named(&server.name), server))
        .max_by_key(|(c, _)| *c);
    let certainty = found.map_or(Certainty::No, |(certainty, _)| certainty);
    compare(conf, certainty, found.map(|(_, server)| server), findings);
    match conf.mode() {
        Some(mode) => mode == Mode::Server,
        None => certainty == Certainty::Yes,
    }
}

/// What it means that `server` is this host, with this certainty, for the MODE of the file.
fn compare(conf: &Conf, certainty: Certainty, server: Option<&Peer>, findings: &mut Findings) {
    let line = server.map(|server| server.line);
    let name = server.map(|server| server.name.brief().to_string()).unwrap_or_default();
    let line_of = |key| conf.global(key).map(|entry| entry.line);
    match (conf.mode(), certainty) {
        (_, Certainty::Maybe) => {
            findings.add(
                Code::SelfUnclear,
                line,
                format_args!("whether the server {name} is this host could not be found out"),
            );
        }
        (Some(Mode::Slave), Certainty::Yes) => {
            findings.add(
                Code::SelfIsServer,
                line,
                format_args!(
                    "the server {name} is this host, with its CTLPORT and CUK, while MODE is SLAVE"
                ),
            );
        }
        (Some(Mode::Server), Certainty::No) => {
            findings.add(
                Code::NoSelfInServers,
                line_of("MODE"),
                "MODE is SERVER, and no server is this host",
            );
        }
        (None, Certainty::Yes) if conf.global("MODE").is_none() => {
            findings.add(
                Code::ServerMode,
                line,
                format_args!("the server {name} is this host: chmpx would be a server node here"),
            );
        }
        (Some(Mode::Server), Certainty::Yes)
        | (Some(Mode::Slave), Certainty::No)
        | (None, Certainty::Yes | Certainty::No) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{breaks, codes, server_here, verdict, with};
    use super::*;

    #[test]
    fn a_server_that_is_this_host_does_not_load() {
        let text = server_here("cuk-own", "8031");
        breaks(&text, Code::SelfIsServer);
        assert!(!verdict(&text).loads);
        assert_eq!(codes(server_here("cuk-own", "8021")), []);
        assert_eq!(codes(server_here("cuk-srv1", "8031")), []);
    }

    #[test]
    fn a_server_mode_needs_a_server_that_is_this_host() {
        let text = with("MODE = SLAVE", "MODE = SERVER");
        breaks(&text, Code::NoSelfInServers);
        assert!(!verdict(&text).loads);
        let text = server_here("cuk-own", "8031").replace("MODE = SLAVE\n", "");
        breaks(&text, Code::ServerMode);
        assert!(verdict(&text).loads);
        let mistyped = codes(server_here("cuk-own", "8031").replace("= SLAVE", "= SALVE"));
        assert!(!mistyped.contains(&Code::ServerMode), "{mistyped:?}");
    }
}
