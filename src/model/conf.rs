//! What chmpx would see in a file of its INI dialect.
//!
//! Reading never fails, takes linear time, and works out only so many names. Whether chmpx would
//! live with what it sees is for [`rules`](super::rules) to say. The original bytes are never
//! written anew; of them only the value of FILEVERSION may be replaced, and
//! [`Conf::file_version`] says where that is.

mod endpoint;
mod expand;
mod node;
mod questions;
mod read;
mod section;
mod text;
mod value;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

pub use endpoint::{Endpoint, endpoints};
pub use expand::Expansion;
pub use node::{NO_PORT, Peer, Tls};
pub use questions::{Given, Questions, Selfhood, host_name, to_path};
pub use section::{Entry, Header, Keys, Kind, Node, Oddity, Overlay};
pub use text::{Brief, Text, trim};

use read::Sections;

/// A file as chmpx reads it.
#[derive(Debug)]
pub struct Conf {
    sections: Sections,
    servers: OnceLock<Vec<Peer>>,
    slaves: OnceLock<Vec<Peer>>,
}

/// The FILEVERSION in force, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileVersion {
    /// The number that chmpx makes of it.
    pub value: i32,
    /// Its line, counted from 1.
    pub line: usize,
    /// The bytes to replace to change it: the value with its quotes, without an inline remark.
    pub value_range: Range<usize>,
}

/// Whether this host would be a server or a slave of the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// MODE=SERVER
    Server,
    /// MODE=SLAVE
    Slave,
}

/// What the ids of the nodes are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdType {
    /// The resolved name and the control port.
    Name,
    /// The CUK.
    Cuk,
    /// The list of control endpoints.
    CtlEndpoints,
    /// `CUSTOM_ID_SEED`.
    Custom,
}

impl Conf {
    /// Reads `bytes`, whatever they are.
    pub fn read(bytes: &[u8]) -> Self {
        let sections = Sections::read(bytes);
        Self { sections, servers: OnceLock::new(), slaves: OnceLock::new() }
    }

    /// GROUP, if there is one.
    pub fn group(&self) -> Option<&Text> {
        self.global("GROUP").map(|entry| &entry.value)
    }

    /// SELFCTLPORT; nothing means any port, and so does the value -1.
    pub fn self_ctlport(&self) -> Option<i16> {
        let port = self.global("SELFCTLPORT").map(|entry| entry.value.port());
        port.filter(|port| *port != NO_PORT)
    }

    /// SELFCUK, or an empty text.
    pub fn self_cuk(&self) -> Text {
        self.global("SELFCUK").map(|entry| entry.value.clone()).unwrap_or_default()
    }

    /// FILEVERSION, if there is one.
    ///
    /// It is the last in the file that is readable; a section lower down may overrule the first.
    pub fn file_version(&self) -> Option<FileVersion> {
        self.global("FILEVERSION").map(|entry| FileVersion {
            value: entry.value.int(),
            line: entry.line,
            value_range: entry.range.clone(),
        })
    }

    /// MODE, where it is given and valid.
    pub fn mode(&self) -> Option<Mode> {
        let mode = &self.global("MODE")?.value;
        if mode.is_word("server") {
            Some(Mode::Server)
        } else if mode.is_word("slave") {
            Some(Mode::Slave)
        } else {
            None
        }
    }

    /// CHMPXIDTYPE, where it is valid; NAME if it is not given.
    pub fn id_type(&self) -> Option<IdType> {
        let Some(entry) = self.global("CHMPXIDTYPE") else { return Some(IdType::Name) };
        let known = [
            ("NAME", IdType::Name),
            ("CUK", IdType::Cuk),
            ("CTLENDPOINTS", IdType::CtlEndpoints),
            ("CTLEPS", IdType::CtlEndpoints),
            ("CUSTOM", IdType::Custom),
        ];
        known.iter().find(|(word, _)| entry.value.is_word(word)).map(|(_, id_type)| *id_type)
    }

    /// The servers, expanded, collapsed and sorted as chmpx has them, their names as written.
    pub fn servers(&self) -> &[Peer] {
        self.servers.get_or_init(|| node::servers(self, &|name| name))
    }

    /// The servers as they are on a host that calls itself `own_name`.
    ///
    /// chmpx rewrites the names `localhost`, `127.0.0.1` and `::1` of servers (measured).
    pub fn servers_where_self_is(&self, own_name: &Text) -> Cow<'_, [Peer]> {
        if !self.servers().iter().any(|server| is_localhost(&server.name)) {
            return Cow::Borrowed(self.servers());
        }
        let renamed = |name| if is_localhost(&name) { own_name.clone() } else { name };
        Cow::Owned(node::servers(self, &renamed))
    }

    /// The slaves, collapsed and sorted as chmpx has them.
    pub fn slaves(&self) -> &[Peer] {
        self.slaves.get_or_init(|| node::slaves(self))
    }

    /// A key of `[GLOBAL]`.
    pub fn global(&self, key: &str) -> Option<&Entry> {
        self.sections.global.get(key.as_bytes())
    }

    /// All keys of `[GLOBAL]`.
    pub fn global_keys(&self) -> &Keys {
        &self.sections.global
    }

    /// The sections of servers, in chmpx's order, equal ones merged.
    pub fn server_sections(&self) -> impl Iterator<Item = &Node> {
        self.sections.servers.values()
    }

    /// The sections of slaves, in chmpx's order, equal ones merged.
    pub fn slave_sections(&self) -> impl Iterator<Item = &Node> {
        self.sections.slaves.values()
    }

    /// Every header, from top to bottom.
    pub fn headers(&self) -> &[Header] {
        &self.sections.headers
    }

    /// What is odd about single lines.
    pub fn oddities(&self) -> &[(usize, Oddity)] {
        &self.sections.oddities
    }
}

/// Whether chmpx takes `name` for this host without looking (`ChmNetDb::IsLocalhostKeyword`).
pub fn is_localhost(name: &Text) -> bool {
    let name = name.as_bytes();
    matches!(name, b"localhost" | b"127.0.0.1" | b"::1") || name.starts_with(b"::1%")
}

#[cfg(test)]
mod tests;
