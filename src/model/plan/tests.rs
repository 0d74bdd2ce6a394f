//! What is decided, read as a manual. Each test starts from a settled node and names only what
//! differs from it.

mod adoption;
mod content;
mod drift;
mod loss;
mod registration;
mod restart;

use std::sync::Arc;
use std::time::Duration;

use super::testing::{candidate, candidate_with, policy};
use super::*;
use crate::model::candidate::{Refused, Stamp};
use crate::model::conf::Conf;
use crate::model::failure::Class as Failure;
use crate::model::memory::{Mark, Memory, OwedRestart, Process, Quarantine, Seconds};
use crate::model::observed::{
    Attention, Carrier, Chmpx, Installed, InstalledFile, K2hr3, Membership, Publication, Published,
    Running, Server,
};
use crate::model::supervisor::Elsewhere;
use crate::model::trial::{Life, Trial};

const CUK: &str = "i-0001";
const PROCESS: Process = Process { pid: 100, started: 5000 };
const NOW: Seconds = 1_000_000;
const S: fn(u64) -> Duration = Duration::from_secs;

/// A cluster file with these servers and one more line in `[GLOBAL]`.
fn text(servers: &[&str], more: &str) -> String {
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

fn three() -> String {
    text(&["s1", "s2", "s3"], "")
}

fn publication(text: &str) -> Publication {
    Publication {
        hash: crate::model::candidate::hash(text),
        content: Arc::new(Ok(candidate(text, CUK))),
        looks: 1,
        quiet: S(60),
        differing: S(0),
    }
}

fn published(text: &str) -> Published {
    Published::Known(Box::new(publication(text)))
}

fn file(text: &str, generation: i32) -> InstalledFile {
    InstalledFile::new(candidate(text, CUK).at_generation(generation).bytes(), None)
}

fn mark(text: &str, generation: i32) -> Mark {
    Mark { published: crate::model::candidate::hash(text), generation, at: NOW - 600 }
}

fn up(generation: i32) -> Chmpx {
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
fn settled() -> Observed {
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

/// The steps as words.
fn steps(seen: &Observed) -> Vec<String> {
    steps_by(seen, &policy())
}

fn steps_by(seen: &Observed, policy: &Policy) -> Vec<String> {
    let word = |step: &Step| match step {
        Step::Register => "register".to_owned(),
        Step::Leave => "leave".to_owned(),
        Step::Install(install) => {
            format!("install {} {:?}", install.candidate.generation(), install.occasion)
        }
        Step::Acknowledge { generation, .. } => format!("acknowledge {generation}"),
        Step::Promote { generation, .. } => format!("promote {generation}"),
        Step::Restart { .. } => "restart".to_owned(),
        Step::RollBack { .. } => "roll back".to_owned(),
    };
    plan(seen, policy).steps.iter().map(word).collect()
}

fn situations(seen: &Observed) -> Vec<Situation> {
    plan(seen, &policy()).situations
}

const NOTHING: [&str; 0] = [];

#[test]
fn what_k2hr3_has_yet_to_tell_is_waited_for_and_chmpx_is_not() {
    let waits = |seen: &Observed| plan(seen, &policy()).waits_for_k2hr3();
    let membership = Membership::Missing { looks: 2 };
    assert!(waits(&Observed { published: Published::Unknown, ..settled() }));
    assert!(waits(&Observed { membership, ..settled() }));
    assert!(!waits(&Observed { membership, has_token: false, ..settled() }), "only an operator");
    assert!(!waits(&Observed { chmpx: Chmpx::Down, ..settled() }));
    assert!(!waits(&settled()));
}
