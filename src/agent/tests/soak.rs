//! A week of a node's life in virtual time, with faults at random and seeds that repeat them.

mod life;
mod node;

use life::{Fault, Soak, WEEK};

use super::world::{INTERVAL, S};
use super::*;

/// Seeds that are tried; `SOAK_SEEDS=20` tries more, three seconds each.
const SEEDS: u64 = 4;

#[tokio::test(start_paused = true)]
async fn a_week_of_faults_ends_settled_within_all_bounds() {
    let seeds = std::env::var("SOAK_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(SEEDS);
    for seed in 1..=seeds {
        let mut soak = Soak::new(seed);
        let pace = Pace::new(INTERVAL, S(300), 0.5, seed, 0);
        run(&mut soak, pace, &policy(), tokio::time::sleep(WEEK + S(3 * 3600))).await;

        let last = soak.last.unwrap();
        assert!(last.settled, "seed {seed}: {last:#?}");
        let usual = u32::try_from(WEEK.as_secs()).unwrap() / 27;
        assert!(soak.asked < usual, "seed {seed}: {} requests", soak.asked);
        let remembered = serde_json::to_string(&soak.memory).unwrap().len();
        assert!(remembered < 4096, "seed {seed}: {remembered} bytes");
        let lines = soak.journal.len();
        assert!(lines < soak.faults.len() * 60, "seed {seed}: {lines} lines");
    }
}

#[tokio::test(start_paused = true)]
async fn the_journal_of_an_outage_of_three_hours_fits_on_a_screen() {
    let mut soak = Soak::new(1);
    soak.changes = vec![S(5000)];
    soak.faults = vec![(S(3600), S(4 * 3600), Fault::Away)];
    let pace = Pace::new(INTERVAL, S(300), 0.5, 1, 0);
    run(&mut soak, pace, &policy(), tokio::time::sleep(S(5 * 3600))).await;

    let lines = soak.journal.len();
    assert!(lines <= 24, "{lines} lines:\n{}", soak.journal.join("\n"));
    assert!(soak.last.unwrap().settled);
}
