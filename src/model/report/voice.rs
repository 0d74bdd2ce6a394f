//! Which verdicts the log tells, and how loudly.

use super::super::failure::Outlook;
use super::code::{Code, Phase};
use super::{Report, TroubleFact, severity};

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
    said: Option<(Code, String)>,
}

impl Voice {
    /// How loudly the verdict of `report` is to be told. What is on its way to somewhere, and what
    /// differs from the last line by nothing but numbers, is only an aside.
    pub fn loudness(&mut self, report: &Report) -> Loudness {
        let verdict = &report.verdict;
        if verdict.code.phase() == Phase::Stage {
            return Loudness::Aside;
        }
        let gist = match report.troubles.first() {
            // However an outage shows itself, it is the same as long as the same is to be done.
            Some(trouble) if verdict.code == Code::Trouble => {
                format!("{} {:?}", trouble.doing, trouble.help)
            }
            _ if report.settled => String::new(),
            _ => verdict.sentence.chars().filter(|c| !c.is_ascii_digit()).collect(),
        };
        let saying = Some((verdict.code, gist));
        if self.said == saying {
            return Loudness::Aside;
        }
        self.said = saying;
        of(report)
    }
}

fn of(report: &Report) -> Loudness {
    let is_lasting = |trouble: &TroubleFact| trouble.outlook == Outlook::Lasting;
    if report.settled {
        Loudness::Plain
    } else if severity::calls_for_a_person(report.verdict.code)
        || report.troubles.iter().any(is_lasting)
    {
        Loudness::Alarm
    } else if report.troubles.is_empty() && report.verdict.help.is_none() {
        Loudness::Plain
    } else {
        Loudness::Warning
    }
}

#[cfg(test)]
mod tests {
    use super::super::Words;
    use super::*;
    use crate::model::history::History;
    use crate::model::memory::Memory;

    fn told(code: Code, sentence: &str) -> Report {
        Report {
            settled: code == Code::Settled,
            verdict: Words::new(code, sentence, Some("help")),
            ..Report::remembered(&Memory::default(), &History::default(), 0)
        }
    }

    fn loudness<const N: usize>(told_in_turn: [(Code, &str); N]) -> [Loudness; N] {
        let mut voice = Voice::default();
        told_in_turn.map(|(code, sentence)| voice.loudness(&told(code, sentence)))
    }

    #[test]
    fn a_change_that_goes_well_is_only_told_by_its_own_line() {
        let way = [
            (Code::Settled, "3 servers"),
            (Code::Settling, ""),
            (Code::Acting, ""),
            (Code::Adopting, ""),
        ];
        assert_eq!(loudness(way)[1..], [Loudness::Aside; 3]);
        let ends = [(Code::Settled, "3 servers"), (Code::Acting, ""), (Code::Settled, "4 servers")];
        assert_eq!(loudness(ends), [Loudness::Plain, Loudness::Aside, Loudness::Aside]);
    }

    #[test]
    fn what_differs_only_in_its_numbers_is_told_once() {
        let counts = [
            (Code::Dead, "back in 90 s"),
            (Code::Dead, "back in 89 s"),
            (Code::Dead, "it is gone"),
        ];
        let expected = [Loudness::Warning, Loudness::Aside, Loudness::Warning];
        assert_eq!(loudness(counts), expected);
    }

    /// A report of `code` with a trouble while doing `doing`.
    fn in_trouble(code: Code, sentence: &str, doing: &str, outlook: Outlook) -> Report {
        let (doing, cause) = (doing.to_owned(), sentence.to_owned());
        let class = None;
        let trouble = TroubleFact { doing, cause, outlook, class, help: None, since: 0, count: 1 };
        Report { troubles: vec![trouble], ..told(code, sentence) }
    }

    #[test]
    fn an_outage_is_told_once_however_it_shows_itself() {
        let mut voice = Voice::default();
        let mut said = |code, sentence, doing| {
            voice.loudness(&in_trouble(code, sentence, doing, Outlook::Passing))
        };
        assert_eq!(said(Code::Trouble, "refused", "reading"), Loudness::Warning);
        assert_eq!(said(Code::Trouble, "timed out", "reading"), Loudness::Aside);
        assert_eq!(said(Code::Trouble, "timed out", "installing"), Loudness::Warning);
        assert_eq!(said(Code::Dead, "it is lost", "reading"), Loudness::Warning);
        assert_eq!(said(Code::Dead, "it is gone", "reading"), Loudness::Warning, "not the trouble");
    }

    #[test]
    fn a_trouble_that_waiting_does_not_mend_is_an_alarm() {
        let report = in_trouble(Code::Trouble, "no such role", "reading", Outlook::Lasting);
        assert_eq!(Voice::default().loudness(&report), Loudness::Alarm);
    }

    #[test]
    fn being_settled_is_the_same_with_one_server_and_with_two() {
        let settled = [(Code::Settled, "1 server"), (Code::Settled, "2 servers")];
        assert_eq!(loudness(settled), [Loudness::Plain, Loudness::Aside]);
    }

    #[test]
    fn what_a_person_has_to_mend_is_an_alarm() {
        assert_eq!(
            loudness([(Code::Refused, "a"), (Code::Held, "b")]),
            [Loudness::Alarm, Loudness::Warning]
        );
    }

    #[test]
    fn being_well_again_is_told_after_anything_that_was_told() {
        let course = [(Code::Settled, "3"), (Code::Held, "b"), (Code::Settled, "3")];
        assert_eq!(loudness(course), [Loudness::Plain, Loudness::Warning, Loudness::Plain]);
    }
}
