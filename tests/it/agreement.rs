//! The rules against the verdicts of a real chmpx, file by file.
//!
//! The corpus lies beside the repository and is skipped where it is not there; the variable
//! `K2HDKC_SHARED_DATA` names another place. Its README describes the host that judged.
#![expect(clippy::print_stdout, reason = "every disagreement is shown, also a tolerated one")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use k2hdkc_slave_agent::model::conf::{Conf, Given, Mode, Text};
use k2hdkc_slave_agent::model::host::{Host, PathKind};
use k2hdkc_slave_agent::model::impact::{Class, compare};
use k2hdkc_slave_agent::model::rules::{Code, Verdict, judge};

/// Disagreements that are known and wanted: findings that leave a verdict open on purpose.
///
/// Each is an instance of the other direction: chmpx starts with the file, and we would not say so.
const EXCEPTIONS: &[(Code, &str)] =
    &[(Code::HugeNumber, "whether it starts depends on the size of the host")];

struct Row {
    file: String,
    columns: BTreeMap<String, String>,
}

impl Row {
    fn get(&self, column: &str) -> &str {
        self.columns.get(column).map_or("", String::as_str)
    }
}

fn corpus() -> Option<(PathBuf, Vec<Row>)> {
    let shared = match std::env::var_os("K2HDKC_SHARED_DATA") {
        Some(place) => PathBuf::from(place),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
    };
    let folder = shared.join("ini");
    let Ok(table) = fs::read_to_string(folder.join("verdicts.tsv")) else {
        sim::skip(&format!("there is no corpus in {}", folder.display()));
        return None;
    };
    let mut lines = table.lines();
    let names: Vec<_> = lines.next()?.split('\t').map(str::to_owned).collect();
    let rows = lines.map(|line| {
        let columns: BTreeMap<_, _> =
            names.iter().cloned().zip(line.split('\t').map(str::to_owned)).collect();
        Row { file: columns.get("file").unwrap().clone(), columns }
    });
    Some((folder, rows.collect()))
}

/// The host of the README, as far as `conf` asks.
fn host(conf: &Conf) -> Host {
    let ip = |text: &str| text.parse::<IpAddr>().unwrap();
    let mut known: BTreeMap<String, Vec<IpAddr>> = BTreeMap::new();
    known.insert("localhost".into(), vec![ip("127.0.0.1"), ip("::1")]);
    known.insert("ip6-localhost".into(), vec![ip("::1")]);
    for name in ["slv1.example", "slv1", "agent-host-1"] {
        known.insert(name.into(), vec![ip("192.0.2.10")]);
    }
    for n in 1..=40 {
        for name in [format!("srv{n}.example"), format!("srv{n}")] {
            known.insert(name, vec![ip(&format!("192.0.2.{}", 100 + n))]);
        }
    }
    for n in 2..=60 {
        for name in [format!("slv{n}.example"), format!("slv{n}")] {
            known.insert(name, vec![ip(&format!("198.51.100.{n}"))]);
        }
    }
    let questions = conf.questions(&Given::default());
    let tls = ["ca.pem", "server.pem", "server.key", "slave.pem", "slave.key"];
    let kind = |path: &Path| match path.strip_prefix("/var/lib/tls") {
        Ok(name) if name == Path::new("") => PathKind::Directory,
        Ok(name) if tls.iter().any(|known| name == Path::new(known)) => PathKind::File,
        Ok(_) => PathKind::Missing,
        Err(_) => match fs::metadata(path) {
            Ok(found) if found.is_dir() => PathKind::Directory,
            Ok(found) if found.is_file() && path.is_absolute() => PathKind::File,
            Ok(_) | Err(_) => PathKind::Missing,
        },
    };
    let addresses = vec![ip("127.0.0.1"), ip("::1"), ip("192.0.2.10")];
    let answer = |name: String| {
        // A resolver does not mind the case of a name.
        let addresses = known.get(&name.to_ascii_lowercase()).cloned().unwrap_or_default();
        (name, addresses)
    };
    Host {
        addresses,
        answers: questions.names.into_iter().map(answer).collect(),
        paths: questions.paths.into_iter().map(|path| (path.clone(), kind(&path))).collect(),
        ..Host::default()
    }
}

