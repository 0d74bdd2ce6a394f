//! Where something can fail: a kind of system call and what it is about.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

/// A system call that the agent makes.
#[derive(Debug, Clone)]
pub struct Site {
    /// The call and what it is about, without what differs from run to run.
    pub what: String,
    /// Where it is met.
    pub aim: Aim,
}

/// How a call is told apart from the others of its name, in this life and in others.
#[derive(Debug, Clone)]
pub struct Aim {
    /// The name of the call.
    pub call: String,
    /// The path that it is about, where others have the same: below the directory of the run, or
    /// from the root.
    pub path: Option<PathBuf>,
    /// Which it is of those of this name and path.
    pub number: usize,
}

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// It fails with this error.
    Error(&'static str),
    /// It is the last one: the process is killed there.
    Kill,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error(error) => error,
            Self::Kill => "SIGKILL",
        })
    }
}

impl Fault {
    /// As strace is told.
    pub fn injection(self) -> String {
        match self {
            Self::Error(error) => format!("error={error}"),
            Self::Kill => "signal=SIGKILL".to_owned(),
        }
    }
}

/// What a call of a group of names can fail with.
const ERRORS: &[(&str, &[&str])] = &[
    ("openat", &["ENOSPC", "EIO", "EROFS", "EMFILE", "EINTR"]),
    ("socket pipe2 eventfd2 epoll_create1 inotify_init1 socketpair", &["EMFILE"]),
    ("accept4", &["EMFILE", "EINTR"]),
    ("write writev", &["ENOSPC", "EIO", "EINTR"]),
    ("sendto sendmsg recvfrom connect", &["EIO", "EINTR"]),
    ("read", &["EIO", "EINTR"]),
    ("fsync fdatasync", &["ENOSPC", "EIO", "EROFS"]),
    ("rename renameat renameat2", &["ENOSPC", "EIO", "EROFS", "EINVAL"]),
    ("mkdir mkdirat", &["ENOSPC", "EIO", "EROFS"]),
    ("unlink unlinkat", &["EIO", "EROFS"]),
    ("fchmod chmod fchown fsetxattr", &["ENOSPC", "EIO", "EROFS"]),
    ("inotify_add_watch", &["ENOSPC"]),
    ("epoll_ctl", &["ENOSPC"]),
    ("epoll_wait flock", &["EINTR"]),
    ("clone clone3 vfork fork", &["EAGAIN"]),
    ("bind listen kill pidfd_open ioctl fcntl", &["EIO"]),
    ("statx newfstatat fstat lstat stat readlink getdents64 ftruncate lseek fgetxattr", &["EIO"]),
    ("llistxattr lgetxattr close wait4 waitid", &["EIO"]),
];

/// What the kernel never does, and what therefore is no fault: a number that is added to an eventfd
/// (`eventfd_write`) needs neither a disk nor patience, nor does a byte to oneself over a pair of
/// sockets that do not wait (`unix_stream_sendmsg`); and only a file that is written can have kept
/// an error for its `close` (`filp_flush`), which no directory can.
const NEVER: &[(&str, &[&str])] = &[
    ("write anon_inode:[eventfd]", &["ENOSPC", "EIO", "EINTR"]),
    ("sendto UNIX", &["EIO", "EINTR"]),
    ("recvfrom UNIX", &["EIO", "EINTR"]),
    ("close /etc/ssl/certs", &["EIO"]),
    ("close /proc", &["EIO"]),
    ("close etc/kNhdkc", &["EIO"]),
];

impl Site {
    /// The sites in a log of strace of a run in `directory`, each where it is met first.
    pub fn all(log: &str, directory: &Path) -> Vec<Self> {
        let mut sites: Vec<Self> = Vec::new();
        for site in Self::each(log, directory) {
            if sites.iter().all(|known| known.what != site.what) {
                sites.push(site);
            }
        }
        sites
    }

    /// Every call in such a log.
    pub fn each(log: &str, directory: &Path) -> Vec<Self> {
        calls(log, directory).map(|(site, _)| site).collect()
    }

    /// The call in such a log that a fault happened at.
    pub fn met(log: &str, directory: &Path) -> Option<Self> {
        let mut calls = calls(log, directory);
        let met = if log.contains("killed by SIGKILL") {
            calls.last()
        } else {
            calls.find(|(_, line)| line.ends_with("(INJECTED)"))
        };
        met.map(|(site, _)| site)
    }

    /// Whether this is something that can happen here.
    pub fn can_meet(&self, fault: Fault) -> bool {
        self.faults().any(|possible| possible == fault)
    }

