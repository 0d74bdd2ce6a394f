//! The table at the end: every scene in a line.

use std::process::ExitCode;
use std::time::Duration;

use super::paper::{Ink, Paper};
use super::script::SCRIPT;

/// A scene that was played.
#[derive(Debug)]
pub(super) struct Act {
    /// What it shows.
    pub(super) title: &'static str,
    /// How it had to end.
    pub(super) expected: &'static str,
    /// How it ended, or what was missing.
    pub(super) outcome: Result<String, String>,
    /// The time until the file was adopted; where none had to be, until the end.
    pub(super) took: Duration,
}

impl Act {
    /// Whether it ended as it should.
    pub(super) fn is_well(&self) -> bool {
        self.outcome.is_ok()
    }
}

/// Tells how all scenes ended, and gives the exit code for that: those that were not played count
/// as well.
pub(super) fn tell(paper: &mut Paper, acts: &[Act]) -> ExitCode {
    paper.line(&[]);
    let head = row("", "step", "expected", "seen", "time");
    paper.always(&[(Ink::Dim, &head)]);
    for (number, act) in (1..).zip(acts) {
        let (ink, mark, seen) = match &act.outcome {
            Ok(seen) => (Ink::Good, "ok", seen),
            Err(missing) => (Ink::Bad, "FAILED", missing),
        };
        let took = format!("{:.1} s", act.took.as_secs_f64());
        let row = row(&number.to_string(), act.title, act.expected, seen, &took);
        paper.always(&[(Ink::Plain, &row), (ink, mark)]);
    }
    for (number, act) in (1..).zip(acts) {
        if let Err(missing) = &act.outcome {
            paper.always(&[(Ink::Bad, &format!("step {number} did not end: {missing}"))]);
        }
    }
    let well = acts.iter().filter(|act| act.is_well()).count();
    let (ink, code) = if well == SCRIPT.len() {
        (Ink::Good, ExitCode::SUCCESS)
    } else {
        (Ink::Bad, ExitCode::FAILURE)
    };
    let all = format!("{well} of {} steps ended as expected", SCRIPT.len());
    paper.always(&[]);
    paper.always(&[(ink, &all)]);
    code
}

fn row(number: &str, title: &str, expected: &str, seen: &str, took: &str) -> String {
    format!("{number:>2}  {title:<23}  {expected:<27}  {seen:<30.30}  {took:>6}  ")
}

#[cfg(test)]
mod tests {
    use super::super::paper::WIDTH;
    use super::*;

    #[test]
    fn every_scene_fits_into_its_row() {
        for scene in SCRIPT {
            let row = row("13", scene.title, scene.expected, "unregistered, 4 servers, gen 9", "");
            assert!(row.chars().count() + "ok".len() <= WIDTH, "{row}");
        }
    }
}
