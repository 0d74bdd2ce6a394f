//! What one member of a role can smuggle into the file of all others, and how it shows.
//!
//! K2HR3 renders tags, CUKs and hosts of members into the text without looking: a line feed in a
//! tag ends the line of a NAME and starts whatever follows it. An entry that was torn apart so
//! shows in two ways: a section stands where the template has none, or keys are left over.

use std::collections::BTreeSet;
use std::fmt;

use super::conf::{Conf, Header, Kind, Oddity, Overlay, Text};
use super::rules::Code;

/// Keys whose values members choose themselves.
const NAMING: [&str; 6] =
    ["NAME", "CUK", "CUSTOM_ID_SEED", "ENDPOINTS", "CTLENDPOINTS", "FORWARD_PEERS"];

/// More slaves than any cluster has.
const MOST_SLAVES: usize = 10_000;

/// Tells `found` of everything that looks smuggled in, with the entry that did it.
pub(super) fn look(conf: &Conf, found: &mut dyn FnMut(Code, Option<usize>, fmt::Arguments<'_>)) {
    look_at_sections(conf, found);
    look_at_keys(conf, found);
    look_at_controls(conf, found);
    let slaves = conf.slave_sections().count();
    if slaves > MOST_SLAVES {
        found(Code::TooManySlaves, None, format_args!("there are {slaves} slave nodes"));
    }
}

fn look_at_sections(conf: &Conf, found: &mut dyn FnMut(Code, Option<usize>, fmt::Arguments<'_>)) {
    let headers = conf.headers();
    let loose = headers.iter().filter(|header| !header.is_tight).count();
    let is_airy = loose * 2 > headers.len();
    let mut seen = Seen::of(conf);
    let mut above: Option<&Header> = None;
    for (at, header) in headers.iter().enumerate() {
        let is_torn = above.is_some_and(|above| seen.is_torn(above));
        let is_last = at + 1 == headers.len();
        let reason = match header.kind {
            // All servers come before all slaves, or after them.
            Kind::Server if seen.server && above.is_some_and(|above| above.kind == Kind::Slave) => {
                Some("a server follows a slave")
            }
            Kind::Global if seen.global && above.is_some() && takes_over(header, is_last) => {
                Some("another [GLOBAL] follows a node and changes what was set")
            }
            Kind::Other if is_torn && !seen.for_k2hdkc.contains(&header.line) => {
                Some("an unknown section follows a node that lacks keys")
            }
            Kind::Server | Kind::Slave | Kind::Global if is_torn && header.is_tight && is_airy => {
                Some("a section follows, without a blank line, a node that lacks keys")
            }
            Kind::Server | Kind::Slave | Kind::Global | Kind::Other => None,
        };
        if let (Some(reason), Some(above)) = (reason, above) {
            let name = above
                .name
                .as_ref()
                .map_or_else(String::new, |name| format!(" NAME {}", name.brief()));
            let line = above.line;
            found(
                Code::SmuggledSection,
                Some(header.line),
                format_args!("{reason}: it seems to come out of the entry{name} in line {line}"),
            );
        }
        seen.note(header.kind);
        if matches!(header.kind, Kind::Server | Kind::Slave) {
            above = Some(header);
        }
    }
}

/// What the sections further up have shown, and what is known of all.
struct Seen {
    global: bool,
    server: bool,
    for_k2hdkc: BTreeSet<usize>,
    whole: BTreeSet<Kind>,
}

impl Seen {
    fn of(conf: &Conf) -> Self {
        let odd = conf.oddities().iter();
        let for_k2hdkc =
            odd.filter(|(_, odd)| matches!(odd, Oddity::UnknownSection(it) if it == "[K2HDKC]"));
        Self {
            global: false,
            server: false,
            for_k2hdkc: for_k2hdkc.map(|(line, _)| *line).collect(),
            whole: conf.headers().iter().filter(|it| it.is_whole).map(|it| it.kind).collect(),
        }
    }

    fn note(&mut self, kind: Kind) {
        match kind {
            Kind::Global => self.global = true,
            Kind::Server => self.server = true,
            Kind::Slave | Kind::Other => {}
        }
    }

    /// Whether an entry lacks a key, while another one of its kind lacks none.
    fn is_torn(&self, entry: &Header) -> bool {
        !entry.is_whole && self.whole.contains(&entry.kind)
    }
}

/// Whether a `[GLOBAL]` among nodes changes what was set, or holds what is left of a node.
///
/// Nothing of an entry can be left over where the file ends: there a second `[GLOBAL]` may add.
fn takes_over(header: &Header, is_last: bool) -> bool {
    let most = if is_last { Overlay::Adds } else { Overlay::Repeats };
    header.effect > most || header.is_of_node
}

/// A NAME, CUK or seed that stands twice in an entry, with different values.
fn look_at_keys(conf: &Conf, found: &mut dyn FnMut(Code, Option<usize>, fmt::Arguments<'_>)) {
    let nodes = conf.headers().iter().filter(|it| matches!(it.kind, Kind::Server | Kind::Slave));
    for header in nodes {
        let Some((key, line)) = &header.doubled else { continue };
        let name = header.name.clone().unwrap_or_default();
        found(
            Code::SmuggledKey,
            Some(*line),
            format_args!("{} stands twice in the entry NAME {}", key.brief(), name.brief()),
        );
    }
}

fn look_at_controls(conf: &Conf, found: &mut dyn FnMut(Code, Option<usize>, fmt::Arguments<'_>)) {
    for node in conf.server_sections().chain(conf.slave_sections()) {
        for (key, entry) in &node.keys {
            if is_one_of(key, &NAMING) && entry.value.has_control() {
                found(
                    Code::SmuggledControl,
                    Some(entry.line),
                    format_args!("{key} has a control character: {:?}", entry.value.brief()),
                );
            }
        }
    }
}

fn is_one_of(key: &Text, keys: &[&str]) -> bool {
    keys.iter().any(|name| key == name)
}

#[cfg(test)]
mod tests;
