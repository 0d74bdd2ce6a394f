//! Holds the reader against the recorded verdicts of a real chmpx 1.0.113.
//!
//! The corpus is not part of this repository. It is looked for beside the workspace, in
//! `../shared/data/ini`, or in `ini` below `K2HDKC_SHARED_DATA`; without it the test has nothing
//! to say and passes.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test that cannot read its corpus has failed, and it names what disagrees"
)]
use std::{
    collections::HashMap,
    env, fs,
    net::IpAddr,
    path::{Path, PathBuf},
};

use sim::chmpx::{
    config::Config,
    host::Host,
    load::{self, Overrides},
    start::{self, Failure},
};

/// Files on which the reader is known to differ, each with the column and why.
const KNOWN: [(&str, &str, &str); 0] = [];

type Row = HashMap<String, String>;

#[test]
fn the_reader_agrees_with_a_real_chmpx_on_every_file_of_the_corpus() {
    let Some(corpus) = corpus() else {
        sim::skip("there is no corpus in ../shared/data/ini nor in K2HDKC_SHARED_DATA");
        return;
    };
    let tls = tls_folder();
    let host = judging_host();
    let mut disagreements = Vec::new();
    let rows = rows(&corpus);

    for row in &rows {
        let judged = judge(&corpus, row, &host, &tls);
        for (column, ours) in judged {
            let theirs = &row[column];
            let known = KNOWN.iter().any(|(f, c, _)| *f == row["file"] && *c == column);
            if ours != *theirs && !known {
                let about = &row["about"];
                let file = &row["file"];
                disagreements.push(format!("{file} {column}: {ours} / chmpx {theirs} ({about})"));
            }
        }
    }
    fs::remove_dir_all(&tls).unwrap();
    for line in &disagreements {
        eprintln!("{line}");
    }
    assert!(disagreements.is_empty(), "{} of {} files", disagreements.len(), rows.len());
    eprintln!("{} files, {} known differences", rows.len(), KNOWN.len());
}

fn corpus() -> Option<PathBuf> {
    let data = env::var_os("K2HDKC_SHARED_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let corpus = data.join("ini");
    corpus.join("verdicts.tsv").is_file().then_some(corpus)
}

/// The host that the verdicts come from.
fn judging_host() -> Host {
    let mut hosts = String::from(
        "127.0.0.1 localhost\n::1 localhost ip6-localhost\n192.0.2.10 slv1.example slv1 agent-host-1\n",
    );
    hosts.extend((1..=40).map(|n| format!("192.0.2.{} srv{n}.example srv{n}\n", 100 + n)));
    hosts.extend((2..=60).map(|n| format!("198.51.100.{n} slv{n}.example slv{n}\n")));
    let addresses: [IpAddr; 3] = ["127.0.0.1", "::1", "192.0.2.10"].map(|a| a.parse().unwrap());
    Host::made_up("slv1.example", &addresses, &hosts)
}

/// Stands for `/var/lib/tls` of that host.
fn tls_folder() -> PathBuf {
    let folder = env::temp_dir().join(format!("chmpx-corpus-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    for name in ["ca.pem", "server.pem", "server.key", "slave.pem", "slave.key"] {
        fs::write(folder.join(name), "").unwrap();
    }
    folder
}

fn rows(corpus: &Path) -> Vec<Row> {
    let table = fs::read_to_string(corpus.join("verdicts.tsv")).unwrap();
    let mut lines = table.lines();
    let names: Vec<_> = lines.next().unwrap().split('\t').collect();
    lines
        .map(|line| {
            let cells = line.split('\t').map(ToOwned::to_owned);
            names.iter().map(|name| (*name).to_owned()).zip(cells).collect()
        })
        .collect()
}

/// Our verdicts on one file, by the columns of the table.
fn judge(corpus: &Path, row: &Row, host: &Host, tls: &Path) -> Vec<(&'static str, String)> {
    let load = |path: &Path| {
        let bytes = replaced(&fs::read(path).unwrap(), b"/var/lib/tls", tls);
        load::load(&bytes, host, &Overrides::default())
    };
    let loaded = load(&corpus.join(&row["file"]));
    let mut verdicts = match &loaded {
        Ok(config) => of_loaded(config, host),
        Err(_) => vec![
            ("loads", "no".to_owned()),
            ("servers", "[]".to_owned()),
            ("slaves", "0".to_owned()),
            ("starts", "no(1)".to_owned()),
        ],
    };
    if row["base"] != "n/a" {
        let base = load(&corpus.join("base").join(format!("{}.ini", row["base"]))).unwrap();
        let (reload, adopted) = match &loaded {
            Err(_) => ("exited(0)", false),
            Ok(next) if start::overflows(next) => ("crashed(SIGSEGV)", false),
            Ok(next) => {
                ("survived", base.differs_from(next) && base.refused_change(next).is_none())
            }
        };
        verdicts.push(("reload", reload.to_owned()));
        verdicts.push(("adopted", if adopted { "yes" } else { "no" }.to_owned()));
    }
    verdicts
}

fn of_loaded(config: &Config, host: &Host) -> Vec<(&'static str, String)> {
    let mut servers: Vec<_> = config
        .servers
        .iter()
        .map(|node| format!("{}:{}:{}:{}", node.name, node.port, node.ctlport, node.cuk))
        .collect();
    servers.sort();
    let starts = match start::check(config, host) {
        _ if config.server_mode => "n/a".to_owned(),
        Ok(_) => "yes".to_owned(),
        Err(Failure::Exit(_)) => "no(1)".to_owned(),
        Err(Failure::Crash(signal)) => format!("crash({signal})"),
    };
    let quoted: Vec<_> = servers.iter().map(|s| serde_json::to_string(s).unwrap()).collect();
    vec![
        ("loads", "yes".to_owned()),
        ("servers", format!("[{}]", quoted.join(", "))),
        ("slaves", config.slaves.len().to_string()),
        ("group", escaped(&config.group)),
        ("mode", if config.server_mode { "SERVER" } else { "SLAVE" }.to_owned()),
        ("revision", config.revision.to_string()),
        ("starts", starts),
    ]
}

/// The way the table writes texts.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() || (c.is_whitespace() && c != ' ') => {
                out.extend([format!("\\x{:02x}", u32::from(c))]);
            }
            c => out.push(c),
        }
    }
    out
}

fn replaced(bytes: &[u8], from: &[u8], to: &Path) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(from.len()).position(|window| window == from) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to.as_os_str().as_encoded_bytes());
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest);
    out
}
