//! Whether chmpx took the file, and what is done if not.

use super::*;

const FREE: Attention = Attention::Free { held: None };

#[test]
fn adoption_is_noted_when_chmpx_shows_the_generation() {
    let memory = Memory { installed: Some(mark(&three(), 8)), ..settled().memory };
    let installed = Installed::File(file(&three(), 8));
    let seen = Observed { installed, memory, since_install: Some(S(1)), ..settled() };
    assert_eq!(situations(&seen), [Situation::Adopting]);
    assert_eq!(steps(&Observed { chmpx: up(8), ..seen }), ["acknowledge 8"]);
}

#[test]
fn an_agent_that_was_killed_after_installing_recognises_its_file() {
    let installed = Installed::File(file(&three(), 8));
    let seen = Observed { installed, chmpx: up(8), since_install: None, ..settled() };
    assert_eq!(steps(&seen), ["acknowledge 8"]);
}

#[test]
fn while_k2hr3_is_silent_a_file_is_known_by_its_generation() {
    let four = text(&["s1", "s2", "s3", "s4"], "");
    let memory = Memory { installed: Some(mark(&four, 8)), ..settled().memory };
    let installed = Installed::File(file(&four, 8));
    let seen = Observed { published: Published::Unknown, installed, memory, ..settled() };
    let decided = plan(&Observed { chmpx: up(8), ..seen.clone() }, &policy());
    let [Step::Acknowledge { published, generation: 8 }] = &decided.steps[..] else {
        panic!("{decided:?}")
    };
    assert_eq!(*published, mark(&four, 8).published);
    let foreign = Installed::File(file(&four, 9));
    assert_eq!(steps(&Observed { chmpx: up(9), installed: foreign, ..seen }), NOTHING);
}

/// Generation 8 is installed, `since` ago, and chmpx still shows 7, listening or not.
fn not_taken(since: Duration, heals: u32, attention: Attention) -> Observed {
    let memory = Memory { installed: Some(mark(&three(), 8)), heals, ..settled().memory };
    let installed = Installed::File(file(&three(), 8));
    let mut seen = Observed { installed, memory, since_install: Some(since), ..settled() };
    let Chmpx::Up(running) = &mut seen.chmpx else { panic!("it is up") };
    running.attention = attention;
    seen
}

#[test]
fn a_swallowed_change_is_written_twice_more_as_the_next_generation() {
    assert_eq!(steps(&not_taken(S(1), 0, Attention::NotTried)), NOTHING);
    assert_eq!(steps(&not_taken(S(2), 0, FREE)), ["install 9 Swallowed"]);
    assert_eq!(steps(&not_taken(S(2), 1, FREE)), ["install 9 Swallowed"]);
    assert_eq!(steps(&not_taken(S(2), 0, Attention::Unclear)), ["install 9 Swallowed"]);
}

#[test]
fn a_chmpx_that_answers_and_takes_no_change_is_blind_and_restarted() {
    assert_eq!(steps(&not_taken(S(2), 2, FREE)), ["restart"]);
    let hands_off = Policy { on_change: OnChange::None, ..policy() };
    let held = Some("process 7 (less) holds an old one open".to_owned());
    let seen = not_taken(S(2), 2, Attention::Free { held: held.clone() });
    assert_eq!(steps_by(&seen, &hands_off), NOTHING);
    assert_eq!(plan(&seen, &hands_off).situations, [Situation::Blind(held)]);
}

#[test]
fn a_chmpx_that_cannot_be_asked_has_its_time_before_it_is_blind() {
    assert_eq!(steps(&not_taken(S(14), 2, Attention::Unclear)), NOTHING);
    assert_eq!(steps(&not_taken(S(15), 2, Attention::Unclear)), ["restart"]);
}

#[test]
fn a_busy_chmpx_is_waited_for_some_minutes() {
    let busy = |since| not_taken(since, 0, Attention::Busy);
    assert_eq!(situations(&busy(S(60))), [Situation::Busy]);
    assert_eq!(steps(&busy(S(299))), NOTHING);
    assert_eq!(steps(&busy(S(300))), ["restart"]);
}

#[test]
fn a_change_that_chmpx_refuses_is_told_as_such_and_ends_in_a_restart() {
    let other = three().replace("GROUP = g", "GROUP = h");
    let mut seen = not_taken(S(2), 0, FREE);
    seen.installed = Installed::File(file(&other, 8));
    seen.published = published(&other);
    assert_eq!(steps(&seen), ["restart"]);
    let hands_off = Policy { on_change: OnChange::None, ..policy() };
    let told = plan(&seen, &hands_off).situations;
    assert_eq!(told, [Situation::RefusedByChmpx("GROUP: g -> h".to_owned())]);
}

