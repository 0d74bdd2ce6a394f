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
