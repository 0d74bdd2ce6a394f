//! What chmpx, its tools and the kernel print about it, read with patience: layouts differ between
//! releases, labels hardly ever. Whoever is asked may be somebody else, so that nothing of it is
//! taken at its word, and what is shown of it is short and plain.

use crate::model::observed::Server;

/// The servers that are noted: a table of chmpx holds no more than `MAXCHMPX` can be.
pub const MOST_SERVERS: usize = 32_768;
/// What is kept of a text that is shown, in characters.
pub const LONGEST: usize = 400;

/// What a running chmpx told about itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// Its process id.
    pub pid: Option<i32>,
    /// The generation that it has in force.
    pub generation: Option<i32>,
    /// The servers in its table, at most [`MOST_SERVERS`].
    pub servers: Vec<Server>,
}

/// Reads the output of `chmpxstatus` without `-self`.
pub fn status(text: &str) -> Told {
    let mut told = Told::default();
    let mut among_servers = false;
    for line in text.lines() {
        // `server chmpxs [ 3 ] = {` opens the list; `slave chmpxs [ 1 ] = {` comes after it.
        if line.contains("chmpxs [") {
            among_servers = line.trim_start().starts_with("server");
        }
        let Some((label, value)) = line.split_once('=') else { continue };
        let (label, value) = (label.trim(), value.trim());
        match label {
            "chmpx process id" => told.pid = number(value),
            "configuration file version" => told.generation = number(value),
            _ if among_servers => server_line(&mut told.servers, label, value),
            _ => {}
        }
    }
    told
}

fn server_line(servers: &mut Vec<Server>, label: &str, value: &str) {
    if label == "hostname" || label == "name" {
        if servers.len() == MOST_SERVERS {
            return;
        }
        servers.push(Server {
            name: plain(value),
            ctlport: None,
            status: String::new(),
            connected: false,
        });
        return;
    }
    let Some(server) = servers.last_mut() else { return };
    match label {
        "control port" | "ctlport" => server.ctlport = number(value),
        "status" => server.status = plain(value),
        "sockets" => server.connected = !value.is_empty(),
        // The control port prints the descriptor, -1 when there is none.
        "sock" => server.connected = number::<i64>(value).is_some_and(|sock| sock >= 0),
        _ => {}
    }
}

/// Reads the answer to `DUMP` on the control port.
pub fn dump(text: &str) -> Told {
    let mut told = Told::default();
    let mut among_servers = false;
    for line in text.lines() {
        let line = line.trim();
        if line.contains("chmpx_servers") {
            among_servers = true;
        } else if line.contains("chmpx_slaves") || line.contains("chmpx_self") {
            among_servers = false;
        }
        let Some((label, value)) = line.split_once(['=', ':']) else { continue };
        let (label, value) = (label.trim(), value.trim().trim_end_matches(','));
        match label {
            "pid" if told.pid.is_none() => told.pid = number(value),
            "cfg_revision" => told.generation = number(value),
            _ if among_servers => server_line(&mut told.servers, label, value),
            _ => {}
        }
    }
    told
}

/// What `chmpxconftest` says of a file, from its output and its error output: nothing against it,
/// or the first line of its objections.
///
/// Only a line `configuration{` means that the file loads: the exit code is 0 either way.
pub fn opinion(output: &str, errors: &str) -> Result<(), String> {
    if output.lines().any(|line| line.trim() == "configuration{") {
        return Ok(());
    }
    Err(plain(errors.lines().next().unwrap_or("it said nothing")))
}

/// The last that chmpx said, from its lines in the journal.
pub fn last_words(journal: &str) -> Option<String> {
    let lines: Vec<_> = journal.lines().map(str::trim).collect();
    Some(plain(&lines.join(" | "))).filter(|said| !said.is_empty())
}

/// The inodes in the lines `inotify wd:1 ino:2a sdev:1 mask:c02 …` of `/proc/PID/fdinfo/FD`.
pub fn watched(fdinfo: &str) -> Vec<u64> {
    let lines = fdinfo.lines().filter_map(|line| line.strip_prefix("inotify "));
    let inodes =
        lines.filter_map(|line| line.split(' ').find_map(|word| word.strip_prefix("ino:")));
    inodes.filter_map(|text| u64::from_str_radix(text, 16).ok()).collect()
}

