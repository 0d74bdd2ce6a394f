//! Servers and slaves that come, go and change.

use std::collections::BTreeMap;

use super::{Change, Class};
use crate::model::conf::{Conf, Given, Peer, Text};

/// Tells apart what chmpx keeps apart: name, control port and CUK.
type Place<'a> = (&'a Text, i16, &'a Text);

fn place(peer: &Peer) -> Place<'_> {
    (&peer.name, peer.ctlport, &peer.cuk)
}

fn called(peer: &Peer) -> String {
    format!("{}:{}", peer.name.brief(), peer.ctlport)
}

/// What differs between two entries of one node that a running chmpx cannot take over.
fn difference(old: &Peer, new: &Peer) -> Option<&'static str> {
    let differs = |differs: bool, what| differs.then_some(what);
    differs(old.ctlport != new.ctlport, "CTLPORT")
        .or_else(|| differs(old.cuk != new.cuk, "CUK"))
        .or_else(|| differs(old.seed != new.seed, "CUSTOM_ID_SEED"))
        .or_else(|| differs(old.port != new.port, "PORT"))
        .or_else(|| differs(old.tls != new.tls, "TLS"))
        .or_else(|| differs(old.endpoints != new.endpoints, "ENDPOINTS"))
        .or_else(|| differs(old.ctlendpoints != new.ctlendpoints, "CTLENDPOINTS"))
        .or_else(|| differs(old.forward_peers != new.forward_peers, "FORWARD_PEERS"))
        .or_else(|| differs(old.reverse_peers != new.reverse_peers, "REVERSE_PEERS"))
}

/// What becomes of the table of servers. The servers added come first, then those removed.
pub(super) fn compare_servers(
    old: &Conf,
    new: &Conf,
    changes: &mut Vec<Change>,
) -> (Vec<Peer>, Vec<Peer>) {
    let (old, new) = (old.servers(), new.servers());
    let (mut added, mut removed) = (Vec::new(), Vec::new());
    for (before, after) in renamed(pairs(old, new)) {
        match (before, after) {
            (Some(before), Some(after)) => {
                if before.name != after.name {
                    changes.push(server_renamed(before, after));
                }
                if let Some(key) = difference(before, after) {
                    let what = format!("{key} of the server {}", called(before));
                    changes.push(server_changed(what, key));
                }
            }
            (None, Some(after)) => added.push(after.clone()),
            (Some(before), None) => removed.push(before.clone()),
            (None, None) => {}
        }
    }
    let had_ssl = old.iter().any(|server| server.tls.ssl);
    for server in &added {
        let (class, why) = if server.tls.ssl && !had_ssl {
            (Class::Cold, "a chmpx that started without TLS crashes on the first server with it")
        } else {
            (Class::Live, "chmpx adds the server while it runs")
        };
        let what = format!("the server {} is new", called(server));
        changes.push(Change::usual(what, class, why));
    }
    let all_go = !old.is_empty() && removed.len() == old.len();
    for server in &removed {
        let (class, why) = if all_go {
            (Class::Refused, "not one server stays: after a restart chmpx would find no ring")
        } else {
            (Class::Live, "chmpx drops the server once it is down and out of service")
        };
        let what = format!("the server {} is gone", called(server));
        changes.push(Change::usual(what, class, why));
    }
    (added, removed)
}

fn server_changed(what: String, key: &'static str) -> Change {
    // `chmpxman_lap::UpdateChmpxSvrs` in lib/chmstructure.tcc does not compare these.
    let why = match key {
        "PORT" | "TLS" => "chmpx looks at it only at its start",
        _ => "a running chmpx makes a second entry of it beside the old one",
    };
    Change::usual(what, Class::Cold, why)
}

fn server_renamed(before: &Peer, after: &Peer) -> Change {
    let what = format!("the server {} is called {}", called(before), after.name.brief());
    // Measured; where the address is another, it is a server that goes and one that comes.
    let why = "chmpx knows a server by its address, whatever it is called";
    Change::usual(what, Class::Live, why)
}

type Pair<'a> = (Option<&'a Peer>, Option<&'a Peer>);

