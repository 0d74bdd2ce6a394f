//! What a setting may be, in the words of the manual and of errors.

use std::fmt;
use std::time::Duration;

use super::values;

/// What a setting may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text of its own form, which is told here.
    Text(&'static str),
    /// The address of a service; a password in it is never shown.
    Url(&'static str),
    /// A path. Its default lies below `--root`.
    Path,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A duration that is at least this long.
    Duration(Duration),
    /// A whole number from the first to the second.
    Number(u32, u32),
    /// The mode of a file.
    Mode,
    /// An IP address.
    Address,
}

impl Kind {
    /// What is wrong with a value that is not possible.
    pub fn objection(self) -> &'static str {
        match self {
            Self::Text(_) | Self::Path => "this is not possible",
            Self::Url(_) => "this is no such address",
            Self::Choice(_) => "there is no such choice",
            Self::Duration(_) => "this is no such duration",
            Self::Number(..) => "this is no such number",
            Self::Mode => "this is no mode of a file that its owner can read",
            Self::Address => "this is no IP address",
        }
    }

    /// What to do about a value that is not possible.
    pub fn help(self, value: &str) -> String {
        match self {
            Self::Choice(words) => match values::nearest(value, words.iter().copied()) {
                Some(meant) => format!("write `{meant}`, if that is meant; possible: {self}"),
                None => format!("write {self}"),
            },
            Self::Text(_)
            | Self::Url(_)
            | Self::Path
            | Self::Duration(_)
            | Self::Number(..)
            | Self::Mode
            | Self::Address => format!("write {self}"),
        }
    }
}

/// What is possible, as a phrase.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(form) | Self::Url(form) => f.write_str(form),
            Self::Path => f.write_str("a path"),
            Self::Choice([before @ .., last]) => write!(f, "{} or {last}", before.join(", ")),
            Self::Choice([]) => Ok(()),
            Self::Duration(least) => {
                f.write_str("a duration such as 500ms, 30s, 5min or 1h")?;
                if least.is_zero() { Ok(()) } else { write!(f, "; at least {least:?}") }
            }
            Self::Number(least, u32::MAX) => write!(f, "a whole number from {least}"),
            Self::Number(least, most) => write!(f, "a whole number from {least} to {most}"),
            Self::Mode => f.write_str("an octal mode such as 0644"),
            Self::Address => f.write_str("an IP address such as 127.0.0.1 or ::1"),
        }
    }
}
