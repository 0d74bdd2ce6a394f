//! Finding the chmpx process of this node. The unit of its supervisor says nothing about it: that
//! is active also while chmpx is dead or was never started.

use std::fs;
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use crate::effects::access::Reader;
use crate::effects::process::{alive, all, command_line, processes, words_of};
use crate::effects::small_file;
use crate::model::conf::Conf;
use crate::model::memory::Process;

/// The process in its supervisor's pid file, else the one that was started with this file; an error
/// where there may be one that could not be looked at.
pub(super) fn find(pid_file: &Path, target: &Path) -> io::Result<Option<Process>> {
    by_pid_file(pid_file, target).map_or_else(|| by_command_line(target), |found| Ok(Some(found)))
}

/// The process with this id, if it is a chmpx and alive.
pub(super) fn of(pid: i32) -> Option<Process> {
    is_chmpx(&command_line(pid)?).then(|| alive(pid)).flatten()
}

/// The user and the groups that `process` reads files as.
pub(super) fn reader(process: Process) -> Option<Reader> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.pid)).ok()?;
    let numbers = |label: &str| -> Option<Vec<u32>> {
        let line = status.lines().find_map(|line| line.strip_prefix(label))?;
        Some(line.split_whitespace().filter_map(|word| word.parse().ok()).collect())
    };
    // Real, effective, saved, and the one for files.
    let user = *numbers("Uid:")?.get(3)?;
    let mut groups = numbers("Groups:").unwrap_or_default();
    groups.extend(numbers("Gid:")?.get(3));
    Some(Reader { user, groups })
}

/// The pid file is one for the host: on one with several chmpx it may name that of another file.
fn by_pid_file(pid_file: &Path, target: &Path) -> Option<Process> {
    let pid = read(pid_file)?.trim_ascii().to_owned();
    let pid = std::str::from_utf8(&pid).ok()?.parse().ok()?;
    let process = of(pid)?;
    source_of(pid).is_none_or(|source| source.is(target)).then_some(process)
}

/// What a chmpx was started with.
#[derive(Debug, PartialEq, Eq)]
enum Source {
    /// This file.
    File(PathBuf),
    /// A text, and no file at all.
    Text,
}

impl Source {
    fn is(&self, target: &Path) -> bool {
        matches!(self, Self::File(file) if is_same(file, target))
    }
}

/// What else than `target` the chmpx with this id reads, if it is known to read something else.
pub(super) fn reads_other(pid: i32, target: &Path) -> Option<PathBuf> {
    let source = source_of(pid).filter(|source| !source.is(target))?;
    Some(match source {
        Source::File(file) => fs::canonicalize(&file).unwrap_or(file),
        Source::Text => PathBuf::from("a text in place of a file"),
    })
}

/// What a chmpx was started with, by its command line, else by its environment; `None` where
/// neither can be seen.
fn source_of(pid: i32) -> Option<Source> {
    let beside = |name: &[u8]| {
        let named = PathBuf::from(std::ffi::OsString::from_vec(name.to_vec()));
        Source::File(Path::new("/proc").join(pid.to_string()).join("cwd").join(named))
    };
    source_in_words(&command_line(pid)?, &beside).or_else(|| {
        let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
        let mut entries = environment.split(|byte| *byte == 0);
        entries.find_map(|entry| match entry.strip_prefix(b"CHMCONFFILE=".as_slice()) {
            Some(file) => Some(beside(file)),
            None => entry.starts_with(b"CHMJSONCONF=").then_some(Source::Text),
        })
    })
}

fn source_in_words(words: &[Vec<u8>], beside: &impl Fn(&[u8]) -> Source) -> Option<Source> {
    let mut pairs = words.iter().zip(words.iter().skip(1));
    pairs.find_map(|(option, value)| match option.to_ascii_lowercase().as_slice() {
        b"-conf" | b"-f" => Some(beside(value)),
        b"-json" => Some(Source::Text),
        _ => None,
    })
}

/// Whether two paths lead to one file, whichever way: the supervisor may know it by a link. A file
/// that is not there yet has its name.
fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| {
        let named = || Some(fs::canonicalize(path.parent()?).ok()?.join(path.file_name()?));
        fs::canonicalize(path).ok().or_else(named)
    };
    one == other || real(one).is_some_and(|one| Some(one) == real(other))
}

