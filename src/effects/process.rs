//! Processes of this host, told apart from later ones that got the same number.

use std::fs;
use std::io::{self, Read as _};
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

use crate::model::memory::{Process, Seconds};

/// The process as it stands in `/proc/PID/stat`, unless it is only waiting to be reaped.
pub fn alive(pid: i32) -> Option<Process> {
    // One read is enough for the line, and before Linux 5.3 this is asked at every look.
    let mut line = [0; 1024];
    let length = fs::File::open(format!("/proc/{pid}/stat")).ok()?.read(&mut line).ok()?;
    let started = started(line.get(..length)?)?;
    Some(Process { pid, started })
}

/// When the process of a line of `/proc/PID/stat` started, in clock ticks after boot; `None` for
/// one that is only waiting to be reaped.
pub fn started(stat: &[u8]) -> Option<u64> {
    let stat = String::from_utf8_lossy(stat);
    // The name in brackets may itself have blanks and brackets.
    let mut fields = stat.get(stat.rfind(')')? + 1..)?.split_whitespace();
    let state = fields.next()?;
    let started = fields.nth(18)?.parse().ok()?;
    (!matches!(state, "Z" | "X")).then_some(started)
}

/// Whether `process` is still there. A pid that was given to another process is not.
pub fn is_alive(process: Process) -> bool {
    alive(process.pid) == Some(process)
}

/// All processes that this user sees; none where they cannot be looked at.
pub fn all() -> impl Iterator<Item = i32> {
    processes().into_iter().flatten()
}

/// All processes that this user sees.
pub fn processes() -> io::Result<impl Iterator<Item = i32>> {
    let entries = fs::read_dir("/proc")?.flatten();
    Ok(entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()))
}

/// The processes that run `program`.
pub fn named(program: &str) -> impl Iterator<Item = i32> {
    all().filter(move |pid| command_line(*pid).is_some_and(|words| runs(&words, program)))
}

/// A script's name is the first word or, after that of its shell, the second.
fn runs(command_line: &[Vec<u8>], program: &str) -> bool {
    let name =
        |word: &Vec<u8>| word.rsplit(|byte| *byte == b'/').next() == Some(program.as_bytes());
    command_line.iter().take(2).any(name)
}

/// The words that a process was started with.
pub fn command_line(pid: i32) -> Option<Vec<Vec<u8>>> {
    words_of(pid).ok().flatten()
}

/// The words that a process was started with; `None` where it is gone or somebody else's, and an
/// error where it may be there and could not be looked at.
pub fn words_of(pid: i32) -> io::Result<Option<Vec<Vec<u8>>>> {
    match fs::read(format!("/proc/{pid}/cmdline")) {
        Ok(words) => Ok(Some(words.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect())),
        Err(error) if is_about_process(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether `error` tells something about the process itself: that it is gone, also since its file was
/// opened, or somebody else's.
fn is_about_process(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    let gone = error.raw_os_error() == Some(nix::libc::ESRCH);
    gone || matches!(error.kind(), Kind::NotFound | Kind::PermissionDenied)
}

/// Whether this user sees other users' processes: `/proc` may be mounted with `hidepid`.
pub fn sees_others() -> bool {
    fs::metadata("/proc/1/stat").is_ok()
}

/// This process.
pub fn own() -> Option<Process> {
    alive(i32::try_from(std::process::id()).ok()?)
}

/// When `process` started, in seconds since the epoch. The kernel counts its clock ticks in
/// hundredths of a second on every architecture.
pub fn since(process: Process) -> Option<Seconds> {
    let started = Duration::from_millis(process.started.checked_mul(10)?);
    Some((booted()? + started).as_secs())
}

/// When the kernel started, since the epoch, by its own two clocks: the service does not see the
/// `btime` of /proc/stat (`ProcSubset=pid`).
fn booted() -> Option<Duration> {
    let [now, up] = [ClockId::CLOCK_REALTIME, ClockId::CLOCK_BOOTTIME].map(|clock| {
        let time = clock_gettime(clock).ok()?;
        let seconds = u64::try_from(time.tv_sec()).ok()?;
        Some(Duration::new(seconds, u32::try_from(time.tv_nsec()).ok()?))
    });
    now?.checked_sub(up?)
}

/// Keeps this process out of core dumps, which would hold the role token. A limit of their size is
/// not enough: the kernel does not apply it where dumps go to a program.
pub fn leave_no_core_dump() {
    // Without it the agent works as well, and the limit in its unit still holds.
    let _set = nix::sys::prctl::set_dumpable(false);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_told_apart_from_a_later_one_with_its_number() {
        let process = own().unwrap();
        assert!(is_alive(process));
        assert!(!is_alive(Process { started: process.started + 1, ..process }));
    }

    #[test]
    fn a_script_is_recognised_with_and_without_its_shell() {
        let is_helper = |line: &str| {
            let words: Vec<_> = line.split(' ').map(|word| word.as_bytes().to_vec()).collect();
            runs(&words, "helper")
        };
        assert!(is_helper("/bin/sh /usr/libexec/helper -run"));
        assert!(is_helper("helper"));
        assert!(!is_helper("vi notes helper"));
        assert!(!is_helper("/usr/libexec/helper-of-another"));
        assert!(!is_helper(""));
    }

    #[test]
    fn this_process_is_among_all_and_among_those_of_its_name() {
        let own = own().unwrap().pid;
        let program = std::env::current_exe().unwrap();
        let name = program.file_name().unwrap().to_str().unwrap();
        assert!(all().any(|pid| pid == own) && named(name).any(|pid| pid == own));
    }

    #[test]
    fn when_a_process_started_needs_no_look_at_the_whole_machine() {
        let stat = fs::read_to_string("/proc/stat").unwrap();
        let line = stat.lines().find_map(|line| line.strip_prefix("btime ")).unwrap();
        let told: Seconds = line.parse().unwrap();
        assert!(booted().unwrap().as_secs().abs_diff(told) <= 2);
        let process = own().unwrap();
        let expected = booted().unwrap().as_secs() + process.started / 100;
        assert!(since(process).unwrap().abs_diff(expected) <= 1);
    }

    #[test]
    fn a_process_may_be_called_whatever_it_likes() {
        let stat = |name: &str, state: &str| {
            format!("7 ({name}) {state} 1 7 7 0 -1 4 1 0 0 0 0 0 0 0 20 0 1 0 4711 9 9\n")
        };
        assert_eq!(started(stat("a) Z (b", "S").as_bytes()), Some(4711));
        assert_eq!(started(stat("chmpx", "Z").as_bytes()), None);
        assert_eq!(started(b"7 (chmpx"), None);
    }
}
