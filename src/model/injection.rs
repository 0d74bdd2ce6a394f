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
mod tests {
    use super::*;
    use crate::model::rules::{Finding, judge};

    /// What the usual template renders for one server, this host and a member with `tag`.
    fn rendered(tag: &str) -> String {
        let node = |kind: &str, name: &str, cuk: &str, port: &str| {
            format!(
                "    \n[{kind}]\nNAME                = {name}\nCUK                 = {cuk}\n{port}\
                 CUSTOM_ID_SEED      = {name}\nSSL                 = no\n    \n    \n\n"
            )
        };
        let (srv, slv) = ("PORT = 8020\nCTLPORT = 8021\n", "CTLPORT = 8031\n");
        let global = "[GLOBAL]\nFILEVERSION = 1\nGROUP = c\nMODE = SLAVE\nCHMPXIDTYPE = CUSTOM\n\
            DELIVERMODE = hash\nCTLPORT = 8031\nSELFCTLPORT = 8031\nSELFCUK = me\nSSL = no\n\n";
        [
            global.to_owned(),
            node("SVRNODE", "srv1", "c1", srv),
            node("SVRNODE", "srv2", "c2", srv),
            node("SLVNODE", "own", "me", slv),
            node("SLVNODE", tag, "you", slv),
        ]
        .concat()
    }

    fn smuggled(text: &str) -> Vec<Finding> {
        let is_ours = |code| {
            [Code::SmuggledSection, Code::SmuggledKey, Code::SmuggledControl, Code::TooManySlaves]
                .contains(&code)
        };
        let found = judge(&Conf::read(text.as_bytes()), None).findings;
        found.into_iter().filter(|finding| is_ours(finding.code)).collect()
    }

    #[track_caller]
    fn refuses(tag: &str, code: Code, culprit: &str) {
        let found = smuggled(&rendered(tag));
        let first = found.iter().find(|finding| finding.code == code);
        let message = &first.unwrap_or_else(|| panic!("{tag:?}: {found:?}")).message;
        assert!(message.contains(culprit), "{message}");
    }

    #[test]
    fn a_rendered_file_is_not_suspicious() {
        assert_eq!(smuggled(&rendered("other")), []);
        assert_eq!(smuggled(&rendered("tag with blanks, commas [1-2] and ümlauts")), []);
    }

    #[test]
    fn a_server_in_a_tag_is_seen_by_its_place() {
        refuses("evil\n[SVRNODE]\nNAME = 10.6.6.6", Code::SmuggledSection, "NAME evil");
        let careful = "evil\nCUK = x\nCTLPORT = 1\nCUSTOM_ID_SEED = x\nSSL = no\n\n\
            [SVRNODE]\nNAME = 10.6.6.6\nPORT = 1\nCTLPORT = 2\nCUSTOM_ID_SEED = y";
        refuses(careful, Code::SmuggledSection, "NAME evil");
    }

    #[test]
    fn a_global_section_in_a_tag_is_seen_by_what_it_overrules_or_by_what_is_left_over() {
        refuses("evil\n[GLOBAL]\nGROUP = evilring", Code::SmuggledSection, "NAME evil");
        refuses("evil\n[GLOBAL]\nMAXCHMPX = 0", Code::SmuggledSection, "NAME evil");
        let careful = "evil\nCUK = x\nCTLPORT = 1\nCUSTOM_ID_SEED = x\nSSL = no\n\n\
            [GLOBAL]\nMQTHREADCNT = 900\n\n[SLVNODE]\nNAME = rest";
        refuses(careful, Code::SmuggledSection, "NAME evil");
    }

    #[test]
    fn a_flood_of_odd_lines_hides_nothing() {
        let flood = "= x\n".repeat(2000);
        let tag = format!("evil\n{flood}CUK = me");
        refuses(&tag, Code::SmuggledKey, "CUK");
        let tag = format!("evil\n{flood}[GLOBAL]\nGROUP = evilring\n[SLVNODE]\nNAME = x");
        refuses(&tag, Code::SmuggledSection, "NAME evil");
    }

    #[test]
    fn another_slave_in_a_tag_is_seen_by_the_entry_that_it_tears() {
        refuses("evil\n[SLVNODE]\nNAME = .*", Code::SmuggledSection, "NAME evil");
        refuses("evil\n[x]", Code::SmuggledSection, "NAME evil");
    }

    #[test]
    fn a_key_in_a_tag_stands_twice() {
        refuses("evil\nCUK = me", Code::SmuggledKey, "CUK");
        refuses("evil\nNAME = own", Code::SmuggledKey, "NAME");
    }

    #[test]
    fn a_control_character_in_a_tag_is_seen() {
        refuses("evil\x1b[2J", Code::SmuggledControl, "NAME");
        refuses("evil\rx", Code::SmuggledControl, "NAME");
    }

    #[test]
    fn thousands_of_slaves_are_too_many() {
        let names: Vec<_> =
            (0..=MOST_SLAVES).map(|n| format!("[SLVNODE]\nNAME=n{n}\n\n")).collect();
        let slaves = names.concat();
        assert_eq!(smuggled(&slaves)[0].code, Code::TooManySlaves);
    }

    #[test]
    fn a_second_global_section_that_adds_is_allowed() {
        assert_eq!(smuggled(&format!("{}[GLOBAL]\nMAXCHMPX = 64\n", rendered("other"))), []);
        assert_eq!(smuggled(&format!("[GLOBAL]\nMAXCHMPX = 64\n\n{}", rendered("other"))), []);
    }

    #[test]
    fn hand_written_files_may_omit_keys_and_have_any_order_of_kinds() {
        let slaves_first =
            "[SLVNODE]\nNAME=a\n[SLVNODE]\nNAME=b\nCUK=x\n[SVRNODE]\nNAME=s\n[GLOBAL]\nGROUP=g\n";
        assert_eq!(smuggled(slaves_first), []);
        let sparse = "[GLOBAL]\nGROUP=g\n[SVRNODE]\nNAME=s\n[SVRNODE]\nNAME=t\nCUK=c\nCTLPORT=1\n\
            CUSTOM_ID_SEED=x\nSSL=no\n[SLVNODE]\nNAME=a\n";
        assert_eq!(smuggled(sparse), []);
    }
}
