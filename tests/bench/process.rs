//! What the kernel counts for a process.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::process::Command;
use std::time::Duration;

/// What a process has used so far.
#[derive(Debug, Clone)]
pub struct Usage {
    /// CPU time of all its threads.
    pub cpu: Duration,
    /// How often each of its threads went to sleep by itself.
    switches: BTreeMap<OsString, u64>,
    /// Resident memory, in MiB.
    pub resident: f64,
    /// The part of it that is its own, in MiB.
    pub private: f64,
    /// Its share of what it uses together with others, in MiB.
    pub proportional: f64,
}

impl Usage {
    /// Reads the counters of the process `pid`.
    pub fn of(pid: u32) -> Self {
        let (mut cpu, mut switches) = (0, BTreeMap::new());
        for task in fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten() {
            let read = |name: &str| fs::read_to_string(task.path().join(name)).unwrap_or_default();
            cpu += read("schedstat").split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0);
            switches.insert(task.file_name(), field(&read("status"), "voluntary_ctxt_switches:"));
        }
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
        let private = field(&rollup, "Private_Clean:") + field(&rollup, "Private_Dirty:");
        let mebibytes = |kibibytes: u64| kibibytes as f64 / 1024.0;
        Self {
            cpu: Duration::from_nanos(cpu),
            switches,
            resident: mebibytes(field(&status, "VmRSS:")),
            private: mebibytes(private),
            proportional: mebibytes(field(&rollup, "Pss:")),
        }
    }
}

impl Usage {
    /// How often a thread that still runs was woken since `before`.
    pub fn wakes_since(&self, before: &Self) -> u64 {
        let count = |(task, now): (&OsString, &u64)| {
            now - before.switches.get(task).copied().unwrap_or_default()
        };
        self.switches.iter().map(count).sum()
    }
}

fn field(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// How many system calls the process makes in `span`; `None` without strace.
pub fn system_calls(pid: u32, span: Duration) -> Option<u64> {
    let seconds = span.as_secs().to_string();
    let output = Command::new("timeout")
        .args(["-s", "INT", &seconds, "strace", "-f", "-c", "-p", &pid.to_string()])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let total = text.lines().find(|line| line.ends_with(" total"))?;
    // `100.00    0.001234    12    345    6 total`; the errors column may be empty.
    total.split_whitespace().nth(3)?.parse().ok()
}

/// CPU time of all children of this process that have ended, and of theirs.
pub fn of_ended_children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    // Fields 16 and 17, in hundredths of a second; the name in the second may hold anything.
    let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<u64>().unwrap_or_default();
    Duration::from_millis((ticks(13) + ticks(14)) * 10)
}

/// As a number.
pub fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// The machine and the day, for the record.
pub fn machine() -> String {
    let line = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().ok();
        output.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned()).unwrap_or_default()
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let (day, kernel) = (line("date", &["+%Y-%m-%d"]), line("uname", &["-srm"]));
    format!("{day}, {cores} cores, {kernel}")
}
