//! What is told beside the helper, look by look. Each test starts from a file that says what is
//! published, with a chmpx that has it in force.

use std::sync::Arc;

use super::*;
use crate::model::candidate::{Draft, Stamp};
use crate::model::host::Host;
use crate::model::identity::Cuk;
use crate::model::observed::{InstalledFile, Publication};
use crate::model::plan::testing::{
    CUK, NOW, PROCESS, publication, published, settled, text, three,
};

/// What is new in each of these looks, ten seconds apart.
fn told(looks: Vec<Observed>) -> (Vec<String>, Shadow) {
    let mut shadow = Shadow::new(NOW);
    let times = (NOW..).step_by(10);
    let news = looks.into_iter().zip(times).flat_map(|(seen, now)| {
        let seen = Observed { now, ..seen };
        shadow.note(&seen)
    });
    (news.collect(), shadow)
}

/// A look at a text with one more server, which the helper has yet to write.
fn behind() -> Observed {
    Observed { published: published(&text(&["s1", "s2", "s3", "s4"], "")), ..settled() }
}

fn with_chmpx(chmpx: Chmpx) -> Observed {
    Observed { chmpx, ..settled() }
}

fn started(pid: i32) -> Observed {
    let mut seen = settled();
    let Chmpx::Up(running) = &mut seen.chmpx else { panic!("it is up") };
    running.process = Some(Process { pid, ..PROCESS });
    seen
}

fn is_told(shadow: &Shadow, now: Seconds, line: &str) -> bool {
    shadow.summary(now).lines().any(|told| told.trim() == line)
}

#[test]
fn a_file_that_says_what_is_published_is_told_once_and_its_generation_is_no_difference() {
    let (news, shadow) = told(vec![settled(), settled()]);
    assert_eq!(news, ["the file says what is published"]);
    assert!(shadow.agrees());
    assert!(shadow.summary(NOW).ends_with("taking over would not change it\n"));
}

#[test]
fn before_k2hr3_has_told_anything_taking_over_is_not_advised() {
    let (news, shadow) = told(vec![Observed { published: Published::Unknown, ..settled() }]);
    assert_eq!(news, [""; 0]);
    assert!(!shadow.agrees());
    assert!(shadow.summary(NOW).ends_with("do not take over yet\n"));
}

#[test]
fn what_the_agent_would_install_is_told_with_what_it_means_for_chmpx() {
    let (news, shadow) = told(vec![behind()]);
    assert_eq!(news.len(), 1);
    let expected = "would install what is published: live, 1 servers more, 0 fewer (";
    assert!(news[0].starts_with(expected), "{news:?}");
    assert!(!shadow.agrees());
    assert!(shadow.summary(NOW).ends_with("taking over would change the file now\n"));
}

#[test]
fn how_long_the_file_was_behind_is_counted_from_the_first_look_to_the_helpers_write() {
    let longest = |shadow: &Shadow, now, seconds: u32| {
        is_told(shadow, now, &format!("{seconds}  seconds at most until the file said so"))
    };
    let short = vec![behind(), settled()];
    let (_, shadow) = told([vec![behind(), behind(), behind(), settled()], short].concat());
    assert!(longest(&shadow, NOW + 60, 30), "{}", shadow.summary(NOW + 60));
    let (_, shadow) = told(vec![settled(), behind()]);
    assert!(longest(&shadow, NOW + 60, 50), "{}", shadow.summary(NOW + 60));
    assert!(shadow.summary(NOW + 60).starts_with("in 60 s beside the helper:\n"));
}

#[test]
fn another_text_is_counted_as_a_change_and_the_first_is_none() {
    let (_, shadow) = told(vec![settled(), settled(), settled(), behind(), behind(), settled()]);
    assert!(is_told(&shadow, NOW, "2  changes of what is published"), "{}", shadow.summary(NOW));
}

#[test]
fn a_file_that_chmpx_could_not_load_is_told_and_counted_each_time() {
    let empty = Installed::File(InstalledFile::new(Vec::new(), None));
    let bad = || Observed { installed: empty.clone(), ..settled() };
    let missing = Observed { installed: Installed::Missing, ..settled() };
    let (news, shadow) = told(vec![bad(), bad(), settled(), missing]);
    let start = "chmpx could not load the file as it is now: ";
    assert!(news[0].starts_with(start) && news[0].len() > start.len(), "{news:?}");
    assert_eq!(news[2], format!("{start}there is none"));
    let line = "2  times the file was one that chmpx cannot load";
    assert!(is_told(&shadow, NOW, line), "{}", shadow.summary(NOW));
    assert!(is_told(&shadow, NOW + 35, "20  seconds at most until the file said so"));
}

#[test]
fn what_the_agent_would_refuse_is_not_called_a_lag() {
    let draft = Draft::new(&three().replace("GROUP = g\n", ""), &Cuk::parse(CUK).unwrap());
    let refused = draft.check(&Host::default(), Stamp::AsPublished);
    let content = Publication { content: Arc::new(refused), ..publication(&three()) };
    let seen = || Observed { published: Published::Known(Box::new(content.clone())), ..settled() };
    let (news, shadow) = told(vec![seen(), seen()]);
    assert_eq!(news, ["would keep away what is published: there is no GROUP in [GLOBAL]"]);
    assert!(is_told(&shadow, NOW + 60, "0  seconds at most until the file said so"));
    assert!(shadow.summary(NOW).ends_with("taking over would keep the file as it is\n"));
}

#[test]
fn a_chmpx_that_is_lost_is_told_once_and_one_that_cannot_be_seen_is_not_lost() {
    let unseen = with_chmpx(Chmpx::Unknown("no answer".to_owned()));
    let (news, shadow) = told(vec![settled(), unseen, settled()]);
    assert_eq!(news, ["the file says what is published"]);
    assert!(is_told(&shadow, NOW, "0  times chmpx was lost"));

    let gone = || with_chmpx(Chmpx::Down);
    let (news, shadow) = told(vec![started(7), gone(), gone(), started(8), started(9)]);
    assert_eq!(news[1..], ["chmpx is lost: process 7 is gone", "chmpx is lost: process 8 is gone"]);
    assert!(is_told(&shadow, NOW, "2  times chmpx was lost"), "{}", shadow.summary(NOW));
}
