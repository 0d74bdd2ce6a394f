//! Rules about certificates: which keys go together, and that their files exist on this host.
//!
//! All of it is `CHMIniConf::LoadConfiguration` with OpenSSL; chmpx wants the files of *servers*
//! on a slave's host, too.

mod paths;

use super::{Code, Findings};
use crate::model::conf::{Conf, Entry, Expansion, Keys, Peer};
use crate::model::host::{Host, PathKind};
use paths::set;

/// The files that a node may name.
const ALL: [&str; 4] = ["SERVER_CERT", "SERVER_PRIKEY", "SLAVE_CERT", "SLAVE_PRIKEY"];

pub(super) fn look(conf: &Conf, host: Option<&Host>, findings: &mut Findings) {
    let mut files = Files { host, findings };
    files.look_at_global(conf);
    for node in conf.server_sections() {
        files.look_at_paths(&node.keys, &ALL);
        files.look_at_authority(&node.keys);
    }
    let servers: Vec<_> = conf
        .server_sections()
        .filter(|node| matches!(node.names, Expansion::Names(_)))
        .map(|node| Peer::server(conf, node))
        .collect();
    for server in &servers {
        files.look_at_server(server);
    }
    let ring = Ring {
        has_ssl: servers.iter().any(|server| server.tls.ssl),
        verifies: servers.iter().any(|server| server.tls.verify_peer),
    };
    for server in &servers {
        files.look_at_server_as_client(server, &ring);
    }
    for node in conf.slave_sections() {
        files.look_at_slave(&node.keys, &Peer::slave(conf, node), &ring);
    }
}

/// What all servers together ask of whoever connects to one of them.
struct Ring {
    has_ssl: bool,
    verifies: bool,
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
        self.look_at_paths(keys, &ALL);
    }

    fn off(&mut self, key: &str, entry: &Entry) {
        self.findings.add(
            Code::TlsWithoutSsl,
            Some(entry.line),
            format_args!("{key} is set in [GLOBAL], where SSL is off"),
        );
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

    /// A server is a client of the others; it shows a pair or nothing.
    fn look_at_server_as_client(&mut self, server: &Peer, ring: &Ring) {
        let (cert, key) = (&server.tls.slave_cert, &server.tls.slave_prikey);
        let (shows, lacks) =
            (!cert.is_empty() || !key.is_empty(), cert.is_empty() || key.is_empty());
        self.look_at_client(server, ring, shows, lacks);
    }

    /// A slave is looked at by its certificate; its key only counts beside one.
    fn look_at_slave(&mut self, keys: &Keys, slave: &Peer, ring: &Ring) {
        let has_cert = !slave.tls.slave_cert.is_empty();
        self.look_at_authority(keys);
        self.look_at_paths(keys, &["SLAVE_CERT"]);
        if has_cert {
            self.look_at_paths(keys, &["SLAVE_PRIKEY"]);
        }
        self.look_at_client(slave, ring, has_cert, !has_cert);
        if ring.verifies && has_cert && slave.tls.slave_prikey.is_empty() {
            self.wrong(Code::TlsIncomplete, slave, "has SLAVE_CERT and no SLAVE_PRIKEY");
        }
    }

    fn look_at_client(&mut self, peer: &Peer, ring: &Ring, shows: bool, lacks: bool) {
        if !ring.has_ssl && !peer.tls.capath.is_empty() {
            self.wrong(Code::TlsWithoutSsl, peer, "has CAPATH, and no server has SSL on");
        }
        if !ring.verifies && shows {
            self.wrong(Code::TlsWithoutSsl, peer, "has SLAVE_CERT, and no server asks for it");
        }
        if ring.verifies && lacks {
            self.wrong(Code::TlsIncomplete, peer, "has no SLAVE_CERT, and a server asks for it");
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

#[cfg(test)]
mod tests;
