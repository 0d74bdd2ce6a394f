//! The configuration object: what chmpx keeps in its heap of a file that loaded.
use std::collections::BTreeMap;

use super::expand::HostPort;

/// A file that loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// GROUP.
    pub group: String,
    /// FILEVERSION, which the tools call revision or version.
    pub revision: i32,
    /// DATE, as written.
    pub date: String,
    /// MODE: server rather than slave.
    pub server_mode: bool,
    /// DELIVERMODE: random rather than hash.
    pub random: bool,
    /// CHMPXIDTYPE.
    pub id_type: IdType,
    /// SELFCTLPORT or what the command line says instead; `ANY_PORT` when neither does.
    pub self_ctlport: i16,
    /// SELFCUK or what the command line says instead.
    pub self_cuk: String,
    /// Every number of `[GLOBAL]` by its key, after defaults and limits.
    pub numbers: BTreeMap<&'static str, i32>,
    /// Every switch of `[GLOBAL]` by its key, after defaults.
    pub switches: BTreeMap<&'static str, bool>,
    /// `SSL_MIN_VER` and `NSSDB_DIR`.
    pub tls: (String, String),
    /// `[SVRNODE]`, expanded, in the order of their names.
    pub servers: Vec<Node>,
    /// `[SLVNODE]`, not expanded: the names may be expressions.
    pub slaves: Vec<Node>,
}

/// The value of a port that stands for "any" or "none".
pub const ANY_PORT: i16 = -1;

/// CHMPXIDTYPE: what tells nodes apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdType {
    /// Resolved name and control port.
    Name,
    /// CUK.
    Cuk,
    /// CTLENDPOINTS.
    CtlEndpoints,
    /// `CUSTOM_ID_SEED`.
    Custom,
}

/// One server, or one entry of the list of slaves.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// NAME, one of those that it stands for; for a slave the text itself.
    pub name: String,
    /// PORT; a slave has none.
    pub port: i16,
    /// CTLPORT.
    pub ctlport: i16,
    /// CUK.
    pub cuk: String,
    /// `CUSTOM_ID_SEED`.
    pub seed: String,
    /// ENDPOINTS.
    pub endpoints: Vec<HostPort>,
    /// CTLENDPOINTS.
    pub ctlendpoints: Vec<HostPort>,
    /// `FORWARD_PEERS`.
    pub forward_peers: Vec<HostPort>,
    /// `REVERSE_PEERS`.
    pub reverse_peers: Vec<HostPort>,
    /// Certificates and the like.
    pub tls: NodeTls,
}

/// The TLS part of a node.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeTls {
    /// SSL.
    pub on: bool,
    /// `SSL_VERIFY_PEER`.
    pub verify: bool,
    /// CAPATH.
    pub capath: String,
    /// `SERVER_CERT`.
    pub server_cert: String,
    /// `SERVER_PRIKEY`.
    pub server_key: String,
    /// `SLAVE_CERT`.
    pub slave_cert: String,
    /// `SLAVE_PRIKEY`.
    pub slave_key: String,
}

impl Config {
    /// A number of `[GLOBAL]`.
    pub fn number(&self, key: &str) -> i32 {
        self.numbers.get(key).copied().unwrap_or_default()
    }

    /// Whether `CHMConf::CheckUpdate` sees a change. DATE, SELFCUK and the K2H keys do not count.
    pub fn differs_from(&self, other: &Self) -> bool {
        fn compared(config: &Config) -> Config {
            let mut config =
                Config { date: String::new(), self_cuk: String::new(), ..config.clone() };
            config.numbers.retain(|key, _| !key.starts_with("K2H"));
            config.switches.retain(|key, _| !key.starts_with("K2H"));
            config.servers.sort();
            config.slaves.sort();
            config
        }
        compared(self) != compared(other)
    }

    /// What chmpx refuses to change while it runs, in the words of the key.
    pub fn refused_change(&self, next: &Self) -> Option<&'static str> {
        if self.group != next.group {
            Some("GROUP")
        } else if self.id_type != next.id_type {
            Some("CHMPXIDTYPE")
        } else {
            None
        }
    }
}

impl IdType {
    /// Reads the value of CHMPXIDTYPE.
    pub fn from_text(text: &str) -> Option<Self> {
        match text.to_ascii_uppercase().as_str() {
            "NAME" => Some(Self::Name),
            "CUK" => Some(Self::Cuk),
            "CTLENDPOINTS" | "CTLEPS" => Some(Self::CtlEndpoints),
            "CUSTOM" => Some(Self::Custom),
            _ => None,
        }
    }
}
