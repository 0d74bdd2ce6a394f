//! Text as chmpx holds it: bytes, read the way C code reads them.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use crate::model::plain::Plain;

/// A key or a value: any bytes but NUL, UTF-8 or not.
///
/// Clones share their bytes: one line may be said of thousands of nodes.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Text(Arc<[u8]>);

impl Text {
    /// The bytes themselves.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no bytes at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this is `word`, ignoring the case of ASCII letters (`strcasecmp` in the C locale).
    pub fn is_word(&self, word: &str) -> bool {
        self.0.eq_ignore_ascii_case(word.as_bytes())
    }

    /// Whether this is a number without sign, blanks or anything else.
    pub fn is_plain_number(&self) -> bool {
        !self.is_empty() && self.0.iter().all(u8::is_ascii_digit)
    }

    /// Whether any byte is an ASCII control character.
    pub fn has_control(&self) -> bool {
        self.0.iter().any(u8::is_ascii_control)
    }

    /// This for a message: a long one is cut.
    pub fn brief(&self) -> Brief<'_> {
        Brief(self)
    }

    /// The number that `atoi` makes of this: blanks, a sign, digits; anything else ends it.
    ///
    /// `atoi` of glibc is `strtol` cut to 32 bits: it saturates at 64 bits and then wraps.
    pub fn int(&self) -> i32 {
        let blanks = self.0.iter().take_while(|byte| is_space(**byte)).count();
        let (negative, digits) = match self.0.get(blanks..).unwrap_or_default() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] | rest => (false, rest),
        };
        let mut number = 0_i64;
        for digit in digits.iter().take_while(|byte| byte.is_ascii_digit()) {
            let digit = i64::from(digit - b'0');
            number = number.saturating_mul(10);
            number =
                if negative { number.saturating_sub(digit) } else { number.saturating_add(digit) };
        }
        let [a, b, c, d, ..] = number.to_le_bytes();
        i32::from_le_bytes([a, b, c, d])
    }

    /// The port that chmpx makes of this: `atoi`, cut to a signed 16-bit number.
    pub fn port(&self) -> i16 {
        let [low, high, ..] = self.int().to_le_bytes();
        i16::from_le_bytes([low, high])
    }

    /// The truth value, if this is one of the four words that chmpx knows.
    pub fn truth(&self) -> Option<bool> {
        if self.is_word("ON") || self.is_word("YES") {
            Some(true)
        } else if self.is_word("OFF") || self.is_word("NO") {
            Some(false)
        } else {
            None
        }
    }
}

impl From<&[u8]> for Text {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl From<Vec<u8>> for Text {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().into())
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        *self.0 == *other.as_bytes()
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        *self.0 == *other.as_bytes()
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.cmp(&other.0) }
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl std::borrow::Borrow<[u8]> for Text {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

/// Shows UTF-8 as it is and every other byte as `\xNN`.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            f.write_str(chunk.valid())?;
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string(), f)
    }
}

/// The most bytes of one text that a message quotes.
const LONGEST_QUOTE: usize = 120;

/// A text, or the start of it.
#[derive(Clone, Copy)]
pub struct Brief<'a>(&'a Text);

impl Brief<'_> {
    fn quoted(self) -> String {
        let bytes = self.0.as_bytes();
        if bytes.len() <= LONGEST_QUOTE {
            return self.0.to_string();
        }
        let continues = |at: &usize| bytes.get(*at).is_some_and(|byte| byte & 0xc0 == 0x80);
        let end = (LONGEST_QUOTE - 3..=LONGEST_QUOTE).rev().find(|at| !continues(at));
        let start = bytes.get(..end.unwrap_or(LONGEST_QUOTE)).unwrap_or_default();
        format!("{}... ({} bytes)", Text::from(start), bytes.len())
    }
}

impl fmt::Display for Brief<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Plain(&self.quoted()).fmt(f)
    }
}

impl fmt::Debug for Brief<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.quoted(), f)
    }
}

/// Whether C's `isspace` calls `byte` white space in the C locale.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r')
}

/// Cuts blanks, tabs, CR and LF from both ends (`trim` in fullock's flckutil.h): not VT, not FF.
pub fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t' | b'\r' | b'\n', rest @ ..] = bytes {
        bytes = rest;
    }
    while let [rest @ .., b' ' | b'\t' | b'\r' | b'\n'] = bytes {
        bytes = rest;
    }
    bytes
}

#[cfg(test)]
mod tests;
