//! Rules about certificates: which keys go together, and that their files exist on this host.
//!
//! All of it is `CHMIniConf::LoadConfiguration` with OpenSSL; chmpx wants the files of *servers*
//! on a slave's host, too.

use super::{Code, Findings};
use crate::model::conf::{Conf, Entry, Expansion, Keys, Peer, Text};
use crate::model::host::{Host, PathKind};

/// chmpx has room for shorter paths only (`CHM_MAX_PATH_LEN`).
const LONGEST_PATH: usize = 1023;

pub(super) fn look(conf: &Conf, host: Option<&Host>, findings: &mut Findings) {
    let mut files = Files { host, findings };
    files.look_at_global(conf);
    for node in conf.server_sections() {
        files.look_at_paths(
            &node.keys,
            &["SERVER_CERT", "SERVER_PRIKEY", "SLAVE_CERT", "SLAVE_PRIKEY"],
        );
        files.look_at_authority(&node.keys);
    }
    let servers: Vec<_> = conf
        .server_sections()
        .filter(|node| matches!(node.names, Expansion::Names(_)))
        .map(|node| Peer::of_section(conf, node, true))
        .collect();
    for server in &servers {
        files.look_at_server(server);
    }
    let has_ssl = servers.iter().any(|server| server.tls.ssl);
    let verifies = servers.iter().any(|server| server.tls.verify_peer);
    for server in &servers {
        files.look_at_client_side(server, has_ssl, verifies);
    }
    for node in conf.slave_sections() {
        files.look_at_slave(&node.keys, &Peer::of_section(conf, node, false), has_ssl, verifies);
    }
}

struct Files<'a> {
    host: Option<&'a Host>,
    findings: &'a mut Findings,
}

