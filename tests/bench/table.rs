//! Tables in Markdown, and where they are kept.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::process;

/// What was measured, part by part.
#[derive(Default)]
pub struct Tables(String);

impl Tables {
    /// Begins a table under a heading; `remark` says what its figures mean.
    pub fn part(&mut self, heading: &str, remark: &str, columns: &[&str]) {
        let line = columns.iter().map(|_| "---").collect::<Vec<_>>().join("|");
        let columns = columns.join(" | ");
        write!(self.0, "\n## {heading}\n\n{remark}\n\n| {columns} |\n|{line}|\n").unwrap();
    }

    /// Adds a row, and shows it: some take minutes.
    pub fn row(&mut self, cells: &[String]) {
        let row = format!("| {} |", cells.join(" | "));
        println!("{row}");
        writeln!(self.0, "{row}").unwrap();
    }

    /// Keeps the tables, with the command that made them, the day and the machine.
    pub fn record(&self, file: &Path) {
        let words: Vec<_> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
        let head = format!(
            "# Figures\n\nMade by `cargo bench -- {}` on {}.\n",
            words.join(" "),
            process::machine()
        );
        fs::write(file, head + &self.0).unwrap();
    }
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