/// A chmpx that started at `since` and does not tell which generation it has in force.
fn silent(since: Seconds, since_install: Duration) -> Observed {
    let mut seen = Observed { since_install: Some(since_install), ..settled() };
    let Chmpx::Up(running) = &mut seen.chmpx else { panic!("it is up") };
    running.generation = None;
    running.since = Some(since);
    seen
}

#[test]
fn a_chmpx_that_was_just_started_and_says_nothing_is_starting() {
    let silent = |since| silent(since, S(600));
    assert_eq!(situations(&silent(NOW - 89)), [Situation::Starting]);
    assert_eq!(plan(&silent(NOW - 89), &policy()).again, Some(S(1)));
    assert!(matches!(situations(&silent(NOW - 90))[..], [Situation::ChmpxUnknown(_)]));
    assert_eq!(plan(&silent(NOW - 90), &policy()).again, Some(S(10)));
}

#[test]
fn a_chmpx_that_says_nothing_after_a_change_has_its_time_to_take_it() {
    let silent = |since_install| silent(NOW - 5000, since_install);
    assert_eq!(situations(&silent(S(14))), [Situation::Adopting]);
    assert_eq!(plan(&silent(S(14)), &policy()).again, Some(S(1)));
    assert!(matches!(situations(&silent(S(15)))[..], [Situation::ChmpxUnknown(_)]));
}

#[test]
fn a_chmpx_that_says_nothing_because_it_is_busy_is_told_as_such() {
    let mut seen = silent(NOW - 5000, S(600));
    let Chmpx::Up(running) = &mut seen.chmpx else { panic!("it is up") };
    running.attention = Attention::Busy;
    assert_eq!(situations(&seen), [Situation::Busy]);
}

#[test]
fn a_chmpx_that_cannot_be_looked_at_is_looked_for_more_often_after_a_change() {
    let unknown = |since_install| {
        let chmpx = Chmpx::Unknown("no /proc".to_owned());
        let seen = Observed { chmpx, since_install: Some(since_install), ..settled() };
        assert_eq!(situations(&seen), [Situation::ChmpxUnknown("no /proc".to_owned())]);
        plan(&seen, &policy()).again
    };
    assert_eq!(unknown(S(14)), Some(S(1)));
    assert_eq!(unknown(S(15)), Some(S(10)));
}

#[test]
fn a_restart_beyond_the_budget_is_deferred_and_not_dropped() {
    let mut seen = not_taken(S(15), 2, FREE);
    seen.memory.restarts = vec![NOW - 3000, NOW - 200, NOW - 100];
    assert_eq!(steps(&seen), NOTHING);
    assert_eq!(plan(&seen, &policy()).again, Some(S(600)));
    seen.now = NOW + 600;
    assert_eq!(steps(&seen), ["restart"]);
}

#[test]
fn a_chmpx_that_began_with_the_file_and_shows_another_is_not_restarted_in_vain() {
    let begun = |ago| {
        let mut seen = not_taken(S(600), 2, FREE);
        let Chmpx::Up(running) = &mut seen.chmpx else { panic!("it is up") };
        running.since = Some(NOW - ago);
        seen
    };
    assert_eq!(steps(&begun(597)), NOTHING);
    assert!(matches!(situations(&begun(597))[..], [Situation::Blind(Some(_))]));
    assert_eq!(situations(&begun(50)), [Situation::Starting]);
    assert_eq!(steps(&begun(598)), ["restart"], "it may have been there before the file");
}

#[test]
fn a_chmpx_that_reads_another_file_is_told_and_left_alone() {
    let chmpx = Chmpx::Astray { pid: 7, reads: "/etc/other.ini".into() };
    let seen = Observed { chmpx, ..settled() };
    assert_eq!(steps(&seen), NOTHING);
    assert!(matches!(situations(&seen)[..], [Situation::ReadsElsewhere { pid: 7, .. }]));
}

#[test]
fn removed_servers_that_are_still_up_are_draining_and_that_is_settled() {
    let two = text(&["s1", "s2"], "");
    let seen = Observed {
        published: published(&two),
        installed: Installed::File(file(&two, 7)),
        memory: Memory {
            installed: Some(mark(&two, 7)),
            adopted: Some(mark(&two, 7)),
            good: Some(mark(&two, 7)),
            ..settled().memory
        },
        ..settled()
    };
    let plan = plan(&seen, &policy());
    assert_eq!(plan.situations, [Situation::Draining(vec!["s3".to_owned()])]);
    assert!(plan.is_settled());
}