impl Files<'_> {
    fn look_at_global(&mut self, conf: &Conf) {
        let keys = conf.global_keys();
        let ssl = conf.global("SSL").and_then(|entry| entry.value.truth()).unwrap_or(false);
        if let Some(entry) = conf.global("SSL_VERIFY_PEER")
            && entry.value.truth() == Some(true)
            && !ssl
        {
            self.off("SSL_VERIFY_PEER", entry);
        }
        for key in ["SERVER_CERT", "SERVER_PRIKEY"] {
            if let Some(entry) = set(keys, key).filter(|_| !ssl) {
                self.off(key, entry);
            }
        }
        if let Some(entry) = conf.global("SSL_MIN_VER") {
            let known = ["DEFAULT", "SSLV2", "SSLV3", "TLSV1.0", "TLSV1.1", "TLSV1.2", "TLSV1.3"];
            let value = &entry.value;
            if !value.is_empty() && !known.iter().any(|word| value.is_word(word)) {
                self.findings.add(
                    Code::TlsMinVersion,
                    Some(entry.line),
                    format_args!("chmpx does not know the SSL_MIN_VER `{}`", value.brief()),
                );
            } else if !value.is_empty() && !value.is_word("DEFAULT") && !ssl {
                self.off("SSL_MIN_VER", entry);
            }
        }
        if let Some(entry) = conf.global("NSSDB_DIR") {
            if !ssl {
                self.off("NSSDB_DIR", entry);
            }
            // NULL means nothing here, and empty is no directory either (measured).
            self.look_at_path("NSSDB_DIR", entry, &[PathKind::Directory]);
        }
        self.look_at_authority(keys);
        self.look_at_paths(keys, &["SERVER_CERT", "SERVER_PRIKEY", "SLAVE_CERT", "SLAVE_PRIKEY"]);
    }

    fn off(&mut self, key: &str, entry: &Entry) {
        self.findings.add(
            Code::TlsWithoutSsl,
            Some(entry.line),
            format_args!("{key} is set in [GLOBAL], where SSL is off"),
        );
    }

    fn look_at_authority(&mut self, keys: &Keys) {
        if let Some(entry) = set(keys, "CAPATH") {
            self.look_at_path("CAPATH", entry, &[PathKind::Directory, PathKind::File]);
        }
    }

    fn look_at_paths(&mut self, keys: &Keys, names: &[&str]) {
        for key in names {
            if let Some(entry) = set(keys, key) {
                self.look_at_path(key, entry, &[PathKind::File]);
            }
        }
    }

    fn look_at_path(&mut self, key: &str, entry: &Entry, fit: &[PathKind]) {
        let (value, line) = (&entry.value, Some(entry.line));
        if value.is_empty() {
            self.findings.add(Code::TlsPath, line, format_args!("{key} is empty"));
            return;
        }
        if value.len() > LONGEST_PATH {
            self.findings.add(
                Code::TlsPath,
                line,
                format_args!("chmpx has no room for the {} bytes of {key}", value.len()),
            );
        }
        let Some(host) = self.host else { return };
        match host.path(value) {
            Some(kind) if fit.contains(&kind) => {}
            Some(_) => {
                let what = if fit.contains(&PathKind::File) { "file" } else { "directory" };
                self.findings.add(
                    Code::TlsPath,
                    line,
                    format_args!(
                        "{key} names `{}`, and there is no such {what} on this host",
                        value.brief()
                    ),
                );
            }
            None => {
                self.findings.add(
                    Code::TlsPathUnknown,
                    line,
                    format_args!(
                        "whether `{}` exists on this host could not be found out",
                        value.brief()
                    ),
                );
            }
        }
    }

    fn look_at_server(&mut self, server: &Peer) {
        let tls = &server.tls;
        if tls.verify_peer && !tls.ssl {
            self.wrong(Code::TlsWithoutSsl, server, "has SSL_VERIFY_PEER on and SSL off");
        }
        for (key, path) in
            [("SERVER_CERT", &tls.server_cert), ("SERVER_PRIKEY", &tls.server_prikey)]
        {
            match (tls.ssl, path.is_empty()) {
                (true, true) => {
                    self.wrong(Code::TlsIncomplete, server, &format!("has SSL on and no {key}"));
                }
                (false, false) => {
                    self.wrong(Code::TlsWithoutSsl, server, &format!("has {key} and SSL off"));
                }
                (true, false) | (false, true) => {}
            }
        }
        if tls.slave_cert.is_empty() != tls.slave_prikey.is_empty() {
            self.wrong(Code::TlsIncomplete, server, "has only one of SLAVE_CERT and SLAVE_PRIKEY");
        }
    }

    /// What a server has to bring as a client of others depends on all servers together.
    fn look_at_client_side(&mut self, server: &Peer, has_ssl: bool, verifies: bool) {
        let tls = &server.tls;
        if !has_ssl && !tls.capath.is_empty() {
            self.wrong(Code::TlsWithoutSsl, server, "has CAPATH, and no server has SSL on");
        }
        let has_client = !tls.slave_cert.is_empty() || !tls.slave_prikey.is_empty();
        if !verifies && has_client {
            self.wrong(Code::TlsWithoutSsl, server, "has SLAVE_CERT, and no server asks for it");
        }
        if verifies && (tls.slave_cert.is_empty() || tls.slave_prikey.is_empty()) {
            self.wrong(Code::TlsIncomplete, server, "has no SLAVE_CERT, and a server asks for it");
        }
    }

    fn look_at_slave(&mut self, keys: &Keys, slave: &Peer, has_ssl: bool, verifies: bool) {
        let tls = &slave.tls;
        self.look_at_authority(keys);
        self.look_at_paths(keys, &["SLAVE_CERT"]);
        // The key is looked at only beside a certificate.
        if !tls.slave_cert.is_empty() {
            self.look_at_paths(keys, &["SLAVE_PRIKEY"]);
        }
        if !has_ssl && !tls.capath.is_empty() {
            self.wrong(Code::TlsWithoutSsl, slave, "has CAPATH, and no server has SSL on");
        }
        match (verifies, tls.slave_cert.is_empty()) {
            (true, true) => {
                self.wrong(
                    Code::TlsIncomplete,
                    slave,
                    "has no SLAVE_CERT, and a server asks for it",
                );
            }
            (false, false) => {
                self.wrong(Code::TlsWithoutSsl, slave, "has SLAVE_CERT, and no server asks for it");
            }
            (true, false) if tls.slave_prikey.is_empty() => {
                self.wrong(Code::TlsIncomplete, slave, "has SLAVE_CERT and no SLAVE_PRIKEY");
            }
            (true, false) | (false, true) => {}
        }
    }

    fn wrong(&mut self, code: Code, peer: &Peer, what: &str) {
        self.findings.add(
            code,
            Some(peer.line),
            format_args!("the node {} {what}", peer.name.brief()),
        );
    }
}