/// Whether there is any chmpx on this host, whatever it reads.
pub(super) fn is_anywhere() -> bool {
    all().any(|pid| command_line(pid).is_some_and(|words| is_chmpx(&words)))
}

fn by_command_line(target: &Path) -> io::Result<Option<Process>> {
    for pid in processes()? {
        let is_chmpx = words_of(pid)?.is_some_and(|words| is_chmpx(&words));
        if is_chmpx
            && source_of(pid).is_some_and(|source| source.is(target))
            && let Some(process) = alive(pid)
        {
            return Ok(Some(process));
        }
    }
    Ok(None)
}

/// The beginning of a file that anybody may have made.
fn read(path: &Path) -> Option<Vec<u8>> {
    const MOST: u64 = 1024 * 1024;
    small_file::beginning(path, MOST).ok().map(|(bytes, _)| bytes)
}

/// Every chmpx that was started with `target`, or with another file of the same group and control
/// port as `conf`: these share their memory and their port (measured).
pub(super) fn all_of(target: &Path, conf: &Conf) -> Vec<i32> {
    let place = |conf: &Conf| (conf.group().cloned(), conf.self_ctlport());
    let same_place =
        |bytes: &[u8]| conf.group().is_some() && place(&Conf::read(bytes)) == place(conf);
    let same_group = |word: &[u8]| {
        let path = Path::new(std::ffi::OsStr::from_bytes(word));
        path.is_absolute() && read(path).is_some_and(|bytes| same_place(&bytes))
    };
    let is_one = |words: &[Vec<u8>]| {
        let mut files = words.iter().skip(1);
        is_chmpx(words)
            && files.any(|word| word == target.as_os_str().as_bytes() || same_group(word))
    };
    all()
        .filter(|pid| command_line(*pid).is_some_and(|words| is_one(&words)))
        .filter(|pid| alive(*pid).is_some())
        .collect()
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

    #[test]
    fn a_chmpx_may_be_given_its_file_by_either_option_or_a_text_instead() {
        let source = |words: &[&str]| {
            let words: Vec<_> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
            let beside = |name: &[u8]| Source::File(String::from_utf8_lossy(name).as_ref().into());
            source_in_words(&words, &beside)
        };
        let file = Some(Source::File("/a.ini".into()));
        assert_eq!(source(&["chmpx", "-conf", "/a.ini"]), file);
        assert_eq!(source(&["chmpx", "-d", "err", "-f", "/a.ini"]), file);
        assert_eq!(source(&["chmpx", "-json", "{}"]), Some(Source::Text));
        assert_eq!(source(&["chmpx", "-conf"]), None);
    }

    #[test]
    fn a_chmpx_may_be_given_its_file_by_its_environment() {
        let directory = tempfile::tempdir().unwrap();
        let (own, target) = (directory.path().join("own.ini"), directory.path().join("slave.ini"));
        fs::write(&own, "").unwrap();
        fs::write(&target, "").unwrap();
        let reads = |name: &str, value: &str, target: &Path| {
            let mut command = std::process::Command::new("sleep");
            let mut child =
                command.arg("60").env_clear().env(name, value).current_dir(&directory).spawn()?;
            let pid = i32::try_from(child.id()).unwrap();
            // A program that has just begun has no words yet.
            while command_line(pid).is_none_or(|words| words.is_empty()) {
                assert!(child.try_wait()?.is_none(), "it ended");
            }
            let other = reads_other(pid, target);
            child.kill()?;
            child.wait()?;
            io::Result::Ok(other)
        };
        let other = reads("CHMCONFFILE", "own.ini", &target).unwrap().unwrap();
        assert_eq!(other.file_name(), own.file_name(), "{}", other.display());
        assert_eq!(reads("CHMCONFFILE", "slave.ini", &target).unwrap(), None);
        let text = reads("CHMJSONCONF", "{}", &target).unwrap().unwrap();
        assert_eq!(text, PathBuf::from("a text in place of a file"));
        assert_eq!(reads("OTHER", "own.ini", &target).unwrap(), None, "nothing is known");
    }
}
