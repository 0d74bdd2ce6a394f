//! Rules about keys that chmpx does not know.

use super::{Code, Findings};
use crate::model::conf::Conf;

/// The keys of `[GLOBAL]` that chmpx knows.
const GLOBAL: &[&str] = &[
    "GROUP",
    "FILEVERSION",
    "DATE",
    "MODE",
    "DELIVERMODE",
    "CHMPXIDTYPE",
    "MAXCHMPX",
    "REPLICA",
    "MAXMQSERVER",
    "MAXMQCLIENT",
    "MQPERATTACH",
    "MAXQPERSERVERMQ",
    "MAXQPERCLIENTMQ",
    "MAXMQPERCLIENT",
    "MAXHISTLOG",
    "PORT",
    "CTLPORT",
    "SELFCTLPORT",
    "SELFCUK",
    "RETRYCNT",
    "RWTIMEOUT",
    "CONTIMEOUT",
    "MQRETRYCNT",
    "MQRWTIMEOUT",
    "MQACK",
    "AUTOMERGE",
    "DOMERGE",
    "MERGETIMEOUT",
    "SOCKTHREADCNT",
    "MQTHREADCNT",
    "MAXSOCKPOOL",
    "SOCKPOOLTIMEOUT",
    "SSL",
    "SSL_VERIFY_PEER",
    "CAPATH",
    "SERVER_CERT",
    "SERVER_PRIKEY",
    "SLAVE_CERT",
    "SLAVE_PRIKEY",
    "SSL_MIN_VER",
    "NSSDB_DIR",
    "K2HFULLMAP",
    "K2HMASKBIT",
    "K2HCMASKBIT",
    "K2HMAXELE",
];

/// The keys of a node. Those that only servers have are written into slaves by the usual
/// templates, too, and chmpx passes over them.
const NODE: &[&str] = &[
    "NAME",
    "PORT",
    "CTLPORT",
    "CUK",
    "ENDPOINTS",
    "CTLENDPOINTS",
    "FORWARD_PEERS",
    "REVERSE_PEERS",
    "CUSTOM_ID_SEED",
    "SSL",
    "SSL_VERIFY_PEER",
    "CAPATH",
    "SERVER_CERT",
    "SERVER_PRIKEY",
    "SLAVE_CERT",
    "SLAVE_PRIKEY",
];

pub(super) fn look(conf: &Conf, findings: &mut Findings) {
    let nodes = conf.server_sections().chain(conf.slave_sections());
    let sections =
        [(conf.global_keys(), GLOBAL)].into_iter().chain(nodes.map(|node| (&node.keys, NODE)));
    for (keys, known) in sections {
        let odd = keys.iter().filter(|(key, _)| !known.iter().any(|name| *key == name));
        for (key, entry) in odd {
            let (code, message) = if let Some(name) = known.iter().find(|name| key.is_word(name)) {
                let message = format!(
                    "chmpx passes over {}: it knows {name} in capital letters only",
                    key.brief()
                );
                (Code::KeyCase, message)
            } else {
                let message =
                    format!("chmpx does not know the key {} here and passes over it", key.brief());
                (Code::UnknownKey, message)
            };
            findings.add(code, Some(entry.line), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{breaks, breaks_only, with, with_global};
    use super::*;

    #[test]
    fn unknown_keys_are_passed_over() {
        breaks_only(with_global("MAXCHMPXS = 1"), Code::UnknownKey);
        breaks_only(with("NAME = srv1", "NAME = srv1\nGROUP = x"), Code::UnknownKey);
    }

    #[test]
    fn keys_in_small_letters_are_passed_over() {
        breaks_only(with_global("maxhistlog = 1"), Code::KeyCase);
        breaks(with("GROUP = cluster", "group = cluster"), Code::NoGroup);
    }
}
