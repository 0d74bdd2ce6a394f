//! From a file to a [`Config`], with every reason for which chmpx refuses one.
//!
//! After `CHMIniConf::LoadConfiguration`. A refusal ends a running chmpx.
use std::{collections::BTreeMap, fmt};

use super::{
    config::{ANY_PORT, Config, IdType},
    dialect::{self, Section, atoi},
    expand::port_number,
    host::Host,
    identity, nodes, tls,
};

/// Why a file does not load, in words near those of chmpx.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(pub String);

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

/// What the command line says in place of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `-ctlport`, in place of SELFCTLPORT.
    pub ctlport: Option<i16>,
    /// `-cuk`, in place of SELFCUK.
    pub cuk: Option<String>,
}

/// How chmpx treats a number that is out of range.
#[derive(Debug, Clone, Copy)]
enum Range {
    Any,
    AtMost(i32),
    NegativeIsZero,
    RefusedBelow(i32),
}

const NUMBERS: [(&str, i32, Range); 22] = [
    ("MAXCHMPX", 1024, Range::AtMost(32768)),
    ("REPLICA", 0, Range::Any),
    ("MAXMQSERVER", 1, Range::AtMost(128)),
    ("MAXMQCLIENT", 8192, Range::AtMost(32640)),
    ("MQPERATTACH", 1, Range::AtMost(128)),
    ("MAXQPERSERVERMQ", 8, Range::AtMost(128)),
    ("MAXQPERCLIENTMQ", 1, Range::AtMost(128)),
    ("MAXMQPERCLIENT", 1, Range::AtMost(128)),
    ("MAXHISTLOG", 8192, Range::AtMost(32768)),
    ("RETRYCNT", -1, Range::Any),
    ("RWTIMEOUT", 0, Range::NegativeIsZero),
    ("CONTIMEOUT", 0, Range::NegativeIsZero),
    ("MQRETRYCNT", -1, Range::Any),
    ("MQRWTIMEOUT", 0, Range::NegativeIsZero),
    ("MERGETIMEOUT", 0, Range::NegativeIsZero),
    ("SOCKTHREADCNT", 0, Range::RefusedBelow(0)),
    ("MQTHREADCNT", 0, Range::RefusedBelow(0)),
    ("MAXSOCKPOOL", 1, Range::RefusedBelow(1)),
    ("SOCKPOOLTIMEOUT", 60, Range::RefusedBelow(0)),
    ("K2HMASKBIT", 8, Range::Any),
    ("K2HCMASKBIT", 4, Range::Any),
    ("K2HMAXELE", 32, Range::Any),
];

const SWITCHES: [(&str, bool); 6] = [
    ("MQACK", true),
    ("AUTOMERGE", false),
    ("DOMERGE", false),
    ("K2HFULLMAP", true),
    ("SSL", false),
    ("SSL_VERIFY_PEER", false),
];

/// Reads a file as the chmpx of this host would.
pub fn load(bytes: &[u8], host: &Host, overrides: &Overrides) -> Result<Config, Refusal> {
    let sections = dialect::read(bytes);
    let global = &sections.global;

    let group = mandatory(global, "GROUP")?.to_owned();
    let revision = atoi(mandatory(global, "FILEVERSION")?);
    let mode = mode(global)?;
    let random = delivery(global)?;
    let id_type = match global.get("CHMPXIDTYPE") {
        None => IdType::Name,
        Some(text) => IdType::from_text(text).ok_or_else(|| wrong("CHMPXIDTYPE", text))?,
    };
    let numbers = numbers(global, random)?;
    let switches = switches(global, random)?;
    let tls = tls::global(global, &switches)?;

    let servers = nodes::servers(&sections.servers, global, id_type, host)?;
    let slaves = nodes::slaves(&sections.slaves, global, id_type)?;
    tls::check_all(global, &servers, &slaves)?;

    let self_ctlport = overrides
        .ctlport
        .unwrap_or_else(|| global.get("SELFCTLPORT").map_or(ANY_PORT, |text| port_number(text)));
    let self_cuk =
        overrides.cuk.clone().or_else(|| global.get("SELFCUK").cloned()).unwrap_or_default();
    let listed = identity::is_listed_server(&servers, self_ctlport, &self_cuk, host);
    let server_mode = match (mode, listed) {
        (Some(true), false) => {
            return Err(Refusal(format!(
                "have \"MODE\" as server mode in [GLOBAL] section, but self control port({self_ctlport}) not found in server list."
            )));
        }
        (Some(false), true) => {
            return Err(Refusal(format!(
                "have \"MODE\" as slave mode in [GLOBAL] section, but self control port({self_ctlport}) found in server list."
            )));
        }
        (Some(asked), _) => asked,
        (None, listed) => listed,
    };

    Ok(Config {
        group,
        revision,
        date: global.get("DATE").cloned().unwrap_or_default(),
        server_mode,
        random,
        id_type,
        self_ctlport,
        self_cuk,
        numbers,
        switches,
        tls,
        servers,
        slaves,
    })
}

fn mandatory<'section>(section: &'section Section, key: &str) -> Result<&'section str, Refusal> {
    section
        .get(key)
        .map(String::as_str)
        .ok_or_else(|| Refusal(format!("does not have \"{key}\" in [GLOBAL] section.")))
}

