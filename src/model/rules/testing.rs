//! A file that chmpx loads and starts with, its host, and what a change of it leads to.

use super::{Code, Verdict, judge};
use crate::model::conf::Conf;
use crate::model::host::{Host, PathKind};

/// Nothing can be said against this one.
pub(super) const GOOD: &str = "\
[GLOBAL]
GROUP = cluster
FILEVERSION = 1
MODE = SLAVE
CHMPXIDTYPE = CUSTOM
DELIVERMODE = hash
MAXCHMPX = 64
MAXMQSERVER = 8
MAXMQCLIENT = 128
CTLPORT = 8031
SELFCTLPORT = 8031
SELFCUK = cuk-own
SSL = no

[SVRNODE]
NAME = srv1
CUK = cuk-srv1
PORT = 8020
CTLPORT = 8021
CUSTOM_ID_SEED = srv1
SSL = no

[SVRNODE]
NAME = srv2
CUK = cuk-srv2
PORT = 8020
CTLPORT = 8021
CUSTOM_ID_SEED = srv2
SSL = no

[SLVNODE]
NAME = own
CUK = cuk-own
CTLPORT = 8031
CUSTOM_ID_SEED = own
SSL = no

[SLVNODE]
NAME = other
CUK = cuk-other
CTLPORT = 8031
CUSTOM_ID_SEED = other
SSL = no
";

/// The host whose entry is in [`GOOD`].
pub(super) fn host() -> Host {
    let lead = |name: &str, address: &str| (name.to_owned(), vec![address.parse().unwrap()]);
    Host {
        addresses: ["127.0.0.1", "192.0.2.10"].map(|it| it.parse().unwrap()).to_vec(),
        answers: [
            lead("own", "192.0.2.10"),
            lead("srv1", "192.0.2.101"),
            lead("srv2", "192.0.2.102"),
            lead("other", "192.0.2.11"),
            lead("loop", "127.0.1.1"),
            ("nowhere".to_owned(), vec![]),
        ]
        .into(),
        paths: [
            ("/tls/ca".into(), PathKind::Directory),
            ("/tls/cert".into(), PathKind::File),
            ("/tls/key".into(), PathKind::File),
            ("/tls/none".into(), PathKind::Missing),
        ]
        .into(),
        asked_resolver: true,
        ..Host::default()
    }
}

pub(super) fn verdict(text: impl AsRef<[u8]>) -> Verdict {
    judge(&Conf::read(text.as_ref()), Some(&host()))
}

/// The codes of everything found in `text`.
pub(super) fn codes(text: impl AsRef<[u8]>) -> Vec<Code> {
    verdict(text).findings.into_iter().map(|finding| finding.code).collect()
}

/// What is said about `text`.
pub(super) fn messages(text: impl AsRef<[u8]>) -> Vec<String> {
    verdict(text).findings.into_iter().map(|finding| finding.message).collect()
}

/// [`GOOD`] with the first `old` replaced.
pub(super) fn with(old: &str, new: &str) -> String {
    assert!(GOOD.contains(old), "{old:?} is not in the file");
    GOOD.replacen(old, new, 1)
}

/// [`GOOD`] with one more line in `[GLOBAL]`.
pub(super) fn with_global(line: &str) -> String {
    with("GROUP = cluster\n", &format!("GROUP = cluster\n{line}\n"))
}

/// [`GOOD`] where the first server is this host.
pub(super) fn server_here(cuk: &str, port: &str) -> String {
    with(
        "NAME = srv1\nCUK = cuk-srv1\nPORT = 8020\nCTLPORT = 8021",
        &format!("NAME = own\nCUK = {cuk}\nPORT = 8020\nCTLPORT = {port}"),
    )
}

/// Asserts that `text` breaks the rule `code`.
#[track_caller]
pub(super) fn breaks(text: impl AsRef<[u8]>, code: Code) {
    let found = codes(text);
    assert!(found.contains(&code), "{code} is not among {found:?}");
}

/// Asserts that `text` breaks the rule `code` and no other.
#[track_caller]
pub(super) fn breaks_only(text: impl AsRef<[u8]>, code: Code) {
    assert_eq!(codes(text), [code]);
}

#[test]
fn nothing_is_said_against_a_good_file() {
    let verdict = verdict(GOOD);
    assert_eq!(verdict.findings, []);
    assert!(verdict.is_fit());
}
