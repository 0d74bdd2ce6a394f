//! POSIX extended regular expressions, as chmpx has glibc compile them.
//!
//! `regcomp(…, REG_EXTENDED | REG_NOSUB)` decides whether a SLVNODE is this host and whether a CUK
//! is its own (`IsMatchHostname` and `IsMatchCuk` in lib/chmregex.cc). An expression is rewritten
//! for `regex-lite`, byte by byte, as glibc's parser reads it; what glibc refuses is refused here,
//! and what the two might see differently is [`Pattern::Unclear`].

mod bracket;
mod reader;

use regex_lite::{Regex, RegexBuilder};

use super::conf::Text;
use reader::{Stop, translated};

/// An expression longer than this is [`Pattern::Unclear`] unless it is plain. What glibc makes of
/// it is known in principle, but costs more than a name or a CUK is worth.
const LONGEST: usize = 1024;

/// Nothing is looked for in longer texts: no host name is as long, and no CUK that anyone uses.
/// Sixteen thousand entries may each be tried against one text.
const LONGEST_TEXT: usize = 512;

/// Bytes that a compiled expression may take.
const LARGEST: usize = 64 << 10;

/// No more expressions than this are compiled for one file.
const MOST_TRIALS: usize = 500;

/// An expression that has been looked at.
#[derive(Debug)]
pub(super) enum Pattern {
    /// Plain bytes, with a dot where nothing stands; nearly all names and CUKs are like this.
    Plain(Vec<Option<u8>>),
    /// glibc would take it; here it is as `regex-lite` has it.
    Valid(String),
    /// glibc would refuse it, for this reason; chmpx then takes it to match nothing.
    Invalid(&'static str),
    /// What glibc makes of it is not known here.
    Unclear,
}

impl Pattern {
    /// Reads `expression`.
    pub(super) fn read(expression: &Text) -> Self {
        let special = |byte: &u8| b"*+?{}()[]|^$\\".contains(byte);
        if !expression.as_bytes().iter().any(special) {
            let bytes = expression.as_bytes().iter();
            return Self::Plain(bytes.map(|&byte| (byte != b'.').then_some(byte)).collect());
        }
        if expression.len() > LONGEST {
            return Self::Unclear;
        }
        match translated(expression.as_bytes()) {
            Err(Stop::Invalid(why)) => Self::Invalid(why),
            Err(Stop::Unclear) => Self::Unclear,
            Ok(regex) => Self::Valid(regex),
        }
    }
}

/// How many more expressions are tried for one file.
#[derive(Debug)]
pub(super) struct Trials {
    left: usize,
}

impl Default for Trials {
    fn default() -> Self {
        Self { left: MOST_TRIALS }
    }
}

impl Trials {
    /// Makes `expression` ready for any number of texts. Past the last trial it is unclear.
    pub(super) fn prepare(&mut self, expression: &Text) -> Prepared {
        match Pattern::read(expression) {
            Pattern::Plain(bytes) => Prepared::Plain(bytes),
            Pattern::Invalid(_) => Prepared::Nothing,
            Pattern::Unclear => Prepared::Unclear,
            Pattern::Valid(_) if self.left == 0 => Prepared::Unclear,
            Pattern::Valid(regex) => {
                self.left -= 1;
                let compiled = RegexBuilder::new(&regex).size_limit(LARGEST).build();
                compiled.map_or(Prepared::Unclear, Prepared::Compiled)
            }
        }
    }
}

/// An expression that is ready to be tried.
#[derive(Debug)]
pub(super) enum Prepared {
    /// Plain bytes, with a dot where nothing stands.
    Plain(Vec<Option<u8>>),
    /// A program.
    Compiled(Regex),
    /// It matches nothing.
    Nothing,
    /// What it matches is not known.
    Unclear,
}

impl Prepared {
    /// Whether it matches somewhere in `text`; nothing if that is not known.
    pub(super) fn matches(&self, text: &Text) -> Option<bool> {
        match self {
            Self::Nothing => Some(false),
            Self::Plain(bytes) if bytes.is_empty() => Some(true),
            Self::Plain(bytes) if bytes.len() > text.len() => Some(false),
            Self::Plain(_) | Self::Compiled(_) if text.len() > LONGEST_TEXT => None,
            Self::Plain(bytes) => Some(is_within(bytes, text.as_bytes())),
            Self::Compiled(regex) => Some(regex.is_match(&letters(text.as_bytes()))),
            Self::Unclear => None,
        }
    }
}

fn is_within(pattern: &[Option<u8>], text: &[u8]) -> bool {
    let fits = |(wanted, byte): (&Option<u8>, &u8)| wanted.is_none_or(|wanted| wanted == *byte);
    text.windows(pattern.len()).any(|window| pattern.iter().zip(window).all(fits))
}

/// The C locale has bytes, `regex-lite` has characters: each byte becomes one.
fn letters(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests;
