//! What is found, read as a manual. Each test starts from a healthy node.

mod agent;

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

#[test]
fn a_healthy_node_has_nothing_to_mend() {
    assert_eq!(found(|_, _| {}), []);
}

#[test]
fn a_node_that_is_not_in_its_role_is_a_fault() {
    let missing = |seen: &mut Observed| seen.membership = Membership::Missing { looks: 3 };
    assert_eq!(found(|seen, _| missing(seen)), [("membership", Level::Fault)]);
}

#[test]
fn a_lag_of_chmpx_names_both_generations() {
    let (mut seen, survey) = healthy();
    let Chmpx::Up(running) = &mut seen.chmpx else { panic!("it is up") };
    running.generation = Some(5);
    let findings = examine(&seen, &survey, &policy());
    let lag = findings.first().unwrap();
    assert_eq!((lag.code, lag.level), ("adopted", Level::Fault));
    assert!(lag.what.contains('5') && lag.what.contains('7'), "{}", lag.what);
}

#[test]
fn a_chmpx_that_is_not_there_is_told_from_one_that_does_not_run() {
    let without = |has_chmpx| {
        let (mut seen, mut survey) = healthy();
        (seen.chmpx, survey.has_chmpx) = (Chmpx::Down, has_chmpx);
        examine(&seen, &survey, &policy()).into_iter().find(|f| f.code == "adopted").unwrap().what
    };
    assert_eq!(without(true), "no chmpx runs");
    assert_eq!(without(false), "chmpx is not installed");
}

#[test]
fn servers_that_differ_or_are_down_are_named() {
    let with = |servers: Vec<Server>| {
        let (mut seen, survey) = healthy();
        let Chmpx::Up(running) = &mut seen.chmpx else { panic!("it is up") };
        running.servers = servers;
        let findings = examine(&seen, &survey, &policy());
        let found = findings.into_iter().find(|finding| finding.code == "servers").unwrap();
        (found.level, found.what)
    };
    let up = server("s1", "[UP]", true);
    let (level, what) = with(vec![up.clone(), server("s9", "[UP]", true)]);
    assert!(level == Level::Risk && what.contains("with chmpx only: s9"), "{what}");
    let (level, what) = with(vec![server("s1", "[DOWN]", false)]);
    assert!(level == Level::Fault && what.contains("connected to no server"), "{what}");
}

#[test]
fn what_keeps_chmpx_from_noticing_is_a_fault() {
    assert_eq!(found(|_, s| s.held = Some("x".to_owned())), [("watch", Level::Fault)]);
    assert_eq!(found(|_, s| s.is_mount = true), [("target", Level::Fault)]);
    assert_eq!(found(|_, s| s.links = Some(2)), [("target", Level::Risk)]);
    assert_eq!(found(|_, s| s.inotify_instances = Some(4)), [("inotify", Level::Risk)]);
}

#[test]
fn short_message_queues_matter_only_to_a_chmpx_that_is_not_root() {
    assert_eq!(found(|_, s| s.mqueue_longest = Some(10)), [("mqueue", Level::Risk)]);
    let as_root = found(|_, s| (s.mqueue_longest, s.chmpx_user) = (Some(10), Some(0)));
    assert_eq!(as_root, []);
}

#[test]
fn the_official_helper_and_a_second_chmpx_are_faults() {
    assert_eq!(found(|_, s| s.rival = Some("the helper".to_owned())), [("rival", Level::Fault)]);
    assert_eq!(found(|_, s| s.chmpxs = vec![100, 200]), [("one-chmpx", Level::Fault)]);
}

#[test]
fn an_old_token_matters_only_while_it_is_needed() {
    let old = |registered| {
        found(move |seen, survey| {
            seen.memory.registered = registered;
            survey.token_age = Some(S(25 * 3600));
        })
    };
    assert_eq!(old(true), []);
    assert_eq!(old(false), [("token", Level::Risk)]);
}

