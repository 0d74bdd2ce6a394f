//! What the agent finds of its own memory: from another release, another host, or half of it.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use k2hdkc_slave_agent::effects::state::remembered;
use k2hdkc_slave_agent::model::candidate::{Draft, Stamp, hash};
use k2hdkc_slave_agent::model::conf::Conf;
use k2hdkc_slave_agent::model::failure::Class;
use k2hdkc_slave_agent::model::host::Host;
use k2hdkc_slave_agent::model::identity::Cuk;
use k2hdkc_slave_agent::model::memory::{Memory, Process, Seconds};
use k2hdkc_slave_agent::model::observed::{
    Attention, Chmpx, Installed, InstalledFile, K2hr3, Membership, Observed, Publication,
    Published, Running,
};
use k2hdkc_slave_agent::model::plan::{Drift, OnChange, Policy, Step, plan};
use k2hdkc_slave_agent::model::report::report;
use k2hdkc_slave_agent::model::trial::Life;

use super::pieces;

const NOW: Seconds = 1_800_000_000;
const ROLE: &str = "yrn:yahoo:::t:role:c1/slave";
const TEXT: &str = "[GLOBAL]\nGROUP = g\nFILEVERSION = 1\nMODE = SLAVE\nDELIVERMODE = hash\n\
    CHMPXIDTYPE = CUK\nMAXCHMPX = 64\nSELFCTLPORT = 8031\nSELFCUK = __SELF_INSTANCE_ID__\n\
    [SVRNODE]\nNAME = 192.0.2.1\nPORT = 8020\nCTLPORT = 8021\nCUK = s\n\
    [SLVNODE]\nNAME = 192.0.2.10\nCTLPORT = 8031\nCUK = i-fuzz\n";

/// Whatever is remembered, one that was read is written and read the same, no arithmetic over it
/// overflows, and what is decided from it is something that may be done. What else was seen comes
/// from the bytes after the first NUL, the knobs.
pub fn read(bytes: &[u8]) {
    let [text, knobs] = pieces(bytes);
    let mut memory = remembered(&String::from_utf8_lossy(text), "i-fuzz").in_role(ROLE);
    let again = serde_json::to_string(&memory).unwrap();
    assert_eq!(remembered(&again, "i-fuzz"), memory);
    assert_eq!((memory.cuk.as_str(), memory.role.as_str()), ("i-fuzz", ROLE));

    let knob = |at: usize| knobs.get(at).copied().unwrap_or_default();
    memory.follow_clock(i64::from(knob(0)) - 128);
    memory.know_no_future(NOW);
    let process = Process { pid: 100, started: u64::from(knob(1)) };
    let life = match knob(2) % 3 {
        0 => Life::Runs(process),
        1 => Life::Gone,
        _ => Life::Unclear,
    };
    memory.notice(knob(3).is_multiple_of(2), life, NOW);
    assert!(memory.next_generation(Some(i32::from(knob(4))), Some(i32::from(knob(4)))) > 0);
    assert!(memory.restarts_left(3, NOW) <= 3);
    decided(&seen(&memory, life, &knob));
}

/// What was decided can be told, and only a candidate of a positive generation is installed.
fn decided(seen: &Observed) {
    let plan = plan(seen, &POLICY);
    for step in &plan.steps {
        if let Step::Install(install) = step {
            assert!(install.candidate.generation() > 0, "{install:?}");
        }
    }
    assert!(plan.again.is_none_or(|again| again > Duration::ZERO), "{plan:?}");
    let told = report(seen, &plan, &POLICY, Vec::new());
    assert!(!told.verdict.sentence.is_empty());
}

const POLICY: Policy = Policy {
    on_change: OnChange::Auto,
    drift: Drift::Restore,
    settle: Duration::from_secs(2),
    adopt_within: Duration::from_secs(15),
    hold: Duration::from_secs(10),
    start_within: Duration::from_secs(90),
    restarts_per_hour: 3,
    spread: Duration::from_secs(300),
    share: 0.5,
};

fn seen(memory: &Memory, life: Life, knob: &dyn Fn(usize) -> u8) -> Observed {
    static PUBLISHED: LazyLock<Publication> = LazyLock::new(publication);
    let generation = memory.installed.as_ref().map_or(1, |mark| mark.generation);
    let lies_there = TEXT.replace("FILEVERSION = 1", &format!("FILEVERSION = {generation}"));
    let in_force = if knob(5).is_multiple_of(2) { generation } else { i32::from(knob(5)) };
    let running = |process| Running {
        process,
        since: Some(NOW - 5),
        attention: if knob(6).is_multiple_of(2) {
            Attention::Busy
        } else {
            Attention::Free { held: None }
        },
        generation: (!knob(7).is_multiple_of(4)).then_some(in_force),
        servers: Vec::new(),
    };
    Observed {
        k2hr3: if knob(13) % 4 == 3 { K2hr3::Failed(Class::Busy) } else { K2hr3::Answered },
        published: Published::Known(Box::new(PUBLISHED.clone())),
        membership: if knob(8).is_multiple_of(2) {
            Membership::Listed
        } else {
            Membership::Missing { looks: u32::from(knob(8)) }
        },
        has_token: knob(9).is_multiple_of(2),
        token_refused: false,
        carrier: None,
        installed: match knob(10) % 3 {
            0 => Installed::Missing,
            _ => Installed::File(InstalledFile::new(lies_there.into_bytes(), None)),
        },
        adopted: (knob(11).is_multiple_of(2)).then(|| Arc::new(Conf::read(TEXT.as_bytes()))),
        chmpx: match life {
            Life::Runs(process) => Chmpx::Up(running(Some(process))),
            Life::Gone => Chmpx::Down,
            Life::Unclear => Chmpx::Unknown("it did not say".to_owned()),
        },
        memory: memory.clone(),
        since_install: (knob(12) != 0).then(|| Duration::from_secs(u64::from(knob(12)))),
        now: NOW,
        forced: knob(13) % 4 == 1,
        wants_back: knob(13) % 4 == 2,
        rival: None,
        elsewhere: None,
    }
}

fn publication() -> Publication {
    let cuk = Cuk::parse("i-fuzz").unwrap();
    let host = Host { addresses: vec![[192, 0, 2, 10].into()], ..Host::default() };
    Publication {
        hash: hash(TEXT),
        content: Draft::new(TEXT, &cuk).check(&host, Stamp::Generation).into(),
        looks: 3,
        quiet: Duration::from_secs(60),
        differing: Duration::from_secs(60),
    }
}