/// As the corpus writes texts outside JSON.
fn escaped(text: &Text) -> String {
    let mut out = String::new();
    for chunk in text.as_bytes().utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                '\\' => out.push_str("\\\\"),
                '\t' => out.push_str("\\t"),
                '\r' => out.push_str("\\r"),
                '\n' => out.push_str("\\n"),
                ' ' => out.push(letter),
                _ if letter.is_control() || letter.is_whitespace() => {
                    let code = u32::from(letter);
                    let number = if code < 256 {
                        format!("\\x{code:02x}")
                    } else {
                        format!("\\u{code:04x}")
                    };
                    out.push_str(&number);
                }
                _ => out.push(letter),
            }
        }
        for byte in chunk.invalid() {
            let _infallible = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// What a row says that we say otherwise.
fn disagreements(row: &Row, conf: &Conf, host: &Host, verdict: &Verdict) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |what: &str, theirs: &str, ours: &str| {
        if theirs != ours {
            found.push(format!("{what}: chmpx {theirs:?}, we {ours:?}"));
        }
    };
    let word = |fact| if fact { "yes" } else { "no" };
    compare("loads", row.get("loads"), word(verdict.loads));
    let starts = row.get("starts");
    if starts != "n/a" {
        let ours = verdict.starts.map_or("unknown", word);
        compare("starts", word(starts == "yes"), ours);
    }
    if row.get("loads") == "yes" && verdict.loads {
        let mut servers: Vec<_> = conf
            .servers_where_self_is(&host.own_name())
            .iter()
            .map(|s| format!("{}:{}:{}:{}", s.name, s.port, s.ctlport, s.cuk))
            .collect();
        servers.sort();
        let theirs: Vec<String> = serde_json::from_str(row.get("servers")).unwrap();
        compare("servers", &format!("{theirs:?}"), &format!("{servers:?}"));
        compare("slaves", row.get("slaves"), &conf.slaves().len().to_string());
        compare("group", row.get("group"), &escaped(conf.group().unwrap()));
        let mode = if conf.mode() == Some(Mode::Server) { "SERVER" } else { "SLAVE" };
        compare("mode", row.get("mode"), mode);
        let version = conf.file_version().unwrap().value.to_string();
        compare("revision", row.get("revision"), &version);
    }
    found
}

#[test]
fn the_rules_agree_with_a_real_chmpx() {
    let Some((folder, rows)) = corpus() else { return };
    let (mut dangerous, mut other, mut excused) = (0, 0, BTreeSet::new());
    for row in &rows {
        let conf = Conf::read(&fs::read(folder.join(&row.file)).unwrap());
        let host = host(&conf);
        let verdict = judge(&conf, Some(&host));
        let found = disagreements(row, &conf, &host, &verdict);
        if found.is_empty() {
            continue;
        }
        println!("{} ({})", row.file, row.get("about"));
        println!("  {}", found.join("\n  "));
        println!("  theirs: {} {}", row.get("error"), row.get("start_error"));
        for finding in &verdict.findings {
            println!("  ours: {} {}", finding.code, finding.message);
        }
        let accepts = verdict.loads && row.get("loads") != "yes"
            || verdict.starts == Some(true) && !matches!(row.get("starts"), "yes" | "n/a");
        let reason = EXCEPTIONS.iter().find(|(code, _)| {
            verdict.starts.is_none() && verdict.findings.iter().any(|it| it.code == *code)
        });
        match reason {
            _ if accepts => dangerous += 1,
            Some((code, why)) => {
                println!("  excused: {code}: {why}");
                excused.insert(&row.file);
            }
            None => other += 1,
        }
    }
    println!(
        "{} files, {dangerous} dangerous, {other} other, {} excused",
        rows.len(),
        excused.len()
    );
    assert_eq!(dangerous, 0, "accepted what chmpx does not");
    assert_eq!(other, 0, "disagreements without a named exception");
    assert!(excused.len() * 200 <= rows.len(), "more than 0.5 % excused");
}

#[test]
fn what_a_running_chmpx_adopts_is_what_the_impact_says() {
    let Some((folder, rows)) = corpus() else { return };
    let mut wrong = 0;
    for row in rows.iter().filter(|row| row.get("reload") == "survived") {
        let base = fs::read(folder.join("base").join(format!("{}.ini", row.get("base")))).unwrap();
        let candidate = fs::read(folder.join(&row.file)).unwrap();
        let impact = compare(&Conf::read(&base), &Conf::read(&candidate));
        let has = |key: &str| impact.changes.iter().any(|change| change.what.starts_with(key));
        // GROUP and CHMPXIDTYPE block; FILEVERSION is what adoption is seen by.
        let adopts = has("FILEVERSION") && !has("GROUP") && !has("CHMPXIDTYPE");
        if adopts != (row.get("adopted") == "yes") || impact.overall == Class::None {
            println!("{}: adopted {}, {impact:#?}", row.file, row.get("adopted"));
            wrong += 1;
        }
    }
    assert_eq!(wrong, 0);
}
