//! TLS in a file: what loads with what, and which paths have to lead somewhere.

use super::super::testing::{GOOD, breaks, breaks_only, codes, messages, verdict, with_global};
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
    for line in ["CAPATH =", "SERVER_CERT = NULL", "SSL_MIN_VER = default", "SSL_VERIFY_PEER = off"]
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
}

#[test]
fn a_client_shows_a_certificate_with_its_key_where_a_server_asks_for_it_and_only_there() {
    let said = |text: String, words: &str| {
        let said = messages(text);
        assert!(said.iter().any(|message| message == words), "{said:?}");
    };
    let asked = "has no SLAVE_CERT, and a server asks for it";
    said(mutual().replace("SLAVE_PRIKEY = /tls/key\n", ""), &format!("the node srv1 {asked}"));
    let own = mutual().replace("NAME = own\n", "NAME = own\nSLAVE_CERT = NULL\n");
    said(own, &format!("the node own {asked}"));
    let unasked = "the node srv1 has SLAVE_CERT, and no server asks for it";
    said(tls(&format!("{PAIR}\nSLAVE_CERT = /tls/cert")), unasked);
    said(tls(&format!("{PAIR}\nSLAVE_PRIKEY = /tls/key")), unasked);
}

#[test]
fn an_authority_has_to_be_there() {
    breaks_only(tls(&format!("CAPATH = /tls/none\n{PAIR}")), Code::TlsPath);
}

#[test]
fn chmpx_has_room_for_paths_of_1023_bytes() {
    let long = |length: usize| tls(&PAIR.replace("/tls/key", &"/".repeat(length)));
    assert!(!codes(long(1023)).contains(&Code::TlsPath));
    breaks(long(1024), Code::TlsPath);
}

#[test]
fn what_is_not_there_is_told_as_what_it_should_be() {
    let message = |text: &str| messages(text).pop().unwrap();
    let file = message(&tls(&PAIR.replace("/tls/key", "/tls/none")));
    assert!(file.ends_with("`/tls/none`, and there is no such file on this host"), "{file}");
    let directory = message(&mutual().replace("CAPATH", "NSSDB_DIR = /tls/cert\nCAPATH"));
    assert!(directory.ends_with("there is no such directory on this host"), "{directory}");
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
