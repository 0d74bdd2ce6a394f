//! How text is laid out for whoever reads it: colours and width on a terminal, plain lines in a pipe.

use std::fmt::Write as _;
use std::io::{IsTerminal, stdout};

use crate::model::plain::Plain;
use crate::terminal::{columns, has_colours};

/// Whether to write in colours.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint(bool);

pub(crate) const BOLD: &str = "1";
pub(crate) const DIM: &str = "2";
pub(crate) const RED: &str = "1;31";
pub(crate) const YELLOW: &str = "1;33";
pub(crate) const GREEN: &str = "1;32";
pub(crate) const BLUE: &str = "1;34";

impl Paint {
    /// Colours, where standard output shows them.
    pub(crate) fn of_stdout() -> Self {
        Self(has_colours(&stdout()))
    }

    /// None.
    #[cfg(test)]
    pub(crate) const NONE: Self = Self(false);

    /// `text` in the colour `code`.
    pub(crate) fn of(self, code: &str, text: &str) -> String {
        if self.0 { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// The columns that a label takes.
const LABEL: usize = 11;
/// The columns by which a long entry goes on further in.
const INDENT: usize = 4;
/// A terminal that is narrower than this wraps by itself.
const NARROWEST: usize = 40;

/// A page of labelled lines.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) paint: Paint,
    /// The columns of the terminal; `None` in a pipe, where every line stays whole.
    width: Option<usize>,
    text: String,
}

impl Page {
    /// A page for standard output.
    pub(crate) fn new() -> Self {
        let width = if stdout().is_terminal() { columns(stdout()) } else { None };
        Self::of(Paint::of_stdout(), width)
    }

    /// A page in a pipe.
    #[cfg(test)]
    pub(crate) fn plain() -> Self {
        Self::of(Paint::NONE, None)
    }

    pub(crate) fn of(paint: Paint, width: Option<usize>) -> Self {
        Self { paint, width: width.filter(|width| *width >= NARROWEST), text: String::new() }
    }

    /// Whether somebody sits before it.
    pub(crate) fn is_terminal(&self) -> bool {
        self.width.is_some()
    }

    /// A line without a label, in the colour `code`.
    pub(crate) fn heading(&mut self, code: &str, text: &str) {
        for line in self.wrapped(0, text) {
            let _infallible = writeln!(self.text, "{}", self.paint.of(code, &line));
        }
    }

    /// A line after a label; what does not fit goes on below it.
    pub(crate) fn line(&mut self, label: &str, text: &str) {
        self.marked(DIM, label, text);
    }

    /// The same with a label in the colour `code`.
    pub(crate) fn marked(&mut self, code: &str, label: &str, text: &str) {
        let label = format!("{label:<LABEL$}");
        for (number, line) in self.wrapped(LABEL, text).iter().enumerate() {
            let label = if number == 0 { &label } else { "" };
            let _infallible =
                writeln!(self.text, "{}{line}", self.paint.of(code, &format!("{label:<LABEL$}")));
        }
    }

    /// A line of its own; what does not fit goes on below it, a little further in.
    pub(crate) fn entry(&mut self, text: &str) {
        for (number, line) in self.wrapped(INDENT, text).iter().enumerate() {
            let indent = if number == 0 { 0 } else { INDENT };
            let _infallible = writeln!(self.text, "{:indent$}{line}", "");
        }
    }

    /// An empty line.
    pub(crate) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// The whole page.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    /// The lines of a text, which may quote others.
    fn wrapped(&self, indent: usize, text: &str) -> Vec<String> {
        let text = Plain(text).to_string();
        match self.width {
            Some(width) => wrapped(&text, width.saturating_sub(indent)),
            None => vec![text],
        }
    }
}

/// `text` in lines of at most `width` columns, broken at blanks where there are any.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += length;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_sentence_goes_on_below_itself() {
        let mut page = Page::of(Paint::NONE, Some(40));
        page.line("published", "one two three four five six seven eight");
        let expected = "published  one two three four five six\n           seven eight\n";
        assert_eq!(page.finish(), expected);
    }

    #[test]
    fn a_word_that_is_wider_than_the_terminal_stays_whole() {
        let long = "x".repeat(100);
        assert_eq!(wrapped(&format!("a {long} b"), 40), ["a", &long, "b"]);
    }

    #[test]
    fn a_text_cannot_steer_the_terminal_and_begins_no_line() {
        let mut page = Page::plain();
        page.entry("a\x1b[2J\nb");
        assert_eq!(page.finish(), "a\\u{1b}[2J\\nb\n");
    }

    #[test]
    fn in_a_pipe_every_line_stays_whole() {
        let mut page = Page::plain();
        let long = "word ".repeat(100);
        page.line("label", &long);
        assert_eq!(page.finish().lines().count(), 1);
    }
}
