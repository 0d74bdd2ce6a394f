//! The cluster that the stand-in pretends to be connected to.
//!
//! One server a line: `NAME[:CTLPORT] UP|DOWN [IN|OUT] [connected|unconnected] [port=N]`, or `*`
//! for every server that no other line names; `#` begins a comment. UP implies IN and connected
//! where nothing else is said, DOWN implies OUT and unconnected. A server of the ring that the
//! configuration does not name is told to the slave by those it is connected to. Without a ring
//! file, or as long as it is missing, every server is UP, IN and connected.
use std::{fs, path::PathBuf};

use super::{host::Host, numbers::port_number};

/// The ring file and what it said when it was last read.
#[derive(Debug, Clone, Default)]
pub struct Ring {
    file: Option<PathBuf>,
    text: Option<String>,
    members: Option<Vec<Member>>,
}

/// One server of the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name as the table has it, or `*`.
    pub name: String,
    /// Its name as the line has it.
    pub text: String,
    /// Its control port, where the line gives one.
    pub ctlport: Option<i16>,
    /// UP rather than DOWN.
    pub up: bool,
    /// SERVICE IN rather than SERVICE OUT.
    pub service_in: bool,
    /// Whether the slave can connect to it.
    pub connected: bool,
    /// The port that it really listens on, where that matters.
    pub port: Option<i16>,
}

impl Ring {
    /// A ring that is read from this file.
    pub fn new(file: Option<PathBuf>) -> Self {
        Self { file, ..Self::default() }
    }

    /// Reads the file again.
    pub fn refresh(&mut self, host: &Host) {
        let text = self.file.as_ref().and_then(|file| fs::read_to_string(file).ok());
        if text != self.text {
            self.members = text.as_deref().map(|text| parse(text, host));
            self.text = text;
        }
    }

    /// The servers, or `None` for "whatever the configuration names is fine".
    pub fn members(&self) -> Option<&[Member]> {
        self.members.as_deref()
    }
}

fn parse(text: &str, host: &Host) -> Vec<Member> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    lines.filter_map(|line| member(line, host)).collect()
}

fn member(line: &str, host: &Host) -> Option<Member> {
    let mut words = line.split_whitespace();
    let name = words.next()?;
    let (name, ctlport) = match name.rsplit_once(':') {
        // More than one colon is an IPv6 address.
        Some((host, port)) if !host.contains(':') => (host, Some(port_number(port))),
        _ => (name, None),
    };
    let rest: Vec<String> = words.map(str::to_ascii_lowercase).collect();
    let says = |word: &str| rest.iter().any(|other| other == word);
    let up = !says("down");
    Some(Member {
        name: host.resolved(name),
        text: name.to_owned(),
        ctlport,
        up,
        service_in: says("in") || (up && !says("out")),
        connected: up && !says("unconnected"),
        port: rest.iter().find_map(|word| word.strip_prefix("port=")).map(port_number),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_differs_from_a_healthy_server() {
        let host = Host::made_up("vm", &[], "192.0.2.101 srv1.example srv1");
        let text = "# all\nsrv1:8021 UP\nsrv2 DOWN IN # crashed\n* UP OUT unconnected\n";
        let members = parse(text, &host);
        let brief: Vec<_> = members
            .iter()
            .map(|m| (m.name.as_str(), m.ctlport, m.up, m.service_in, m.connected))
            .collect();
        assert_eq!(
            brief,
            [
                ("srv1.example", Some(8021), true, true, true),
                ("srv2", None, false, true, false),
                ("*", None, true, false, false),
            ]
        );
    }
}
