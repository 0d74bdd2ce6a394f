//! Many nodes, each with its own [`Pace`], and one K2HR3 that only counts.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;
use std::time::Duration;

use k2hdkc_slave_agent::model::identity::Cuk;
use k2hdkc_slave_agent::model::pace::{Pace, Turn};

/// What happens, in seconds.
#[derive(Debug)]
pub(crate) struct Story {
    /// All nodes have booted by then, one after the other.
    pub(crate) booted: usize,
    /// K2HR3 does not answer.
    pub(crate) outage: Range<usize>,
    /// Every agent is restarted once, a hundredth of them at a time.
    pub(crate) restart: Range<usize>,
    /// The end.
    pub(crate) end: usize,
}

impl Story {
    /// An hour of peace, an hour's outage, recovery, a rolling restart of ten minutes.
    pub(crate) const USUAL: Self =
        Self { booted: 600, outage: 7200..10_800, restart: 14_400..15_000, end: 16_200 };

    /// When nothing happens.
    pub(crate) fn steady(&self) -> Range<usize> {
        self.outage.start - 3600..self.outage.start
    }
}

/// Requests at the server in each second.
#[derive(Debug)]
pub(crate) struct Arrivals(Vec<u32>);

impl Arrivals {
    /// Requests per second on the average of a span.
    pub(crate) fn mean(&self, span: Range<usize>) -> f64 {
        let seconds = span.len();
        self.sum(span) / seconds as f64
    }

    /// The most requests per second in any `window` seconds of a span.
    pub(crate) fn peak(&self, span: Range<usize>, window: usize) -> f64 {
        let starts = span.start..(span.end + 1).saturating_sub(window);
        starts.map(|at| self.mean(at..at + window)).fold(0.0, f64::max)
    }

    fn sum(&self, span: Range<usize>) -> f64 {
        self.0.get(span).unwrap_or_default().iter().map(|count| f64::from(*count)).sum()
    }
}

/// One agent.
struct Node {
    pace: Pace,
    started: Duration,
    restarts_at: Duration,
}

const INTERVAL: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(300);

fn pace(number: usize, failures: u32, life: u64) -> Pace {
    // Keys as an OpenStack gives them would be as even; these are repeatable.
    let share = Cuk::parse(&format!("i-{number:08}")).map_or(0.0, |cuk| cuk.share());
    Pace::new(INTERVAL, LONGEST, share, number as u64 ^ life << 40, failures)
}

/// Plays `story` for so many nodes.
pub(crate) fn run(nodes: usize, story: &Story) -> Arrivals {
    let mut arrivals = vec![0_u32; story.end];
    let mut due = BinaryHeap::new();
    let mut fleet = Vec::with_capacity(nodes);
    let step = story.restart.len() / 100;
    for number in 0..nodes {
        let boot = Duration::from_millis((number * story.booted * 1000 / nodes) as u64);
        let restart = story.restart.start + number * 100 / nodes * step;
        let restarts_at = Duration::from_secs(restart as u64);
        fleet.push(Node { pace: pace(number, 0, 1), started: boot, restarts_at });
        due.push(Reverse((boot, number, 1_u64)));
        due.push(Reverse((restarts_at, number, 2)));
    }
    while let Some(Reverse((now, number, life))) = due.pop() {
        let Some(node) = fleet.get_mut(number) else { continue };
        let is_restart = now == node.restarts_at && life == 2;
        if life == 1 && now >= node.restarts_at {
            continue;
        }
        if is_restart {
            node.pace = pace(number, node.pace.failures(), 2);
            node.started = now;
        }
        let second = usize::try_from(now.as_secs()).unwrap_or(usize::MAX);
        let Some(count) = arrivals.get_mut(second) else { continue };
        *count += 1;
        let turn = if story.outage.contains(&second) {
            Turn::Passing { retry_after: None }
        } else {
            Turn::Settled
        };
        let wait = node.pace.after(turn, now.saturating_sub(node.started));
        due.push(Reverse((now + wait.max(Duration::from_millis(1)), number, life)));
    }
    Arrivals(arrivals)
}
