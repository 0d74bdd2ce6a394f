//! Finding the chmpx process of this node. The unit of its supervisor says nothing about it: that
//! is active also while chmpx is dead or was never started.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::effects::process::alive;
use crate::model::conf::Conf;
use crate::model::memory::Process;

/// The process in its supervisor's pid file, else the one that was started with this file.
pub(super) fn find(pid_file: &Path, target: &Path) -> Option<Process> {
    by_pid_file(pid_file).or_else(|| by_command_line(target))
}

/// The process with this id, if it is a chmpx and alive.
pub(super) fn of(pid: i32) -> Option<Process> {
    is_chmpx(&command_line(pid)?).then(|| alive(pid)).flatten()
}

/// The user and the groups that `process` reads files as.
pub(super) fn reader(process: Process) -> Option<(u32, Vec<u32>)> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.pid)).ok()?;
    let numbers = |label: &str| -> Option<Vec<u32>> {
        let line = status.lines().find_map(|line| line.strip_prefix(label))?;
        Some(line.split_whitespace().filter_map(|word| word.parse().ok()).collect())
    };
    // Real, effective, saved, and the one for files.
    let user = *numbers("Uid:")?.get(3)?;
    let mut groups = numbers("Groups:").unwrap_or_default();
    groups.extend(numbers("Gid:")?.get(3));
    Some((user, groups))
}

fn by_pid_file(pid_file: &Path) -> Option<Process> {
    let pid = fs::read_to_string(pid_file).ok()?.trim().parse().ok()?;
    of(pid)
}

fn by_command_line(target: &Path) -> Option<Process> {
    let entries = fs::read_dir("/proc").ok()?;
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| {
        command_line(*pid).is_some_and(|words| {
            is_chmpx(&words) && words.iter().any(|word| word == target.as_os_str().as_bytes())
        })
    })
    .find_map(alive)
}

/// Every chmpx that was started with `target`, or with another file of the same group and control
/// port as `conf`: these share their memory and their port (measured).
pub(super) fn all_of(target: &Path, conf: &Conf) -> Vec<i32> {
    let place = |conf: &Conf| (conf.group().cloned(), conf.self_ctlport());
    let is_same = |bytes: &[u8]| conf.group().is_some() && place(&Conf::read(bytes)) == place(conf);
    let same_group = |word: &[u8]| {
        let path = Path::new(std::ffi::OsStr::from_bytes(word));
        path.is_absolute() && path.is_file() && fs::read(path).is_ok_and(|bytes| is_same(&bytes))
    };
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let is_one = |words: &[Vec<u8>]| {
        let mut files = words.iter().skip(1);
        is_chmpx(words)
            && files.any(|word| word == target.as_os_str().as_bytes() || same_group(word))
    };
    pids.filter(|pid| command_line(*pid).is_some_and(|words| is_one(&words)))
        .filter(|pid| alive(*pid).is_some())
        .collect()
}

fn command_line(pid: i32) -> Option<Vec<Vec<u8>>> {
    let words = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    Some(words.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect())
}

/// Programs that come with chmpx and are started with the same file, but are not it.
const NOT_CHMPX: [&[u8]; 5] = [b"helper", b"status", b"conftest", b"linetool", b"bench"];

/// Whether a command line is chmpx's own. Its supervisor is a script: its first word is a shell.
fn is_chmpx(words: &[Vec<u8>]) -> bool {
    let Some(program) = words.first() else { return false };
    let name = program.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let contains = |part: &[u8]| name.windows(part.len()).any(|window| window == part);
    name.starts_with(b"chmpx") && !NOT_CHMPX.iter().any(|part| contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_chmpx_itself_counts() {
        let words =
            |line: &str| line.split(' ').map(|word| word.as_bytes().to_vec()).collect::<Vec<_>>();
        assert!(is_chmpx(&words("/usr/bin/chmpx -conf f")));
        for line in ["/bin/sh /usr/libexec/chmpx-service-helper", "chmpxstatus -conf f", "vi chmpx"]
        {
            assert!(!is_chmpx(&words(line)), "{line}");
        }
    }
}
