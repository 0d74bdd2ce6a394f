//! Texts of a mebibyte that are made to cost a node its memory or its time.
//!
//! Nothing is timed. What a text makes of itself is counted: nodes, bytes of messages, differences.
//! What is not counted, such as compiled expressions, has its bounds in the tests of its module;
//! were they gone, these tests would not end within a day.

use std::net::IpAddr;

use k2hdkc_slave_agent::model::candidate::{Draft, Stamp};
use k2hdkc_slave_agent::model::conf::{Conf, Given};
use k2hdkc_slave_agent::model::host::Host;
use k2hdkc_slave_agent::model::identity::Cuk;
use k2hdkc_slave_agent::model::impact::{Class, compare};
use k2hdkc_slave_agent::model::rules::Code;

/// What K2HR3 may send at most.
const MIB: usize = 1 << 20;

/// More nodes than any text may make: those of its sections, and those of its names.
const MOST_NODES: usize = 150_000;

/// Bytes of all messages about one text.
const MOST_MESSAGES: usize = 200_000;

/// A text that nothing can be said against.
const GOOD: &str = "[GLOBAL]\nGROUP = cluster\nFILEVERSION = 1\nMODE = SLAVE\nCHMPXIDTYPE = NAME\n\
    DELIVERMODE = hash\nMAXCHMPX = 64\nCTLPORT = 8031\nSELFCTLPORT = 8031\nSELFCUK = me\n\n\
    [SVRNODE]\nNAME = 192.0.2.101\nCUK = s1\nPORT = 8020\nCTLPORT = 8021\n\n\
    [SLVNODE]\nNAME = ^192.0.2.10$\nCUK = me\nCTLPORT = 8031\n\n";

/// The NAME of this host in it.
const OWN: &str = "NAME = ^192.0.2.10$";

/// The good text, and as many blocks behind it as fit.
fn filled(block: impl Fn(usize) -> String) -> String {
    filled_behind(GOOD, block)
}

fn filled_behind(start: &str, block: impl Fn(usize) -> String) -> String {
    let mut text = start.to_owned();
    for number in 0.. {
        let more = block(number);
        if text.len() + more.len() > MIB {
            break;
        }
        text.push_str(&more);
    }
    text
}

fn with(old: &str, new: &str) -> String {
    assert!(GOOD.contains(old), "{old}");
    GOOD.replacen(old, new, 1)
}

fn slave(name: &str) -> String {
    format!("[SLVNODE]\nNAME={name}\nCUK=me\n\n")
}

