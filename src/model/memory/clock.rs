//! What remembered times mean after the wall clock was set, or the machine slept.

use super::{Memory, Seconds};

impl Memory {
    /// Moves every remembered time along with a clock that was set by `jump` seconds: what was ten
    /// seconds ago stays ten seconds ago. A machine that slept is treated alike: chmpx slept, too.
    pub fn follow_clock(&mut self, jump: i64) {
        self.each_time(|at| *at = at.saturating_add_signed(jump));
    }

    /// Takes times that lie after `now` for now. They come from a clock that was set back while no
    /// agent was there to see it, and would keep something waiting until they are reached.
    pub fn know_no_future(&mut self, now: Seconds) {
        self.each_time(|at| *at = (*at).min(now));
    }

    fn each_time(&mut self, change: impl Fn(&mut Seconds)) {
        if self.registered_at > 0 {
            change(&mut self.registered_at);
        }
        self.published.iter_mut().for_each(|seen| change(&mut seen.at));
        let marks = [&mut self.installed, &mut self.adopted, &mut self.good, &mut self.before];
        marks.into_iter().flatten().for_each(|mark| change(&mut mark.at));
        if let Some(trial) = &mut self.trial {
            change(&mut trial.since);
            trial.lost.iter_mut().for_each(&change);
        }
        self.missed.iter_mut().for_each(&change);
        self.quarantine.iter_mut().for_each(|quarantine| change(&mut quarantine.at));
        if let Some(owed) = &mut self.owed {
            change(&mut owed.at);
            owed.told.iter_mut().for_each(&change);
        }
        self.restarts.iter_mut().chain(&mut self.drifts).for_each(change);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{OwedRestart, Process};
    use super::*;

    const YEAR: i64 = 31_536_000;

    fn owing(at: Seconds) -> Memory {
        let process = Process { pid: 1, started: 1 };
        let owed = OwedRestart {
            why: String::new(),
            process,
            told: Some(at),
            at,
            shared: true,
            only_with: None,
        };
        let restarts = vec![at - 100, at];
        Memory { owed: Some(owed), restarts, registered_at: at, ..Memory::of("a") }
    }

    #[test]
    fn a_clock_that_is_set_changes_no_age() {
        for jump in [YEAR, -YEAR, 90] {
            let mut memory = owing(100_000_000);
            memory.follow_clock(jump);
            assert_eq!(memory, owing(100_000_000_u64.saturating_add_signed(jump)));
        }
    }

    #[test]
    fn a_time_that_never_was_stays_so() {
        let mut memory = Memory::of("a");
        memory.follow_clock(YEAR);
        assert_eq!(memory, Memory::of("a"));
    }

    #[test]
    fn nothing_waits_for_a_year_because_the_clock_was_set_back_by_one() {
        let mut memory = owing(100_000_000);
        memory.know_no_future(5000);
        assert_eq!(memory.restarts, [5000, 5000]);
        assert_eq!(memory.owed.unwrap().told, Some(5000));
    }
}
