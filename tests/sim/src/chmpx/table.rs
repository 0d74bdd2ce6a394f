//! The table of servers: what a slave routes by, and what a change of the file does to it.
//!
//! The table and the configuration object are different things and can disagree.
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    config::{Config, IdType, Node},
    expand::HostPort,
    host::Host,
    ring::{Member, Ring},
};

/// How long it takes to connect to a server that is up.
const CONNECT_MS: f64 = 200.0;

/// One server as the table knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The resolved name.
    pub name: String,
    /// The port of the file that first named it.
    pub port: i16,
    /// Its control port.
    pub ctlport: i16,
    /// Its CUK.
    pub cuk: String,
    /// Its CUSTOM_ID_SEED.
    pub seed: String,
    /// ENDPOINTS, CTLENDPOINTS, FORWARD_PEERS and REVERSE_PEERS as text.
    pub lists: [String; 4],
    /// Whether it speaks TLS.
    pub ssl: bool,
    /// Its chmpxid.
    pub id: u64,
    /// Addresses that a connection from it would come from.
    pub addresses: Vec<IpAddr>,
    /// UP rather than DOWN.
    pub up: bool,
    /// SERVICE IN rather than SERVICE OUT.
    pub service_in: bool,
    /// The socket to it, -1 for none.
    pub socket: i32,
    /// When its status last changed, in `CLOCK_MONOTONIC` milliseconds.
    pub since_ms: f64,
    /// A second entry for a server whose old one is still there: it never comes up.
    pub phantom: bool,
}

/// The table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The servers that found room.
    pub entries: Vec<Entry>,
    /// How many servers did not. The counters of chmpx include them.
    pub lost: usize,
    room: usize,
}

impl Entry {
    /// The entry of a node that has just been heard of: SERVICE OUT and DOWN.
    pub fn new(node: &Node, config: &Config, host: &Host, now: f64) -> Self {
        let text = |list: &[HostPort]| {
            let items: Vec<_> =
                list.iter().map(|item| format!("{}:{}", item.host, item.port)).collect();
            items.join(",")
        };
        let name = host.resolved(&node.name);
        let mut addresses = host.resolve(&node.name);
        addresses.extend(node.reverse_peers.iter().flat_map(|peer| host.resolve(&peer.host)));
        Self {
            id: id(config, &name, node),
            name,
            port: node.port,
            ctlport: node.ctlport,
            cuk: node.cuk.clone(),
            seed: node.seed.clone(),
            lists: [&node.endpoints, &node.ctlendpoints, &node.forward_peers, &node.reverse_peers]
                .map(|list| text(list)),
            ssl: node.tls.on,
            addresses,
            up: false,
            service_in: false,
            socket: -1,
            since_ms: now,
            phantom: false,
        }
    }

    /// Whether the reload of chmpx takes two for the same server. PORT and SSL do not count, so a
    /// change of those is never applied.
    fn is_same(&self, other: &Self) -> bool {
        (&self.name, self.ctlport, &self.cuk, &self.seed, &self.lists)
            == (&other.name, other.ctlport, &other.cuk, &other.seed, &other.lists)
    }

    fn is_removable(&self) -> bool {
        !self.up && !self.service_in
    }
}

impl Table {
    /// The table of a slave that starts. Its area holds MAXCHMPX entries for good, one for itself.
    pub fn new(config: &Config, host: &Host, now: f64) -> Self {
        let room = usize::try_from(config.number("MAXCHMPX") - 1).unwrap_or_default();
        let mut table = Self { entries: Vec::new(), lost: 0, room };
        for node in &config.servers {
            table.add(Entry::new(node, config, host, now));
        }
        table
    }

    /// Applies an accepted change: additions first, then removals of what is out of use.
    pub fn apply(&mut self, config: &Config, host: &Host, now: f64) -> Changes {
        let wanted: Vec<_> =
            config.servers.iter().map(|node| Entry::new(node, config, host, now)).collect();
        let orphaned: Vec<_> = self
            .entries
            .iter()
            .filter(|entry| !wanted.iter().any(|new| new.is_same(entry)))
            .map(|entry| entry.name.clone())
            .collect();
        let mut changes = Changes::default();
        for mut new in wanted {
            if !self.entries.iter().any(|entry| entry.is_same(&new)) {
                new.phantom = orphaned.contains(&new.name);
                changes.added.push(new.name.clone());
                self.add(new);
            }
        }
        changes.removed = self.remove_unused(config, host);
        changes
    }

    /// Takes over what the ring says. A changed status also lets go what is out of use.
    pub fn observe(&mut self, ring: &Ring, config: &Config, host: &Host, now: f64) -> Changes {
        let mut changes = Changes::default();
        match ring.members() {
            None => {
                for entry in self.entries.iter_mut().filter(|entry| !entry.phantom) {
                    changes.settle(entry, (true, true, true), now);
                }
            }
            Some(members) => {
                self.observe_members(members, host, now, &mut changes);
                if self.entries.iter().any(|entry| entry.socket >= 0) {
                    self.hear_of(members, config, host, now, &mut changes);
                }
            }
        }
        if !changes.changed.is_empty() {
            changes.removed = self.remove_unused(config, host);
        }
        changes
    }

