//! One entry of the table of servers.
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::chmpx::{
    config::{Config, IdType, Node},
    expand::HostPort,
    host::Host,
};

/// One server as the table knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Entry {
    /// The resolved name.
    pub name: String,
    /// The port of the file that first named it.
    pub port: i16,
    /// Its control port.
    pub ctlport: i16,
    /// Its CUK.
    pub cuk: String,
    /// Its `CUSTOM_ID_SEED`.
    pub seed: String,
    /// ENDPOINTS, CTLENDPOINTS, `FORWARD_PEERS` and `REVERSE_PEERS` as text.
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
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (&self.name, self.ctlport, &self.cuk, &self.seed, &self.lists)
            == (&other.name, other.ctlport, &other.cuk, &other.seed, &other.lists)
    }

    /// Whether nothing holds the entry but the file.
    pub fn is_unused(&self) -> bool {
        !self.up && !self.service_in
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
