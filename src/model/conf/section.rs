//! What a file consists of, before anyone asks what it means.

use std::collections::BTreeMap;
use std::ops::Range;

use super::expand::Expansion;
use super::text::Text;

/// The kinds of section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `[GLOBAL]`
    Global,
    /// `[SVRNODE]`
    Server,
    /// `[SLVNODE]`
    Slave,
    /// Any other, whose lines chmpx passes over.
    Other,
}

/// One key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The value as chmpx holds it.
    pub value: Text,
    /// Where it is, counted from 1.
    pub line: usize,
    /// The bytes of the file that the value was made of.
    pub range: Range<usize>,
    /// Whether its line has a `=`; without one the whole line is the key.
    pub has_equals: bool,
}

/// The keys of one section, the last of equal ones.
pub type Keys = BTreeMap<Text, Entry>;

/// A node section, or several that chmpx takes for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its keys.
    pub keys: Keys,
    /// The line of its first header.
    pub line: usize,
    /// What its NAME stands for.
    pub names: Expansion,
}

/// Where a section starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// What it opens.
    pub kind: Kind,
    /// Its line, counted from 1.
    pub line: usize,
    /// Whether a line with a key stands directly above it.
    pub is_tight: bool,
    /// Whether it has every key that entries of nodes usually have.
    pub is_whole: bool,
    /// Whether it has a key that only nodes have.
    pub is_of_node: bool,
    /// The NAME in it, if it has one.
    pub name: Option<Text>,
    /// What it does to what earlier sections `[GLOBAL]` say, if it is one.
    pub effect: Overlay,
    /// The first key of [`IDENTITY`] that stands twice in it, with another value, and its line.
    pub doubled: Option<(Text, usize)>,
}

/// What makes a node the one that it is.
pub(super) const IDENTITY: [&str; 4] = ["NAME", "CUK", "CTLPORT", "CUSTOM_ID_SEED"];

/// What a `[GLOBAL]` does to the earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Overlay {
    /// All of it has been said.
    Repeats,
    /// It says something new.
    Adds,
    /// It gives another value to a key.
    Overrules,
}

/// Something about a line that its writer will not have meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Oddity {
    /// The file starts with a byte order mark.
    ByteOrderMark,
    /// A NUL, which ends a key or value and spoils a header.
    Nul,
    /// Carriage returns, but not one line feed.
    OnlyCarriageReturns,
    /// Lines that end in CR LF.
    CarriageReturns,
    /// The last line has no end.
    NoFinalNewline,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// A line with a carriage return inside.
    InnerCarriageReturn,
    /// A line before the first section.
    BeforeSections,
    /// A section that chmpx does not know.
    UnknownSection(Text),
    /// A line that looks like a section header and is none.
    BrokenHeader(Text),
    /// An open quote or a lone backslash at the end.
    Unreadable,
    /// A line without a key.
    EmptyKey,
    /// A line without `=`.
    NoEquals(Text),
    /// The word INCLUDE at the start of a line.
    Include,
    /// A key that the same section already had, with another value.
    Repeated(Text, Kind),
    /// A key of an earlier `[GLOBAL]`, given another value by a later one.
    Overridden(Text),
    /// A `#` that starts no remark.
    Hash(Text),
    /// A node section without NAME.
    Nameless(Kind),
    /// A node section that is merged into an earlier one.
    Merged(Kind, Text),
}