/// Puts together who has another name and the same CUK, else seed, at the same control port.
fn renamed(pairs: Vec<Pair<'_>>) -> Vec<Pair<'_>> {
    let by_cuk = |peer: &Peer| (!peer.cuk.is_empty()).then(|| peer.cuk.clone());
    let by_seed = |peer: &Peer| (!peer.seed.is_empty()).then(|| peer.seed.clone());
    together(together(pairs, by_cuk), by_seed)
}

fn together(pairs: Vec<Pair<'_>>, key: impl Fn(&Peer) -> Option<Text>) -> Vec<Pair<'_>> {
    let place = |peer: &Peer| Some((key(peer)?, peer.ctlport));
    let mut gone: BTreeMap<(Text, i16), Vec<&Peer>> = BTreeMap::new();
    let (mut rest, mut came) = (Vec::new(), Vec::new());
    for pair in pairs {
        match pair {
            (Some(before), None) => match place(before) {
                Some(place) => gone.entry(place).or_default().push(before),
                None => rest.push(pair),
            },
            (None, Some(after)) => came.push(after),
            _ => rest.push(pair),
        }
    }
    // What is taken from the end is the first of several with one key.
    for peers in gone.values_mut() {
        peers.reverse();
    }
    for after in came {
        let before = place(after).and_then(|place| gone.get_mut(&place)?.pop());
        rest.push((before, Some(after)));
    }
    rest.extend(gone.into_values().flatten().map(|before| (Some(before), None)));
    rest
}

/// Equal nodes first, then those of one name of which there is just one on either side.
fn pairs<'a>(old: &'a [Peer], new: &'a [Peer]) -> Vec<Pair<'a>> {
    let mut left: BTreeMap<Place<'_>, Vec<&Peer>> = BTreeMap::new();
    // What is taken from the end is the first of several that chmpx cannot tell apart.
    for peer in old.iter().rev() {
        left.entry(place(peer)).or_default().push(peer);
    }
    let mut pairs = Vec::new();
    let mut unmet: BTreeMap<&Text, Vec<&Peer>> = BTreeMap::new();
    for peer in new {
        match left.get_mut(&place(peer)).and_then(Vec::pop) {
            Some(before) => pairs.push((Some(before), Some(peer))),
            None => unmet.entry(&peer.name).or_default().push(peer),
        }
    }
    for before in left.into_values().flatten() {
        pairs.push((Some(before), unmet.get_mut(&before.name).and_then(Vec::pop)));
    }
    pairs.extend(unmet.into_values().flatten().map(|after| (None, Some(after))));
    pairs
}

/// Slaves are only a list of who may connect, but for the own entry.
pub(super) fn compare_slaves(old: &Conf, new: &Conf, changes: &mut Vec<Change>) {
    let selfhood = new.selfhood(&Given::default());
    let (old, new) = (old.slaves(), new.slaves());
    // Without a key it is the only one that a chmpx at this port may take for its own.
    let only = |slaves: &'_ [Peer]| {
        let mut possible = slaves.iter().filter(|slave| selfhood.may_be(slave));
        possible.next().filter(|_| possible.next().is_none()).cloned()
    };
    let own = if selfhood.cuk.is_empty() { [only(old), only(new)] } else { [None, None] };
    let is_own = |peer: &Peer| {
        (!selfhood.cuk.is_empty() && peer.cuk == selfhood.cuk)
            || own.iter().flatten().any(|own| own == peer)
    };
    let own_stays = new.iter().any(is_own);
    let live = "chmpx takes its list of slaves while it runs";
    for (before, after) in pairs(old, new) {
        let (what, class, why) = match (before, after) {
            (Some(before), Some(after)) => {
                let Some(key) = difference(before, after) else { continue };
                let what = format!("{key} of the slave {}", called(before));
                if is_own(before) || is_own(after) {
                    (what, Class::Cold, "chmpx looks at its own entry only at its start")
                } else {
                    (what, Class::Live, live)
                }
            }
            (None, Some(after)) => {
                (format!("the slave {} is new", called(after)), Class::Live, live)
            }
            (Some(before), None) => {
                let what = format!("the slave {} is gone", called(before));
                if is_own(before) && !own_stays {
                    (what, Class::Refused, "it is this host: the next start would fail")
                } else {
                    (what, Class::Live, live)
                }
            }
            (None, None) => continue,
        };
        changes.push(Change::usual(what, class, why));
    }
}
