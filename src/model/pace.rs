//! How long until K2HR3 is asked again: pure arithmetic, the sleeping is somewhere else.

use std::time::Duration;

/// How an attempt to learn what is published went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// K2HR3 answered, and asking it sooner than usual would not help this node.
    Settled,
    /// K2HR3 answered, but not yet what this node waits for.
    Underway,
    /// K2HR3 did not answer in a usable way; waiting may help.
    Passing {
        /// What the server asked for, if it did (`Retry-After`).
        retry_after: Option<Duration>,
    },
    /// Only an operator can help.
    Lasting,
}

/// The pace of one node.
#[derive(Debug, Clone)]
pub struct Pace {
    interval: Duration,
    longest: Duration,
    share: f64,
    failures: u32,
    phased: bool,
    dice: Dice,
}

/// While unsettled in the first minutes of its life a node looks this often.
const FAST: Duration = Duration::from_secs(2);
/// For how long the fast lane is open.
const FAST_FOR: Duration = Duration::from_secs(300);
/// The first wait after a failure, before jitter.
const FIRST: Duration = Duration::from_secs(1);

impl Pace {
    /// A pace around `interval`; no wait after a failure is longer than `longest`.
    ///
    /// `share` is this node's fixed place among all (`Cuk::share`), `seed` makes the jitter, and
    /// `failures` is how many attempts had failed in a row when the agent was last running: a
    /// restarted agent does not start to hammer a server that is down.
    pub fn new(
        interval: Duration,
        longest: Duration,
        share: f64,
        seed: u64,
        failures: u32,
    ) -> Self {
        Self { interval, longest, share, failures, phased: false, dice: Dice(seed) }
    }

    /// Failures in a row so far.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// How long to wait before the first attempt of this process.
    pub fn at_start(&mut self) -> Duration {
        if self.failures == 0 { Duration::ZERO } else { self.back_off() }
    }

    /// How long to wait after an attempt that went like `turn`, `up_for` after the start.
    pub fn after(&mut self, turn: Turn, up_for: Duration) -> Duration {
        match turn {
            Turn::Settled => {
                self.failures = 0;
                self.steady()
            }
            Turn::Underway => {
                self.failures = 0;
                if up_for < FAST_FOR { FAST.min(self.interval) } else { self.steady() }
            }
            Turn::Passing { retry_after } => {
                self.failures = self.failures.saturating_add(1);
                let wait = self.back_off();
                // A server may ask for more patience than ours, but not for ever.
                retry_after.map_or(wait, |asked| wait.max(asked).min(self.longest * 12))
            }
            Turn::Lasting => {
                self.failures = self.failures.saturating_add(1);
                self.longest.mul_f64(0.9 + 0.1 * self.dice.roll())
            }
        }
    }

    /// The first steady wait puts this node at its own place within the interval, so that nodes
    /// which booted together do not ask together; later ones keep it there, with jitter.
    fn steady(&mut self) -> Duration {
        if self.phased {
            return self.interval.mul_f64(0.9 + 0.2 * self.dice.roll());
        }
        self.phased = true;
        self.interval.mul_f64(self.share)
    }

    /// Exponential with full jitter, capped. Never quite zero: a full jitter may roll very low.
    ///
    /// A node that was settled tries once more at once and then starts from its usual pace: a fleet
    /// that went through all of the short waits would ask a server in trouble six times as often.
    fn back_off(&mut self) -> Duration {
        let doublings = self.failures.saturating_sub(1).min(16);
        let first = if self.phased && doublings > 0 { self.interval.max(FIRST) } else { FIRST };
        let ceiling = first.saturating_mul(2_u32.pow(doublings)).min(self.longest);
        ceiling.mul_f64(self.dice.roll()).max(Duration::from_millis(200))
    }
}

