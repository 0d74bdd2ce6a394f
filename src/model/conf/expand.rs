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
mod tests {
    use super::*;

    fn expand(name: &Text) -> Expansion {
        Budget::of_file().expand(name, 0)
    }

    #[track_caller]
    fn gives(name: &str, expected: &[&str]) {
        let Expansion::Names(names) = expand(&name.into()) else { panic!("{name} is refused") };
        assert_eq!(names.iter().map(ToString::to_string).collect::<Vec<_>>(), expected, "{name}");
    }

    #[test]
    fn ranges_and_lists_are_expanded_the_first_bracket_turning_slowest() {
        gives("srv[1-2][a-b]", &["srv1a", "srv1b", "srv2a", "srv2b"]);
        gives("srv[1-2],db[x,y]", &["srv1", "srv2", "dbx", "dby"]);
        gives("srv1.example, srv2.example", &["srv1.example", "srv2.example"]);
        gives("[08-10]", &["8", "9", "10"]);
    }

    #[test]
    fn blanks_and_empty_items_inside_brackets_do_not_matter() {
        gives("srv[ 1 - 3 ].example", &["srv1.example", "srv2.example", "srv3.example"]);
        gives("[1,,3]", &["1", "3"]);
    }

    #[test]
    fn an_empty_item_of_the_list_is_an_empty_name() {
        gives(",srv1", &["", "srv1"]);
        gives("srv1,,srv2", &["srv1", "", "srv2"]);
        gives(",", &[""]);
        gives("srv1,", &["srv1"]);
    }

    #[test]
    fn a_bracketed_ipv6_address_is_a_list_of_one() {
        gives("[2001:db8::1]", &["2001:db8::1"]);
    }

    #[test]
    fn wrong_brackets_and_ranges_are_refused() {
        for name in ["", "srv[1-", "srv]", "srv[]", "srv[[1]", "srv[3-1]", "srv[1-2-3]", "srv[a-Z]"]
        {
            assert!(matches!(expand(&name.into()), Expansion::Wrong(_)), "{name}");
        }
        for name in ["srv[-3]", "srv[aa-bb]", "srv[1-b]", "srv[,]", "a]b[1]"] {
            assert!(matches!(expand(&name.into()), Expansion::Wrong(_)), "{name}");
        }
    }

    #[test]
    fn an_explosion_is_not_worked_out() {
        assert_eq!(expand(&"[1-2147483647]".into()), Expansion::TooMany);
        assert_eq!(expand(&"[1-9]".repeat(40).as_str().into()), Expansion::TooMany);
        assert_eq!(expand(&"[a]".repeat(1 << 20).as_str().into()), Expansion::TooMany);
        assert_eq!(expand(&"[1-32999]".repeat(1800).as_str().into()), Expansion::TooMany);
        gives(&"[a]".repeat(5000), &["a".repeat(5000).as_str()]);
    }

    #[test]
    fn all_sections_together_share_one_budget() {
        let mut budget = Budget::of_file();
        let mut expanded = |name: &str, weight| budget.expand(&name.into(), weight);
        assert!(matches!(expanded("a[1-32999]", 200), Expansion::Names(_)));
        assert_eq!(expanded("b[1-32999]", 200), Expansion::NotTried);
        assert_eq!(expanded("c[1-2]", 200), Expansion::NotTried);
        assert!(matches!(expanded("plain", 200), Expansion::Names(_)), "it costs nothing");
        let heavy = Budget::of_file().expand(&"a[1-32999]".into(), 8192);
        assert_eq!(heavy, Expansion::NotTried);
    }

    #[test]
    fn what_comes_to_nothing_costs_as_much() {
        let mut budget = Budget::of_file();
        let names = (0..4).map(|_| budget.expand(&"a[1-32999][1-2]".into(), 0));
        assert_eq!(names.last(), Some(Expansion::NotTried));
    }
}
