//! What chmpx was lost with, and how often.

use super::super::plan::WantedBy;
use super::{Mark, Memory, Quarantine, Seconds};

impl Memory {
    /// Keeps the text of `bad` away from now on, because chmpx was lost with it or an operator went
    /// back from it. Returns how often chmpx was lost with it: a loss in the same generation is the
    /// same loss, noted again by an agent that was killed meanwhile.
    pub fn keep_away(&mut self, bad: &Mark, wanted: WantedBy, now: Seconds) -> u32 {
        let before = self.quarantine.take().filter(|before| before.hash == bad.published);
        let strikes = match before {
            _ if wanted == WantedBy::Operator => 0,
            Some(before) if before.generation == bad.generation => before.strikes,
            Some(before) => before.strikes.saturating_add(1),
            None => 1,
        };
        let (hash, generation) = (bad.published.clone(), bad.generation);
        self.quarantine = Some(Quarantine { hash, generation, strikes, at: now, said: None });
        strikes
    }

    /// The deaths that count on when the text `published` is written once more, because chmpx was
    /// seen with it in force before.
    pub fn deaths_with(&self, published: &str) -> u32 {
        let trial = self.trial.as_ref().filter(|trial| trial.published == published);
        let proven = trial.filter(|trial| self.is_adopted(published, trial.generation));
        proven.map_or(0, |trial| trial.deaths)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::trial::Trial;
    use super::super::Process;
    use super::*;

    fn bad(published: &str, generation: i32) -> Mark {
        Mark { published: published.to_owned(), generation, at: 900 }
    }

    #[test]
    fn a_text_that_chmpx_is_lost_with_again_gets_another_strike() {
        let mut memory = Memory::of("a");
        assert_eq!(memory.keep_away(&bad("text", 8), WantedBy::Agent, 1000), 1);
        assert_eq!(
            memory.keep_away(&bad("text", 8), WantedBy::Agent, 1001),
            1,
            "it is the same loss"
        );
        assert_eq!(memory.keep_away(&bad("text", 9), WantedBy::Agent, 1002), 2);
        let kept = memory.quarantine.clone().unwrap();
        assert_eq!((kept.hash.as_str(), kept.generation, kept.at), ("text", 9, 1002));
        assert_eq!(memory.keep_away(&bad("other", 10), WantedBy::Agent, 1003), 1);
    }

    #[test]
    fn an_operator_who_goes_back_strikes_nothing() {
        let mut memory = Memory::of("a");
        memory.keep_away(&bad("text", 8), WantedBy::Agent, 1000);
        assert_eq!(memory.keep_away(&bad("text", 9), WantedBy::Operator, 1001), 0);
        assert_eq!(memory.quarantine.map(|kept| kept.strikes), Some(0));
    }

    #[test]
    fn deaths_count_on_with_the_text_that_chmpx_had_in_force_and_no_other() {
        let mut memory = Memory::of("a");
        let process = Process { pid: 100, started: 1 };
        memory.trial = Some(Trial { deaths: 1, ..Trial::new("text", 8, process, 900) });
        assert_eq!(memory.deaths_with("text"), 0, "it was never seen in force");
        memory.adopted = Some(bad("text", 8));
        assert_eq!((memory.deaths_with("text"), memory.deaths_with("other")), (1, 0));
    }
}
