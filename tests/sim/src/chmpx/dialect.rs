//! The INI dialect of chmpx: which lines are sections, and what a line's key and value are.
//!
//! After `CHMIniConf::LoadConfigurationRaw` and `extract_conf_value`. Nothing here fails: chmpx
//! drops what it cannot read, and only the missing of a mandatory key is an error later.
use std::collections::BTreeMap;

/// The keys of one section. The last of several equal keys wins.
pub type Section = BTreeMap<String, String>;

/// Node sections by the texts of their NAME and CTLPORT: two sections that agree in both are one.
pub type NodeSections = BTreeMap<(String, String), Section>;

/// What is left of a file after its lines have been sorted into sections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sections {
    /// All `[GLOBAL]` sections together.
    pub global: Section,
    /// `[SVRNODE]` sections that have a NAME.
    pub servers: NodeSections,
    /// `[SLVNODE]` sections that have a NAME.
    pub slaves: NodeSections,
    /// What chmpx complains about while it reads on.
    pub warnings: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Outside,
    Global,
    Server,
    Slave,
    Unknown,
}

/// Sorts the lines of a file into sections.
pub fn read(bytes: &[u8]) -> Sections {
    let mut sections = Sections::default();
    let mut kind = Kind::Outside;
    let mut node = Section::new();

    for line in bytes.split(|byte| *byte == b'\n').map(trim) {
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        if let Some(next) = section_line(line) {
            close(&mut sections, kind, std::mem::take(&mut node));
            kind = next;
            continue;
        }
        match kind {
            Kind::Unknown => {}
            Kind::Outside => sections.warnings.push("a line before the first section".to_owned()),
            Kind::Global => keep(&mut sections.global, &mut sections.warnings, line),
            Kind::Server | Kind::Slave => keep(&mut node, &mut sections.warnings, line),
        }
    }
    close(&mut sections, kind, node);
    sections
}

/// A section line is one that begins and ends with its bracket. A comment behind it, or a NUL
/// anywhere, makes it an ordinary line of the section before.
fn section_line(line: &[u8]) -> Option<Kind> {
    if !line.starts_with(b"[") || !line.ends_with(b"]") || line.contains(&0) {
        return None;
    }
    Some(match line {
        b"[GLOBAL]" => Kind::Global,
        b"[SVRNODE]" => Kind::Server,
        b"[SLVNODE]" => Kind::Slave,
        _ => Kind::Unknown,
    })
}

fn close(sections: &mut Sections, kind: Kind, node: Section) {
    let into = match kind {
        Kind::Server => &mut sections.servers,
        Kind::Slave => &mut sections.slaves,
        Kind::Outside | Kind::Global | Kind::Unknown => return,
    };
    let Some(name) = node.get("NAME").cloned() else {
        sections.warnings.push("a node section without NAME".to_owned());
        return;
    };
    let ctlport = node.get("CTLPORT").cloned().unwrap_or_default();
    into.entry((name, ctlport)).or_default().extend(node);
}

fn keep(section: &mut Section, warnings: &mut Vec<String>, line: &[u8]) {
    let mut sides = line.splitn(2, |byte| *byte == b'=');
    let key = sides.next().unwrap_or_default();
    let value = sides.next().unwrap_or_default();
    let (Some(key_text), Some(value_text)) = (extract(trim(key)), extract(trim(value))) else {
        warnings.push(format!("Could not extract string({})", text(line)));
        return;
    };
    if !key_text.is_empty() {
        section.insert(key_text, value_text);
    }
}

