//! Whether chmpx survives the file that it was given.
//!
//! A file that ends chmpx as it is read has to go at once. A chmpx that dies a little after it has
//! taken a file may have been killed by somebody: it gets one chance to come back with the file.

use serde::{Deserialize, Serialize};

use super::memory::{Process, Seconds};

/// chmpx reads a file while it does nothing else, for five seconds per name that does not resolve
/// (measured). A death within this time of an unproven file is put down to the file.
pub const LONGEST_READING: Seconds = 300;

/// A file that chmpx has yet to survive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// The hash of the published text that the file came from.
    pub published: String,
    /// The generation of the file.
    pub generation: i32,
    /// The process that has to survive it.
    pub process: Process,
    /// Since when it has had to.
    pub since: Seconds,
    /// How many processes were lost with it.
    pub deaths: u32,
    /// When the last one was lost, while no other has taken its place.
    pub lost: Option<Seconds>,
}

/// What a look at chmpx tells about its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// This process runs.
    Runs(Process),
    /// None runs.
    Gone,
    /// It cannot be told.
    Unclear,
}

impl Trial {
    /// A trial that begins now.
    pub fn new(published: &str, generation: i32, process: Process, now: Seconds) -> Self {
        let published = published.to_owned();
        Self { published, generation, process, since: now, deaths: 0, lost: None }
    }

    /// Takes note of what became of the process. One that was told to start afresh did not die.
    pub fn notice(&mut self, life: Life, told: bool, now: Seconds) {
        match life {
            Life::Runs(process) if process != self.process => {
                if self.lost.is_none() && !told {
                    self.deaths = self.deaths.saturating_add(1);
                }
                self.process = process;
                self.since = now;
                self.lost = None;
            }
            Life::Gone if self.lost.is_none() && !told => {
                self.deaths = self.deaths.saturating_add(1);
                self.lost = Some(now);
            }
            Life::Runs(_) | Life::Gone | Life::Unclear => {}
        }
    }

    /// Whether the file has to go. `proven` says that chmpx was seen with it in force; then one
    /// death is forgiven if another process takes its place within `start_within` seconds.
    pub fn is_failed(&self, proven: bool, start_within: Seconds, now: Seconds) -> bool {
        if self.deaths > 1 {
            return true;
        }
        let Some(lost) = self.lost else { return false };
        if proven {
            now.saturating_sub(lost) >= start_within
        } else {
            lost.saturating_sub(self.since) < LONGEST_READING
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Process = Process { pid: 100, started: 1 };
    const SECOND: Process = Process { pid: 200, started: 2 };
    const THIRD: Process = Process { pid: 300, started: 3 };

    fn trial(lives: &[Life]) -> Trial {
        let mut trial = Trial::new("text", 8, FIRST, 1000);
        for (life, now) in lives.iter().zip(1001..) {
            trial.notice(*life, false, now);
        }
        trial
    }

    #[test]
    fn a_death_before_adoption_is_proven_fails_the_file() {
        let trial = trial(&[Life::Runs(FIRST), Life::Gone]);
        assert!(trial.is_failed(false, 90, 1003));
        assert!(!trial.is_failed(true, 90, 1003));
    }

    #[test]
    fn a_death_long_after_an_unproven_file_was_put_there_is_not_its_fault() {
        let mut trial = trial(&[]);
        trial.notice(Life::Gone, false, 1000 + LONGEST_READING);
        assert!(!trial.is_failed(false, 90, 1000 + LONGEST_READING));
    }

    #[test]
    fn one_death_after_adoption_is_forgiven_to_a_process_that_comes_back() {
        let back = trial(&[Life::Gone, Life::Gone, Life::Runs(SECOND)]);
        assert!(!back.is_failed(true, 90, 5000));
        assert_eq!((back.deaths, back.since), (1, 1003));
        assert!(trial(&[Life::Gone]).is_failed(true, 90, 1091));
    }

    #[test]
    fn a_second_death_fails_the_file_also_when_nobody_saw_the_gap() {
        assert!(trial(&[Life::Runs(SECOND), Life::Runs(THIRD)]).is_failed(true, 90, 1003));
        assert!(trial(&[Life::Gone, Life::Runs(SECOND), Life::Gone]).is_failed(true, 90, 1004));
    }

    #[test]
    fn a_process_that_was_told_to_start_afresh_did_not_die() {
        let mut trial = trial(&[]);
        trial.notice(Life::Gone, true, 1001);
        trial.notice(Life::Runs(SECOND), true, 1002);
        assert_eq!((trial.deaths, trial.process), (0, SECOND));
    }
}