/// What a text does, the text, and why it is refused; nothing if it is only to cost little.
type Bomb = (&'static str, String, Option<Code>);

fn bombs() -> Vec<Bomb> {
    [of_names(), of_expressions(), of_length()].concat()
}

/// Few bytes that stand for many nodes.
fn of_names() -> Vec<Bomb> {
    vec![
        (
            "a long CUK for every name of a section",
            with(
                "NAME = 192.0.2.101\nCUK = s1",
                &format!("NAME=s[1-32900]\nCUK={}", "c".repeat(8192)),
            ),
            Some(Code::TooMuchToExpand),
        ),
        (
            "a long path of [GLOBAL] in every node",
            filled_behind(
                &with("CTLPORT", &format!("CAPATH=/{}\nCTLPORT", "p".repeat(500_000))),
                |n| format!("[SVRNODE]\nNAME=x{n}\n"),
            ),
            Some(Code::TlsPath),
        ),
        (
            "ranges in every server",
            filled(|n| format!("[SVRNODE]\nNAME=x{n}y[1-32999]\n")),
            Some(Code::TooMuchToExpand),
        ),
        (
            "ranges in every slave",
            filled(|n| slave(&format!("x{n}y[1-32999]"))),
            Some(Code::TooMuchToExpand),
        ),
        (
            "one range under thousands of ports",
            filled(|n| format!("[SLVNODE]\nNAME=x[1-32999]\nCTLPORT={n}\n")),
            Some(Code::TooMuchToExpand),
        ),
        (
            "ranges beside ranges that come to nothing",
            filled(|n| format!("[SVRNODE]\nNAME=x{n}{}\n", "[1-32999]".repeat(1500))),
            Some(Code::TooMuchToExpand),
        ),
        (
            "equal names with long keys",
            filled(|n| {
                format!(
                    "[SVRNODE]\nNAME={}\nCTLPORT={n}\nCUK={}\n",
                    "a,b,".repeat(4000),
                    "c".repeat(300_000)
                )
            }),
            Some(Code::TooMuchToExpand),
        ),
    ]
}

/// Expressions that are expensive to compile or to try.
fn of_expressions() -> Vec<Bomb> {
    vec![
        (
            "a million signs of repetition",
            with(OWN, &format!("NAME=a{}", "*".repeat(1_000_000))),
            Some(Code::SelfUnclear),
        ),
        (
            "programs in every name and CUK",
            filled(|n| {
                format!("[SLVNODE]\nNAME=(a{{1000}}){{99}}{n}\nCUK=(m{{1000}}){{99}}|me\n\n")
            }),
            None,
        ),
        (
            "keys to look for in a long SELFCUK",
            filled_behind(&with("SELFCUK = me", &format!("SELFCUK={}", "a".repeat(2000))), |n| {
                format!("[SLVNODE]\nNAME=x{n}\nCUK={}b\n\n", "a".repeat(30))
            }),
            Some(Code::TooManySlaves),
        ),
        (
            "deep groups in every name",
            filled(|n| slave(&format!("{}{n}{}", "(".repeat(49), "{1,9})".repeat(49)))),
            None,
        ),
    ]
}

/// Long texts, and many lines.
fn of_length() -> Vec<Bomb> {
    let long = "n".repeat(500_000);
    vec![
        (
            "a bare FILEVERSION behind a flood",
            with("FILEVERSION = 1", &format!("{}FILEVERSION", "; x\n".repeat(200_000))),
            Some(Code::BareFileVersion),
        ),
        (
            "an INCLUDE behind a flood",
            with("MODE", &format!("{}INCLUDE = /x\nMODE", "; x\n".repeat(200_000))),
            Some(Code::Include),
        ),
        (
            "a long name above a hundred thousand headers",
            format!("{GOOD}[SLVNODE]\nNAME={long}\n{}", "[GLOBAL]\nK=1\n[x]\n".repeat(30_000)),
            Some(Code::SmuggledSection),
        ),
        (
            "a long pattern that is every host, above thousands of own entries",
            filled_behind(&with(OWN, &format!("NAME=.|{long}")), |n| {
                slave(&format!("192.0.2.10,x{n}"))
            }),
            Some(Code::TooManySlaves),
        ),
        ("slaves without end", filled(|n| slave(&format!("x{n}"))), Some(Code::TooManySlaves)),
        ("sections without end", filled(|_| "[x]\n".to_owned()), None),
        ("keys without end", filled(|n| format!("{n:x}\n")), None),
        (
            "a long group",
            with("GROUP = cluster", &format!("GROUP={}", "g/".repeat(500_000))),
            Some(Code::BadGroup),
        ),
        ("markers without end", filled(|_| "# __SELF_INSTANCE_ID__\n".to_owned()), None),
    ]
}

/// This host, where names answer at once and lead nowhere.
fn host(draft: &Draft) -> Host {
    let own: IpAddr = [192, 0, 2, 10].into();
    let questions = draft.questions(&Given::default());
    assert!(questions.names.len() <= 1024, "{} names are asked for", questions.names.len());
    Host {
        addresses: vec![own],
        answers: questions.names.into_iter().map(|name| (name, Vec::new())).collect(),
        ..Host::default()
    }
}

#[test]
fn the_text_that_every_bomb_is_made_of_is_fit() {
    let cuk = Cuk::parse("me").unwrap();
    let draft = Draft::new(GOOD, &cuk);
    let host = host(&draft);
    assert_eq!(draft.check(&host, Stamp::Generation).map(|it| it.generation()).ok(), Some(1));
}

#[test]
fn a_mebibyte_of_anything_is_judged_in_little_room() {
    let cuk = Cuk::parse("me").unwrap();
    for (what, text, code) in bombs() {
        assert!(text.len() <= MIB, "{what}");
        let draft = Draft::new(&text, &cuk);
        let host = host(&draft);
        let _is_listed = draft.lists(&cuk);
        let findings = match draft.check(&host, Stamp::Generation) {
            Ok(candidate) => {
                assert_eq!(code, None, "{what} is not refused");
                assert!(candidate.bytes().len() < 2 * MIB, "{what}");
                continue;
            }
            Err(refused) => refused.findings,
        };
        let codes: Vec<_> = findings.iter().map(|finding| finding.code).collect();
        assert!(code.is_none_or(|code| codes.contains(&code)), "{what}: {codes:?}");
        let bytes: usize = findings.iter().map(|finding| finding.message.len()).sum();
        assert!(bytes < MOST_MESSAGES, "{what}: {bytes} bytes of messages");
    }
}

#[test]
fn a_mebibyte_of_anything_is_compared_in_little_room() {
    let good = Conf::read(GOOD.as_bytes());
    for (what, text, code) in bombs() {
        let conf = Conf::read(text.as_bytes());
        let nodes = conf.servers().len() + conf.slaves().len();
        assert!(nodes < MOST_NODES, "{what}: {nodes} nodes");
        let impact = compare(&good, &conf);
        // Whether this host is among the nodes is not for the comparison to say.
        let refused = code.is_some_and(|code| code != Code::SelfUnclear);
        assert!(!refused || impact.overall == Class::Refused, "{what}: {}", impact.overall);
        for impact in [impact, compare(&conf, &good), compare(&conf, &conf)] {
            let longest = impact.changes.iter().map(|it| it.what.len() + it.why.len()).max();
            assert!(longest.unwrap_or_default() < 3000, "{what}: {longest:?} bytes");
            assert!(impact.changes.len() < MOST_NODES, "{what}");
        }
    }
}