    fn observe_members(
        &mut self,
        members: &[Member],
        host: &Host,
        now: f64,
        changes: &mut Changes,
    ) {
        let mut taken: Vec<usize> = Vec::new();
        for entry in &mut self.entries {
            let names = |member: &Member| {
                member.ctlport.is_none_or(|port| port == entry.ctlport)
                    && host.resolved(&member.name) == entry.name
            };
            let own =
                members.iter().enumerate().find(|(index, m)| !taken.contains(index) && names(m));
            let member = match own {
                Some((index, member)) => {
                    taken.push(index);
                    Some(member)
                }
                // The ring is told apart by its own lines: a second entry for one is a phantom.
                None if members.iter().any(names) => None,
                None => members.iter().find(|member| member.name == "*"),
            };
            let told = member.map_or((false, false, false), |member| {
                let reachable = member.port.is_none_or(|port| port == entry.port);
                (member.up && reachable, member.service_in && reachable, member.connected)
            });
            changes.settle(entry, told, now);
        }
    }

    /// A connected server tells the slave about the others, whatever the file says.
    fn hear_of(
        &mut self,
        members: &[Member],
        config: &Config,
        host: &Host,
        now: f64,
        changes: &mut Changes,
    ) {
        for member in members.iter().filter(|member| member.name != "*" && member.up) {
            let name = host.resolved(&member.name);
            let known = |entry: &Entry| {
                entry.name == name && member.ctlport.is_none_or(|port| port == entry.ctlport)
            };
            let Some(model) = config.servers.first() else { continue };
            if !self.entries.iter().any(known) {
                let node = Node {
                    name: member.name.clone(),
                    port: member.port.unwrap_or(model.port),
                    ctlport: member.ctlport.unwrap_or(model.ctlport),
                    seed: member.name.clone(),
                    ..Node::default()
                };
                changes.added.push(name);
                self.add(Entry::new(&node, config, host, now));
            }
        }
    }

    /// Beyond the area entries are silently absent, and the counters lie.
    fn add(&mut self, entry: Entry) {
        if self.entries.len() < self.room {
            self.entries.push(entry);
        } else {
            self.lost += 1;
        }
    }

    fn remove_unused(&mut self, config: &Config, host: &Host) -> Vec<String> {
        let wanted: Vec<_> =
            config.servers.iter().map(|node| Entry::new(node, config, host, 0.0)).collect();
        let unused =
            |entry: &Entry| entry.is_removable() && !wanted.iter().any(|new| new.is_same(entry));
        let gone =
            self.entries.iter().filter(|entry| unused(entry)).map(|e| e.name.clone()).collect();
        self.entries.retain(|entry| !unused(entry));
        gone
    }

    /// How many entries the area still has room for.
    pub fn free(&self) -> usize {
        self.room.saturating_sub(self.entries.len())
    }
}

/// What happened to the table, by the names of the servers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// New entries.
    pub added: Vec<String>,
    /// Entries that went.
    pub removed: Vec<String>,
    /// Entries with another status or connection.
    pub changed: Vec<String>,
}

impl Changes {
    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }

    fn settle(&mut self, entry: &mut Entry, told: (bool, bool, bool), now: f64) {
        let (up, service_in, connected) = told;
        let moved = (entry.up, entry.service_in) != (up, service_in);
        if moved {
            (entry.up, entry.service_in, entry.since_ms) = (up, service_in, now);
        }
        let reached = up && connected && now - entry.since_ms >= CONNECT_MS;
        // The number means nothing; that there is one means connected.
        let socket = if reached { 20 } else { -1 };
        let linked = entry.socket != socket;
        entry.socket = socket;
        if moved || linked {
            self.changed.push(format!("{} {}", entry.name, status_text(entry)));
        }
    }
}

/// The status of a server in the words of chmpx.
pub fn status_text(entry: &Entry) -> String {
    format!(
        "[{}][{}][n/a][Nothing][NoSuspend]",
        if entry.service_in { "SERVICE IN" } else { "SERVICE OUT" },
        if entry.up { "UP" } else { "DOWN" }
    )
}

/// Two nodes collide exactly where they would for chmpx; the number itself is another one.
fn id(config: &Config, name: &str, node: &Node) -> u64 {
    let by_name = || format!("{name}:{:x}", node.ctlport);
    let rest = match config.id_type {
        IdType::Name => by_name(),
        IdType::Cuk => node.cuk.clone(),
        IdType::CtlEndpoints if node.ctlendpoints.is_empty() => by_name(),
        IdType::CtlEndpoints => format!("{:?}", node.ctlendpoints),
        IdType::Custom => node.seed.clone(),
    };
    let hash = Sha256::digest(format!("{}:{rest}", config.group));
    hash.iter().take(8).fold(0, |id, byte| (id << 8) | u64::from(*byte))
}