/// Takes quotes, escapes and the inline comment out of a key or a value.
///
/// `None` is a quote or an escape that nothing ends: chmpx throws the whole line away.
pub fn extract(raw: &[u8]) -> Option<String> {
    let mut taken = Vec::new();
    let mut quote = None;
    let mut escaped = false;
    // Only an ordinary character clears this, so that `my 'clu'# ster` has a comment.
    let mut blank_seen = false;

    // The C string ends at a NUL, whatever follows in the line.
    for &byte in raw.iter().take_while(|byte| **byte != 0) {
        match (quote, byte) {
            (None, b'\\') if !escaped => escaped = true,
            (None, b'"' | b'\'') if !escaped => quote = Some(byte),
            (None, b'"' | b'\'' | b'\\') | (Some(b'"'), b'"' | b'\\') if escaped => {
                taken.push(byte);
                escaped = false;
            }
            (None, b'#') if blank_seen => break,
            // `#` leaves a pending escape pending: in `my\#"c` the quote counts as escaped.
            (None, b'#') => taken.push(byte),
            (None, _) => {
                taken.push(byte);
                escaped = false;
                blank_seen = is_space(byte);
            }
            (Some(b'"'), b'\\') if !escaped => escaped = true,
            (Some(open), _) if open == byte && !escaped => quote = None,
            (Some(_), _) => {
                if std::mem::take(&mut escaped) {
                    taken.push(b'\\');
                }
                taken.push(byte);
            }
        }
    }
    (quote.is_none() && !escaped).then(|| text(trim(&taken)))
}

/// C's `isspace`, which inline comments go by; trimming knows four of the six only.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// Takes space, tab, CR and LF off both ends, as fullock's `trim` does.
pub fn trim(bytes: &[u8]) -> &[u8] {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let start = bytes.iter().position(|byte| !blank(byte)).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|byte| !blank(byte)).map_or(start, |at| at + 1);
    bytes.get(start..end).unwrap_or_default()
}

/// Bytes as text; those that are not UTF-8 become `\xNN`, since chmpx itself does not care.
fn text(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(raw: &str) -> Option<String> {
        extract(trim(raw.as_bytes()))
    }

    #[test]
    fn quotes_and_escapes_are_taken_out() {
        assert_eq!(value(r#"A"B C"D"#).as_deref(), Some("AB CD"));
        assert_eq!(value(r"CF\GT").as_deref(), Some("CFGT"));
        assert_eq!(value(r"'a\b # c'").as_deref(), Some(r"a\b # c"));
        assert_eq!(value(r#""a\"b\\c\d""#).as_deref(), Some(r#"a"b\c\d"#));
        assert_eq!(value("' a '").as_deref(), Some("a"));
    }

    #[test]
    fn a_comment_needs_a_blank_before_it_and_a_value_before_that() {
        assert_eq!(value("CFGT # x").as_deref(), Some("CFGT"));
        assert_eq!(value("CFGT# x").as_deref(), Some("CFGT# x"));
        assert_eq!(value("# x").as_deref(), Some("# x"));
        assert_eq!(value("my 'clu'# ster").as_deref(), Some("my clu"));
        assert_eq!(value("my \"\"# x").as_deref(), Some("my"));
        assert_eq!(value(r"my \\# x").as_deref(), Some(r"my \"));
    }

    #[test]
    fn an_open_quote_or_escape_drops_the_line() {
        for raw in ["\"open", "'open", r"trailing\", r"my\#", r"my \# x"] {
            assert_eq!(value(raw), None, "{raw}");
        }
        assert_eq!(value(r"my\#c").as_deref(), Some("my#c"));
    }

    #[test]
    fn a_comment_after_a_section_makes_it_a_line_of_the_section_before() {
        let read = read(b"[GLOBAL] # x\nGROUP = a\n[SVRNODE]\nNAME=s\n[SLVNODE] # y\nCUK=k");
        assert!(read.global.is_empty());
        assert!(read.slaves.is_empty());
        let node = &read.servers[&("s".to_owned(), String::new())];
        assert_eq!(node["CUK"], "k");
    }

    #[test]
    fn nodes_with_the_same_name_and_ctlport_texts_are_one() {
        let read = read(b"[SVRNODE]\nNAME=s\nPORT=1\n[SVRNODE]\nNAME=s\nPORT=2\n[SVRNODE]\nCUK=k");
        assert_eq!(read.servers.len(), 1);
        assert_eq!(read.servers.values().next().unwrap()["PORT"], "2");
    }
}