/// The refusal of a value in `[GLOBAL]`.
pub(super) fn wrong(key: &str, value: impl fmt::Display) -> Refusal {
    Refusal(format!("have wrong \"{key}\" value({value}) in [GLOBAL] section."))
}

/// A switch: chmpx knows four words and takes neither `1` nor `true`.
pub(super) fn switch(key: &str, text: &str) -> Result<bool, Refusal> {
    match text.to_ascii_uppercase().as_str() {
        "ON" | "YES" => Ok(true),
        "OFF" | "NO" => Ok(false),
        _ => Err(wrong(key, text)),
    }
}

fn mode(global: &Section) -> Result<Option<bool>, Refusal> {
    match global.get("MODE").map(|text| text.to_ascii_uppercase()).as_deref() {
        None => Ok(None),
        Some("SERVER") => Ok(Some(true)),
        Some("SLAVE") => Ok(Some(false)),
        Some(other) => Err(wrong("MODE", other)),
    }
}

fn delivery(global: &Section) -> Result<bool, Refusal> {
    match mandatory(global, "DELIVERMODE")?.to_ascii_uppercase().as_str() {
        "RANDOM" => Ok(true),
        "HASH" => Ok(false),
        other => Err(wrong("DELIVERMODE", other)),
    }
}

fn numbers(global: &Section, random: bool) -> Result<BTreeMap<&'static str, i32>, Refusal> {
    let mut numbers = BTreeMap::new();
    for (key, default, range) in NUMBERS {
        let number = global.get(key).map_or(default, |text| atoi(text));
        let number = match range {
            Range::Any => number,
            Range::AtMost(limit) => number.min(limit),
            Range::NegativeIsZero => number.max(0),
            Range::RefusedBelow(least) if number < least => return Err(wrong(key, number)),
            Range::RefusedBelow(_) => number,
        };
        numbers.insert(key, number);
    }
    let most = if random { 0 } else { numbers.get("MAXCHMPX").copied().unwrap_or_default() };
    numbers.entry("REPLICA").and_modify(|replica| *replica = most.min(*replica));
    Ok(numbers)
}

fn switches(global: &Section, random: bool) -> Result<BTreeMap<&'static str, bool>, Refusal> {
    let mut switches = BTreeMap::new();
    for (key, default) in SWITCHES {
        switches.insert(key, global.get(key).map_or(Ok(default), |text| switch(key, text))?);
    }
    // Merging means nothing when messages go to any server, and cannot be automatic when it is off.
    if random {
        switches.extend([("DOMERGE", false), ("AUTOMERGE", true)]);
    } else if switches.get("DOMERGE") == Some(&false) {
        switches.insert("AUTOMERGE", false);
    }
    Ok(switches)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[GLOBAL]\nGROUP=g\nFILEVERSION=7\nDELIVERMODE=hash\nMODE=SLAVE\n\
        PORT=8020\nCTLPORT=8021\nSELFCTLPORT=8031\n\
        [SVRNODE]\nNAME=srv1\n[SLVNODE]\nNAME=[.]*\nCTLPORT=8031\n";

    fn loaded(text: &str) -> Result<Config, Refusal> {
        let host = Host::made_up("vm", &["192.0.2.10".parse().unwrap()], "192.0.2.10 vm");
        load(text.as_bytes(), &host, &Overrides::default())
    }

    #[test]
    fn the_good_file_loads() {
        let config = loaded(GOOD).unwrap();
        assert_eq!((config.group.as_str(), config.revision, config.server_mode), ("g", 7, false));
        assert_eq!(config.number("MAXCHMPX"), 1024);
    }

    #[test]
    fn what_is_mandatory_must_be_there() {
        for key in ["GROUP=g", "FILEVERSION=7", "DELIVERMODE=hash", "NAME=srv1", "NAME=[.]*"] {
            assert!(loaded(&GOOD.replace(key, "X=y")).is_err(), "{key}");
        }
        assert!(loaded("").is_err());
    }

    #[test]
    fn wrong_words_and_numbers_are_refused() {
        for line in ["SSL=true", "MQACK=1", "MODE=salve", "SOCKTHREADCNT=-1", "MAXSOCKPOOL=0"] {
            let text =
                GOOD.replace("[GLOBAL]", &format!("[GLOBAL]\n{line}")).replace("MODE=SLAVE", "");
            assert!(loaded(&text).is_err(), "{line}");
        }
    }

    #[test]
    fn a_slave_that_is_a_server_with_its_control_port_does_not_load() {
        let server = GOOD.replace("NAME=srv1", "NAME=vm\nCTLPORT=8031");
        assert!(loaded(&server).is_err());
        assert!(loaded(&server.replace("MODE=SLAVE", "MODE=SERVER")).unwrap().server_mode);
        assert!(loaded(&GOOD.replace("MODE=SLAVE", "MODE=SERVER")).is_err());
    }

    #[test]
    fn only_what_is_compared_counts_as_a_change() {
        let good = loaded(GOOD).unwrap();
        for same in ["DATE=x", "SELFCUK=c", "K2HMASKBIT=4", "unknown=1"] {
            let next = loaded(&GOOD.replace("GROUP=g", &format!("GROUP=g\n{same}")));
            // SELFCUK makes the slave entry foreign, which loading does not look at.
            assert!(!good.differs_from(&next.unwrap()), "{same}");
        }
        assert!(
            good.differs_from(&loaded(&GOOD.replace("FILEVERSION=7", "FILEVERSION=8")).unwrap())
        );
    }
}
