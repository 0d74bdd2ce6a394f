//! From bytes to sections: lines, headers and keys.

mod merge;

use std::collections::{BTreeMap, HashMap};
use std::mem::{Discriminant, discriminant};

use super::expand::Budget;
use super::section::{Entry, Header, Keys, Kind, Node, Oddity, Overlay};
use super::text::{Text, trim};
use super::value::extract;

/// Oddities of one kind beyond this many are not worth telling. Each kind counts for itself, so
/// that a flood of one hides no other.
const MOST_OF_A_KIND: usize = 1000;

/// Everything that one pass over the file finds.
#[derive(Debug, Default)]
pub(super) struct Sections {
    pub global: Keys,
    pub servers: BTreeMap<(Text, Text), Node>,
    pub slaves: BTreeMap<(Text, Text), Node>,
    pub headers: Vec<Header>,
    pub oddities: Vec<(usize, Oddity)>,
    of_a_kind: HashMap<Discriminant<Oddity>, usize>,
    open: Option<Open>,
    above_is_key: bool,
}

#[derive(Debug)]
struct Open {
    kind: Kind,
    line: usize,
    keys: Keys,
}

impl Sections {
    /// Reads `bytes` as chmpx does (`CHMIniConf::LoadConfigurationRaw` in its lib/chmconf.cc).
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut sections = Self::default();
        sections.whole(bytes);
        let mut start = 0;
        for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let trimmed = trim(line);
            let blanks = line.iter().take_while(|byte| b" \t\r".contains(byte)).count();
            sections.line(number + 1, start + blanks, trimmed);
            start += line.len() + 1;
        }
        sections.close();
        sections.expand();
        sections
    }

    /// Works out what the names of the nodes stand for, once they are merged.
    fn expand(&mut self) {
        let mut budget = Budget::of_file();
        for node in self.servers.values_mut().chain(self.slaves.values_mut()) {
            let Some(name) = node.keys.get("NAME".as_bytes()) else { continue };
            let weight = node.keys.iter().map(|(key, entry)| key.len() + entry.value.len()).sum();
            node.names = budget.expand(&name.value, weight);
        }
    }

    /// What can be said before any line is read.
    fn whole(&mut self, bytes: &[u8]) {
        if bytes.starts_with(b"\xef\xbb\xbf") {
            self.odd(1, Oddity::ByteOrderMark);
        }
        if bytes.contains(&b'\r') && !bytes.contains(&b'\n') {
            self.odd(1, Oddity::OnlyCarriageReturns);
        }
        if bytes.windows(2).any(|pair| pair == b"\r\n") {
            self.odd(1, Oddity::CarriageReturns);
        }
        if std::str::from_utf8(bytes).is_err() {
            self.odd(1, Oddity::NotUtf8);
        }
        let last = bytes.split(|byte| *byte == b'\n').count();
        // The usual template ends in a remark without an end, which is as good as whole.
        let last_line = bytes.rsplit(|byte| *byte == b'\n').next().map(trim).unwrap_or_default();
        if !last_line.is_empty() && !last_line.starts_with(b"#") {
            self.odd(last, Oddity::NoFinalNewline);
        }
    }

    fn line(&mut self, number: usize, start: usize, line: &[u8]) {
        let Some(first) = line.first() else {
            self.above_is_key = false;
            return;
        };
        if line.contains(&0) {
            self.odd(number, Oddity::Nul);
        }
        if *first == b'#' {
            self.above_is_key = false;
            return;
        }
        if line.contains(&b'\r') {
            self.odd(number, Oddity::InnerCarriageReturn);
        }
        match kind_of(line) {
            Some(kind) => self.header(number, kind, line),
            None => self.key(number, start, line),
        }
    }

    fn header(&mut self, number: usize, kind: Kind, line: &[u8]) {
        self.close();
        if kind == Kind::Other {
            self.odd(number, Oddity::UnknownSection(line.into()));
        }
        let is_tight = self.above_is_key;
        self.headers.push(Header {
            kind,
            line: number,
            is_tight,
            is_whole: false,
            is_of_node: false,
            name: None,
            effect: Overlay::Repeats,
            doubled: None,
        });
        self.open = Some(Open { kind, line: number, keys: Keys::new() });
        self.above_is_key = false;
    }

    fn key(&mut self, number: usize, start: usize, line: &[u8]) {
        self.above_is_key = true;
        if line.starts_with(b"[") {
            self.odd(number, Oddity::BrokenHeader(line.into()));
        }
        if line.starts_with(b"INCLUDE") {
            self.odd(number, Oddity::Include);
        }
        let Some(kind) = self.open.as_ref().map(|open| open.kind) else {
            self.odd(number, Oddity::BeforeSections);
            return;
        };
        if kind == Kind::Other {
            return;
        }
        let equals = line.iter().position(|byte| *byte == b'=');
        let (key, value) = line.split_at(equals.unwrap_or(line.len()));
        let value = value.get(1..).unwrap_or_default();
        let (Some(key), Some(piece)) = (extract(key), extract(value)) else {
            self.odd(number, Oddity::Unreadable);
            return;
        };
        if key.text.is_empty() {
            self.odd(number, Oddity::EmptyKey);
            return;
        }
        if equals.is_none() {
            self.odd(number, Oddity::NoEquals(key.text.clone()));
        }
        if piece.has_hash {
            self.odd(number, Oddity::Hash(key.text.clone()));
        }
        let raw = trim(value);
        // The line is trimmed, so its value reaches to its end.
        let from = start + line.len() - raw.len();
        let used = trim(raw.get(..piece.used).unwrap_or_default()).len();
        let entry = Entry {
            value: piece.text,
            line: number,
            range: from..from + used,
            has_equals: equals.is_some(),
        };
        self.insert(kind, key.text, entry);
    }

    fn odd(&mut self, line: usize, oddity: Oddity) {
        let count = self.of_a_kind.entry(discriminant(&oddity)).or_default();
        *count += 1;
        if *count <= MOST_OF_A_KIND {
            self.oddities.push((line, oddity));
        }
    }
}

/// What a line opens, if it is a header: compared whole, and with the case of the letters.
fn kind_of(line: &[u8]) -> Option<Kind> {
    match line {
        b"[GLOBAL]" => Some(Kind::Global),
        b"[SVRNODE]" => Some(Kind::Server),
        b"[SLVNODE]" => Some(Kind::Slave),
        [b'[', .., b']'] => Some(Kind::Other),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
