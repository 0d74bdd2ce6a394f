//! Where the story is told: on a terminal in colour, elsewhere as plain text.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write};
use std::path::Path;
use std::time::Duration;

use super::mishap::Mishap;

/// No line is longer.
pub(super) const WIDTH: usize = 100;
/// What stands before the text of a line: indent, label, time.
const MARGIN: usize = 23;

/// How something is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Plain,
    Dim,
    Strong,
    Good,
    Bad,
    Warning,
}

impl Ink {
    /// The parameters of the terminal's SGR sequence.
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "0",
            Self::Dim => "2",
            Self::Strong => "1",
            Self::Good => "32",
            Self::Bad => "31",
            Self::Warning => "33",
        }
    }
}

/// What is written on: standard output, and a file if one is asked for.
#[derive(Debug)]
pub(super) struct Paper {
    colour: bool,
    quiet: bool,
    record: Option<File>,
}

impl Paper {
    /// Colour is for terminals, and not when `NO_COLOR` is set.
    pub(super) fn new(quiet: bool, record: Option<&Path>) -> Result<Self, Mishap> {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let record = record.map(File::create).transpose();
        let record = record.map_err(Mishap::when("make the record"))?;
        Ok(Self { colour: io::stdout().is_terminal() && !unwanted && !quiet, quiet, record })
    }

    /// One line of the story.
    pub(super) fn line(&mut self, parts: &[(Ink, &str)]) {
        if !self.quiet {
            self.write(parts);
        }
    }

    /// One line that is shown even when only the summary is wanted.
    pub(super) fn always(&mut self, parts: &[(Ink, &str)]) {
        self.write(parts);
    }

    /// The head of a scene.
    pub(super) fn heading(&mut self, number: usize, title: &str) {
        self.line(&[]);
        self.line(&[(Ink::Dim, &format!("{number:>2}  ")), (Ink::Strong, title)]);
    }

    /// Something that was said, by whom and how long after the deed, wrapped below itself.
    pub(super) fn told(&mut self, who: &str, after: Option<Duration>, ink: Ink, text: &str) {
        let time = after.map_or_else(String::new, |after| format!("{:.2} s", after.as_secs_f64()));
        let mut before = format!("    {who:<9} {time:>7}  ");
        for part in wrapped(text, WIDTH - MARGIN) {
            self.line(&[(Ink::Dim, &before), (ink, &part)]);
            before = " ".repeat(MARGIN);
        }
    }

    fn write(&mut self, parts: &[(Ink, &str)]) {
        let plain: String = parts.iter().map(|(_, text)| *text).collect();
        let plain = plain.trim_end();
        let shown = if self.colour { coloured(parts) } else { plain.to_owned() };
        // A reader that went away has read enough.
        writeln!(io::stdout(), "{shown}").unwrap_or_default();
        if let Some(record) = &mut self.record {
            writeln!(record, "{plain}").unwrap_or_default();
        }
    }
}

fn coloured(parts: &[(Ink, &str)]) -> String {
    let inked = |(ink, text): &(Ink, &str)| format!("\x1b[{}m{text}\x1b[0m", ink.code());
    parts.iter().map(inked).collect()
}

/// `text` in lines of at most `width` characters, broken between words.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_broken_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("one", 7), ["one"]);
        assert_eq!(wrapped("a very-long-word b", 5), ["a", "very-long-word", "b"]);
    }

    #[test]
    fn every_part_ends_its_own_colour() {
        let shown = coloured(&[(Ink::Bad, "a "), (Ink::Good, "b")]);
        assert_eq!(shown, "\x1b[31ma \x1b[0m\x1b[32mb\x1b[0m");
    }
}
