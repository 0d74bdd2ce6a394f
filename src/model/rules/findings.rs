//! The findings about one file, and the sieve that keeps them readable.

use std::collections::BTreeMap;

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

/// Findings of one kind beyond this many are only counted.
const MOST_OF_A_KIND: usize = 20;

#[derive(Debug, Default)]
pub(super) struct Findings {
    found: Vec<Finding>,
    of_a_kind: BTreeMap<Code, usize>,
}

impl Findings {
    pub(super) fn add(&mut self, code: Code, line: Option<usize>, message: String) {
        let count = self.of_a_kind.entry(code).or_default();
        *count += 1;
        if *count <= MOST_OF_A_KIND {
            self.found.push(Finding::new(code, line, message));
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
    use super::*;

    #[test]
    fn a_flood_of_one_kind_is_counted_and_not_shown() {
        let mut findings = Findings::default();
        for line in 1..=1000 {
            findings.add(Code::UnknownKey, Some(line), String::new());
        }
        let found = findings.into_sorted();
        assert_eq!(found.len(), MOST_OF_A_KIND + 1);
        assert_eq!(found[0].message, "980 more of this kind are not shown");
    }
}
