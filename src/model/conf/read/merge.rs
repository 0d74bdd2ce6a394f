//! What becomes of keys and sections that are there more than once.

use std::collections::btree_map::Entry as Slot;

use super::super::expand::Expansion;
use super::super::section::{Entry, IDENTITY, Keys, Kind, Node, Oddity, Overlay};
use super::super::text::Text;
use super::{Open, Sections};

/// Keys that the usual templates write into every node.
const USUAL: [&str; 4] = ["CUK", "CTLPORT", "CUSTOM_ID_SEED", "SSL"];

/// Keys that have no meaning outside nodes.
const OF_NODES: [&str; 6] =
    ["NAME", "CUK", "CUSTOM_ID_SEED", "ENDPOINTS", "CTLENDPOINTS", "FORWARD_PEERS"];

impl Sections {
    pub(super) fn insert(&mut self, kind: Kind, key: Text, entry: Entry) {
        let Some(open) = &mut self.open else { return };
        match open.keys.entry(key) {
            Slot::Vacant(slot) => {
                slot.insert(entry);
            }
            Slot::Occupied(mut slot) => {
                let old = slot.insert(entry.clone());
                if old.value != entry.value {
                    let key = slot.key().clone();
                    self.doubled(&key, entry.line);
                    self.odd(entry.line, Oddity::Repeated(key, kind));
                }
            }
        }
    }

    fn doubled(&mut self, key: &Text, line: usize) {
        if let Some(header) = self.headers.last_mut()
            && header.doubled.is_none()
            && IDENTITY.contains(&key.to_string().as_str())
        {
            header.doubled = Some((key.clone(), line));
        }
    }

    /// Files away the section that ends here.
    pub(super) fn close(&mut self) {
        let Some(Open { kind, line, keys }) = self.open.take() else { return };
        if let Some(header) = self.headers.last_mut() {
            let has = |key: &&str| keys.contains_key(key.as_bytes());
            header.is_whole = USUAL.iter().all(has);
            header.is_of_node = OF_NODES.iter().any(has);
        }
        match kind {
            Kind::Global => self.merge_global(keys),
            Kind::Server | Kind::Slave => self.merge_node(kind, line, keys),
            Kind::Other => {}
        }
    }

    fn merge_global(&mut self, keys: Keys) {
        let mut effect = Overlay::Repeats;
        for (key, entry) in keys {
            let line = entry.line;
            match self.global.insert(key.clone(), entry) {
                None => effect = effect.max(Overlay::Adds),
                Some(old) if self.global.get(&key).is_some_and(|new| new.value != old.value) => {
                    effect = Overlay::Overrules;
                    self.odd(line, Oddity::Overridden(key));
                }
                Some(_) => {}
            }
        }
        if let Some(header) = self.headers.last_mut() {
            header.effect = effect;
        }
    }

    /// `sorted_insert_strmaparr` in lib/chmutil.cc: nodes are told apart by the texts of NAME and CTLPORT.
    fn merge_node(&mut self, kind: Kind, line: usize, keys: Keys) {
        let text = |key: &str| keys.get(key.as_bytes()).map(|entry| entry.value.clone());
        let name = text("NAME");
        if let Some(header) = self.headers.last_mut() {
            header.name.clone_from(&name);
        }
        let Some(name) = name else {
            self.odd(line, Oddity::Nameless(kind));
            return;
        };
        let place = (name.clone(), text("CTLPORT").unwrap_or_default());
        let nodes = if kind == Kind::Server { &mut self.servers } else { &mut self.slaves };
        match nodes.entry(place) {
            Slot::Vacant(slot) => {
                slot.insert(Node { keys, line, names: Expansion::NotTried });
            }
            Slot::Occupied(mut slot) => {
                slot.get_mut().keys.extend(keys);
                self.odd(line, Oddity::Merged(kind, name));
            }
        }
    }
}
