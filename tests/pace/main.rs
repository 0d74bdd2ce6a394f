//! How a fleet of agents looks to one K2HR3: every node's pace in virtual time, through an hour's
//! outage and a rolling restart. Writes the figures and the plot of `docs/pace.md`.
//!
//! ```text
//! cargo run --release --example pace
//! ```
#![expect(clippy::print_stdout, reason = "tells what it wrote")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

mod fleet;
mod plot;

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use fleet::{Arrivals, Story};

/// Seconds over which a rate is taken: a node's answer takes K2HR3 less than a tenth of one.
const WINDOW: usize = 5;

fn main() -> io::Result<()> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let fleets = [1_000, 10_000].map(|nodes| (nodes, fleet::run(nodes, &Story::USUAL)));
    let mut table = String::new();
    for (nodes, arrivals) in &fleets {
        rows(&mut table, *nodes, arrivals);
    }
    let text = include_str!("pace.md").replace("{{rows}}\n", &table);
    fs::write(docs.join("pace.md"), &text)?;
    if let Some((_, arrivals)) = fleets.last() {
        fs::write(docs.join("pace.svg"), plot::svg(arrivals, &Story::USUAL))?;
    }
    println!("{table}\nwritten: docs/pace.md, docs/pace.svg");
    Ok(())
}

/// The figures of one fleet as rows of a table.
fn rows(table: &mut String, nodes: usize, arrivals: &Arrivals) {
    let story = &Story::USUAL;
    let steady = story.steady();
    let mean = arrivals.mean(steady.clone());
    for (what, span) in [
        ("steady", steady),
        ("first minute of the outage", story.outage.start..story.outage.start + 60),
        ("the rest of the outage", story.outage.start + 60..story.outage.end),
        ("first minute after it", story.outage.end..story.outage.end + 60),
        ("first ten minutes after it", story.outage.end..story.outage.end + 600),
        ("rolling restart", story.restart.clone()),
    ] {
        let peak = arrivals.peak(span.clone(), WINDOW);
        // Writing to a string cannot fail.
        let _infallible = writeln!(
            table,
            "| {nodes} | {what} | {:.1} | {peak:.1} | {:.2} | {:.2} |",
            arrivals.mean(span.clone()),
            peak / mean,
            arrivals.peak(span, 1) / mean,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fleet_asks_evenly_and_an_outage_ends_without_a_herd() {
        for nodes in [1_000, 10_000] {
            let arrivals = fleet::run(nodes, &Story::USUAL);
            let story = &Story::USUAL;
            let mean = arrivals.mean(story.steady());
            let over = |span| arrivals.peak(span, WINDOW) / mean;
            assert!(over(story.steady()) <= 1.5, "steady");
            assert!(over(story.outage.end..story.outage.end + 60) <= 3.0, "after the outage");
            assert!(over(story.restart.clone()) <= 1.5, "rolling restart");
        }
    }
}