/// A small generator of numbers in `0..1` (`SplitMix64`): jitter needs no secrecy, and a seed makes
/// a run repeatable.
#[derive(Debug, Clone)]
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        f64::from(u32::try_from((z ^ (z >> 31)) >> 32).unwrap_or(u32::MAX)) / 4_294_967_296.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;
    const LATER: Duration = Duration::from_secs(3600);

    fn pace(failures: u32) -> Pace {
        Pace::new(S(30), S(300), 0.5, 7, failures)
    }

    #[test]
    fn a_settled_node_first_takes_its_place_and_then_keeps_it_with_jitter() {
        let mut pace = pace(0);
        assert_eq!(pace.after(Turn::Settled, LATER), S(15));
        for _ in 0..100 {
            let wait = pace.after(Turn::Settled, LATER);
            assert!((S(27)..=S(33)).contains(&wait), "{wait:?}");
        }
    }

    #[test]
    fn an_unsettled_node_looks_fast_only_in_its_first_minutes() {
        assert_eq!(pace(0).after(Turn::Underway, S(10)), S(2));
        assert_eq!(pace(0).after(Turn::Underway, FAST_FOR), S(15));
    }

    #[test]
    fn failures_back_off_to_the_longest_wait_and_no_further() {
        let mut pace = pace(0);
        for n in 0..40 {
            let wait = pace.after(Turn::Passing { retry_after: None }, LATER);
            assert!(wait <= S(1 << n.min(9)).min(S(300)), "{n}: {wait:?}");
        }
        assert_eq!(pace.failures(), 40);
    }

    #[test]
    fn a_settled_node_asks_a_silent_server_hardly_more_often_than_one_that_answers() {
        let waited = |node: u64| {
            let mut pace = Pace::new(S(30), S(300), 0.5, node, 0);
            pace.after(Turn::Settled, LATER);
            let waits = (0..4).map(|_| pace.after(Turn::Passing { retry_after: None }, LATER));
            waits.sum::<Duration>()
        };
        let mean = (0..1000).map(waited).sum::<Duration>() / 1000;
        assert!(mean > S(100), "four attempts within {mean:?}");
    }

    #[test]
    fn a_settled_node_tries_once_more_at_once() {
        for node in 0..100 {
            let mut pace = Pace::new(S(30), S(300), 0.5, node, 0);
            pace.after(Turn::Settled, LATER);
            assert!(pace.after(Turn::Passing { retry_after: None }, LATER) <= FIRST);
        }
    }

    #[test]
    fn one_answer_ends_the_back_off() {
        let mut pace = pace(9);
        pace.after(Turn::Settled, LATER);
        assert_eq!(pace.failures(), 0);
    }

    #[test]
    fn a_restart_of_the_agent_does_not_reset_the_back_off() {
        assert_eq!(pace(0).at_start(), Duration::ZERO);
        assert!(pace(9).at_start() > S(1));
    }

    #[test]
    fn the_server_may_ask_for_more_patience_but_not_for_ever() {
        let asked = |s| Turn::Passing { retry_after: Some(S(s)) };
        assert_eq!(pace(0).after(asked(120), LATER), S(120));
        assert_eq!(pace(0).after(asked(1_000_000), LATER), S(3600));
    }

    #[test]
    fn the_dice_are_the_upper_half_of_what_splitmix64_throws() {
        // The first four numbers that its authors' program makes of the seed 0.
        let thrown = [
            0xe220_a839_7b1d_cdaf_u64,
            0x6e78_9e6a_a1b9_65f4,
            0x06c4_5d18_8009_454f,
            0xf88b_b8a8_724c_81ec,
        ];
        let mut dice = Dice(0);
        for number in thrown {
            let upper = u32::try_from(number >> 32).unwrap();
            assert!((dice.roll() - f64::from(upper) / 2_f64.powi(32)).abs() < f64::EPSILON);
        }
    }

    #[test]
    fn what_only_an_operator_can_mend_is_retried_slowly() {
        let wait = pace(0).after(Turn::Lasting, LATER);
        assert!((S(270)..=S(300)).contains(&wait), "{wait:?}");
    }
}
