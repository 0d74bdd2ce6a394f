//! What is known about the host that a file is judged for.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

use super::conf::{Endpoint, Expansion, Given, Peer, Text, host_name, is_localhost, to_path};
use super::posix::Trials;

/// Facts about a host, or as many of them as could be found out.
///
/// What is not in here is unknown, which is not the same as absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Host {
    /// The names that chmpx calls local: the kernel's host name if DNS itself knows it, and what
    /// the addresses of that name are called.
    ///
    /// A name that stands only in /etc/hosts is none of them (`ChmNetDb::InitializeLocalHostnames`
    /// in lib/chmnetdb.cc; measured).
    pub names: Vec<String>,
    /// Names of which it is not known whether chmpx calls them local.
    pub possible_names: Vec<String>,
    /// The addresses of all interfaces, loopback included.
    pub addresses: Vec<IpAddr>,
    /// What the resolver answers: the addresses, none if there is no such name.
    pub answers: BTreeMap<String, Vec<IpAddr>>,
    /// Whether a resolver gave the answers, so that a name without address is worth a word.
    pub asked_resolver: bool,
    /// What stands at the paths that were asked for.
    pub paths: BTreeMap<PathBuf, PathKind>,
    /// Those of the paths that chmpx cannot use, by its user.
    pub barriers: BTreeMap<PathBuf, Barrier>,
    /// What chmpx is told on its command line.
    pub given: Given,
}

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathKind {
    /// A regular file, at the end of whatever links.
    File,
    /// A directory.
    Directory,
    /// Nothing, or something of another kind.
    Missing,
}

/// What keeps the user that chmpx runs as from what stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Barrier {
    /// A directory above it, which the user may not enter. To chmpx the path leads nowhere: it asks
    /// by `stat` (`is_file_safe_exist` and `is_dir_exist` in lib/chmutil.cc).
    Above {
        /// The user.
        user: u32,
        /// The directory.
        directory: PathBuf,
    },
    /// Its own mode. chmpx notices it only when it needs what is in it.
    Itself {
        /// The user.
        user: u32,
    },
}

/// An answer that may be unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// It is not so.
    No,
    /// It is not known.
    Maybe,
    /// It is so.
    Yes,
}

impl Certainty {
    fn any(items: impl IntoIterator<Item = Self>) -> Self {
        items.into_iter().max().unwrap_or(Self::No)
    }
}

impl From<Option<bool>> for Certainty {
    fn from(answer: Option<bool>) -> Self {
        match answer {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::Maybe,
        }
    }
}

impl Host {
    /// Whether a server called `name` is this host (`IsInHostnameList` in lib/chmregex.cc).
    ///
    /// Reverse names are left out: they matter only where an address that is not ours has a name
    /// that is ours, and such a name's own addresses are looked at instead.
    pub fn is_named(&self, name: &Text) -> Certainty {
        if is_localhost(name) {
            return if self.own_texts().is_empty() { Certainty::No } else { Certainty::Yes };
        }
        // As it stands: there may be tens of thousands. What is no text has no address.
        let Ok(text) = std::str::from_utf8(name.as_bytes()) else { return Certainty::No };
        let known = |names: &[String]| names.iter().any(|name| name == text);
        if known(&self.names) {
            return Certainty::Yes;
        }
        if name.is_empty() {
            return Certainty::No;
        }
        let addresses = match (text.parse::<IpAddr>(), self.answers.get(text)) {
            (Ok(address), _) => vec![address],
            (Err(_), Some(addresses)) => addresses.clone(),
            // No resolver knows a name with such letters.
            (Err(_), None) if host_name(name).is_none() => Vec::new(),
            (Err(_), None) => return Certainty::Maybe,
        };
        if addresses.iter().any(|address| self.owns(*address)) {
            return Certainty::Yes;
        }
        let shared = |own: &String| {
            self.answers.get(own).is_some_and(|of_own| {
                of_own.iter().any(|it| !it.is_loopback() && addresses.contains(it))
            })
        };
        let is_possible = known(&self.possible_names)
            || self.names.iter().chain(&self.possible_names).any(shared);
        if is_possible { Certainty::Maybe } else { Certainty::No }
    }

