//! What differs between two texts, line by line.
//!
//! One algorithm for one kind of text: the general entry of `similar` carries all of its algorithms
//! for each type that it is used with, and 500 KB of them into this program.

use std::time::Instant;

use similar::algorithms::{Capture, Compact, Replace, myers};
use similar::{DiffOp, DiffTag, group_diff_ops};

use super::plain::Plain;

/// So many lines around a change are shown with it.
const AROUND: usize = 2;

/// The difference of two texts.
#[derive(Debug)]
pub struct Unified<'a> {
    old: Vec<&'a str>,
    new: Vec<&'a str>,
    operations: Vec<DiffOp>,
}

impl<'a> Unified<'a> {
    /// Compares two texts. What has not been compared at the deadline counts as replaced.
    pub fn of(old: &'a str, new: &'a str, deadline: Option<Instant>) -> Self {
        let old: Vec<_> = old.split_inclusive('\n').collect();
        let new: Vec<_> = new.split_inclusive('\n').collect();
        let (all_old, all_new) = (0..old.len(), 0..new.len());
        let mut kept = Compact::new(Replace::new(Capture::new()), &old[..], &new[..]);
        let Ok(()) =
            myers::diff_deadline(&mut kept, &old[..], all_old, &new[..], all_new, deadline);
        let operations = kept.into_inner().into_inner().into_ops();
        Self { old, new, operations }
    }

    /// The lines that differ, each behind its `-` or `+`.
    pub fn changed(&self) -> impl Iterator<Item = String> {
        let changed = self.operations.iter().filter(|it| it.tag() != DiffTag::Equal);
        changed.flat_map(|operation| self.lines(operation))
    }

    /// The difference as `diff -u` writes it, without the names of files; empty if there is none.
    pub fn text(&self) -> String {
        let mut lines = Vec::new();
        for group in group_diff_ops(self.operations.clone(), AROUND) {
            let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
            let old = range(first.old_range().start, last.old_range().end);
            let new = range(first.new_range().start, last.new_range().end);
            lines.push(format!("@@ -{old} +{new} @@\n"));
            lines.extend(group.iter().flat_map(|operation| self.lines(operation)));
        }
        lines.concat()
    }

    /// The lines of one operation, each ended.
    fn lines(&self, operation: &DiffOp) -> Vec<String> {
        let (tag, old, new) = operation.as_tag_tuple();
        let of = |lines: &[&str], sign: char| -> Vec<String> {
            lines.iter().map(|line| signed(sign, line)).collect()
        };
        let (old, new) = (self.old.get(old), self.new.get(new));
        let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
        if tag == DiffTag::Equal { of(old, ' ') } else { [of(old, '-'), of(new, '+')].concat() }
    }
}

fn signed(sign: char, line: &str) -> String {
    match line.strip_suffix('\n') {
        Some(line) => format!("{sign}{}\n", Plain(line)),
        None => format!("{sign}{}\n\\ No newline at end of file\n", Plain(line)),
    }
}

/// A range of lines as `diff -u` counts: from 1, and the line before where there is none.
fn range(start: usize, end: usize) -> String {
    match end - start {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        count => format!("{},{count}", start + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(old: &str, new: &str) -> String {
        Unified::of(old, new, None).text()
    }

    #[test]
    fn equal_texts_have_no_difference() {
        assert_eq!(text("a\nb\n", "a\nb\n"), "");
        assert_eq!(text("", ""), "");
    }

    #[test]
    fn a_change_is_shown_with_two_lines_around_it() {
        let old = "1\n2\n3\n4\n5\n6\n7\n";
        let new = "1\n2\n3\nfour\n5\n6\n7\n";
        assert_eq!(text(old, new), "@@ -2,5 +2,5 @@\n 2\n 3\n-4\n+four\n 5\n 6\n");
    }

    #[test]
    fn a_remark_cannot_steer_the_terminal_that_shows_it() {
        assert_eq!(text("", "# \x1b[2J\tx\n"), "@@ -0,0 +1 @@\n+# \\u{1b}[2J\tx\n");
    }

    #[test]
    fn changes_far_apart_are_shown_apart() {
        let old: String = (1..=20).map(|n| format!("{n}\n")).collect::<Vec<_>>().concat();
        let new = old.replacen("3\n", "three\n", 1).replace("18\n", "");
        assert_eq!(text(&old, &new).matches("@@ -").count(), 2);
    }

    #[test]
    fn a_text_that_comes_or_goes_is_counted_as_diff_does() {
        assert_eq!(text("", "a\nb\n"), "@@ -0,0 +1,2 @@\n+a\n+b\n");
        assert_eq!(text("a\n", ""), "@@ -1 +0,0 @@\n-a\n");
    }

    #[test]
    fn a_missing_end_of_line_is_told() {
        assert_eq!(text("a\n", "a"), "@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n");
    }

    #[test]
    fn only_the_lines_that_differ_are_told() {
        let (old, new) = ("a\nb\nc\n", "a\nB\nc\n");
        let changed: Vec<_> = Unified::of(old, new, None).changed().collect();
        assert_eq!(changed, ["-b\n", "+B\n"]);
    }
}