/// The beginning of `text`, as it can be shown on one line of any terminal.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST).collect()
}

/// The number that `text` begins with.
fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(text.len());
    text.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = "\
chmpx process id                             = 4711
process start time                           = 1790000000 (unix time)

chmpx name                                   = c1
configuration file version                   = 42
self chmpx = {
  hostname                                   = slave.example
  status                                     = [SLAVE][UP]
}
server chmpxs [ 2 ] = {
  [0] = {
    hostname                                 = srv1.example
    control port                             = 8021
    sockets                                  = 12
    status                                   = SAFE -> [SERVICE IN][UP][n/a][Nothing][NoSuspend]
  }
  [1] = {
    hostname                                 = srv2.example
    control port                             = 8021
    sockets                                  =
    status                                   = SAFE -> [SERVICE OUT][DOWN][n/a][Nothing][NoSuspend]
  }
}
slave chmpxs [ 1 ] = {
  [0] = {
    hostname                                 = slave.example
  }
}
";

    #[test]
    fn the_status_tells_process_generation_and_servers() {
        let told = status(STATUS);
        assert_eq!((told.pid, told.generation), (Some(4711), Some(42)));
        let names: Vec<_> = told.servers.iter().map(|server| server.name.as_str()).collect();
        assert_eq!(names, ["srv1.example", "srv2.example"]);
        assert!(told.servers[0].is_up() && told.servers[0].connected);
        assert!(!told.servers[1].is_up() && !told.servers[1].connected);
        assert_eq!(told.servers[0].ctlport, Some(8021));
    }

    #[test]
    fn the_dump_tells_the_generation() {
        let text = "chmpx_man{\n  cfg_revision = 7\n  cfg_date = 0\n}\n";
        assert_eq!(dump(text).generation, Some(7));
        assert_eq!(dump("cfg_revision=9").generation, Some(9));
    }

    #[test]
    fn a_file_that_chmpxconftest_shows_is_good_and_else_its_first_complaint_is_told() {
        assert_eq!(opinion("x\n  configuration{\n}\n", "warning"), Ok(()));
        assert_eq!(opinion("", "[ERR] no\u{1b}[2J group\nmore"), Err("[ERR] no [2J group".into()));
        assert!(opinion("configuration{}", "").is_err());
    }

    #[test]
    fn the_last_words_are_one_line_that_no_terminal_obeys() {
        assert_eq!(last_words(" a\u{7}\n b \n").as_deref(), Some("a  | b"));
        assert_eq!(last_words(""), None);
        assert_eq!(last_words(&"é".repeat(9000)).unwrap().chars().count(), LONGEST);
    }

    #[test]
    fn a_name_of_a_server_is_shown_on_one_line_of_any_terminal() {
        let told = status("server chmpxs [ 1 ] = {\nhostname = a\u{1b}]0;b\u{7}c\n");
        assert_eq!(told.servers[0].name, "a ]0;b c");
    }

    #[test]
    fn endless_servers_are_not_all_kept() {
        let text = "server chmpxs [\n".to_owned() + &"name = a\n".repeat(MOST_SERVERS + 1);
        assert_eq!(status(&text).servers.len(), MOST_SERVERS);
    }

    #[test]
    fn the_watched_inodes_are_read_in_hexadecimal() {
        let text = "pos:\t0\nflags:\t02004000\ninotify wd:1 ino:2a sdev:fd00001 mask:c02\n";
        assert_eq!(watched(text), [42]);
        assert_eq!(watched("pos:\t0\n"), Vec::<u64>::new());
    }

    #[test]
    fn nonsense_tells_nothing() {
        for text in ["", "= =", "configuration file version = many", "\u{0}\u{0}=\u{0}"] {
            assert_eq!(status(text).generation, None);
            assert_eq!(dump(text).generation, None);
        }
    }
}
