//! Rules about lines and headers: what chmpx passes over or reads in an unexpected way.

use super::{Code, Findings};
use crate::model::conf::{Conf, Kind, Oddity, Text};

pub(super) fn look(conf: &Conf, findings: &mut Findings) {
    for (line, oddity) in conf.oddities() {
        if let Some((code, message)) = told(oddity) {
            findings.add(code, Some(*line), message);
        }
    }
    look_at_order(conf, findings);
}

/// What there is to say about an odd line. Nothing, if another rule says it.
fn told(oddity: &Oddity) -> Option<(Code, String)> {
    let told = match oddity {
        Oddity::ByteOrderMark => (
            Code::ByteOrderMark,
            "chmpx takes the byte order mark for text: a section header behind it is none".into(),
        ),
        Oddity::Nul => (Code::NulByte, "chmpx reads keys and values only up to a NUL byte".into()),
        Oddity::NotUtf8 => {
            (Code::NotUtf8, "the file is not UTF-8; chmpx takes the bytes as they are".into())
        }
        Oddity::OnlyCarriageReturns => (
            Code::CarriageReturn,
            "lines end in carriage returns: to chmpx the file is a single line".into(),
        ),
        Oddity::CarriageReturns => {
            (Code::CarriageReturn, "lines end in CR LF; chmpx cuts the CR off".into())
        }
        Oddity::InnerCarriageReturn => {
            (Code::CarriageReturn, "chmpx keeps a carriage return inside a line".into())
        }
        Oddity::NoFinalNewline => {
            (Code::NoFinalNewline, "the last line has no end, as in a file that was cut".into())
        }
        Oddity::BeforeSections => {
            (Code::BeforeSections, "chmpx passes over what precedes the first section".into())
        }
        Oddity::UnknownSection(header) => unknown_section(header)?,
        Oddity::BrokenHeader(header) => (Code::BrokenHeader, broken_header(header)),
        Oddity::Unreadable => (
            Code::UnreadableLine,
            "chmpx drops the line: a quote is open, or a backslash ends it".into(),
        ),
        Oddity::EmptyKey => (Code::EmptyKey, "chmpx drops a line without a key".into()),
        Oddity::NoEquals(key) => (
            Code::NoEquals,
            format!("without `=` the whole line is a key, `{}`, with no value", key.brief()),
        ),
        Oddity::Include => {
            (Code::Include, "chmpx never includes another file: it passes over this line".into())
        }
        Oddity::Repeated(key, _) => (
            Code::RepeatedKey,
            format!("{} stood here before with another value: this one counts", key.brief()),
        ),
        Oddity::Overridden(key) => (
            Code::RepeatedKey,
            format!("{} of an earlier [GLOBAL] had another value: this one counts", key.brief()),
        ),
        Oddity::Hash(key) => (
            Code::HashInValue,
            format!("the `#` starts no remark here: it is part of {}", key.brief()),
        ),
        Oddity::Nameless(kind) => {
            (Code::NamelessNode, format!("chmpx drops a {} without NAME", header_of(*kind)))
        }
        Oddity::Merged(kind, name) => (Code::MergedNode, merged(*kind, name)),
    };
    Some(told)
}

fn broken_header(header: &Text) -> String {
    let header = header.brief();
    format!("`{header}` is no section header: chmpx takes it for a key of the section above")
}

fn merged(kind: Kind, name: &Text) -> String {
    let (kind, name) = (header_of(kind), name.brief());
    format!(
        "there is another {kind} with NAME {name} and the same CTLPORT: chmpx makes one of both"
    )
}

fn header_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Global => "[GLOBAL]",
        Kind::Server => "[SVRNODE]",
        Kind::Slave => "[SLVNODE]",
        Kind::Other => "section",
    }
}

/// `[K2HDKC]` is for another program, and meant to be there.
fn unknown_section(header: &Text) -> Option<(Code, String)> {
    let letters: Vec<u8> =
        header.as_bytes().iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    let name = Text::from(letters);
    if header == "[K2HDKC]" {
        return None;
    }
    let known = ["GLOBAL", "SVRNODE", "SLVNODE"].into_iter().find(|known| name.is_word(known));
    Some(match known {
        Some(known) => (
            Code::SectionCase,
            format!("{} is not [{known}]: chmpx passes over its lines", header.brief()),
        ),
        None => (
            Code::UnknownSection,
            format!("chmpx does not know {} and passes over its lines", header.brief()),
        ),
    })
}

/// A file that is cut short hardly ever loads when the slaves come last (measured).
fn look_at_order(conf: &Conf, findings: &mut Findings) {
    let mut highest = Kind::Global;
    for header in conf.headers().iter().filter(|header| header.kind != Kind::Other) {
        if header.kind < highest {
            findings.add(
                Code::SectionOrder,
                Some(header.line),
                "the sections are not in the order GLOBAL, SVRNODE, SLVNODE",
            );
            return;
        }
        highest = header.kind;
    }
}

#[cfg(test)]
mod tests;