/// A key with a path in it: empty and NULL unset it.
fn set<'a>(keys: &'a Keys, key: &str) -> Option<&'a Entry> {
    let is_set = |value: &Text| !value.is_empty() && !value.is_word("NULL");
    keys.get(key.as_bytes()).filter(|entry| is_set(&entry.value))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{GOOD, breaks, breaks_only, codes, verdict, with_global};
    use super::*;

    const PAIR: &str = "SERVER_CERT = /tls/cert\nSERVER_PRIKEY = /tls/key";
    const CLIENT: &str = "SLAVE_CERT = /tls/cert\nSLAVE_PRIKEY = /tls/key";

    /// The good file with TLS on one server.
    fn tls(lines: &str) -> String {
        GOOD.replace("srv1\nSSL = no", &format!("srv1\nSSL = yes\n{lines}"))
    }

    /// The good file with TLS everywhere, and clients that show certificates.
    fn mutual() -> String {
        let global = format!("SSL_VERIFY_PEER = on\nCAPATH = /tls/ca\n{PAIR}\n{CLIENT}");
        with_global(&global).replace("SSL = no", "SSL = on")
    }

    #[test]
    fn tls_on_one_server_or_on_all_is_fine() {
        assert_eq!(codes(tls(PAIR)), []);
        assert_eq!(codes(tls(&format!("CAPATH = /tls/ca\n{PAIR}"))), []);
        assert_eq!(codes(mutual()), []);
    }

    #[test]
    fn tls_keys_without_tls_do_not_load() {
        for line in [
            "SSL_VERIFY_PEER = on",
            "SERVER_CERT = /tls/cert",
            "SSL_MIN_VER = TLSV1.2",
            "CAPATH = /tls/ca",
            "SLAVE_CERT = /tls/cert",
            "NSSDB_DIR = /tls/ca",
        ] {
            breaks(with_global(line), Code::TlsWithoutSsl);
            assert!(!verdict(with_global(line)).loads, "{line}");
        }
        breaks(tls(&format!("{PAIR}\n{CLIENT}")), Code::TlsWithoutSsl);
        for line in
            ["CAPATH =", "SERVER_CERT = NULL", "SSL_MIN_VER = default", "SSL_VERIFY_PEER = off"]
        {
            assert_eq!(codes(with_global(line)), [], "{line}");
        }
    }

    #[test]
    fn a_server_with_tls_needs_a_certificate_and_its_key() {
        breaks(tls(""), Code::TlsIncomplete);
        breaks_only(tls("SERVER_CERT = /tls/cert"), Code::TlsIncomplete);
        breaks(mutual().replace("SLAVE_PRIKEY = /tls/key\n", ""), Code::TlsIncomplete);
        breaks(mutual().replace(&format!("{CLIENT}\n"), ""), Code::TlsIncomplete);
    }

    #[test]
    fn the_files_of_servers_must_exist_on_this_host() {
        breaks_only(tls(&PAIR.replace("/tls/key", "/tls/none")), Code::TlsPath);
        breaks_only(tls(&PAIR.replace("/tls/cert", "/tls/ca")), Code::TlsPath);
        breaks(with_global("NSSDB_DIR ="), Code::TlsPath);
        breaks(with_global(&format!("SLAVE_CERT = /{}", "a".repeat(1024))), Code::TlsPath);
    }

    #[test]
    fn a_path_that_may_not_be_looked_at_leaves_the_start_open() {
        let text = tls(&PAIR.replace("/tls/key", "/tls/secret"));
        breaks_only(&text, Code::TlsPathUnknown);
        assert_eq!((verdict(&text).loads, verdict(&text).starts), (true, None));
    }

    #[test]
    fn an_unknown_version_does_not_load() {
        breaks(mutual().replace("CAPATH", "SSL_MIN_VER = TLSV1.4\nCAPATH"), Code::TlsMinVersion);
        assert_eq!(codes(mutual().replace("CAPATH", "SSL_MIN_VER = tlsv1.2\nCAPATH")), []);
    }
}
