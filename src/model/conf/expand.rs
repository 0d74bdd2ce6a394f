//! Lists and ranges in a NAME: `srv[1-3].example,db[a,c]`.

mod work;

use std::sync::Arc;

use super::text::{Text, trim};
use work::{Stop, Work};

/// A longer text than this is not even looked at: chmpx takes a time that grows with its square.
const LONGEST: usize = 16 << 10;

/// What all sections of a file together may take: names, and texts between brackets.
const MOST_STEPS: usize = 70_000;

/// What the nodes may hold that are made of one section, in all sections of a file together.
const MOST_WEIGHT: usize = 8 << 20;

/// What a NAME stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expansion {
    /// These names, in chmpx's order.
    Names(Arc<[Text]>),
    /// chmpx refuses it, for this reason.
    Wrong(&'static str),
    /// More names than anyone can mean.
    TooMany,
    /// The sections before it stand for so many names that this one was not worked out.
    NotTried,
}

/// How much more of the names in a file is worked out.
#[derive(Debug)]
pub(super) struct Budget {
    steps: usize,
    weight: usize,
    is_spent: bool,
}

impl Budget {
    /// That of a whole file.
    pub(super) fn of_file() -> Self {
        Self { steps: MOST_STEPS, weight: MOST_WEIGHT, is_spent: false }
    }

    /// Expands `name` as chmpx does (`ExpandSimpleRegexHostname` in its lib/chmregex.cc), for a
    /// section that holds `weight` bytes: each of several names is a node with all of them.
    pub(super) fn expand(&mut self, name: &Text, weight: usize) -> Expansion {
        if name.is_empty() {
            return Expansion::Wrong("it is empty");
        }
        if name.len() > LONGEST {
            return Expansion::TooMany;
        }
        if !name.as_bytes().iter().any(|byte| b",[]".contains(byte)) {
            return Expansion::Names([trim(name.as_bytes()).into()].into());
        }
        if self.is_spent {
            return Expansion::NotTried;
        }
        let mut work = Work::default();
        let outcome = work.expand(name);
        let names = work.names.len();
        // A single name holds no more than its section, and what came to nothing holds nothing.
        let weight = match outcome {
            Ok(()) if names > 1 => names.saturating_mul(weight).saturating_add(work.bytes),
            Ok(()) | Err(_) => 0,
        };
        let left = (self.steps.checked_sub(work.steps), self.weight.checked_sub(weight));
        let (Some(steps), Some(weight)) = left else {
            self.is_spent = true;
            return Expansion::NotTried;
        };
        (self.steps, self.weight) = (steps, weight);
        match outcome {
            Ok(()) if names == 0 => Expansion::Wrong("it names nothing"),
            Ok(()) => Expansion::Names(work.names.into()),
            Err(Stop::Wrong(why)) => Expansion::Wrong(why),
            Err(Stop::TooMany) => Expansion::TooMany,
        }
    }
}

#[cfg(test)]
mod tests;
