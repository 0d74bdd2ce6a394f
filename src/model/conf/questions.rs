//! What has to be found out about the host before a file can be judged.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::expand::Expansion;
use super::node::Peer;
use super::text::Text;
use super::{Conf, is_localhost};

/// No more names than this are asked for: each costs a query.
const MOST_NAMES: usize = 512;

/// What chmpx is told on its command line, where it overrules the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// `-cuk`
    pub cuk: Option<String>,
    /// `-ctlport`
    pub ctlport: Option<i16>,
}

/// Names and paths whose truth the judgement of a file depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Questions {
    /// Host names whose addresses are needed.
    pub names: Vec<String>,
    /// Files and directories that TLS needs.
    pub paths: Vec<PathBuf>,
}

impl Conf {
    /// What to find out before judging this file for a chmpx that is started with `given`.
    ///
    /// Of the slaves only those are asked for that could be this host.
    pub fn questions(&self, given: &Given) -> Questions {
        let selfhood = self.selfhood(given);
        let mut names = BTreeSet::new();
        for slave in self.slaves() {
            if selfhood.may_be(slave) {
                ask(slave, &mut names);
            }
        }
        for server in self.server_sections().map(|node| Peer::server(self, node)) {
            ask(&server, &mut names);
        }
        Questions { names: names.into_iter().take(MOST_NAMES).collect(), paths: self.paths() }
    }

    fn paths(&self) -> Vec<PathBuf> {
        let keys =
            ["CAPATH", "SERVER_CERT", "SERVER_PRIKEY", "SLAVE_CERT", "SLAVE_PRIKEY", "NSSDB_DIR"];
        let nodes = self.server_sections().chain(self.slave_sections()).map(|node| &node.keys);
        let paths: BTreeSet<_> = nodes
            .chain([self.global_keys()])
            .flat_map(|section| keys.iter().filter_map(|key| section.get(key.as_bytes())))
            .map(|entry| &entry.value)
            .filter(|value| !value.is_empty() && !value.is_word("NULL"))
            .map(to_path)
            .collect();
        paths.into_iter().collect()
    }

    /// Who this host is by this file and the command line.
    pub fn selfhood(&self, given: &Given) -> Selfhood {
        let port = match given.ctlport.filter(|port| *port != super::NO_PORT) {
            Some(port) => Some(port),
            None => self.self_ctlport(),
        };
        let cuk = given.cuk.as_deref().filter(|cuk| !cuk.is_empty()).map(Text::from);
        Selfhood { ctlport: port, cuk: cuk.unwrap_or_else(|| self.self_cuk()) }
    }
}

/// The control port and the CUK by which a chmpx looks for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selfhood {
    /// Its control port; nothing means any.
    pub ctlport: Option<i16>,
    /// Its CUK, or an empty text.
    pub cuk: Text,
}

impl Selfhood {
    /// Whether the port of `peer` is the own one.
    pub fn has_port_of(&self, peer: &Peer) -> bool {
        self.ctlport.is_none_or(|port| port == peer.ctlport)
    }

    /// Whether `peer` may turn out to be this host once its name is known.
    pub(in crate::model) fn may_be(&self, peer: &Peer) -> bool {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':');
        let is_pattern = !peer.cuk.as_bytes().iter().all(plain);
        self.has_port_of(peer) && (peer.cuk == self.cuk || is_pattern)
    }
}

fn ask(peer: &Peer, names: &mut BTreeSet<String>) {
    if names.len() >= MOST_NAMES {
        return;
    }
    let expanded = match &peer.names {
        Expansion::Names(names) => names,
        Expansion::Wrong(_) => std::slice::from_ref(&peer.name),
        Expansion::TooMany | Expansion::NotTried => &[],
    };
    let asked = expanded.iter().take(MOST_NAMES).filter(|name| !is_localhost(name));
    names.extend(asked.filter_map(host_name));
    names.extend(peer.forward_peers.iter().map(|place| place.host.clone()));
}

/// The name, if it may be asked for: nothing that no resolver could know.
pub fn host_name(name: &Text) -> Option<String> {
    let text = std::str::from_utf8(name.as_bytes()).ok()?;
    let sane = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:%".contains(&byte);
    (!text.is_empty() && text.len() < 256 && text.bytes().all(sane)).then(|| text.to_owned())
}

/// The path that a value names.
#[cfg(unix)]
pub fn to_path(value: &Text) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(std::ffi::OsStr::from_bytes(value.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "[GLOBAL]\nSELFCUK=me\nSELFCTLPORT=1\nCAPATH=/ca\n\
        [SVRNODE]\nNAME=srv[1-2],localhost\nSERVER_CERT=NULL\n\
        [SLVNODE]\nNAME=mine\nCTLPORT=1\nCUK=me\nFORWARD_PEERS=nat:1\n\
        [SLVNODE]\nNAME=pattern.*\nCTLPORT=1\nCUK=.*\n\
        [SLVNODE]\nNAME=other\nCTLPORT=1\nCUK=you\n\
        [SLVNODE]\nNAME=elsewhere\nCTLPORT=2\nCUK=me\n";

    #[test]
    fn all_servers_are_asked_for_but_only_those_slaves_that_may_be_this_host() {
        let questions = Conf::read(FILE.as_bytes()).questions(&Given::default());
        assert_eq!(questions.names, ["mine", "nat", "srv1", "srv2"]);
        assert_eq!(questions.paths, [PathBuf::from("/ca")]);
    }

    #[test]
    fn the_command_line_overrules_the_file() {
        let given = Given { cuk: Some("you".into()), ctlport: None };
        let questions = Conf::read(FILE.as_bytes()).questions(&given);
        assert!(questions.names.contains(&"other".into()));
        assert!(!questions.names.contains(&"mine".into()));
        let given = Given { cuk: Some(String::new()), ctlport: Some(2) };
        let questions = Conf::read(FILE.as_bytes()).questions(&given);
        assert_eq!(questions.names, ["elsewhere", "srv1", "srv2"]);
        let given = Given { cuk: None, ctlport: Some(super::super::NO_PORT) };
        assert_eq!(Conf::read(FILE.as_bytes()).selfhood(&given).ctlport, Some(1));
    }

    #[test]
    fn a_cuk_of_another_without_any_sign_of_an_expression_settles_who_it_is() {
        let other = FILE.replace("CUK=you", "CUK=You-2_b:c");
        let questions = Conf::read(other.as_bytes()).questions(&Given::default());
        assert!(!questions.names.contains(&"other".into()), "{questions:?}");
    }

    #[test]
    fn only_what_a_resolver_could_know_is_asked_for() {
        let long = "h".repeat(255);
        for name in ["srv-1.example", "a_b", "192.0.2.1", "fe80::1%eth0", &long] {
            assert_eq!(host_name(&name.into()).as_deref(), Some(name));
        }
        for name in ["", "a b", "ü", &format!("{long}h")] {
            assert_eq!(host_name(&name.into()), None, "{name}");
        }
    }
}