    /// What is done to it.
    pub fn faults(&self) -> impl Iterator<Item = Fault> + use<> {
        let known =
            ERRORS.iter().find(|(calls, _)| calls.split(' ').any(|call| call == self.aim.call));
        let errors = known.map_or(&[][..], |(_, errors)| errors).iter().copied();
        let kill = known.map(|_| Fault::Kill);
        let never = NEVER.iter().find(|(what, _)| *what == self.what);
        let never = never.map_or(&[][..], |(_, errors)| errors);
        errors.filter(|error| !never.contains(error)).map(Fault::Error).chain(kill)
    }
}

/// The calls in a log of strace, with their lines.
fn calls<'a>(log: &'a str, directory: &'a Path) -> impl Iterator<Item = (Site, &'a str)> {
    let mut counts: BTreeMap<(&str, Option<&str>), usize> = BTreeMap::new();
    log.lines().filter_map(move |line| {
        let (call, rest) = line.split_once('(')?;
        // Without what it returned, which another one may not, and what strace did not wait for.
        let arguments = rest.rsplit_once(" = ").map_or(rest, |(arguments, _)| arguments);
        let arguments = arguments.split("<unfinished").next().unwrap_or_default();
        if !call.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return None;
        }
        for path in paths(arguments).into_iter().map(Some).chain([None]) {
            *counts.entry((call, path)).or_default() += 1;
        }
        let text = object(arguments);
        let path = Some(text).filter(|text| is_path(text));
        let number = counts.get(&(call, path)).copied()?;
        let mode = if arguments.contains("O_CREAT") { " (made)" } else { "" };
        let what = format!("{call} {}{mode}", plain(text, directory));
        let path = path.map(Path::new);
        let path = path.map(|path| path.strip_prefix(directory).unwrap_or(path).to_owned());
        let aim = Aim { call: call.to_owned(), path, number };
        Some((Site { what, aim }, line))
    })
}

/// The paths that strace takes a call to be about, each once.
fn paths(arguments: &str) -> BTreeSet<&str> {
    arguments.split(['"', '<', '>']).filter(|text| is_path(text)).collect()
}

/// Whether this is a path that is the same in another run, but for the directory of the run.
fn is_path(text: &str) -> bool {
    let of_process = text.strip_prefix("/proc/");
    text.starts_with('/')
        && !of_process.is_some_and(|of| of.starts_with(|c: char| c.is_ascii_digit()))
}

/// What a call is about: the file of its descriptor, or its path.
fn object(arguments: &str) -> &str {
    let inside = |open: char, close: [char; 2]| {
        let rest = arguments.split_once(open)?.1;
        Some(rest.split_once(close)?.0)
    };
    // A quoted text behind a descriptor is what is read or written; AT_FDCWD is a place.
    let is_descriptor = arguments.starts_with(|c: char| c.is_ascii_digit());
    let of_descriptor = inside('<', ['<', '>']).filter(|_| is_descriptor);
    of_descriptor.or_else(|| inside('"', ['"'; 2])).unwrap_or_default()
}

/// What there are many of.
const ALIKE: &[(&str, &str)] = &[
    ("/etc/ssl/certs/", "/etc/ssl/certs/…"),
    ("/usr/share/ca-certificates/", "/etc/ssl/certs/…"),
    ("/usr/local/share/ca-certificates/", "/etc/ssl/certs/…"),
    // Of another test, whose chmpx is seen as well.
    ("/tmp/.tmp", "/tmp/…"),
    ("TCP:", "TCP"),
    ("TCPv6:", "TCP"),
    ("UDP:", "UDP"),
    ("UNIX", "UNIX"),
];

/// `text` without numbers and without the directory of the run.
fn plain(text: &str, directory: &Path) -> String {
    let directory = directory.to_str().unwrap();
    let text = if text == directory { "its directory" } else { text };
    let text = text.rsplit_once("/root/").map_or(text, |(_, rest)| rest).trim_end_matches("\"]");
    let below = text.strip_prefix(directory).and_then(|rest| rest.strip_prefix('/'));
    let text = below.unwrap_or(text);
    for (beginning, all) in ALIKE {
        if text.starts_with(beginning) {
            return (*all).to_owned();
        }
    }
    let mut plain = String::new();
    for c in text.chars() {
        let c = if c.is_ascii_digit() { 'N' } else { c };
        if !(c == 'N' && plain.ends_with('N')) {
            plain.push(c);
        }
    }
    plain
}
