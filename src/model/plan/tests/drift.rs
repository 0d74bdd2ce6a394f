//! What becomes of a file that somebody else changed.

use super::*;

#[test]
fn an_edited_file_is_put_right_or_reported() {
    let seen = Observed { installed: Installed::File(file(&text(&["s9"], ""), 7)), ..settled() };
    assert_eq!(steps(&seen), ["install 8 Drift"]);
    let report = Policy { drift: Drift::Report, ..policy() };
    assert_eq!(steps_by(&seen, &report), NOTHING);
    assert_eq!(plan(&seen, &report).situations, [Situation::Drifted("it was edited".to_owned())]);
}

#[test]
fn a_removed_file_is_reported_where_that_is_the_policy() {
    let seen = Observed { installed: Installed::Missing, ..settled() };
    let report = Policy { drift: Drift::Report, ..policy() };
    assert_eq!(plan(&seen, &report).situations, [Situation::Drifted("it was removed".to_owned())]);
}

#[test]
fn a_removed_file_is_put_back_also_while_k2hr3_is_away() {
    let seen = Observed {
        k2hr3: K2hr3::Failed(Failure::Unreachable),
        installed: Installed::Missing,
        ..settled()
    };
    assert_eq!(steps(&seen), ["install 8 Drift"]);
}

#[test]
fn whoever_keeps_changing_the_file_is_put_right_ever_more_rarely() {
    let edited = |times: u64, ago: u64| {
        let drifts = (0..times).map(|number| NOW - ago - number).collect();
        let memory = Memory { drifts, ..settled().memory };
        let installed = Installed::File(file(&text(&["s9"], ""), 7));
        Observed { installed, memory, rival: Some("x".to_owned()), ..settled() }
    };
    assert_eq!(steps(&edited(2, 0)), ["install 8 Drift"]);
    assert_eq!(steps(&edited(3, 60)), ["install 8 Drift"]);
    let contested = Situation::Contested { times: 4, rival: Some("x".to_owned()), due_in: 20 };
    assert_eq!(situations(&edited(4, 100)), [contested]);
    let rival = Some("x".to_owned());
    let rarest = Situation::Contested { times: 20, rival, due_in: 1800 };
    assert_eq!(situations(&edited(20, 0)), [rarest]);
    assert_eq!(steps(&Observed { forced: true, ..edited(9, 0) }), ["install 8 Drift"]);
    let mut forgotten = edited(3, 50);
    forgotten.memory.drifts[0] = NOW - 3600;
    assert_eq!(steps(&forgotten), ["install 8 Drift"], "only twice within the hour");
}

/// What is published must not be put in place.
fn refused() -> Observed {
    let content = Arc::new(Err(Refused::disputed("no GROUP")));
    let publication = Publication { content, ..publication(&text(&["s8"], "")) };
    Observed { published: Published::Known(Box::new(publication)), ..settled() }
}

#[test]
fn a_file_is_put_back_also_while_what_is_published_is_refused() {
    let removed = Observed { installed: Installed::Missing, ..refused() };
    assert_eq!(steps(&removed), ["put 7 back as 8"]);
    assert!(matches!(situations(&removed)[..], [Situation::Refused { .. }]));
    let edited = |text: &str, generation| Observed {
        installed: Installed::File(file(text, generation)),
        ..refused()
    };
    assert_eq!(steps(&edited(&text(&["s9"], ""), 7)), ["put 7 back as 8"]);
    assert_eq!(steps(&edited(&three(), 99)), ["put 7 back as 100"]);
    assert_eq!(steps(&refused()), NOTHING);
}

#[test]
fn a_file_is_put_back_also_while_what_is_published_is_quarantined_or_waits_for_its_turn() {
    let cold = text(&["s1", "s2", "s3"], "MAXCHMPX = 128");
    let mut seen =
        Observed { published: published(&cold), installed: Installed::Missing, ..settled() };
    assert_eq!(steps(&seen), ["put 7 back as 8"]);
    let hash = crate::model::candidate::hash(&cold);
    let (at, said) = (NOW - 9999, None);
    seen.memory.quarantine = Some(Quarantine { hash, generation: 8, strikes: 2, at, said });
    assert_eq!(steps(&seen), ["put 7 back as 8"]);
}

#[test]
fn a_file_that_cannot_or_must_not_be_put_back_is_told() {
    let removed = Observed { installed: Installed::Missing, ..refused() };
    let drifted = Situation::Drifted("it was removed".to_owned());
    let report = Policy { drift: Drift::Report, ..policy() };
    assert_eq!(steps_by(&removed, &report), NOTHING);
    assert!(plan(&removed, &report).situations.contains(&drifted));
    let mut lost = removed.clone();
    (lost.memory.good, lost.memory.adopted) = (None, None);
    assert_eq!(steps(&lost), NOTHING);
    assert!(situations(&lost).contains(&drifted));
    let mut contested = removed;
    contested.memory.drifts = vec![NOW, NOW - 1, NOW - 2];
    assert_eq!(steps(&contested), NOTHING);
}

#[test]
fn what_an_agent_was_killed_over_is_not_put_back() {
    let went_back = |published: &str| {
        let (hash, at, said) = (published.to_owned(), NOW, None);
        let quarantine = Some(Quarantine { hash, generation: 7, strikes: 2, at, said });
        let memory = Memory { quarantine, ..settled().memory };
        Observed { memory, installed: Installed::Missing, ..refused() }
    };
    assert_eq!(steps(&went_back(&mark(&three(), 7).published)), NOTHING);
    let theirs = Installed::File(file(&text(&["s1"], ""), 8));
    let mut unnoted = Observed { installed: theirs, chmpx: up(8), ..refused() };
    unnoted.memory.highest = 8;
    assert_eq!(steps(&unnoted), NOTHING, "it was put there, and not noted");
}
