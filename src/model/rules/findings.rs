//! The findings about one file, and the sieve that keeps them readable.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use super::code::{Code, Effect, Level};

/// One thing to say about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub code: Code,
    /// How much it weighs.
    pub level: Level,
    /// The line, counted from 1, if it is about one.
    pub line: Option<usize>,
    /// Why: what chmpx would do.
    pub message: String,
    /// What to do about it.
    pub help: &'static str,
}

impl Finding {
    pub(in crate::model) fn new(code: Code, line: Option<usize>, message: String) -> Self {
        Self { code, level: code.effect().level(), line, message, help: code.help() }
    }

    /// What becomes of a chmpx that is shown the file.
    pub fn effect(&self) -> Effect {
        self.code.effect()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// Findings of one kind beyond this many are only counted.
const MOST_OF_A_KIND: usize = 20;

/// Bytes of a message. None comes near; this holds also where a quoted text was not cut.
const LONGEST_MESSAGE: usize = 2000;

/// A message that stops growing.
struct Told(String);

impl fmt::Write for Told {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        let room = LONGEST_MESSAGE.saturating_sub(self.0.len());
        let mut ends = (0..=room.min(more.len())).rev();
        let end = ends.find(|end| more.is_char_boundary(*end)).unwrap_or_default();
        let (kept, cut) = more.split_at(end);
        self.0.push_str(kept);
        if cut.is_empty() { Ok(()) } else { Err(fmt::Error) }
    }
}

#[derive(Debug, Default)]
pub(super) struct Findings {
    found: Vec<Finding>,
    of_a_kind: BTreeMap<Code, usize>,
}

impl Findings {
    /// Adds one; its message is made only if it is kept.
    pub(super) fn add(&mut self, code: Code, line: Option<usize>, message: impl fmt::Display) {
        let count = self.of_a_kind.entry(code).or_default();
        *count += 1;
        if *count <= MOST_OF_A_KIND {
            let mut told = Told(String::new());
            // It stops where the message is long enough.
            let _is_whole = write!(told, "{message}");
            self.found.push(Finding::new(code, line, told.0));
        }
    }

    /// By line, those about the whole file first.
    pub(super) fn into_sorted(mut self) -> Vec<Finding> {
        for (code, count) in self.of_a_kind {
            if count > MOST_OF_A_KIND {
                let more = count - MOST_OF_A_KIND;
                let message = format!("{more} more of this kind are not shown");
                self.found.push(Finding::new(code, None, message));
            }
        }
        self.found.sort_by_key(|finding| (finding.line, finding.code));
        self.found
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_flood_of_one_kind_is_counted_and_not_shown() {
        let mut findings = Findings::default();
        for line in 1..=1000 {
            findings.add(Code::UnknownKey, Some(line), "");
        }
        let found = findings.into_sorted();
        assert_eq!(found.len(), MOST_OF_A_KIND + 1);
        assert_eq!(found[0].message, "980 more of this kind are not shown");
    }

    #[test]
    fn twenty_of_one_kind_are_shown_as_they_are() {
        let mut findings = Findings::default();
        for line in 1..=MOST_OF_A_KIND {
            findings.add(Code::UnknownKey, Some(line), "");
        }
        assert_eq!(findings.into_sorted().len(), MOST_OF_A_KIND);
    }

    #[test]
    fn a_message_is_made_only_if_it_is_kept() {
        struct Counted<'a>(&'a Cell<usize>);
        impl fmt::Display for Counted<'_> {
            fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.set(self.0.get() + 1);
                Ok(())
            }
        }
        let made = Cell::new(0);
        let mut findings = Findings::default();
        for _ in 0..1000 {
            findings.add(Code::UnknownKey, None, Counted(&made));
        }
        assert_eq!(made.get(), MOST_OF_A_KIND);
    }

    #[test]
    fn a_message_stops_growing() {
        let mut findings = Findings::default();
        findings.add(Code::UnknownKey, None, format_args!("x{}", "ü".repeat(1 << 20)));
        assert_eq!(findings.into_sorted()[0].message.len(), LONGEST_MESSAGE - 1);
    }
}
