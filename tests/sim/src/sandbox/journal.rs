//! What the agent says: its log, read while it is written.

use std::fs;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::paper::Ink;

/// The fields of a line that tell a reader something, as they are told and in this order.
const TOLD: [(&str, &str); 7] = [
    ("generation", "generation"),
    ("from", "from"),
    ("to", "to"),
    ("impact", "impact"),
    ("added", "added"),
    ("removed", "removed"),
    ("why", "because of"),
];

/// The log file, and how far it was read.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    read: usize,
}

/// One line of the log.
#[derive(Debug, Deserialize)]
pub(super) struct Line {
    level: String,
    fields: Map<String, Value>,
}

impl Journal {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, read: 0 }
    }

    /// The lines since the last call.
    pub(super) fn news(&mut self) -> Vec<Line> {
        // A log that is not there yet says nothing.
        let text = fs::read_to_string(&self.path).unwrap_or_default();
        let unread = text.get(self.read..).unwrap_or_default();
        // The last line may be half written.
        let whole = unread.rfind('\n').map_or(0, |end| end + 1);
        self.read += whole;
        let lines = unread.get(..whole).unwrap_or_default().lines();
        lines.filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// The last lines, as they are.
    pub(super) fn end(&self, lines: usize) -> Vec<String> {
        let text = fs::read_to_string(&self.path).unwrap_or_default();
        let all: Vec<_> = text.lines().map(str::to_owned).collect();
        all.iter().skip(all.len().saturating_sub(lines)).cloned().collect()
    }
}

impl Line {
    fn text(&self, field: &str) -> Option<String> {
        match self.fields.get(field)? {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// The code of the verdict that it tells, if it tells one.
    pub(super) fn code(&self) -> Option<String> {
        self.text("code")
    }

    /// What an operator can do about it.
    pub(super) fn help(&self) -> Option<String> {
        self.text("help")
    }

    /// It in one sentence.
    pub(super) fn sentence(&self) -> String {
        let told =
            TOLD.iter().filter_map(|(field, word)| Some(format!("{word} {}", self.text(field)?)));
        let told: Vec<_> = told.collect();
        let message = self.text("message").unwrap_or_default();
        if told.is_empty() { message } else { format!("{message}: {}", told.join(", ")) }
    }

    /// How it is written.
    pub(super) fn ink(&self) -> Ink {
        match self.level.as_str() {
            "ERROR" => Ink::Bad,
            "WARN" => Ink::Warning,
            _ => Ink::Plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_told_with_the_fields_that_matter() {
        let text = r#"{"level":"INFO","fields":{"message":"adopted","from":1,"to":2,
            "impact":"live","added":"a b","removed":"","published":"ff"}}"#;
        let line: Line = serde_json::from_str(text).unwrap();
        assert_eq!(line.sentence(), "adopted: from 1, to 2, impact live, added a b");
        assert_eq!(line.code(), None);
    }
}
