//! What the tests of decisions, of the loop, of the doctor and of reports start from.

use std::sync::Arc;
use std::time::Duration;

use super::{Drift, OnChange, Policy};
use crate::model::candidate::{Candidate, Draft, Stamp, hash};
use crate::model::conf::Given;
use crate::model::host::Host;
use crate::model::identity::Cuk;
use crate::model::memory::{Mark, Memory, Process, Seconds};
use crate::model::observed::{
    Attention, Carrier, Chmpx, Installed, InstalledFile, K2hr3, Membership, Observed, Publication,
    Published, Running, Server,
};

pub(crate) const CUK: &str = "i-0001";
pub(crate) const PROCESS: Process = Process { pid: 100, started: 5000 };
pub(crate) const NOW: Seconds = 1_000_000;
pub(crate) const S: fn(u64) -> Duration = Duration::from_secs;

/// The policy of these tests; its times are round.
pub(crate) fn policy() -> Policy {
    Policy {
        on_change: OnChange::Auto,
        drift: Drift::Restore,
        settle: S(2),
        adopt_within: S(15),
        hold: S(10),
        start_within: S(90),
        restarts_per_hour: 3,
        spread: S(300),
        share: 0.5,
    }
}

/// The file made of `text` for the node `cuk` at 192.0.2.10, where every name is another host's.
pub(crate) fn candidate(text: &str, cuk: &str) -> Candidate {
    candidate_with(text, cuk, Stamp::Generation)
}

/// The same, with or without a generation in place of FILEVERSION.
pub(crate) fn candidate_with(text: &str, cuk: &str, stamp: Stamp) -> Candidate {
    let draft = Draft::new(text, &Cuk::parse(cuk).unwrap());
    let names = draft.questions(&Given::default()).names.into_iter();
    let answers = names.map(|name| (name, vec!["192.0.2.77".parse().unwrap()])).collect();
    let addresses = vec!["192.0.2.10".parse().unwrap()];
    draft.check(&Host { addresses, answers, ..Host::default() }, stamp).unwrap()
}

/// A cluster file with these servers and one more line in `[GLOBAL]`.
pub(crate) fn text(servers: &[&str], more: &str) -> String {
    let mut text = format!(
        "[GLOBAL]\nGROUP = g\nFILEVERSION = 1\nMODE = SLAVE\nDELIVERMODE = hash\n\
         CHMPXIDTYPE = CUK\nMAXCHMPX = 64\nSELFCTLPORT = 8031\nSELFCUK = __SELF_INSTANCE_ID__\n{more}\n"
    );
    for name in servers {
        for line in ["[SVRNODE]", &format!("NAME = {name}"), "PORT = 8020", "CTLPORT = 8021"] {
            text = text + line + "\n";
        }
        text = text + "CUK = c-" + name + "\n";
    }
    text + "[SLVNODE]\nNAME = 192.0.2.10\nCTLPORT = 8031\nCUK = i-0001\n"
}

pub(crate) fn three() -> String {
    text(&["s1", "s2", "s3"], "")
}

pub(crate) fn publication(text: &str) -> Publication {
    Publication {
        hash: hash(text),
        content: Arc::new(Ok(candidate(text, CUK))),
        looks: 1,
        quiet: S(60),
        differing: S(0),
    }
}

pub(crate) fn published(text: &str) -> Published {
    Published::Known(Box::new(publication(text)))
}

pub(crate) fn file(text: &str, generation: i32) -> InstalledFile {
    InstalledFile::new(candidate(text, CUK).at_generation(generation).bytes(), None)
}

pub(crate) fn mark(text: &str, generation: i32) -> Mark {
    Mark { published: hash(text), generation, at: NOW - 600 }
}

pub(crate) fn up(generation: i32) -> Chmpx {
    let server = |name: &str| Server {
        name: name.to_owned(),
        ctlport: Some(8021),
        status: "SAFE -> [SERVICE IN][UP]".to_owned(),
        connected: true,
    };
    Chmpx::Up(Running {
        process: Some(PROCESS),
        since: Some(NOW - 5000),
        attention: Attention::NotTried,
        generation: Some(generation),
        servers: ["s1", "s2", "s3"].map(server).to_vec(),
    })
}

/// A node with nothing left to do: three servers, generation 7.
pub(crate) fn settled() -> Observed {
    Observed {
        k2hr3: K2hr3::Answered,
        published: published(&three()),
        membership: Membership::Listed,
        has_token: true,
        token_refused: false,
        carrier: Some(Carrier::Token),
        installed: Installed::File(file(&three(), 7)),
        adopted: Some(Arc::clone(&file(&three(), 7).conf)),
        chmpx: up(7),
        memory: Memory {
            registered: true,
            installed: Some(mark(&three(), 7)),
            adopted: Some(mark(&three(), 7)),
            good: Some(mark(&three(), 7)),
            ..Memory::of(CUK)
        },
        since_install: Some(S(600)),
        now: NOW,
        forced: false,
        wants_back: false,
        rival: None,
        elsewhere: None,
    }
}
