//! `plan --from OLD --to NEW`: what the difference of two files would mean for a running chmpx.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::check::bytes_of;
use super::{Exit, Failed};
use crate::model::conf::{Conf, Peer};
use crate::model::impact::{Class, Impact, compare};

/// Compares the two files, neither of which has to be in use anywhere.
pub fn run(from: &Path, to: &Path, as_json: bool) -> Result<(Exit, String), Failed> {
    let impact = compare(&Conf::read(&bytes_of(from)?), &Conf::read(&bytes_of(to)?));
    let exit = match impact.overall {
        Class::None => Exit::Ok,
        Class::Live | Class::Cold => Exit::Differences,
        Class::Refused => Exit::Refused,
    };
    let text = if as_json { format!("{}\n", json(&impact)) } else { told(&impact) };
    Ok((exit, text))
}

/// The impact as programs read it.
pub fn json(impact: &Impact) -> Value {
    let changes: Vec<_> = impact
        .changes
        .iter()
        .map(|it| json!({ "what": it.what, "impact": it.class.as_str(), "why": it.why }))
        .collect();
    json!({
        "impact": impact.overall.as_str(),
        "changes": changes,
        "servers_added": impact.servers_added.iter().map(server).collect::<Vec<_>>(),
        "servers_removed": impact.servers_removed.iter().map(server).collect::<Vec<_>>(),
    })
}

/// A server as programs read it.
pub(super) fn server(peer: &Peer) -> Value {
    json!({
        "name": peer.name.to_string(),
        "port": peer.port,
        "ctlport": peer.ctlport,
        "cuk": peer.cuk.to_string(),
    })
}

/// The impact as a person reads it.
pub(super) fn told(impact: &Impact) -> String {
    let mut text = format!("impact: {}\n", impact.overall);
    for change in &impact.changes {
        let _infallible = writeln!(text, "  {}: {} ({})", change.class, change.what, change.why);
    }
    text
}
