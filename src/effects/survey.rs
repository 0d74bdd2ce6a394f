//! Finds out about the host what `doctor` has to know.

mod places;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::effects::access::{self, Reader};
use crate::effects::{clock, command, resolver};
use crate::model::doctor::{Lookup, Survey};

/// All names together are waited for no longer: chmpx itself waits five seconds for each.
const NAMES_LIMIT: Duration = Duration::from_secs(6);

/// What is to be looked at.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    /// The target.
    pub target: PathBuf,
    /// The files in which the role token may be.
    pub token_files: Vec<PathBuf>,
    /// The control port.
    pub control_port: Option<u16>,
    /// The names that chmpx has to resolve.
    pub names: Vec<String>,
    /// Where the agent keeps its state.
    pub state_dir: PathBuf,
    /// Who chmpx runs as.
    pub reader: Option<Reader>,
}

/// Finds out what can be found out without asking chmpx.
pub fn survey(subject: &Subject) -> Survey {
    let kernel = |name: &str| number(&format!("/proc/sys/fs/{name}"));
    Survey {
        links: fs::symlink_metadata(&subject.target).ok().map(|meta| meta.nlink()),
        is_mount: is_mount(&subject.target),
        inotify_instances: kernel("inotify/max_user_instances"),
        inotify_watches: kernel("inotify/max_user_watches"),
        mqueue_longest: kernel("mqueue/msg_max"),
        has_chmpx: command::find("chmpx").is_some(),
        control_listens: subject.control_port.map(listens).unwrap_or_default(),
        lookups: lookups(&subject.names),
        token_age: subject.token_files.iter().find_map(|path| age(path)),
        clock_is_kept: clock_is_kept(),
        rooms: [subject.target.parent(), Some(&subject.state_dir)]
            .into_iter()
            .filter_map(|directory| places::room(directory?))
            .collect(),
        closed: subject
            .reader
            .as_ref()
            .and_then(|reader| access::closed_above(&subject.target, reader)),
        unreadable_mode: subject
            .reader
            .as_ref()
            .and_then(|reader| access::unreadable_mode(&subject.target, reader)),
        unreadable_token: subject.token_files.iter().find(|path| is_denied(path)).cloned(),
        ..Survey::default()
    }
}

fn number(path: &str) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

fn age(path: &Path) -> Option<Duration> {
    let changed = u64::try_from(fs::metadata(path).ok()?.mtime()).ok()?;
    Some(Duration::from_secs(clock::now().saturating_sub(changed)))
}

fn is_denied(path: &Path) -> bool {
    fs::File::open(path).is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
}

/// Whether something is mounted at the very path: the fifth word of a line of `mountinfo`.
fn is_mount(path: &Path) -> bool {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    mounts.lines().any(|line| line.split(' ').nth(4).is_some_and(|at| Path::new(at) == path))
}

/// systemd-timesyncd leaves the first; chrony and ntpd keep a pid file.
fn clock_is_kept() -> Option<bool> {
    const SIGNS: [&str; 4] = [
        "/run/systemd/timesync/synchronized",
        "/run/chrony/chronyd.pid",
        "/run/chronyd.pid",
        "/run/ntpd.pid",
    ];
    if SIGNS.iter().any(|sign| Path::new(sign).exists()) {
        return Some(true);
    }
    // A container has the clock of its host.
    Path::new("/run/systemd/system").exists().then_some(false)
}

/// The addresses on which somebody listens at `port`.
fn listens(port: u16) -> Vec<IpAddr> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let texts = tables.iter().filter_map(|table| fs::read_to_string(table).ok());
    texts
        .flat_map(|text| text.lines().filter_map(|line| listening(line, port)).collect::<Vec<_>>())
        .collect()
}

/// The local address of a line such as `0: 0100007F:1F5F 00000000:0000 0A …`: state 0A listens.
fn listening(line: &str, port: u16) -> Option<IpAddr> {
    let mut words = line.split_whitespace().skip(1);
    let (address, at) = words.next()?.split_once(':')?;
    let state = words.nth(1)?;
    let matches = state == "0A" && u16::from_str_radix(at, 16).ok() == Some(port);
    matches.then(|| of_kernel(address)).flatten()
}

/// The kernel prints words of four bytes in the order of the machine.
fn of_kernel(hex: &str) -> Option<IpAddr> {
    let word = |at: usize| {
        let text = hex.get(at..at + 8)?;
        u32::from_str_radix(text, 16).ok().map(u32::to_ne_bytes)
    };
    if hex.len() == 8 {
        return word(0).map(|bytes| IpAddr::V4(Ipv4Addr::from(bytes)));
    }
    let mut bytes = [0; 16];
    for (slot, at) in bytes.chunks_exact_mut(4).zip([0, 8, 16, 24]) {
        slot.copy_from_slice(&word(at)?);
    }
    Some(IpAddr::V6(Ipv6Addr::from(bytes)))
}

/// Asks for all names at once; those that take too long have no answer.
fn lookups(names: &[String]) -> BTreeMap<String, Lookup> {
    let answers = resolver::ask(names.iter().cloned().collect(), names.len(), NAMES_LIMIT);
    let lookup = |name: &String| match answers.get(name) {
        Some(answer) => Lookup {
            addresses: Some(answer.addresses.clone().unwrap_or_default()),
            took: answer.took,
        },
        None => Lookup { addresses: None, took: NAMES_LIMIT },
    };
    names.iter().map(|name| (name.clone(), lookup(name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listening_socket_is_found_with_its_address() {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        assert_eq!(listens(port), [IpAddr::from([127, 0, 0, 1])]);
        drop(socket);
        assert!(listening("0: 0100007F:1F5F 0100007F:0050 01 x", 8031).is_none());
    }

    #[test]
    fn an_address_of_version_six_is_read_word_by_word() {
        let own = "00000000000000000000000001000000";
        let expected = if cfg!(target_endian = "little") { "::1" } else { "::100:0" };
        assert_eq!(of_kernel(own), Some(expected.parse().unwrap()));
        assert_eq!(of_kernel("0"), None);
    }

    #[test]
    fn the_root_is_a_mount_point_and_a_file_in_it_is_none() {
        assert!(is_mount(Path::new("/")));
        assert!(!is_mount(Path::new("/nonexistent/slave.ini")));
    }
}
