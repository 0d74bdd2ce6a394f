//! The course of what goes wrong: when it began, how often it happened, when it was over.

use super::TroubleFact;
use crate::model::memory::Seconds;

/// What has been going wrong.
#[derive(Debug, Default)]
pub struct Course {
    /// What is told; that about K2HR3 stays as long as it is not asked.
    present: Vec<TroubleFact>,
    /// What may only be interrupted: a step that is not tried in a cycle has not succeeded.
    absent: Vec<TroubleFact>,
}

/// What a cycle changed in the course of things.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Passage {
    /// What has begun.
    pub begun: Vec<TroubleFact>,
    /// What has happened so often by now that it is told once more.
    pub still: Vec<TroubleFact>,
    /// What is over.
    pub over: Vec<TroubleFact>,
}

impl Course {
    /// Takes note of what went wrong in a cycle, and fills in since when and how often. `asked`
    /// says whether K2HR3 was asked in it, `is_well` whether it left nothing to do.
    pub fn note(&mut self, mut wrong: Vec<TroubleFact>, asked: bool, is_well: bool) -> Passage {
        let mut passage = Passage::default();
        if wrong.is_empty() && self.present.is_empty() && self.absent.is_empty() {
            return passage;
        }
        let mut known = std::mem::take(&mut self.present);
        known.append(&mut self.absent);
        for fact in &mut wrong {
            let same = known.iter().position(|earlier| earlier.doing == fact.doing);
            let Some(earlier) = same.map(|at| known.swap_remove(at)) else {
                passage.begun.push(fact.clone());
                continue;
            };
            fact.since = earlier.since;
            fact.count = earlier.count.saturating_add(1);
            if is_round(fact.count) {
                passage.still.push(fact.clone());
            }
        }
        self.present = wrong;
        for earlier in known {
            match (earlier.is_about_k2hr3(), asked, is_well) {
                (true, false, _) => self.present.push(earlier),
                (false, _, false) => self.absent.push(earlier),
                (true, true, _) | (false, _, true) => passage.over.push(earlier),
            }
        }
        passage
    }

    /// Whether nothing is wrong, nor was lately.
    pub fn is_over(&self) -> bool {
        self.present.is_empty() && self.absent.is_empty()
    }

    /// What is wrong now.
    pub fn present(&self) -> &[TroubleFact] {
        &self.present
    }

    /// Moves all times along with a clock that was set by `jump` seconds.
    pub fn follow_clock(&mut self, jump: i64) {
        for fact in self.present.iter_mut().chain(&mut self.absent) {
            fact.since = fact.since.saturating_add_signed(jump);
        }
    }
}

impl TroubleFact {
    /// For how long it has been so, in seconds.
    pub fn age(&self, now: Seconds) -> Seconds {
        now.saturating_sub(self.since)
    }
}

/// Whether a count is 10, 100, 1,000 and so on.
fn is_round(count: u64) -> bool {
    count >= 10 && count == 10_u64.pow(count.ilog10())
}

#[cfg(test)]
mod tests {
    use super::super::super::failure::{Class, Outlook};
    use super::*;

    fn fact(doing: &str, class: Option<Class>, since: Seconds) -> TroubleFact {
        TroubleFact {
            doing: doing.to_owned(),
            cause: format!("cause {since}"),
            outlook: Outlook::Passing,
            class,
            help: None,
            since,
            count: 1,
        }
    }

    #[test]
    fn a_trouble_that_repeats_is_told_at_1_10_100_and_so_on() {
        let mut course = Course::default();
        let mut told = Vec::new();
        for attempt in 1..=1000 {
            let passage =
                course.note(vec![fact("reading", Some(Class::Busy), attempt)], true, false);
            if !passage.begun.is_empty() || !passage.still.is_empty() {
                told.push(attempt);
            }
        }
        assert_eq!(told, [1, 10, 100, 1000]);
        let now = &course.present()[0];
        assert_eq!((now.since, now.count, now.cause.as_str()), (1, 1000, "cause 1000"));
    }

    #[test]
    fn trouble_with_k2hr3_lasts_until_k2hr3_answers() {
        let mut course = Course::default();
        course.note(vec![fact("reading", Some(Class::Busy), 5)], true, false);
        assert_eq!(course.note(Vec::new(), false, false), Passage::default());
        assert_eq!(course.present().len(), 1);

        let over = course.note(Vec::new(), true, false).over;
        assert_eq!((over[0].since, over[0].count), (5, 1));
        assert!(course.present().is_empty());
    }

    #[test]
    fn a_clock_that_is_set_makes_no_trouble_older() {
        let mut course = Course::default();
        course.note(vec![fact("installing", None, 1000)], true, false);
        course.note(vec![fact("reading", Some(Class::Busy), 1010)], true, false);
        course.follow_clock(90);
        assert_eq!(course.present()[0].age(1120), 20);
        assert_eq!(course.note(Vec::new(), true, true).over.len(), 2);
    }

    #[test]
    fn it_is_over_when_nothing_is_wrong_and_nothing_waits_to_be_tried_again() {
        let mut course = Course::default();
        assert!(course.is_over());
        course.note(vec![fact("installing", None, 5)], true, false);
        assert!(!course.is_over());
        course.note(Vec::new(), true, false);
        assert!(!course.is_over(), "it was not tried again");
        course.note(Vec::new(), true, true);
        assert!(course.is_over());
    }

    #[test]
    fn what_was_not_tried_again_is_not_over_until_all_is_well() {
        let mut course = Course::default();
        course.note(vec![fact("installing", None, 5)], true, false);
        assert_eq!(course.note(Vec::new(), true, false), Passage::default());
        assert!(course.present().is_empty(), "it is no trouble of this cycle");

        let again = course.note(vec![fact("installing", None, 9)], true, false);
        assert!(again.begun.is_empty());
        assert_eq!(course.present()[0].count, 2);
        assert_eq!(course.note(Vec::new(), true, true).over.len(), 1);
    }
}
