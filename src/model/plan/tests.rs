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

use super::testing::*;
use super::*;
use crate::model::candidate::{Refused, Stamp};
use crate::model::conf::Conf;
use crate::model::failure::Class as Failure;
use crate::model::memory::{Memory, OwedRestart, Process, Quarantine, Seconds};
use crate::model::observed::{
    Attention, Carrier, Chmpx, Installed, K2hr3, Membership, Obstacle, Publication, Published,
    Server,
};
use crate::model::supervisor::Elsewhere;
use crate::model::trial::{Life, Trial};

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
        Step::PutBack { mark, generation } => {
            format!("put {} back as {generation}", mark.generation)
        }
        Step::RollBack(_) => "roll back".to_owned(),
    };
    plan(seen, policy).steps.iter().map(word).collect()
}

fn situations(seen: &Observed) -> Vec<Situation> {
    plan(seen, &policy()).situations
}

const NOTHING: [&str; 0] = [];

#[test]
fn what_must_stay_away_is_told_apart_from_what_waits() {
    let away = |seen: &Observed| plan(seen, &policy()).keeps_away(&seen.published);
    let refused = Arc::new(Err(Refused::disputed("no GROUP")));
    let refused = Publication { content: refused, ..publication(&three()) };
    assert!(away(&Observed { published: Published::Known(Box::new(refused)), ..settled() }));
    let other = published(&three().replace("GROUP = g", "GROUP = h"));
    assert!(away(&Observed { published: other, ..settled() }));
    let cold = published(&text(&["s1", "s2", "s3"], "MAXCHMPX = 128"));
    assert!(!away(&Observed { published: cold, ..settled() }));
    assert!(!away(&settled()));
}

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
