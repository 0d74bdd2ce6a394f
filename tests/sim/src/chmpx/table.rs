//! The table of servers: what a slave routes by, and what a change of the file does to it.
//!
//! The table and the configuration object are different things and can disagree.
use super::{
    config::{Config, Node},
    host::Host,
    ring::{Member, Ring},
};

mod entry;

pub use entry::{Entry, status_text};

/// How long it takes to connect to a server that is up.
const CONNECT_MS: f64 = 200.0;

/// The table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The servers that found room.
    pub entries: Vec<Entry>,
    /// How many servers did not. The counters of chmpx include them.
    pub lost: usize,
    room: usize,
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
                self.observe_members(members, now, &mut changes);
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

    fn observe_members(&mut self, members: &[Member], now: f64, changes: &mut Changes) {
        let mut taken: Vec<usize> = Vec::new();
        for entry in &mut self.entries {
            let names = |member: &Member| {
                member.ctlport.is_none_or(|port| port == entry.ctlport) && member.name == entry.name
            };
            let own =
                members.iter().enumerate().find(|(index, m)| !taken.contains(index) && names(m));
            let member = match own {
                Some((index, member)) => {
                    taken.push(index);
                    Some(member)
                }
                // The ring is told apart by its own lines: a second entry for one is a phantom.
                None if entry.phantom || members.iter().any(names) => None,
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
            let known = |entry: &Entry| {
                entry.name == member.name && member.ctlport.is_none_or(|port| port == entry.ctlport)
            };
            let Some(model) = config.servers.first() else { continue };
            if self.free() > 0 && !self.entries.iter().any(known) {
                let node = Node {
                    name: member.text.clone(),
                    port: member.port.unwrap_or(model.port),
                    ctlport: member.ctlport.unwrap_or(model.ctlport),
                    seed: member.text.clone(),
                    ..Node::default()
                };
                changes.added.push(member.name.clone());
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
            |entry: &Entry| entry.is_unused() && !wanted.iter().any(|new| new.is_same(entry));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chmpx::load::{Overrides, load};

    fn host() -> Host {
        let hosts = "192.0.2.101 srv1\n192.0.2.102 srv2 alias2\n192.0.2.103 srv3";
        Host::made_up("vm", &[], hosts)
    }

    fn config(servers: &[&str]) -> Config {
        let mut text = String::from(
            "[GLOBAL]\nGROUP=g\nFILEVERSION=1\nDELIVERMODE=hash\nMAXCHMPX=4\nPORT=1\nCTLPORT=2\n\
             [SLVNODE]\nNAME=own\n",
        );
        text.extend(servers.iter().map(|server| format!("[SVRNODE]\nNAME={server}\n")));
        load(text.as_bytes(), &host(), &Overrides::default()).unwrap()
    }

    fn names(table: &Table) -> Vec<&str> {
        table.entries.iter().map(|entry| entry.name.as_str()).collect()
    }

    #[test]
    fn a_server_is_connected_a_while_after_it_came_up() {
        let config = config(&["srv1"]);
        let mut table = Table::new(&config, &host(), 0.0);
        let ring = Ring::default();
        assert!(!table.entries[0].up);
        table.observe(&ring, &config, &host(), 0.0);
        assert!(table.entries[0].up && table.entries[0].socket < 0);
        assert!(table.observe(&ring, &config, &host(), 100.0).is_empty());
        table.observe(&ring, &config, &host(), 200.0);
        assert!(table.entries[0].socket >= 0);
    }

    #[test]
    fn a_change_recognises_a_server_by_another_of_its_names() {
        let mut table = Table::new(&config(&["srv1", "srv2"]), &host(), 0.0);
        let changes = table.apply(&config(&["srv1", "alias2"]), &host(), 0.0);
        assert!(changes.is_empty(), "{changes:?}");
    }

    #[test]
    fn additions_need_room_before_removals_make_it() {
        let mut table = Table::new(&config(&["a", "b", "c"]), &host(), 0.0);
        table.apply(&config(&["b", "c", "d"]), &host(), 0.0);
        assert_eq!((names(&table), table.lost), (vec!["b", "c"], 1));
    }

    #[test]
    fn what_is_down_and_out_goes_with_the_file() {
        let mut table = Table::new(&config(&["srv1", "srv2", "srv3"]), &host(), 0.0);
        table.entries[1].up = true;
        let changes = table.apply(&config(&["srv1"]), &host(), 0.0);
        assert_eq!((names(&table), changes.removed.len()), (vec!["srv1", "srv2"], 1));
    }
}
