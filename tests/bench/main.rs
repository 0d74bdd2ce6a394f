//! The figures of the README, measured: `cargo bench`. Each has the floor or the goal beside it,
//! from the same run.
//!
//! `-- --record` keeps them in docs/figures.md. `-- --long` also measures memory after 100,000
//! looks. `-- --against COMMAND` runs another poller in the same minute.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a measurement that cannot be made has nothing better to do than to say so"
)]
#![expect(unreachable_pub, reason = "what the modules share is public among them")]

mod against;
mod floor;
mod looks;
mod moments;
mod process;
mod rig;
mod table;

use std::path::Path;

use table::Tables;

#[tokio::main]
async fn main() {
    let words: Vec<_> = std::env::args().skip(1).collect();
    let said = |word: &str| words.iter().any(|said| said == word);
    let mut tables = Tables::default();
    looks::unchanged(&mut tables).await;
    looks::changed(&mut tables).await;
    looks::rest(&mut tables, said("--long")).await;
    moments::all(&mut tables).await;
    if let Some(at) = words.iter().position(|word| word == "--against") {
        against::compare(&mut tables, &words[at + 1]).await;
    }
    if said("--record") {
        tables.record(Path::new("docs/figures.md"));
    }
}
