//! Server and slave nodes as chmpx holds them after defaults, expansion and collapsing.

use std::sync::Arc;

use super::Conf;
use super::endpoint::{Endpoint, endpoints};
use super::expand::Expansion;
use super::section::{Keys, Kind, Node};
use super::text::Text;

/// What `CHM_INVALID_PORT` is in chmpx: no port, or any.
pub const NO_PORT: i16 = -1;

/// One node, server or slave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// The name; of a server one of those that its NAME expands to, of a slave the pattern itself.
    pub name: Text,
    /// What the NAME in its section stands for.
    pub names: Expansion,
    /// The data port; slaves have none.
    pub port: i16,
    /// The control port.
    pub ctlport: i16,
    /// The container's unique key; of a slave it may be a pattern.
    pub cuk: Text,
    /// The seed of its id.
    pub seed: Text,
    /// Where else its data port is.
    pub endpoints: Arc<[Endpoint]>,
    /// Where else its control port is.
    pub ctlendpoints: Arc<[Endpoint]>,
    /// Addresses that it seems to come from.
    pub forward_peers: Arc<[Endpoint]>,
    /// Addresses that others reach it through.
    pub reverse_peers: Arc<[Endpoint]>,
    /// What decides about its TLS.
    pub tls: Tls,
    /// Where its NAME stands.
    pub line: usize,
}

/// The TLS keys of a node, with the defaults of `[GLOBAL]` filled in; unset ones are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tls {
    /// SSL; always off for a slave node.
    pub ssl: bool,
    /// `SSL_VERIFY_PEER`; always off for a slave node.
    pub verify_peer: bool,
    /// CAPATH
    pub capath: Text,
    /// `SERVER_CERT`
    pub server_cert: Text,
    /// `SERVER_PRIKEY`
    pub server_prikey: Text,
    /// `SLAVE_CERT`
    pub slave_cert: Text,
    /// `SLAVE_PRIKEY`
    pub slave_prikey: Text,
}

impl Peer {
    /// Makes a server of its section (`CHMIniConf::LoadConfiguration`); its NAME is not expanded.
    pub fn server(conf: &Conf, node: &Node) -> Self {
        Self::of_section(conf, node, Kind::Server)
    }

    /// Makes a slave of its section, in the same way.
    pub fn slave(conf: &Conf, node: &Node) -> Self {
        Self::of_section(conf, node, Kind::Slave)
    }

    fn of_section(conf: &Conf, node: &Node, kind: Kind) -> Self {
        let is_server = kind == Kind::Server;
        let keys = &node.keys;
        let port = |key: &str| match keys.get(key.as_bytes()).or_else(|| conf.global(key)) {
            Some(entry) => entry.value.port(),
            None => NO_PORT,
        };
        let (port, ctlport) = (if is_server { port("PORT") } else { NO_PORT }, port("CTLPORT"));
        let list = |key: &str, default| endpoints(&text(keys, key), default).0.into();
        Self {
            name: text(keys, "NAME"),
            names: node.names.clone(),
            port,
            ctlport,
            cuk: text(keys, "CUK"),
            seed: text(keys, "CUSTOM_ID_SEED"),
            endpoints: if is_server { list("ENDPOINTS", port) } else { Arc::default() },
            ctlendpoints: list("CTLENDPOINTS", ctlport),
            forward_peers: list("FORWARD_PEERS", NO_PORT),
            reverse_peers: list("REVERSE_PEERS", NO_PORT),
            tls: Tls::new(conf, keys, kind),
            line: keys.get("NAME".as_bytes()).map_or(node.line, |entry| entry.line),
        }
    }

    /// Whether chmpx takes the two for one (`chm_node_cfg_info_same_name_other` in lib/chmconf.h).
    fn is_same(&self, other: &Self) -> bool {
        (&self.name, self.ctlport, &self.cuk) == (&other.name, other.ctlport, &other.cuk)
    }

    fn order(&self) -> (&Text, i16, i16, &Text) {
        (&self.name, self.port, self.ctlport, &self.cuk)
    }
}

impl Tls {
    fn new(conf: &Conf, keys: &Keys, kind: Kind) -> Self {
        let is_server = kind == Kind::Server;
        let on = |key: &str| {
            let value = keys.get(key.as_bytes()).or_else(|| conf.global(key));
            is_server && value.and_then(|entry| entry.value.truth()).unwrap_or(false)
        };
        let path = |key: &str| {
            let value = keys.get(key.as_bytes()).or_else(|| conf.global(key));
            value
                .map(|entry| &entry.value)
                .filter(|v| !v.is_word("NULL"))
                .cloned()
                .unwrap_or_default()
        };
        let server_path = |key: &str| if is_server { path(key) } else { Text::default() };
        Self {
            ssl: on("SSL"),
            verify_peer: on("SSL_VERIFY_PEER"),
            capath: path("CAPATH"),
            server_cert: server_path("SERVER_CERT"),
            server_prikey: server_path("SERVER_PRIKEY"),
            slave_cert: path("SLAVE_CERT"),
            slave_prikey: path("SLAVE_PRIKEY"),
        }
    }
}

/// The servers of `conf`, each name as `renamed` gives it.
///
/// chmpx drops equal neighbours before it sorts, and its raw sections are in the order of the
/// texts of NAME and CTLPORT: equal servers further apart stay twice.
pub(super) fn servers(conf: &Conf, renamed: &dyn Fn(Text) -> Text) -> Vec<Peer> {
    let mut servers: Vec<Peer> = Vec::new();
    for node in conf.server_sections() {
        let server = Peer::server(conf, node);
        let Expansion::Names(names) = &node.names else { continue };
        let one = |name: &Text| Peer { name: renamed(name.clone()), ..server.clone() };
        servers.extend(names.iter().map(one));
    }
    servers.dedup_by(|second, first| first.is_same(second));
    servers.sort_by(|a, b| a.order().cmp(&b.order()));
    servers
}

/// The slaves of `conf`; their names are patterns and stay as they are.
pub(super) fn slaves(conf: &Conf) -> Vec<Peer> {
    let mut slaves: Vec<_> = conf.slave_sections().map(|node| Peer::slave(conf, node)).collect();
    slaves.dedup_by(|second, first| first.is_same(second));
    slaves.sort_by(|a, b| a.order().cmp(&b.order()));
    slaves
}

fn text(keys: &Keys, key: &str) -> Text {
    keys.get(key.as_bytes()).map(|entry| entry.value.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
