//! Every kind of system call of the agent's main thread fails once, or is the last, in a whole life:
//! first boot, a live change, a change that restarts chmpx. `tests/faults/run` makes docs/faults.md.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a campaign that cannot go on has nothing better to do than to say so"
)]
#![expect(unreachable_pub, dead_code, reason = "what the modules share is public among them")]

mod ending;
mod life;
mod meeting;
mod record;
mod site;
#[path = "../it/support.rs"]
mod support;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use life::Life;
use meeting::{Row, meet, meet_any};
use site::{Fault, Site};

/// Lives that are led at a time: each mostly waits.
const AT_ONCE: usize = 3;

#[tokio::main]
async fn main() {
    let words: Vec<_> = std::env::args().skip(1).collect();
    let value = |name: &str| words.iter().find_map(|word| word.strip_prefix(name));
    let every = value("--every=").and_then(|every| every.parse().ok());
    let (only, at) = (value("--only=").unwrap_or_default(), value("--fault="));
    let is_each = words.iter().any(|word| word == "--each");
    let start = Instant::now();
    let sites = Life::without_fault(is_each).await;
    let sites: Vec<_> = sites.into_iter().filter(|site| site.what.starts_with(only)).collect();
    let all = sites.iter().flat_map(|site| site.faults().map(move |fault| (site.clone(), fault)));
    let wanted = all.filter(|(_, fault)| at.is_none_or(|at| fault.to_string() == at));
    let jobs: VecDeque<(Site, Fault)> = wanted.step_by(every.unwrap_or(1)).collect();
    println!("{} places, {} lives", sites.len(), jobs.len());
    if words.iter().any(|word| word == "--list") {
        for site in &sites {
            println!("{}", site.what);
        }
        return;
    }
    let (total, jobs) = (jobs.len(), Arc::new(Mutex::new(jobs)));
    let endings: Arc<Mutex<Vec<Row>>> = Arc::default();
    let workers = (0..AT_ONCE).map(|_| {
        let (jobs, endings) = (Arc::clone(&jobs), Arc::clone(&endings));
        tokio::spawn(async move {
            loop {
                let Some((site, fault)) = jobs.lock().unwrap().pop_front() else { return };
                let rows =
                    if is_each { meet_any(&site, fault).await } else { meet(&site, fault).await };
                let mut endings = endings.lock().unwrap();
                for (what, fault, ending) in rows {
                    println!("{}/{total} {what} {fault}: {ending}", endings.len() + 1);
                    endings.push((what, fault, ending));
                }
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    let endings = endings.lock().unwrap();
    if words.iter().any(|word| word == "--record") {
        record::write(&endings, start.elapsed());
    }
    let bad = endings.iter().filter(|(_, _, ending)| ending.is_bad()).count();
    println!("{total} lives, {bad} ended badly");
    if bad > 0 {
        println!("their logs are in {}", meeting::kept().display());
    }
    std::process::exit(i32::from(bad > 0));
}
