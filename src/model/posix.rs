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
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> Option<bool> {
        Trials::default().prepare(&pattern.into()).matches(&text.into())
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
            assert!(matches!(Pattern::read(&pattern.into()), Pattern::Invalid(_)), "{pattern}");
            assert_eq!(matches(pattern, "a"), Some(false));
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
        assert_eq!(matches("(a{1000}){99}", "a"), None);
    }

    #[test]
    fn a_long_expression_or_text_is_not_tried() {
        assert_eq!(matches(&format!("a{}", "*".repeat(1 << 20)), "a"), None);
        assert_eq!(matches("[a]", &"a".repeat(513)), None);
        assert_eq!(matches(&"a".repeat(1 << 20), "a"), Some(false));
        assert_eq!(matches(&"a".repeat(513), &"a".repeat(513)), None);
        assert_eq!(matches(&"a".repeat(512), &"a".repeat(512)), Some(true));
    }

    #[test]
    fn repetitions_of_repetitions_do_not_pile_up() {
        let Pattern::Valid(one) = Pattern::read(&"a*".into()) else { panic!() };
        let Pattern::Valid(many) = Pattern::read(&"a****".into()) else { panic!() };
        assert_eq!(one, many);
        all(&format!("^a{}b$", "*".repeat(1000)), &["b", "aab"], &["a"]);
        all("^a+?b$", &["b", "ab", "aab"], &["a"]);
    }

    #[test]
    fn only_so_many_expressions_are_compiled_for_one_file() {
        let mut trials = Trials::default();
        let prepared = (0..10_000).map(|n| trials.prepare(&format!("[a]{n}").as_str().into()));
        let compiled = prepared.filter(|it| matches!(it, Prepared::Compiled(_))).count();
        assert_eq!(compiled, MOST_TRIALS);
        assert!(matches!(trials.prepare(&"plain".into()), Prepared::Plain(_)));
    }

    #[test]
    fn bytes_beyond_ascii_are_bytes() {
        let pattern = Trials::default().prepare(&Text::from(&b"^.\xe9$"[..]));
        assert_eq!(pattern.matches(&Text::from(&b"a\xe9"[..])), Some(true));
    }
}
