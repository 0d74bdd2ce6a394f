//! What loading asks of the TLS keys. The files that they name must exist on this host.
use std::{collections::BTreeMap, path::Path};

use super::{
    config::{Node, NodeTls},
    dialect::Section,
    load::{Refusal, wrong},
    numbers::switch,
};

const MIN_VERSIONS: [&str; 8] =
    ["", "DEFAULT", "SSLV2", "SSLV3", "TLSV1.0", "TLSV1.1", "TLSV1.2", "TLSV1.3"];

/// Longer paths do not fit the field that chmpx copies them to.
const PATH_MAX: usize = 1024;

/// Checks the TLS keys of `[GLOBAL]` and gives `SSL_MIN_VER` and `NSSDB_DIR`.
pub fn global(
    global: &Section,
    switches: &BTreeMap<&'static str, bool>,
) -> Result<(String, String), Refusal> {
    let on = switches.get("SSL") == Some(&true);
    if !on && switches.get("SSL_VERIFY_PEER") == Some(&true) {
        return Err(wrong("SSL_VERIFY_PEER", "on"));
    }
    capath(global)?;
    for key in ["SERVER_CERT", "SERVER_PRIKEY"] {
        if !file(global, key)?.is_empty() && !on {
            return Err(wrong(key, "set while SSL is OFF"));
        }
    }
    for key in ["SLAVE_CERT", "SLAVE_PRIKEY"] {
        file(global, key)?;
    }

    let version = global.get("SSL_MIN_VER").map(|v| v.to_ascii_uppercase()).unwrap_or_default();
    let default = version.is_empty() || version == "DEFAULT";
    if !MIN_VERSIONS.contains(&version.as_str()) || (!default && !on) {
        return Err(wrong("SSL_MIN_VER", version));
    }
    let nssdb = global.get("NSSDB_DIR");
    if nssdb.is_some_and(|dir| !on || !Path::new(dir).is_dir()) {
        return Err(wrong("NSSDB_DIR", nssdb.map_or("", String::as_str)));
    }
    Ok((if default { "DEFAULT".to_owned() } else { version }, nssdb.cloned().unwrap_or_default()))
}

/// The TLS part of a server. A server without SSL must name neither certificate nor key.
pub fn server(section: &Section, global: &Section) -> Result<NodeTls, Refusal> {
    let asked = |key| pick(section, global, key).map_or(Ok(false), |text| switch(key, text));
    let tls = NodeTls {
        on: asked("SSL")?,
        verify: asked("SSL_VERIFY_PEER")?,
        ..certificates(section, global)?
    };
    if tls.verify && !tls.on {
        return Err(wrong("SSL_VERIFY_PEER", "on, but SSL is OFF"));
    }
    let complete = !tls.server_cert.is_empty() && !tls.server_key.is_empty();
    let named = !tls.server_cert.is_empty() || !tls.server_key.is_empty();
    if tls.on != complete || tls.on != named {
        return Err(wrong("SERVER_CERT", &tls.server_cert));
    }
    Ok(tls)
}

/// The TLS part of a slave: what it shows to servers that verify.
pub fn slave(section: &Section, global: &Section) -> Result<NodeTls, Refusal> {
    let own = certificates(section, global)?;
    Ok(NodeTls {
        capath: own.capath,
        slave_cert: own.slave_cert,
        slave_key: own.slave_key,
        ..NodeTls::default()
    })
}

/// The rules that look at all nodes together.
pub fn check_all(global: &Section, servers: &[Node], slaves: &[Node]) -> Result<(), Refusal> {
    let verified = servers.iter().any(|node| node.tls.verify);
    for node in servers.iter().chain(slaves) {
        let named = [&node.tls.slave_cert, &node.tls.slave_key].map(|path| !path.is_empty());
        if named != [verified, verified] {
            return Err(wrong("SLAVE_CERT", "what servers that verify their peers ask for"));
        }
    }
    let any_tls = servers.iter().any(|node| node.tls.on);
    let mut nodes = servers.iter().chain(slaves);
    let named = nodes.any(|node| !node.tls.capath.is_empty()) || !capath(global)?.is_empty();
    if named && !any_tls {
        return Err(wrong("CAPATH", "set while no server uses SSL"));
    }
    Ok(())
}

fn certificates(section: &Section, global: &Section) -> Result<NodeTls, Refusal> {
    let place = |key| if section.contains_key(key) { section } else { global };
    let named = |key| file(place(key), key);
    Ok(NodeTls {
        capath: capath(place("CAPATH"))?,
        server_cert: named("SERVER_CERT")?,
        server_key: named("SERVER_PRIKEY")?,
        slave_cert: named("SLAVE_CERT")?,
        slave_key: named("SLAVE_PRIKEY")?,
        ..NodeTls::default()
    })
}

fn pick<'text>(section: &'text Section, global: &'text Section, key: &str) -> Option<&'text str> {
    section.get(key).or_else(|| global.get(key)).map(String::as_str)
}

fn file(section: &Section, key: &str) -> Result<String, Refusal> {
    existing(section, key, Path::is_file)
}

fn capath(section: &Section) -> Result<String, Refusal> {
    existing(section, "CAPATH", Path::exists)
}

/// `NULL` and the empty text unset a path; any other must exist.
fn existing(section: &Section, key: &str, exists: fn(&Path) -> bool) -> Result<String, Refusal> {
    let text = section.get(key).map_or("", String::as_str);
    if text.is_empty() || text.eq_ignore_ascii_case("NULL") {
        return Ok(String::new());
    }
    if text.len() >= PATH_MAX || !exists(Path::new(text)) {
        return Err(wrong(key, text));
    }
    Ok(text.to_owned())
}