    /// Whether `server` is this host by its name or a forward peer.
    pub fn is_server(&self, server: &Peer) -> Certainty {
        let peers = server.forward_peers.iter().map(|place| Text::from(place.host.as_str()));
        self.is_named(&server.name).max(Certainty::any(peers.map(|peer| self.is_named(&peer))))
    }

    /// Whether `slave` is this host by its name, a forward peer, or as a pattern of either
    /// (`IsMatchHostname` in lib/chmregex.cc).
    pub(super) fn is_slave(&self, slave: &Peer, trials: &mut Trials) -> Certainty {
        let by_name = self.is_list(slave).max(self.is_pattern(&slave.name, trials));
        // What an endpoint may be called has neither lists nor ranges.
        let peers = slave.forward_peers.iter().map(|place| Text::from(place.host.as_str()));
        let by_peer = peers.map(|peer| self.is_named(&peer).max(self.is_pattern(&peer, trials)));
        by_name.max(Certainty::any(by_peer))
    }

    /// Whether `slave` may be this host only by an expression, which chmpx tries on the host name if
    /// DNS itself knows that.
    pub(super) fn hangs_on_own_name(&self, slave: &Peer, trials: &mut Trials) -> bool {
        let is_other =
            |place: &Endpoint| self.is_named(&Text::from(place.host.as_str())) == Certainty::No;
        self.is_list(slave) == Certainty::No
            && slave.forward_peers.iter().all(is_other)
            && self.is_slave(slave, trials) == Certainty::Maybe
    }

    /// Whether one of the names in a list or range is this host.
    fn is_list(&self, slave: &Peer) -> Certainty {
        match &slave.names {
            Expansion::Names(names) => Certainty::any(names.iter().map(|name| self.is_named(name))),
            Expansion::Wrong(_) => self.is_named(&slave.name),
            Expansion::TooMany | Expansion::NotTried => Certainty::Maybe,
        }
    }

    fn is_pattern(&self, text: &Text, trials: &mut Trials) -> Certainty {
        let pattern = trials.prepare(text);
        let own = Certainty::any(self.own_texts().iter().map(|own| pattern.matches(own).into()));
        let possible =
            self.possible_names.iter().map(|name| pattern.matches(&name.as_str().into()));
        // Of a name that is only possibly local, a match is only possible.
        own.max(Certainty::any(possible.map(|hit| Certainty::from(hit).min(Certainty::Maybe))))
    }

    /// What chmpx writes instead of `localhost` in a server's NAME: its first name or address.
    pub fn own_name(&self) -> Text {
        self.own_texts().into_iter().next().unwrap_or_else(|| Text::from("localhost"))
    }

    /// The texts of all local names and addresses but the loopback ones that chmpx leaves out.
    fn own_texts(&self) -> Vec<Text> {
        let names = self.names.iter().cloned();
        let addresses = self.addresses.iter().map(ToString::to_string);
        names
            .chain(addresses)
            .map(|it| Text::from(it.as_str()))
            .filter(|t| !is_localhost(t))
            .collect()
    }

    fn owns(&self, address: IpAddr) -> bool {
        self.addresses.contains(&address) && !is_localhost(&address.to_string().as_str().into())
    }

    /// What stands at the path that `value` names; nothing if it was not looked at.
    pub fn path(&self, value: &Text) -> Option<PathKind> {
        self.paths.get(&to_path(value)).copied()
    }

    /// What keeps chmpx from the path that `value` names.
    pub fn barrier(&self, value: &Text) -> Option<&Barrier> {
        self.barriers.get(&to_path(value))
    }
}

#[cfg(test)]
mod tests;
