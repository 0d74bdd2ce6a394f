//! What changed in the file, in as few lines as tell it.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::paper::{Ink, Paper, WIDTH};
use super::target::Target;

/// A change that needs more lines is cut: whoever wants all of it keeps the directory.
const MOST: usize = 12;
const INDENT: usize = 23;

/// Shows how `old` became `new`.
pub(super) fn tell(paper: &mut Paper, old: &Target, new: &Target) {
    let lines = differences(&old.entries(), &new.entries());
    let mut before = format!("    {:<19}", "file");
    for (ink, text) in lines.iter().take(MOST) {
        paper.line(&[(Ink::Dim, &before), (*ink, &cut(text))]);
        before = " ".repeat(INDENT);
    }
    if let Some(more) = lines.len().checked_sub(MOST).filter(|more| *more > 0) {
        paper.line(&[(Ink::Dim, &format!("{before}… and {more} more"))]);
    }
}

fn differences(old: &[String], new: &[String]) -> Vec<(Ink, String)> {
    if old.is_empty() {
        return vec![(Ink::Good, format!("+ all of it: {}", counted(new)))];
    }
    let gone = |entries: &[String]| -> Vec<_> {
        entries.iter().map(|entry| (Ink::Bad, format!("- {entry}"))).collect()
    };
    let come = |entries: &[String]| -> Vec<_> {
        entries.iter().map(|entry| (Ink::Good, format!("+ {entry}"))).collect()
    };
    let told = |op: DiffOp| {
        let (old, new) = (old.get(op.old_range()), new.get(op.new_range()));
        match op {
            DiffOp::Equal { .. } => Vec::new(),
            DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                let gone = gone(old.unwrap_or_default());
                gone.into_iter().chain(come(new.unwrap_or_default())).collect()
            }
        }
    };
    capture_diff_slices(Algorithm::Myers, old, new).into_iter().flat_map(told).collect()
}

/// A file that is new altogether, in numbers.
fn counted(entries: &[String]) -> String {
    let nodes = |section: &str| entries.iter().filter(|entry| entry.starts_with(section)).count();
    let (servers, slaves) = (nodes("[SVRNODE]"), nodes("[SLVNODE]"));
    format!("{} values in [GLOBAL], {servers} servers, {slaves} slave", {
        entries.iter().filter(|entry| !entry.starts_with('[')).count()
    })
}

/// A long entry loses its last values.
fn cut(text: &str) -> String {
    let room = WIDTH - INDENT;
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let fits: String = text.chars().take(room - 2).collect();
    let whole = fits.rsplit_once(' ').map_or(fits.as_str(), |(whole, _)| whole);
    format!("{} …", whole.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn only_what_changed_is_told_the_old_before_the_new() {
        let told = differences(&entries(&["v=1", "a", "b"]), &entries(&["v=2", "a", "b", "c"]));
        let texts: Vec<_> = told.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["- v=1", "+ v=2", "+ c"]);
    }

    #[test]
    fn a_first_file_is_told_in_numbers() {
        let told = differences(&[], &entries(&["[GLOBAL]", "v=1", "[SVRNODE]  NAME=a"]));
        assert_eq!(told[0].1, "+ all of it: 1 values in [GLOBAL], 1 servers, 0 slave");
    }

    #[test]
    fn a_long_entry_is_cut() {
        assert_eq!(cut(&"x".repeat(500)).chars().count(), WIDTH - INDENT);
        let node = format!("[SVRNODE]  NAME=a  CUK={}", "x".repeat(99));
        assert_eq!(cut(&node), "[SVRNODE]  NAME=a …");
    }
}
