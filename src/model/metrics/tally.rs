//! What can be counted: words, and how long something took.

use std::time::Duration;

/// How often something happened, by a word out of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally<const N: usize>([(&'static str, u64); N]);

impl<const N: usize> Tally<N> {
    pub(super) fn of(words: [&'static str; N]) -> Self {
        Self(words.map(|word| (word, 0)))
    }

    pub(super) fn count(&mut self, word: &str) {
        if let Some((_, count)) = self.0.iter_mut().find(|(known, _)| *known == word) {
            *count += 1;
        }
    }

    /// Each word with how often it happened.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.0.iter().copied()
    }
}

/// The bounds of the buckets, in seconds: a change is usually in force within one, and within
/// minutes where chmpx is busy or takes turns in restarting.
const BOUNDS: [f64; 12] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0];

/// How long something took, by buckets.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Histogram {
    within: [u64; BOUNDS.len()],
    count: u64,
    sum: f64,
}

impl Histogram {
    /// Takes note of one more.
    pub fn observe(&mut self, took: Duration) {
        let seconds = took.as_secs_f64();
        for (bound, count) in BOUNDS.iter().zip(&mut self.within) {
            *count += u64::from(seconds <= *bound);
        }
        self.count += 1;
        self.sum += seconds;
    }

    /// Each bound in seconds, with how many took no longer.
    pub fn buckets(&self) -> impl Iterator<Item = (f64, u64)> {
        BOUNDS.into_iter().zip(self.within)
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// What they took together, in seconds.
    pub fn sum(&self) -> f64 {
        self.sum
    }
}
