//! POSIX extended regular expressions, as chmpx has glibc compile them.
//!
//! `regcomp(…, REG_EXTENDED | REG_NOSUB)` decides whether a SLVNODE is this host and whether a CUK
//! is its own (`IsMatchHostname` and `IsMatchCuk` in lib/chmregex.cc). An expression is rewritten
//! for `regex-lite`, byte by byte, as glibc's parser reads it; what glibc refuses is refused here,
//! and what the two might see differently is [`Pattern::Unclear`].

use std::fmt::Write as _;

use regex_lite::Regex;

use super::conf::Text;

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
        let mut reader = Reader { rest: expression.as_bytes(), out: String::new(), depth: 0 };
        match reader.alternatives() {
            Err(Stop::Invalid(why)) => Self::Invalid(why),
            Err(Stop::Unclear) => Self::Unclear,
            Ok(()) => Self::Valid(reader.out),
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

enum Stop {
    Invalid(&'static str),
    Unclear,
}

/// Deeper groups than this are left alone.
const MOST_GROUPS: usize = 50;

struct Reader<'a> {
    rest: &'a [u8],
    out: String,
    depth: usize,
}

impl Reader<'_> {
    /// Branches between `|`, any of which may be empty.
    fn alternatives(&mut self) -> Result<(), Stop> {
        loop {
            self.branch()?;
            if !self.eat(b'|') {
                return Ok(());
            }
            self.out.push('|');
        }
    }

    fn branch(&mut self) -> Result<(), Stop> {
        while let Some(&byte) = self.rest.first() {
            if byte == b'|' || (byte == b')' && self.depth > 0) {
                break;
            }
            let start = self.out.len();
            let is_anchor = self.atom()?;
            // glibc starts afresh behind an anchor, so that nothing can repeat it.
            if !is_anchor {
                self.repetitions(start)?;
            }
        }
        Ok(())
    }

    /// One atom. True if it is an anchor.
    fn atom(&mut self) -> Result<bool, Stop> {
        let Some((&byte, rest)) = self.rest.split_first() else { return Ok(false) };
        self.rest = rest;
        match byte {
            b'*' | b'+' | b'?' | b'{' => {
                return Err(Stop::Invalid("nothing precedes a repetition"));
            }
            b'^' => self.out.push('^'),
            b'$' => self.out.push('$'),
            b'.' => self.out.push_str("(?s:.)"),
            b'(' => self.group()?,
            b'[' => self.bracket()?,
            b'\\' => self.escape()?,
            _ => literal(byte, &mut self.out),
        }
        Ok(matches!(byte, b'^' | b'$'))
    }

    fn group(&mut self) -> Result<(), Stop> {
        if self.depth >= MOST_GROUPS {
            return Err(Stop::Unclear);
        }
        self.depth += 1;
        self.out.push_str("(?:");
        self.alternatives()?;
        if !self.eat(b')') {
            return Err(Stop::Invalid("a `(` has no `)`"));
        }
        self.out.push(')');
        self.depth -= 1;
        Ok(())
    }

    fn escape(&mut self) -> Result<(), Stop> {
        let Some((&byte, rest)) = self.rest.split_first() else {
            return Err(Stop::Invalid("a backslash ends it"));
        };
        self.rest = rest;
        // Back references, and GNU's words, blanks and edges.
        if byte.is_ascii_digit() || b"wWsSbB<>`'".contains(&byte) {
            return Err(Stop::Unclear);
        }
        literal(byte, &mut self.out);
        Ok(())
    }

    /// Wraps what was written since `start` into the repetitions that follow it.
    fn repetitions(&mut self, start: usize) -> Result<(), Stop> {
        while let Some((&byte, rest)) = self.rest.split_first() {
            let suffix = match byte {
                b'*' | b'+' | b'?' => {
                    self.rest = rest;
                    char::from(byte).to_string()
                }
                b'{' => {
                    self.rest = rest;
                    self.interval()?
                }
                _ => break,
            };
            self.out.insert_str(start, "(?:");
            self.out.push(')');
            self.out.push_str(&suffix);
        }
        Ok(())
    }

    /// `{m}`, `{m,}`, `{,n}` or `{m,n}`; anything else is wrong in an extended expression.
    fn interval(&mut self) -> Result<String, Stop> {
        let wrong = Stop::Invalid("the braces hold no valid interval");
        let Some(end) = self.rest.iter().position(|byte| *byte == b'}') else { return Err(wrong) };
        let (inside, rest) = self.rest.split_at(end);
        self.rest = rest.get(1..).unwrap_or_default();
        let inside = std::str::from_utf8(inside).unwrap_or("x");
        let (least, most) = match inside.split_once(',') {
            None => (inside, Some(inside)),
            Some((least, "")) => (least, None),
            Some(("", most)) => ("0", Some(most)),
            Some((least, most)) => (least, Some(most)),
        };
        let number = |digits: &str| {
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse::<u32>().ok().filter(|number| plain && *number <= 0x7fff)
        };
        let Some(least) = number(least) else { return Err(wrong) };
        let Some(most) = most else { return Ok(format!("{{{least},}}")) };
        match number(most) {
            Some(most) if least <= most => Ok(format!("{{{least},{most}}}")),
            Some(_) | None => Err(wrong),
        }
    }

    /// A bracket expression: no escapes, a leading `]` is literal, classes by name.
    fn bracket(&mut self) -> Result<(), Stop> {
        let negated = self.eat(b'^');
        let mut set = String::new();
        let mut is_first = true;
        loop {
            let Some((&byte, rest)) = self.rest.split_first() else {
                return Err(Stop::Invalid("a `[` has no `]`"));
            };
            if byte == b']' && !is_first {
                self.rest = rest;
                break;
            }
            match (byte, rest.first()) {
                (b'[', Some(b':')) => set.push_str(self.class()?),
                (b'[', Some(b'.' | b'=')) => return Err(Stop::Unclear),
                (b'-', Some(next)) if !is_first && *next != b']' => {
                    return Err(Stop::Invalid("a `-` stands inside brackets"));
                }
                _ => {
                    self.rest = rest;
                    self.range(byte, &mut set)?;
                }
            }
            is_first = false;
        }
        let negation = if negated { "^" } else { "" };
        write!(self.out, "[{negation}{set}]").map_err(|_| Stop::Unclear)
    }

    /// A byte, or the range that it starts.
    fn range(&mut self, from: u8, set: &mut String) -> Result<(), Stop> {
        literal(from, set);
        let ([b'-', to, ..], true) = (self.rest, !matches!(self.rest, [b'-', b']', ..])) else {
            return Ok(());
        };
        if *to == b'[' {
            return Err(Stop::Unclear);
        }
        if *to < from {
            return Err(Stop::Invalid("a range runs backwards"));
        }
        set.push('-');
        literal(*to, set);
        self.rest = self.rest.get(2..).unwrap_or_default();
        Ok(())
    }

    /// `[:name:]`, in the C locale.
    fn class(&mut self) -> Result<&'static str, Stop> {
        const CLASSES: [(&[u8], &str); 12] = [
            (b"[:alpha:]", "A-Za-z"),
            (b"[:digit:]", "0-9"),
            (b"[:alnum:]", "0-9A-Za-z"),
            (b"[:upper:]", "A-Z"),
            (b"[:lower:]", "a-z"),
            (b"[:space:]", "\\t-\\r "),
            (b"[:blank:]", "\\t "),
            (b"[:punct:]", "!-/:-@\\[-`{-~"),
            (b"[:xdigit:]", "0-9A-Fa-f"),
            (b"[:cntrl:]", "\\x00-\\x1f\\x7f"),
            (b"[:graph:]", "!-~"),
            (b"[:print:]", " -~"),
        ];
        let found = CLASSES.iter().find(|(name, _)| self.rest.starts_with(name));
        let Some((name, set)) = found else {
            return Err(Stop::Invalid("a character class has an unknown name"));
        };
        self.rest = self.rest.get(name.len()..).unwrap_or_default();
        Ok(set)
    }

    fn eat(&mut self, byte: u8) -> bool {
        match self.rest.split_first() {
            Some((first, rest)) if *first == byte => {
                self.rest = rest;
                true
            }
            Some(_) | None => false,
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

fn literal(byte: u8, out: &mut String) {
    if !byte.is_ascii_alphanumeric() && (byte.is_ascii_graphic() || byte == b' ') {
        out.push('\\');
    }
    out.push(char::from(byte));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> Option<bool> {
        Pattern::read(&pattern.into()).matches(&text.into())
    }

    #[track_caller]
    fn all(pattern: &str, yes: &[&str], no: &[&str]) {
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
    fn brackets_have_ranges_and_classes_but_no_escapes() {
        all("^[]a]$", &["]", "a"], &["b"]);
        all("^[^a-c-]$", &["d"], &["b", "-"]);
        all(r"^[\.]$", &["\\", "."], &["x"]);
        all("^[[:alpha:]_][[:digit:]]+$", &["_12", "a1"], &["1a"]);
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
