//! What chmpx and its tools print, read with patience: layouts differ between releases, labels
//! hardly ever.

use crate::model::observed::Server;

/// What a running chmpx told about itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Told {
    /// Its process id.
    pub(super) pid: Option<i32>,
    /// The generation that it has in force.
    pub(super) generation: Option<i32>,
    /// The servers in its table.
    pub(super) servers: Vec<Server>,
}

/// Reads the output of `chmpxstatus` without `-self`.
pub(super) fn status(text: &str) -> Told {
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
        servers.push(Server {
            name: value.to_owned(),
            ctlport: None,
            status: String::new(),
            connected: false,
        });
        return;
    }
    let Some(server) = servers.last_mut() else { return };
    match label {
        "control port" | "ctlport" => server.ctlport = number(value),
        "status" => value.clone_into(&mut server.status),
        "sockets" => server.connected = !value.is_empty(),
        // The control port prints the descriptor, -1 when there is none.
        "sock" => server.connected = number::<i64>(value).is_some_and(|sock| sock >= 0),
        _ => {}
    }
}

/// Reads the answer to `DUMP` on the control port.
pub(super) fn dump(text: &str) -> Told {
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
    fn nonsense_tells_nothing() {
        for text in ["", "= =", "configuration file version = many", "\u{0}\u{0}=\u{0}"] {
            assert_eq!(status(text).generation, None);
            assert_eq!(dump(text).generation, None);
        }
    }
}
