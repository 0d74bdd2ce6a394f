//! The one sentence that an operator should know.

use super::{Ailment, Code, Words, words};
use crate::model::failure::Outlook;
use crate::model::observed::{InstalledFile, Observed};
use crate::model::plan::{Plan, Situation, Step};

/// What a step that was carried out amounts to; the next look tells whether it had an effect.
fn doing(step: &Step) -> String {
    match step {
        Step::Register => "this node was registered in its role".to_owned(),
        Step::Leave => "this node was taken out of its role".to_owned(),
        Step::Install(install) => {
            format!("generation {} was installed", install.candidate.generation())
        }
        Step::Acknowledge { generation, .. } => {
            format!("chmpx has adopted generation {generation}")
        }
        Step::Promote { generation, .. } => format!("chmpx has survived generation {generation}"),
        Step::Restart { why } => format!("chmpx was told to start afresh: {why}"),
        Step::RollBack { .. } => "the last good file was put back".to_owned(),
    }
}

/// The one sentence. What keeps the node from where it should be comes before what only keeps it
/// from knowing whether it is there.
pub(super) fn verdict(seen: &Observed, plan: &Plan, troubles: &[Ailment]) -> Words {
    if let (Some(step), true) = (plan.steps.last(), troubles.is_empty()) {
        return Words::new(Code::Acting, doing(step), None);
    }
    // What only waits for K2HR3 is explained by what keeps K2HR3 away.
    let waiting = |s: &Situation| {
        matches!(s, Situation::NothingPublished | Situation::NotMember { has_token: true })
    };
    if let Some(trouble) = troubles.first()
        && plan.situations.iter().all(|s| s.is_harmless() || waiting(s))
    {
        let waits = trouble.is_about_k2hr3() && trouble.outlook == Outlook::Passing;
        let doing = if waits { "waiting for K2HR3" } else { &trouble.doing };
        let sentence = format!("{doing}: {}", trouble.cause);
        return Words::new(Code::Trouble, sentence, trouble.help.as_deref());
    }
    if let Some(pressing) = plan.situations.iter().find(|s| !s.is_harmless()) {
        return words(pressing);
    }
    let servers = seen.file().map_or(0, |file| file.conf.servers().len());
    let generation = seen.file().and_then(InstalledFile::generation).unwrap_or_default();
    let servers = if servers == 1 { "1 server".to_owned() } else { format!("{servers} servers") };
    // Which right carries this node is no matter while one does.
    match plan.situations.iter().find(|s| **s != Situation::TokenRefused) {
        Some(Situation::NoChmpx) => {
            let sentence = format!("{servers}, generation {generation} installed; no chmpx runs");
            Words::new(Code::NoChmpx, sentence, words(&Situation::NoChmpx).help.as_deref())
        }
        Some(draining) => words(draining),
        None => Words::new(
            Code::Settled,
            format!("settled: {servers}, generation {generation} adopted"),
            None,
        ),
    }
}
