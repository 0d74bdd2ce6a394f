//! Where something can fail: a kind of system call and what it is about.

use std::collections::BTreeMap;
use std::fmt;

/// A system call that the agent makes.
#[derive(Debug, Clone)]
pub struct Site {
    /// The name of the call.
    pub call: String,
    /// The call and what it is about, without what differs from run to run.
    pub what: String,
    /// At which of the calls of this name it is met first.
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
    /// The sites in a log of strace, each where it is met first.
    pub fn all(log: &str) -> Vec<Self> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let mut sites: Vec<Self> = Vec::new();
        for line in log.lines() {
            let Some((call, rest)) = line.split_once('(') else { continue };
            if !call.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                continue;
            }
            let count = counts.entry(call).or_default();
            *count += 1;
            let what = format!("{call} {}", object(rest));
            if sites.iter().all(|site| site.what != what) {
                sites.push(Self { call: call.to_owned(), what, number: *count });
            }
        }
        sites
    }

    /// What is done to it.
    pub fn faults(&self) -> impl Iterator<Item = Fault> {
        let known = ERRORS.iter().find(|(calls, _)| calls.split(' ').any(|call| call == self.call));
        let errors = known.map_or(&[][..], |(_, errors)| errors).iter().copied();
        let kill = known.map(|_| Fault::Kill);
        let never = NEVER.iter().find(|(what, _)| *what == self.what);
        let never = never.map_or(&[][..], |(_, errors)| errors);
        errors.filter(|error| !never.contains(error)).map(Fault::Error).chain(kill)
    }
}

/// What a call is about: the file of its descriptor, its path, and how it is opened.
fn object(arguments: &str) -> String {
    let inside = |open: char, close: char| {
        let rest = arguments.split_once(open)?.1;
        Some(rest.split_once(close)?.0)
    };
    // A quoted text behind a descriptor is what is read or written; AT_FDCWD is a place.
    let of_descriptor =
        inside('<', '>').filter(|_| arguments.starts_with(|c: char| c.is_ascii_digit()));
    let text = of_descriptor.or_else(|| inside('"', '"')).unwrap_or_default();
    let mode = if arguments.contains("O_CREAT") { " (made)" } else { "" };
    format!("{}{mode}", plain(text))
}

/// What there are many of.
const ALIKE: &[(&str, &str)] = &[
    ("/etc/ssl/certs/", "/etc/ssl/certs/…"),
    ("/usr/share/ca-certificates/", "/etc/ssl/certs/…"),
    ("/usr/local/share/ca-certificates/", "/etc/ssl/certs/…"),
    ("TCP:", "TCP"),
    ("TCPv6:", "TCP"),
    ("UDP:", "UDP"),
    ("UNIX", "UNIX"),
];

/// `text` without numbers and without the directory of the run.
fn plain(text: &str) -> String {
    let text = text.rsplit_once("/root/").map_or(text, |(_, rest)| rest);
    let text = if text.starts_with("/tmp/") { text.splitn(4, '/').last().unwrap() } else { text };
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
