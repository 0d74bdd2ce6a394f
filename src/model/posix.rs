//! POSIX extended regular expressions, as chmpx has glibc compile them.
//!
//! `regcomp(…, REG_EXTENDED | REG_NOSUB)` decides whether a SLVNODE is this host and whether a CUK
//! is its own (`IsMatchHostname` and `IsMatchCuk` in lib/chmregex.cc). An expression is rewritten
//! for `regex-lite`, byte by byte, as glibc's parser reads it; what glibc refuses is refused here,
//! and what the two might see differently is [`Pattern::Unclear`].

mod bracket;
mod reader;

use regex_lite::Regex;

use super::conf::Text;
use reader::{Stop, translated};

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
        match translated(expression.as_bytes()) {
            Err(Stop::Invalid(why)) => Self::Invalid(why),
            Err(Stop::Unclear) => Self::Unclear,
            Ok(regex) => Self::Valid(regex),
        }
    }

    /// Whether it matches somewhere in `text`; nothing if that is not known.
    pub(super) fn matches(&self, text: &Text) -> Option<bool> {
        match self {
            Self::Plain(bytes) => Some(bytes.is_empty() || is_within(bytes, text.as_bytes())),
            // Only a size beyond reason is left to go wrong.
            Self::Valid(regex) => {
                Regex::new(regex).ok().map(|regex| regex.is_match(&letters(text.as_bytes())))
            }
            Self::Invalid(_) => Some(false),
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
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> Option<bool> {
        Pattern::read(&pattern.into()).matches(&text.into())
    }

    #[track_caller]
    pub(super) fn all(pattern: &str, yes: &[&str], no: &[&str]) {
        for (texts, expected) in [(yes, true), (no, false)] {
            for text in texts {
                assert_eq!(matches(pattern, text), Some(expected), "{pattern} {text}");
            }
        }
    }

    #[test]
    fn it_is_not_anchored_and_a_dot_is_any_byte() {
        all("10.0.0.1", &["10.0.0.12", "110.0.0.1", "10x0y0z1"], &["10.0.1"]);
        all("^slv1$", &["slv1"], &["slv1.example", "xslv1"]);
        all("", &["", "anything"], &[]);
        all("[.]*", &["", "slv"], &[]);
    }

    #[test]
    fn alternatives_groups_and_repetitions_work_as_usual() {
        all("(slv1|slv2).example", &["slv1.example", "xslv2-example"], &["slv3.example"]);
        all("^(ab){2,3}$", &["abab", "ababab"], &["ab", "abababab"]);
        all("^a{,2}$", &["", "aa"], &["aaa"]);
        all("^a**b$", &["b", "aaab"], &["a"]);
        all("^(|a)$", &["", "a"], &["b"]);
        all("a||b", &["x"], &[]);
    }

    #[test]
    fn what_glibc_refuses_matches_nothing() {
        for pattern in [
            "*",
            "(",
            "a|*",
            "(+a)",
            "^*",
            "[",
            "[a",
            "[]",
            "[z-a]",
            "[[:nope:]]",
            "a{",
            "a{2,1}",
            "a{x}",
            "a{99999}",
            "a\\",
            "[a-b-c]",
        ] {
            let read = Pattern::read(&pattern.into());
            assert!(matches!(read, Pattern::Invalid(_)), "{pattern}");
            assert_eq!(read.matches(&"a".into()), Some(false));
        }
    }

    #[test]
    fn an_unmatched_closing_sign_is_a_character() {
        all("a)b", &["a)b"], &["ab"]);
        all("a}b]", &["a}b]"], &["ab"]);
    }

    #[test]
    fn gnu_extensions_and_back_references_are_not_guessed_at() {
        for pattern in [r"(a)\1", r"\<a", r"\w", "[[.a.]]", "[[=a=]]"] {
            assert_eq!(matches(pattern, "a"), None, "{pattern}");
        }
    }

    #[test]
    fn a_bomb_is_not_compiled() {
        assert_eq!(matches(&format!("{}a{}", "(".repeat(100), ")".repeat(100)), "a"), None);
        assert_eq!(matches("((((a{1000}){1000}){1000}){1000})", "a"), None);
    }

    #[test]
    fn bytes_beyond_ascii_are_bytes() {
        let pattern = Pattern::read(&Text::from(&b"^.\xe9$"[..]));
        assert_eq!(pattern.matches(&Text::from(&b"a\xe9"[..])), Some(true));
    }
}
