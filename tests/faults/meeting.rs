//! Leading lives until a fault meets the call that it is meant for. Where that is comes from a count
//! of calls, and a look more or less, of an agent that waits for others, moves it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::ending::Ending;
use crate::life::{Led, Life};
use crate::site::{Fault, Site};

/// Lives that are led for one fault at one place, at most.
const TRIES: usize = 6;

/// What a fault met, and what became of it.
pub type Row = (String, Fault, Ending);

/// Lets `fault` happen at `site`. What it did to another call counts where that went badly: such a
/// call can fail as well.
pub async fn meet(site: &Site, fault: Fault) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut aim = site.aim.clone();
    for _ in 0..TRIES {
        let led = Life::with(&aim, fault).await;
        keep(&led, site, fault);
        let is_meant = led.met.as_ref().is_some_and(|met| met.what == site.what);
        if is_meant || led.met.is_none() && led.ending.is_bad() {
            rows.push((site.what.clone(), fault, led.ending));
            return rows;
        }
        if let Some(met) = led.met.filter(|met| met.can_meet(fault) && led.ending.is_bad()) {
            rows.push((met.what, fault, led.ending));
        }
        match led.sites.into_iter().find(|seen| seen.what == site.what) {
            Some(seen) => aim.number = seen.aim.number,
            // One that was killed too early shows no more than that.
            None => aim.number += usize::from(fault == Fault::Kill),
        }
    }
    rows.push((site.what.clone(), fault, Ending::NotMet));
    rows
}

/// Lets `fault` happen at one call, whatever it is about this time.
pub async fn meet_any(site: &Site, fault: Fault) -> Vec<Row> {
    let led = Life::with(&site.aim, fault).await;
    keep(&led, site, fault);
    let is_possible = led.met.as_ref().is_none_or(|met| met.can_meet(fault));
    let what = led.met.map_or_else(|| site.what.clone(), |met| met.what);
    let what = format!("{what}, number {}", site.aim.number);
    vec![(what, fault, if is_possible { led.ending } else { Ending::NotMet })]
}

/// Where the logs of bad lives are left.
pub fn kept() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("faults")
}

fn keep(led: &Led, site: &Site, fault: Fault) {
    if let Ending::Bad(why) = &led.ending {
        let what = site.what.replace(['/', ' '], "-");
        let name = format!("{what}-{}-{fault}", site.aim.number);
        let directory = kept().join(name);
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("trace"), &led.trace).unwrap();
        fs::write(directory.join("log"), format!("{}: {why}\n{}", site.what, led.log)).unwrap();
    }
}
