//! What a difference means beside the table of servers of the running chmpx.
//!
//! The file is only a seed for that: servers stay in it that no file names any more, until they are
//! out of service and down, and the ring brings others (measured).

use super::Impact;
use crate::model::conf::{Conf, Peer};
use crate::model::observed::Server;

/// More servers than a running chmpx has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crowd {
    /// Those of its table and those that the file adds.
    pub servers: usize,
    /// How many it can hold.
    pub room: usize,
}

/// How the servers that `impact` adds do not fit beside those in the `table` of a chmpx that has
/// `old` in force and is shown `new`; nothing if they do.
///
/// The area is made at the start of chmpx, so that the smaller MAXCHMPX counts, less one place that
/// is its own. What does not fit is silently left out.
pub fn crowd(old: &Conf, new: &Conf, impact: &Impact, table: &[Server]) -> Option<Crowd> {
    let added = &impact.servers_added;
    let unknown = added.iter().filter(|peer| !table.iter().any(|server| is(server, peer))).count();
    let room = room(old).min(room(new));
    let servers = table.len() + unknown;
    (unknown > 0 && servers > room).then_some(Crowd { servers, room })
}

/// Whether `impact` takes out every server that `old` names and that is up in the `table`, and adds
/// none that is. A running chmpx would go on with them; the next one would find no ring.
pub fn leaves_none_up(old: &Conf, impact: &Impact, table: &[Server]) -> bool {
    let up: Vec<_> = table.iter().filter(|server| server.is_up()).collect();
    let is_among = |peers: &[Peer], server: &Server| peers.iter().any(|peer| is(server, peer));
    let named: Vec<_> = up.iter().filter(|server| is_among(old.servers(), server)).collect();
    !named.is_empty()
        && named.iter().all(|server| is_among(&impact.servers_removed, server))
        && !up.iter().any(|server| is_among(&impact.servers_added, server))
}

fn room(conf: &Conf) -> usize {
    let most = conf.global("MAXCHMPX").map_or(1024, |entry| entry.value.int()).min(32768);
    usize::try_from(most.saturating_sub(1)).unwrap_or_default()
}

fn is(server: &Server, peer: &Peer) -> bool {
    let has_port = |port: u16| i16::try_from(port).is_ok_and(|port| port == peer.ctlport);
    peer.name == *server.name.as_str() && server.ctlport.is_none_or(has_port)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::impact::compare;

    fn file(most: u32, servers: &[&str]) -> Conf {
        let servers = servers.iter().map(|name| format!("[SVRNODE]\nNAME={name}\n"));
        let head = format!(
            "[GLOBAL]\nGROUP=g\nFILEVERSION=1\nMODE=SLAVE\nDELIVERMODE=hash\nCTLPORT=8021\n\
             PORT=8020\nSELFCTLPORT=8021\nSELFCUK=me\nMAXCHMPX={most}\n"
        );
        let own = "[SLVNODE]\nNAME=own\nCUK=me\n";
        Conf::read((head + &servers.collect::<String>() + own).as_bytes())
    }

    fn server(name: &str, status: &str) -> Server {
        Server {
            name: name.to_owned(),
            ctlport: Some(8021),
            status: status.to_owned(),
            connected: false,
        }
    }

    const UP: &str = "[SERVICE IN][UP]";
    const DOWN: &str = "[SERVICE IN][DOWN]";

    fn crowded(old: &Conf, new: &Conf, table: &[Server]) -> Option<Crowd> {
        crowd(old, new, &compare(old, new), table)
    }

    #[test]
    fn servers_that_linger_in_the_table_take_the_room_of_new_ones() {
        let (old, new) = (file(4, &["a", "b"]), file(4, &["a", "c"]));
        assert_eq!(crowded(&old, &new, &[server("a", UP), server("b", DOWN)]), None);
        let lingering = [server("a", UP), server("b", DOWN), server("gone", DOWN)];
        assert_eq!(crowded(&old, &new, &lingering), Some(Crowd { servers: 4, room: 3 }));
    }

    #[test]
    fn a_server_that_the_ring_has_told_before_the_file_needs_no_more_room() {
        let (old, new) = (file(4, &["a", "b"]), file(4, &["a", "b", "c"]));
        let table = [server("a", UP), server("b", UP), server("c", UP)];
        assert_eq!(crowded(&old, &new, &table), None);
    }

    #[test]
    fn the_room_is_that_of_the_smaller_of_both_files() {
        let table = ["a", "b", "x"].map(|name| server(name, UP));
        let few = file(4, &["a", "b"]);
        assert!(crowded(&few, &file(64, &["a", "b", "c"]), &table).is_some());
        assert!(crowded(&file(64, &["a", "b"]), &file(4, &["a", "c"]), &table).is_some());
        assert_eq!(crowded(&file(64, &["a", "b"]), &file(64, &["a", "c"]), &table), None);
    }

    #[test]
    fn a_full_table_is_no_matter_where_nobody_is_added() {
        let (old, new) = (file(3, &["a", "b"]), file(3, &["a"]));
        let table = ["a", "b", "x", "y"].map(|name| server(name, DOWN));
        assert_eq!(crowded(&old, &new, &table), None);
    }

    #[test]
    fn to_lose_every_server_that_is_up_is_to_lose_the_ring_at_the_next_start() {
        let (old, new) = (file(64, &["a", "b"]), file(64, &["b", "c"]));
        let lost = |table: &[Server]| leaves_none_up(&old, &compare(&old, &new), table);
        assert!(lost(&[server("a", UP), server("b", DOWN)]));
        assert!(!lost(&[server("a", UP), server("b", UP)]));
        assert!(!lost(&[server("a", UP), server("b", DOWN), server("c", UP)]));
        assert!(!lost(&[server("a", DOWN), server("b", DOWN)]), "then there is nothing to lose");
    }
}
