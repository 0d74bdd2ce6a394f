//! From a file to a [`Config`], with every reason for which chmpx refuses one.
//!
//! After `CHMIniConf::LoadConfiguration`. A refusal ends a running chmpx.
use std::{fmt, path::Path};

use super::{
    config::{ANY_PORT, Config, IdType},
    dialect::{self, Section},
    host::Host,
    identity, nodes,
    numbers::{self, atoi, port_number},
    tls,
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

/// Whether a name says that the file is an INI file: by its extension, or by having none.
///
/// The other types that chmpx knows, JSON and YAML, are not part of the stand-in.
pub fn is_ini(conf: &Path) -> bool {
    conf.extension().is_none_or(|extension| extension.eq_ignore_ascii_case("ini"))
}

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
    let numbers = numbers::numbers(global, random)?;
    let switches = numbers::switches(global, random)?;
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
    fn a_file_that_is_cut_loads_only_once_it_names_a_slave() {
        let named = GOOD.find("[SLVNODE]\nNAME").unwrap() + "[SLVNODE]\nNAME".len();
        for cut in 0..=GOOD.len() {
            assert_eq!(loaded(&GOOD[..cut]).is_ok(), cut >= named, "{:?}", &GOOD[..cut]);
        }
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