#[test]
fn names_that_do_not_help_chmpx_are_told_one_by_one() {
    let with = |addresses: Option<Vec<IpAddr>>, took| {
        found(move |_, s| drop(s.lookups.insert("s2".to_owned(), Lookup { addresses, took })))
    };
    let good = || Some(vec!["192.0.2.2".parse().unwrap()]);
    assert_eq!(with(good(), S(0)), []);
    assert_eq!(with(good(), S(2)), [("names", Level::Risk)]);
    assert_eq!(with(Some(vec!["127.0.1.1".parse().unwrap()]), S(0)), [("names", Level::Risk)]);
    assert_eq!(with(Some(Vec::new()), S(0)), [("names", Level::Fault)]);
    assert_eq!(with(None, S(6)), [("names", Level::Fault)]);
}

#[test]
fn a_control_port_that_is_open_to_everybody_is_a_risk() {
    let everybody = |s: &mut Survey| s.control_listens = vec!["::".parse().unwrap()];
    assert_eq!(found(|_, s| everybody(s)), [("control-port-open", Level::Risk)]);
    let silent = |s: &mut Survey| s.control_answer = Some(Err("timed out".to_owned()));
    assert_eq!(found(|_, s| silent(s)), [("control-port", Level::Risk)]);
}

#[test]
fn a_clock_that_runs_behind_is_a_fault() {
    assert_eq!(found(|seen, _| seen.now = 1_000), [("clock", Level::Fault)]);
    assert_eq!(found(|seen, _| seen.now = 1_799_999_000), [("clock", Level::Fault)]);
    assert_eq!(found(|_, s| s.clock_is_kept = Some(false)), [("clock", Level::Risk)]);
}

#[test]
fn a_clock_that_differs_from_that_of_k2hr3_is_a_risk_and_a_fault_when_it_is_far_off() {
    let with = |ahead| found(move |_, s| s.clock_ahead = Some(ahead));
    assert_eq!(with(30), []);
    assert_eq!(with(-120), [("clock", Level::Risk)]);
    assert_eq!(with(7300), [("clock", Level::Fault)]);
    let (seen, mut survey) = healthy();
    survey.clock_ahead = Some(-7300);
    let findings = examine(&seen, &survey, &policy());
    assert_eq!(findings[0].what, "the clock of this node is 2 h behind that of K2HR3");
}

#[test]
fn a_disk_that_is_full_or_closed_is_a_fault() {
    let room = |bytes, files, read_only| {
        let directory = PathBuf::from("/etc/k2hdkc");
        found(move |_, s| s.rooms = vec![Room { directory, bytes, files, read_only }])
    };
    assert_eq!(room(1 << 30, None, false), []);
    assert_eq!(room(4096, None, false), [("disk", Level::Fault)]);
    assert_eq!(room(1 << 30, Some(0), false), [("disk", Level::Fault)]);
    assert_eq!(room(1 << 30, None, true), [("disk", Level::Fault)]);
    let closed = found(|_, s| s.closed = Some("/etc/k2hdkc".into()));
    assert_eq!(closed, [("target", Level::Fault)]);
}

#[test]
fn a_token_that_is_not_accepted_matters_less_while_the_address_does() {
    assert_eq!(found(|seen, _| seen.token_refused = true), [("token", Level::Risk)]);
    let refused = found(|seen, _| seen.k2hr3 = K2hr3::Failed(Class::Token));
    assert_eq!(refused, [("token", Level::Fault)]);
}

#[test]
fn what_keeps_k2hr3_from_telling_is_a_fault() {
    let why = Unanswered { what: "reading: refused".to_owned(), help: "x".to_owned() };
    assert_eq!(found(|_, s| s.unanswered = Some(why)), [("k2hr3", Level::Fault)]);
}

#[test]
fn a_supervisor_that_takes_another_file_is_the_fault_and_a_missing_chmpx_follows_from_it() {
    let elsewhere = Elsewhere { awaited: "/a".into(), target: "/t".into(), is_taken: false };
    let waits = Supervisor::Elsewhere(elsewhere);
    let faults = found(move |seen, survey| {
        (seen.chmpx, survey.supervisor) = (Chmpx::Down, waits);
    });
    assert_eq!(faults, [("supervisor", Level::Fault), ("adopted", Level::Fault)]);
    assert_eq!(found(|_, survey| survey.supervisor = Supervisor::Agrees("/t".into())), []);
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
}
