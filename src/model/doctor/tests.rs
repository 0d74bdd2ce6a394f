//! What is found, read as a manual. Each test starts from a healthy node.

mod agent;
mod chain;
mod clock;
mod disk;
mod host;

use std::sync::Arc;

use super::*;
use crate::model::failure::Class;
use crate::model::memory::{Mark, Memory};
use crate::model::observed::{
    Attention, Chmpx, Installed, InstalledFile, K2hr3, Membership, Published, Running, Server,
};
use crate::model::plan::testing::policy;
use crate::model::supervisor::Elsewhere;

const FILE: &str = "[GLOBAL]\nGROUP = g\nFILEVERSION = 7\nMODE = SLAVE\nDELIVERMODE = hash\n\
    MAXMQCLIENT = 64\nSELFCTLPORT = 8031\n[SVRNODE]\nNAME = s1\nPORT = 8020\nCTLPORT = 8021\n\
    [SLVNODE]\nNAME = me\nCTLPORT = 8031\n";
const S: fn(u64) -> Duration = Duration::from_secs;

fn server(name: &str, status: &str, connected: bool) -> Server {
    Server { name: name.to_owned(), ctlport: Some(8021), status: status.to_owned(), connected }
}

fn healthy() -> (Observed, Survey) {
    let file = InstalledFile::new(FILE.as_bytes().to_vec(), None);
    let mark = Mark { published: "hash".to_owned(), generation: 7, at: 1_800_000_000 };
    let seen = Observed {
        k2hr3: K2hr3::Answered,
        published: Published::Unknown,
        membership: Membership::Listed,
        has_token: true,
        token_refused: false,
        carrier: None,
        adopted: Some(Arc::clone(&file.conf)),
        installed: Installed::File(file),
        chmpx: Chmpx::Up(Running {
            process: None,
            since: None,
            attention: Attention::NotTried,
            generation: Some(7),
            servers: vec![server("s1", "[SERVICE IN][UP]", true)],
        }),
        memory: Memory { registered: true, installed: Some(mark), ..Memory::of("i-1") },
        since_install: None,
        now: 1_800_000_100,
        forced: false,
        wants_back: false,
        rival: None,
        elsewhere: None,
    };
    let lookup = Lookup { addresses: Some(vec!["192.0.2.1".parse().unwrap()]), took: S(0) };
    let survey = Survey {
        agent: Agent::Starting,
        links: Some(1),
        inotify_instances: Some(128),
        inotify_watches: Some(8192),
        mqueue_longest: Some(1025),
        has_chmpx: true,
        chmpx_user: Some(990),
        control_answer: Some(Ok("Version 1.0.113".to_owned())),
        control_listens: vec!["127.0.0.1".parse().unwrap()],
        lookups: BTreeMap::from([("s1".to_owned(), lookup)]),
        token_age: Some(S(60)),
        chmpxs: vec![100],
        clock_is_kept: Some(true),
        ..Survey::default()
    };
    (seen, survey)
}

/// The codes of what is no better than a risk, after `change` of a healthy node.
fn found(change: impl FnOnce(&mut Observed, &mut Survey)) -> Vec<(&'static str, Level)> {
    let (mut seen, mut survey) = healthy();
    change(&mut seen, &mut survey);
    let findings = examine(&seen, &survey, &policy());
    for finding in &findings {
        assert_eq!(finding.help.is_some(), finding.level != Level::Fine, "{finding:?}");
    }
    let bad = findings.iter().filter(|finding| finding.level >= Level::Risk);
    bad.map(|finding| (finding.code, finding.level)).collect()
}

/// What is said under `code` after `change` of a healthy node.
fn told(code: &str, change: impl FnOnce(&mut Observed, &mut Survey)) -> Finding {
    let (mut seen, mut survey) = healthy();
    change(&mut seen, &mut survey);
    let findings = examine(&seen, &survey, &policy());
    findings.into_iter().find(|finding| finding.code == code).unwrap()
}

#[test]
fn a_healthy_node_has_nothing_to_mend() {
    assert_eq!(found(|_, _| {}), []);
}

#[test]
fn the_verdict_counts_and_names_the_first() {
    let of = |change: fn(&mut Survey)| {
        let (seen, mut survey) = healthy();
        change(&mut survey);
        verdict(&examine(&seen, &survey, &policy()))
    };
    let unknown = "; 1 could not be found out";
    assert_eq!(of(|_| {}), format!("nothing is wrong{unknown}"), "what is published is not known");
    assert_eq!(
        of(|s| (s.links, s.is_mount, s.rival) = (Some(2), false, Some("a helper".to_owned()))),
        format!(
            "1 fault, 1 risk: a helper writes the same file, in place, and ends chmpx with it\
             {unknown}"
        )
    );
    let both = of(|s| (s.is_mount, s.chmpxs) = (true, vec![1, 2]));
    assert_eq!(both, format!("2 faults: the target is a mount point{unknown}"));
}
