//! What happens once: a start, an installation, a judgement; and the size of the program.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use k2hdkc_slave_agent::effects::disk::{self, Attributes};
use k2hdkc_slave_agent::model::conf::Conf;
use k2hdkc_slave_agent::model::rules;

use crate::process::milliseconds;
use crate::rig::{AGENT, Reach, Rig};
use crate::table::{Tables, median};

/// Runs of whatever takes a moment only; the median counts.
const RUNS: usize = 21;

pub async fn all(tables: &mut Tables) {
    tables.part("Moments", "The median of many runs.", &["", "measured", "floor or goal"]);
    start(tables);
    start_to_installed(tables).await;
    install(tables);
    for servers in [3, 30, 250] {
        judgement(tables, servers).await;
    }
    size(tables);
}

/// How long the program takes to be there at all.
fn start(tables: &mut Tables) {
    let time = |program: &str| {
        let mut times = Vec::new();
        for _ in 0..RUNS {
            let begin = Instant::now();
            let quiet = Command::new(program).arg("--version").stdout(Stdio::null()).status();
            assert!(quiet.unwrap().success());
            times.push(milliseconds(begin.elapsed()));
        }
        median(times)
    };
    let (ours, floor) = (time(AGENT), time("/bin/true"));
    let floor = format!("{floor:.1} ms for `true`");
    tables.row(&["`--version`".to_owned(), format!("{ours:.1} ms"), floor]);
}

/// From the start of a new node's agent until its file is in place, and what the same requests
/// take when nobody does anything with the answers.
async fn start_to_installed(tables: &mut Tables) {
    let (mut starts, mut answers) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let mut rig = Rig::new("10s", 3, Reach::Http).await;
        let begin = Instant::now();
        rig.start_agent();
        while !rig.target().exists() {
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
        starts.push(milliseconds(begin.elapsed()));
        answers.push(milliseconds(rig.bare_requests().await));
    }
    tables.row(&[
        "from start to installed, a new node".to_owned(),
        format!("{:.0} ms", median(starts)),
        format!("{:.0} ms for the same requests; goal: 100 ms beyond them", median(answers)),
    ]);
}

/// An installation against the system calls that it cannot do without.
fn install(tables: &mut Tables) {
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
    tables.row(&[
        "an installation".to_owned(),
        format!("{ours:.3} ms, {:.2} times the floor", ours / bare),
        format!("{bare:.3} ms for the bare system calls; goal: 1.2 times"),
    ]);
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

/// What `check` does with a file, in this process.
async fn judgement(tables: &mut Tables, servers: u8) {
    let text = Rig::new("1h", servers, Reach::Http).await.text().await;
    let (mut times, mut found) = (Vec::new(), 0);
    for _ in 0..RUNS {
        let begin = Instant::now();
        found += rules::judge(&Conf::read(text.as_bytes()), None).findings.len();
        times.push(begin.elapsed().as_secs_f64());
    }
    assert!(found < RUNS * 100, "the text of the stand-in is a good one");
    let time = median(times);
    let speed = text.len() as f64 / time / 1_048_576.0;
    tables.row(&[
        format!("reading and judging {servers} servers, {} bytes", text.len()),
        format!("{:.3} ms", time * 1000.0),
        format!("{speed:.0} MiB/s"),
    ]);
}

fn size(tables: &mut Tables) {
    let stripped = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stripped");
    let strip = Command::new("strip").arg("-o").arg(&stripped).arg(AGENT).status();
    if strip.is_ok_and(|status| status.success()) {
        let size = fs::metadata(&stripped).unwrap().len() as f64 / 1_048_576.0;
        let row = ["the program, stripped", &format!("{size:.1} MiB"), "goal: 4 MiB"];
        tables.row(&row.map(str::to_owned));
    }
}
