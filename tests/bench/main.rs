//! The figures of the README, measured: `cargo bench`, or `cargo bench -- --record` to keep them
//! in docs/figures.md. Each has the floor beside it, from the same run.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a measurement that cannot be made has nothing better to do than to say so"
)]
#![expect(unreachable_pub, reason = "what the modules share is public among them")]

mod process;
mod rig;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use k2hdkc_slave_agent::effects::disk::{self, Attributes};

use process::Usage;
use rig::{AGENT, Rig};

/// Looks that are measured: an hour's worth has 120.
const LOOKS: u64 = 600;
/// Runs of whatever takes a moment only; the median counts.
const RUNS: usize = 21;

#[tokio::main]
async fn main() {
    let mut table = Table::default();
    start_to_installed(&mut table).await;
    unchanged_looks(&mut table).await;
    wake_ups(&mut table).await;
    install(&mut table);
    size(&mut table);
    print!("{}", table.0);
    if std::env::args().any(|argument| argument == "--record") {
        let head = format!(
            "# Figures\n\nMade by `cargo bench -- --record` on {}.\n\n\
             | what | measured | floor or goal |\n|---|---|---|\n",
            process::machine()
        );
        fs::write("docs/figures.md", head + &table.0).unwrap();
    }
}

/// Rows of a Markdown table.
#[derive(Default)]
struct Table(String);

impl Table {
    fn row(&mut self, what: &str, measured: &str, floor: &str) {
        writeln!(self.0, "| {what} | {measured} | {floor} |").unwrap();
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// From the start of a new node's agent until its file is in place, and what the same requests
/// take when nobody does anything with the answers.
async fn start_to_installed(table: &mut Table) {
    let (mut starts, mut answers) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let mut rig = Rig::new("10s").await;
        let begin = Instant::now();
        rig.start_agent();
        while !rig.target().exists() {
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
        starts.push(milliseconds(begin.elapsed()));
        answers.push(milliseconds(rig.bare_requests().await));
    }
    let (start, answer) = (median(starts), median(answers));
    table.row(
        "from start to installed, a new node",
        &format!("{start:.0} ms"),
        &format!("{answer:.0} ms for the same requests alone; goal: 100 ms beyond them"),
    );
}

/// Looks that find nothing new, over HTTP: every one connects anew after an idle second.
async fn unchanged_looks(table: &mut Table) {
    let mut rig = Rig::new("100ms").await;
    rig.start_chmpx();
    rig.start_agent();
    rig.settled().await;
    let before = (Usage::of(rig.agent_pid()), rig.k2hr3.counts().await.unwrap());
    let wanted = before.1.with(304) + LOOKS;
    while rig.k2hr3.counts().await.unwrap().with(304) < wanted {
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let after = (Usage::of(rig.agent_pid()), rig.k2hr3.counts().await.unwrap());
    let looks = (after.1.with(304) - before.1.with(304)) as f64;
    let cpu = milliseconds(after.0.cpu.saturating_sub(before.0.cpu)) / looks;
    // The questions about the counts are not counted themselves.
    let bytes = (after.1.received + after.1.sent - before.1.received - before.1.sent) as f64;
    table.row("CPU of an unchanged look", &format!("{cpu:.3} ms"), "goal: 0.25 ms");
    table.row(
        "bytes of an unchanged look, both ways",
        &format!("{:.0}", bytes / looks),
        "goal: 400",
    );
    if let Some(calls) = process::system_calls(rig.agent_pid(), Duration::from_secs(3)) {
        let before = rig.k2hr3.counts().await.unwrap().with(304);
        let again = process::system_calls(rig.agent_pid(), Duration::from_secs(3)).unwrap_or(calls);
        let looks = (rig.k2hr3.counts().await.unwrap().with(304) - before) as f64;
        table.row(
            "system calls of an unchanged look",
            &format!("{:.1}", again as f64 / looks),
            "goal: 12",
        );
    }
    let memory = Usage::of(rig.agent_pid());
    table.row(
        "resident after 600 looks",
        &format!("{:.1} MiB ({:.1} MiB of its own)", memory.resident, memory.private),
        "goal: 6 MiB, at most 8",
    );
}

/// What happens between two looks: nothing should.
async fn wake_ups(table: &mut Table) {
    let mut rig = Rig::new("1h").await;
    rig.start_chmpx();
    rig.start_agent();
    rig.settled().await;
    // The connection is given up after four idle seconds, a thread that resolved names after ten.
    tokio::time::sleep(Duration::from_secs(14)).await;
    let before = Usage::of(rig.agent_pid());
    tokio::time::sleep(Duration::from_secs(10)).await;
    let wakes = Usage::of(rig.agent_pid()).wakes_since(&before);
    table.row("wake-ups in ten seconds between two looks", &wakes.to_string(), "goal: 0");
}

/// An installation against the system calls that it cannot do without.
fn install(table: &mut Table) {
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let target = directory.path().join("slave.ini");
    let content = vec![b'x'; 4096];
    let attributes = Attributes { mode: 0o644, owner: None };
    disk::install(&target, &content, attributes).unwrap();
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..RUNS * 5 {
        let begin = Instant::now();
        disk::install(&target, &content, attributes).unwrap();
        ours.push(milliseconds(begin.elapsed()));
        let begin = Instant::now();
        bare_install(&target, &content);
        bare.push(milliseconds(begin.elapsed()));
    }
    let (ours, bare) = (median(ours), median(bare));
    table.row(
        "an installation",
        &format!("{ours:.3} ms"),
        &format!("{bare:.3} ms for the bare system calls: {:.2} times; goal: 1.2", ours / bare),
    );
}

fn bare_install(target: &Path, content: &[u8]) {
    use std::io::Write as _;
    let staged = target.with_file_name(".bare.ini");
    let mut file = fs::File::create(&staged).unwrap();
    file.write_all(content).unwrap();
    file.sync_all().unwrap();
    let exchange = nix::fcntl::RenameFlags::RENAME_EXCHANGE;
    let here = nix::fcntl::AT_FDCWD;
    nix::fcntl::renameat2(here, &staged, here, target, exchange).unwrap();
    fs::rename(&staged, target.with_file_name(".bare.prev.ini")).unwrap();
    fs::File::open(target.parent().unwrap()).unwrap().sync_all().unwrap();
}

fn size(table: &mut Table) {
    let stripped = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stripped");
    let strip = std::process::Command::new("strip").arg("-o").arg(&stripped).arg(AGENT).status();
    if strip.is_ok_and(|status| status.success()) {
        let size = fs::metadata(&stripped).unwrap().len() as f64 / 1_048_576.0;
        table.row("the program, stripped", &format!("{size:.1} MiB"), "goal: 4 MiB");
    }
}
