//! The project's own files, and properties that hold for all files.
#![expect(clippy::print_stderr, reason = "a property that fails names the file")]

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use k2hdkc_slave_agent::model::conf::{Conf, Given};
use k2hdkc_slave_agent::model::host::Host;
use k2hdkc_slave_agent::model::impact::compare;
use k2hdkc_slave_agent::model::rules::{Code, Effect, Verdict, judge};

use crate::dice::Dice;

fn fixtures() -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ini");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<_> = paths.map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    all.sort();
    all
}

fn verdict(bytes: &[u8]) -> Verdict {
    let conf = Conf::read(bytes);
    let own: IpAddr = [192, 0, 2, 10].into();
    let answer = |name: String| {
        let addresses = if name == "self.fixture" { vec![own] } else { Vec::new() };
        (name, addresses)
    };
    let questions = conf.questions(&Given::default());
    let missing = k2hdkc_slave_agent::model::host::PathKind::Missing;
    let host = Host {
        addresses: vec![own],
        answers: questions.names.into_iter().map(answer).collect(),
        paths: questions.paths.into_iter().map(|path| (path, missing)).collect(),
        ..Host::default()
    };
    judge(&conf, Some(&host))
}

/// What matters of a verdict.
fn essence(bytes: &[u8]) -> (bool, Option<bool>, bool) {
    let verdict = verdict(bytes);
    let harms = verdict.findings.iter().any(|it| it.effect() == Effect::Harms);
    (verdict.loads, verdict.starts, harms)
}

/// Lines that mean something, to be thrown together.
const PIECES: &[&str] = &[
    "[GLOBAL]",
    "[SVRNODE]",
    "[SLVNODE]",
    "[K2HDKC]",
    "[",
    "]",
    "=",
    "#",
    "GROUP = g",
    "FILEVERSION = 1",
    "MODE = SLAVE",
    "DELIVERMODE = hash",
    "SELFCUK = c",
    "CTLPORT = 8031",
    "PORT = 1",
    "NAME = self.fixture",
    "NAME = a[1-3],b",
    "NAME = [",
    "NAME =",
    "CUK = .*",
    "CUK = (",
    "SSL = yes",
    "SSL = no",
    "CHMPXIDTYPE = CUK",
    "MAXCHMPX = 0",
    "SELFCTLPORT = 8031",
    "ENDPOINTS = a:1,b",
    "\"open",
    "'",
    "\\",
    "A = b # c",
    "INCLUDE x",
    "\0",
    "\u{feff}",
];

fn thrown_together(dice: &mut Dice) -> Vec<u8> {
    let mut text = Vec::new();
    for _ in 0..dice.below(40) {
        text.extend(PIECES.get(dice.below(PIECES.len())).unwrap().as_bytes());
        text.push(if dice.below(20) == 0 { b' ' } else { b'\n' });
    }
    text
}

#[test]
fn every_fixture_is_judged_as_its_header_says() {
    for (path, bytes) in fixtures() {
        let text = String::from_utf8_lossy(&bytes);
        let header = text.lines().find_map(|line| line.strip_prefix("# expect: ")).unwrap();
        let expected = match header {
            "loads starts" => (true, Some(true), false),
            "loads starts harms" => (true, Some(true), true),
            "loads" => (true, Some(false), false),
            "dies" => (false, Some(false), false),
            other => panic!("{other}"),
        };
        assert_eq!(essence(&bytes), expected, "{}", path.display());
    }
}

#[test]
fn reading_is_total() {
    let mut dice = Dice(0x5eed);
    for _ in 0..3000 {
        let mut text = thrown_together(&mut dice);
        for _ in 0..dice.below(5) {
            let at = dice.below(text.len() + 1);
            text.insert(at, u8::try_from(dice.below(256)).unwrap());
        }
        let (one, other) = (Conf::read(&text), Conf::read(b"[GLOBAL]\nGROUP=g\n"));
        let _verdict = verdict(&text);
        let _impact = compare(&one, &other);
    }
}

#[test]
fn a_verdict_is_stable_under_remarks_blank_lines_and_carriage_returns() {
    let mut dice = Dice(0x00c0_ffee);
    let mut texts: Vec<_> = fixtures().into_iter().map(|(_, bytes)| bytes).collect();
    texts.extend((0..1000).map(|_| thrown_together(&mut dice)));
    for text in texts {
        let lines: Vec<_> = text.split(|byte| *byte == b'\n').collect();
        let ends = [&b"\r\n"[..], b"\n# remark\n", b"\n\n", b"  \t\n"];
        for end in ends {
            let changed = lines.join(end);
            if essence(&changed) != essence(&text) {
                eprintln!("{:?} with {end:?}", String::from_utf8_lossy(&text));
            }
            let (before, after) = (essence(&text), essence(&changed));
            // Blank lines are part of what gives a smuggled section away.
            assert_eq!((before.0, before.1), (after.0, after.1));
        }
    }
}

#[test]
fn a_verdict_does_not_depend_on_the_order_of_nodes() {
    let mut dice = Dice(0xdead);
    for (path, bytes) in fixtures() {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if essence(&bytes).2 || text.contains("SELFCUK = cuk\\\\") {
            // What was smuggled in shows by its place.
            continue;
        }
        for kind in ["[SVRNODE]", "[SLVNODE]"] {
            let mut blocks: Vec<_> = text.split("\n[").collect();
            let at: Vec<_> = (0..blocks.len())
                .filter(|at| format!("[{}", blocks[*at]).starts_with(kind))
                .collect();
            for _ in 0..10 {
                if at.len() > 1 {
                    blocks.swap(at[dice.below(at.len())], at[dice.below(at.len())]);
                }
            }
            let turned = blocks.join("\n[");
            assert_eq!(essence(turned.as_bytes()), essence(&bytes), "{}", path.display());
        }
    }
}

#[test]
fn a_generation_can_be_stamped_into_every_file_that_is_fit() {
    let mut dice = Dice(0xf00d);
    let mut texts: Vec<_> = fixtures().into_iter().map(|(_, bytes)| bytes).collect();
    texts.extend((0..2000).map(|_| thrown_together(&mut dice)));
    for text in texts {
        let conf = Conf::read(&text);
        let bare = verdict(&text).findings.iter().any(|it| it.code == Code::BareFileVersion);
        let Some(version) = conf.file_version().filter(|_| !bare) else { continue };
        let mut stamped = text.clone();
        stamped.splice(version.value_range, *b"2147483647");
        let found = Conf::read(&stamped).file_version().unwrap();
        assert_eq!((found.value, found.line), (i32::MAX, version.line));
        // Where the text was thrown together, another number may look smuggled: only chmpx counts.
        let (before, after) = (essence(&text), essence(&stamped));
        assert_eq!((before.0, before.1), (after.0, after.1));
    }
}
