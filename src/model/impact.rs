//! What the difference between two files means for a running chmpx: nothing, live, cold, refused.
//!
//! Two files are compared as chmpx compares them (`CHMCFGINFO::compare` in lib/chmconf.h): after
//! defaults, expansion and sorting, so that order, quoting and remarks are no difference.

mod global;
mod nodes;
mod table;

use std::fmt;

use super::conf::{Conf, Peer};
use super::rules::judge;

pub use table::{Crowd, crowd, leaves_none_up};

/// What a difference asks of a running chmpx. The later one outweighs the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// There is none that chmpx sees.
    None,
    /// chmpx takes it while it runs.
    Live,
    /// chmpx takes it only by a restart.
    Cold,
    /// chmpx must not be shown it.
    Refused,
}

impl Class {
    /// Its word in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Live => "live",
            Self::Cold => "cold",
            Self::Refused => "refused",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What sets a difference apart from others of its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    Usual,
    /// It is the number of the file, which on a node is the agent's own.
    Generation,
    /// A running chmpx that reads it keeps all that it has, and lives on: it refuses the file as a
    /// whole (`CHMConf`).
    Blocking,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What differs.
    pub what: String,
    /// What it asks of a running chmpx.
    pub class: Class,
    /// Whether it is a special one.
    pub kind: Kind,
    /// Why.
    pub why: String,
}

impl Change {
    fn usual(what: String, class: Class, why: &str) -> Self {
        Self { what, class, kind: Kind::Usual, why: why.to_owned() }
    }
}

/// The difference between two files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impact {
    /// The weightiest of all.
    pub overall: Class,
    /// Every difference.
    pub changes: Vec<Change>,
    /// The servers that only the newer file names.
    pub servers_added: Vec<Peer>,
    /// The servers that only the older file names.
    pub servers_removed: Vec<Peer>,
}

impl Impact {
    /// The first change that a running chmpx takes only by a restart, and why, if there is one.
    pub fn cold(&self) -> Option<String> {
        let cold = self.changes.iter().find(|change| change.class == Class::Cold)?;
        Some(format!("{}: {}", cold.what, cold.why))
    }
}

/// Compares what is adopted with a candidate for it.
pub fn compare(old: &Conf, new: &Conf) -> Impact {
    let mut changes = Vec::new();
    global::compare(old, new, &mut changes);
    let (servers_added, servers_removed) = nodes::compare_servers(old, new, &mut changes);
    nodes::compare_slaves(old, new, &mut changes);
    // Without a host: who this host is does not change between the two files.
    for error in judge(new, None).errors() {
        let line = error.line.map_or_else(String::new, |line| format!(" in line {line}"));
        let what = format!("{}{line}", error.code);
        changes.push(Change::usual(what, Class::Refused, &error.message));
    }
    let overall = changes.iter().map(|change| change.class).max().unwrap_or(Class::None);
    Impact { overall, changes, servers_added, servers_removed }
}

#[cfg(test)]
mod tests;
