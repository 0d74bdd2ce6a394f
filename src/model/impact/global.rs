//! The keys of `[GLOBAL]`, with the values that chmpx puts where there are none.

use super::{Change, Class, Kind};
use crate::model::conf::{Conf, Entry, Mode, Text};

const TAKEN: &str = "chmpx takes it while it runs";
const AREAS: &str = "chmpx takes the number, but lays out its memory only at its start";
const AT_START: &str = "chmpx looks at it only at its start";
const CLIENTS: &str = "chmpx looks at it only at its start, and client processes must attach anew";
const BLOCKS: &str = "a running chmpx refuses it, and every later change with it";

/// Numbers: their key, their default, their least and most, what a change asks for, and why.
const NUMBERS: &[(&str, i32, i32, i32, Class, &str)] = &[
    ("FILEVERSION", 0, i32::MIN, i32::MAX, Class::Live, TAKEN),
    ("REPLICA", 0, i32::MIN, i32::MAX, Class::Live, TAKEN),
    ("RETRYCNT", -1, i32::MIN, i32::MAX, Class::Live, TAKEN),
    ("RWTIMEOUT", 0, 0, i32::MAX, Class::Live, TAKEN),
    ("CONTIMEOUT", 0, 0, i32::MAX, Class::Live, TAKEN),
    ("MQRETRYCNT", 3, i32::MIN, i32::MAX, Class::Live, TAKEN),
    ("MQRWTIMEOUT", 0, 0, i32::MAX, Class::Live, TAKEN),
    ("MERGETIMEOUT", 0, 0, i32::MAX, Class::Live, TAKEN),
    ("SOCKTHREADCNT", 0, i32::MIN, i32::MAX, Class::Live, TAKEN),
    ("MQTHREADCNT", 0, i32::MIN, i32::MAX, Class::Live, TAKEN),
    ("SOCKPOOLTIMEOUT", 60, i32::MIN, i32::MAX, Class::Live, TAKEN),
    ("MAXCHMPX", 1024, i32::MIN, 32768, Class::Cold, AREAS),
    ("MAXMQSERVER", 1, i32::MIN, 128, Class::Cold, AREAS),
    ("MAXMQCLIENT", 8192, i32::MIN, 32640, Class::Cold, AREAS),
    ("MQPERATTACH", 1, i32::MIN, 128, Class::Cold, AREAS),
    ("MAXQPERSERVERMQ", 8, i32::MIN, 128, Class::Cold, AREAS),
    ("MAXQPERCLIENTMQ", 1, i32::MIN, 128, Class::Cold, AREAS),
    ("MAXMQPERCLIENT", 1, i32::MIN, 128, Class::Cold, AREAS),
    ("MAXHISTLOG", 8192, i32::MIN, 32768, Class::Cold, AREAS),
    ("MAXSOCKPOOL", 1, i32::MIN, i32::MAX, Class::Cold, AREAS),
    ("K2HMASKBIT", 8, i32::MIN, i32::MAX, Class::Cold, AT_START),
    ("K2HCMASKBIT", 4, i32::MIN, i32::MAX, Class::Cold, AT_START),
    ("K2HMAXELE", 32, i32::MIN, i32::MAX, Class::Cold, AT_START),
];

/// Truth values: their key, their default, what a change asks for, and why.
const TRUTHS: &[(&str, bool, Class, &str)] = &[
    ("MQACK", true, Class::Live, TAKEN),
    ("AUTOMERGE", false, Class::Live, TAKEN),
    ("DOMERGE", false, Class::Live, TAKEN),
    ("K2HFULLMAP", true, Class::Cold, AT_START),
];

pub(super) fn compare(old: &Conf, new: &Conf, changes: &mut Vec<Change>) {
    let mut note = |key: &str, from: String, to: String, class, why: &str| {
        if from != to {
            let (from, to) = (Text::from(from.as_str()), Text::from(to.as_str()));
            let what = format!("{key}: {} -> {}", from.brief(), to.brief());
            changes.push(Change { what, class, kind: kind_of(key), why: str::to_owned(why) });
        }
    };

    let text = |conf: &Conf, key: &str| {
        conf.global(key).map(|entry| entry.value.to_string()).unwrap_or_default()
    };
    for (key, why) in [("GROUP", BLOCKS), ("NSSDB_DIR", AT_START), ("SELFCUK", CLIENTS)] {
        note(key, text(old, key), text(new, key), Class::Cold, why);
    }
    let word = |conf: &Conf, key: &str| text(conf, key).to_ascii_lowercase();
    note("DELIVERMODE", word(old, "DELIVERMODE"), word(new, "DELIVERMODE"), Class::Cold, AT_START);
    let version = |conf: &Conf| match word(conf, "SSL_MIN_VER") {
        version if version.is_empty() => "default".to_owned(),
        version => version,
    };
    note("SSL_MIN_VER", version(old), version(new), Class::Cold, AT_START);
    let id_type = |conf: &Conf| match conf.id_type() {
        Some(known) => format!("{known:?}").to_uppercase(),
        None => "unknown".to_owned(),
    };
    note("CHMPXIDTYPE", id_type(old), id_type(new), Class::Cold, BLOCKS);
    let port = |conf: &Conf| conf.self_ctlport().map_or("any".to_owned(), |port| port.to_string());
    note("SELFCTLPORT", port(old), port(new), Class::Cold, CLIENTS);

    let (class, why) = match new.mode() {
        Some(Mode::Server) => (Class::Refused, "this host is to be a slave node"),
        Some(Mode::Slave) | None => (Class::Cold, AT_START),
    };
    // Without MODE chmpx is a slave, unless it finds itself among the servers.
    let mode = |conf: &Conf| format!("{:?}", conf.mode().unwrap_or(Mode::Slave));
    note("MODE", mode(old), mode(new), class, why);

    for (key, default, least, most, class, why) in NUMBERS {
        let read = |entry: Option<&Entry>| {
            entry.map_or(*default, |entry| entry.value.int()).clamp(*least, *most).to_string()
        };
        note(key, read(old.global(key)), read(new.global(key)), *class, why);
    }
    for (key, default, class, why) in TRUTHS {
        let read = |entry: Option<&Entry>| {
            let truth = entry.and_then(|entry| entry.value.truth()).unwrap_or(*default);
            if truth { "on" } else { "off" }.to_owned()
        };
        note(key, read(old.global(key)), read(new.global(key)), *class, why);
    }
}

fn kind_of(key: &str) -> Kind {
    match key {
        "GROUP" | "CHMPXIDTYPE" => Kind::Blocking,
        "FILEVERSION" => Kind::Generation,
        _ => Kind::Usual,
    }
}
