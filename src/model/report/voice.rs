//! Which verdicts the log tells, and how loudly.

use super::{Ailment, Report, severity};

/// How loudly something is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loudness {
    /// What was seen on the way.
    Aside,
    /// Something has changed.
    Plain,
    /// It will be tried again.
    Warning,
    /// Somebody has to act.
    Alarm,
}

/// What the log said last, so that it does not say it twice.
#[derive(Debug, Default)]
pub struct Voice {
    said: Option<(String, String)>,
}

impl Voice {
    /// How loudly the verdict of `report` is to be told. What is on its way to somewhere, and what
    /// differs from the last line by nothing but numbers, is only an aside.
    pub fn loudness(&mut self, report: &Report) -> Loudness {
        const ON_THE_WAY: [&str; 4] = ["acting", "settling", "adopting", "starting"];
        let verdict = &report.verdict;
        if ON_THE_WAY.contains(&verdict.code.as_str()) {
            return Loudness::Aside;
        }
        let gist = match report.troubles.first() {
            // However an outage shows itself, it is the same as long as the same is to be done.
            Some(trouble) if verdict.code == "trouble" => {
                format!("{} {:?}", trouble.doing, trouble.help)
            }
            _ if report.settled => String::new(),
            _ => verdict.sentence.chars().filter(|c| !c.is_ascii_digit()).collect(),
        };
        let saying = Some((verdict.code.clone(), gist));
        if self.said == saying {
            return Loudness::Aside;
        }
        self.said = saying;
        of(report)
    }
}

fn of(report: &Report) -> Loudness {
    let is_lasting = |trouble: &Ailment| trouble.outlook != Ailment::PASSING;
    if report.settled {
        Loudness::Plain
    } else if severity::calls_for_a_person(&report.verdict.code)
        || report.troubles.iter().any(is_lasting)
    {
        Loudness::Alarm
    } else if report.troubles.is_empty() && report.verdict.help.is_none() {
        Loudness::Plain
    } else {
        Loudness::Warning
    }
}
