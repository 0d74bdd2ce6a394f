//! The one sentence that an operator should know.

use super::{Code, TroubleFact, Words, words};
use crate::model::failure::Outlook;
use crate::model::observed::{InstalledFile, Observed};
use crate::model::plain::counted;
use crate::model::plan::{Plan, Situation, Step};

/// What a step that was carried out amounts to; the next look tells whether it had an effect.
fn done(step: &Step) -> String {
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
        Step::PutBack { .. } => "the file that somebody else had changed was put back".to_owned(),
        Step::RollBack(_) => "the last good file was put back".to_owned(),
    }
}

/// The one sentence. What keeps the node from where it should be comes before what only keeps it
/// from knowing whether it is there.
pub(super) fn verdict(seen: &Observed, plan: &Plan, troubles: &[TroubleFact]) -> Words {
    if let (Some(step), true) = (plan.steps.last(), troubles.is_empty()) {
        return Words::new(Code::Acting, done(step), None);
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
    let servers = counted(servers, "server");
    let generation = seen.file().and_then(InstalledFile::generation).unwrap_or_default();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::failure::Class;
    use crate::model::observed::Installed;
    use crate::model::plan::testing::{file, settled, text};

    fn told(situations: Vec<Situation>, troubles: &[TroubleFact]) -> (Code, String) {
        let plan = Plan { situations, ..Plan::default() };
        let words = verdict(&settled(), &plan, troubles);
        (words.code, words.sentence)
    }

    fn trouble(class: Option<Class>, outlook: Outlook) -> [TroubleFact; 1] {
        let (doing, cause) = ("reading the RESOURCE".to_owned(), "it said no".to_owned());
        [TroubleFact { doing, cause, outlook, class, help: None, since: 0, count: 1 }]
    }

    #[test]
    fn a_settled_node_tells_its_servers_and_the_generation_in_force() {
        let expected = "settled: 3 servers, generation 7 adopted";
        assert_eq!(told(Vec::new(), &[]), (Code::Settled, expected.to_owned()));
        let one = Installed::File(file(&text(&["s1"], ""), 8));
        let seen = Observed { installed: one, ..settled() };
        let words = verdict(&seen, &Plan::default(), &[]);
        assert_eq!(words.sentence, "settled: 1 server, generation 8 adopted");
    }

    #[test]
    fn what_is_harmless_is_told_and_a_dead_token_only_where_nothing_else_is() {
        let settled = told(vec![Situation::TokenRefused], &[]);
        assert_eq!(settled, told(Vec::new(), &[]));
        let sentence = "3 servers, generation 7 installed; no chmpx runs";
        let without_chmpx = told(vec![Situation::TokenRefused, Situation::NoChmpx], &[]);
        assert_eq!(without_chmpx, (Code::NoChmpx, sentence.to_owned()));
        let draining = told(vec![Situation::Draining(vec!["s9".to_owned()])], &[]);
        assert_eq!(draining, (Code::Draining, "removed servers are still up: s9".to_owned()));
    }

    #[test]
    fn what_waits_for_k2hr3_is_explained_by_what_keeps_k2hr3_away() {
        let busy = Some(Class::Busy);
        let waits = (Code::Trouble, "waiting for K2HR3: it said no".to_owned());
        for situation in [Situation::NothingPublished, Situation::NotMember { has_token: true }] {
            assert_eq!(told(vec![situation], &trouble(busy, Outlook::Passing)), waits);
        }
        let says = (Code::Trouble, "reading the RESOURCE: it said no".to_owned());
        let draining = || vec![Situation::Draining(Vec::new())];
        assert_eq!(told(draining(), &trouble(busy, Outlook::Lasting)), says);
        assert_eq!(told(draining(), &trouble(None, Outlook::Passing)), says);
    }

    #[test]
    fn what_keeps_the_node_from_where_it_should_be_comes_before_a_trouble() {
        let blind = vec![Situation::Draining(Vec::new()), Situation::Blind(None)];
        let trouble = trouble(Some(Class::Busy), Outlook::Passing);
        assert_eq!(told(blind.clone(), &trouble).0, Code::Blind);
        assert_eq!(told(blind, &[]).0, Code::Blind);
        let no_token = vec![Situation::NotMember { has_token: false }];
        assert_eq!(told(no_token, &trouble).0, Code::NoToken, "no answer of K2HR3 mends that");
    }

    #[test]
    fn a_step_is_told_when_it_was_carried_out() {
        let plan = Plan { steps: vec![Step::Register], ..Plan::default() };
        let done = verdict(&settled(), &plan, &[]);
        assert_eq!(done.code, Code::Acting);
        assert_eq!(done.sentence, "this node was registered in its role");
        let failed = verdict(&settled(), &plan, &trouble(None, Outlook::Passing));
        assert_eq!(failed.code, Code::Trouble);
    }
}
