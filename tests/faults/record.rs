//! The table of docs/faults.md.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::process::Command;
use std::time::Duration;

use crate::ending::Ending;
use crate::meeting::Row;
use crate::site::Fault;

/// What the table leaves out.
const LEFT: &str = "\n\
    Left out is what the kernel never answers, and tokio or the standard library would panic at: an error\n\
    of a disk or a signal at an eventfd, or at the sockets by which tokio tells itself of signals; an error\n\
    at the `close` of a directory. An agent that ends with 127 is one whose libraries could not be read.\n";

pub fn write(endings: &[Row], took: Duration) {
    let mut rows: BTreeMap<&str, BTreeMap<Fault, &Ending>> = BTreeMap::new();
    for (what, fault, ending) in endings {
        let faults = rows.entry(what).or_default();
        // One call may have been met twice; what was bad counts.
        if faults.get(fault).is_none_or(|known| !known.is_bad()) {
            faults.insert(*fault, ending);
        }
    }
    let count = |wanted: fn(&Ending) -> bool| endings.iter().filter(|it| wanted(&it.2)).count();
    let mut text = format!(
        "# A fault at every system call\n\n\
         Made by `tests/faults/run` on {}, commit {}, in {} s.\n\n\
         A life of an agent is a first boot (registration, installation, adoption), a live change and a\n\
         change for which chmpx is restarted, among the stand-ins. Every place at which its main thread\n\
         makes a system call is met by each fault once, in a life of its own; then the agent goes on, or\n\
         another one does. Throughout, the file of chmpx is whole and there, chmpx meets no half file and\n\
         is started exactly twice, nothing panics, and in the end a fresh agent finds all in force.\n\
         Short writes are those of a disk that takes a few bytes of each: see `tests/it/limits/disks.rs`.\n\n\
         A place is the first call of its name with its path. Where there is none that is known before, as at\n\
         a pipe or in `/proc`, it is found by its number, and the life is led again, up to six times, until the\n\
         fault has met it. What goes badly at another call counts there, if that call can fail so.\n\n\
         {} faults: in {} lives the same agent went on, in {} it ended and the next one went on, {} faults\n\
         did not meet their call, {} lives ended badly.\n\n\
         | call | fault: what became of the agent |\n|---|---|\n",
        machine(),
        output("git", &["rev-parse", "--short", "HEAD"]),
        took.as_secs(),
        endings.len(),
        count(|it| matches!(it, Ending::WentOn)),
        count(|it| matches!(it, Ending::Ended(_))),
        count(|it| matches!(it, Ending::NotMet)),
        count(Ending::is_bad),
    );
    for (what, faults) in rows {
        let mut by_ending: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (fault, ending) in faults {
            by_ending.entry(ending.to_string()).or_default().push(fault.to_string());
        }
        let cells: Vec<_> = by_ending
            .into_iter()
            .map(|(ending, faults)| format!("{}: {ending}", faults.join(", ")))
            .collect();
        writeln!(text, "| `{what}` | {} |", cells.join("; ")).unwrap();
    }
    text.push_str(LEFT);
    fs::write("docs/faults.md", text).unwrap();
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().unwrap();
    format!("{}, {cores} cores, {}", output("date", &["-u", "+%F"]), output("uname", &["-srm"]))
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
