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

/// A cold change is published, and has differed from what is in place for so long.
fn cold(differing: Duration) -> Observed {
    let other = text(&["s1", "s2", "s3"], "MAXCHMPX = 128");
    let publication = Publication { differing, ..publication(&other) };
    Observed { published: Published::Known(Box::new(publication)), ..settled() }
}

#[test]
fn a_cold_change_is_kept_from_a_running_chmpx_until_it_may_be_restarted() {
    assert_eq!(steps(&cold(S(149))), NOTHING);
    assert!(matches!(
        situations(&cold(S(149)))[..],
        [Situation::RestartOwed { due_in: Some(1), .. }]
    ));
    assert_eq!(steps(&cold(S(150))), ["install 8 Published", "restart"]);
    assert_eq!(steps(&Observed { forced: true, ..cold(S(0)) }), ["install 8 Published", "restart"]);
    let mut spent = cold(S(150));
    spent.memory.restarts = vec![NOW - 10, NOW - 20, NOW - 30];
    assert_eq!(steps(&spent), NOTHING);
}

#[test]
fn servers_for_which_the_running_table_has_no_room_are_a_cold_change() {
    let four = text(&["s1", "s2", "s3", "s4"], "MAXCHMPX = 5");
    let lingering = |count: usize| {
        let five = text(&["s1", "s2", "s3"], "MAXCHMPX = 5");
        let publication = Publication { differing: S(0), ..publication(&four) };
        let mut seen = Observed {
            published: Published::Known(Box::new(publication)),
            adopted: Some(Arc::clone(&file(&five, 7).conf)),
            ..settled()
        };
        let Chmpx::Up(running) = &mut seen.chmpx else { panic!("it is up") };
        let gone = Server { name: "gone".to_owned(), ..running.servers[0].clone() };
        running.servers.extend(std::iter::repeat_n(gone, count));
        seen
    };
    assert_eq!(steps(&lingering(0)), ["install 8 Published"]);
    assert_eq!(steps(&lingering(1)), NOTHING);
    let owed = |told: &Situation| matches!(told, Situation::RestartOwed { due_in: Some(150), .. });
    assert!(situations(&lingering(1)).iter().any(owed));
}

#[test]
fn a_cold_change_is_put_in_place_at_once_where_no_chmpx_runs() {
    let seen = Observed { chmpx: Chmpx::Down, ..cold(S(0)) };
    assert_eq!(steps(&seen), ["install 8 Published"]);
}

#[test]
fn a_cold_change_waits_for_the_operator_who_keeps_restarts_to_himself() {
    let hands_off = Policy { on_change: OnChange::None, ..policy() };
    assert_eq!(steps_by(&cold(S(9999)), &hands_off), NOTHING);
    let forced = Observed { forced: true, ..cold(S(0)) };
    assert_eq!(steps_by(&forced, &hands_off), ["install 8 Published"]);
}

#[test]
fn a_live_change_owes_no_restart() {
    let steps = |text: &str| steps(&Observed { published: published(text), ..settled() });
    assert_eq!(steps(&text(&["s1", "s2", "s3", "s4"], "")), ["install 8 Published"]);
    assert_eq!(steps(&text(&["s1", "s2", "s3"], "RWTIMEOUT = 5000")), ["install 8 Published"]);
}

#[test]
fn what_chmpx_has_in_force_is_noted_also_while_a_restart_is_owed() {
    let mut seen = owing(10, true);
    seen.memory.adopted = None;
    assert_eq!(steps(&seen), ["acknowledge 7"]);
    seen.memory.owed.as_mut().unwrap().told = Some(NOW);
    assert_eq!(steps(&seen), NOTHING, "it is on its way out");
}

#[test]
fn a_chmpx_that_began_with_the_file_and_shows_another_is_not_restarted_in_vain() {
    let mut seen = not_taken(S(600), 2, FREE);
    let Chmpx::Up(running) = &mut seen.chmpx else { panic!("it is up") };
    running.since = Some(NOW - 500);
    assert_eq!(steps(&seen), NOTHING);
    assert!(matches!(situations(&seen)[..], [Situation::Blind(Some(_))]));
    let Chmpx::Up(running) = &mut seen.chmpx else { panic!("it is up") };
    running.since = Some(NOW - 50);
    assert_eq!(situations(&seen), [Situation::Starting]);
}

#[test]
fn a_chmpx_that_reads_another_file_is_told_and_left_alone() {
    let chmpx = Chmpx::Astray { pid: 7, reads: "/etc/other.ini".into() };
    let seen = Observed { chmpx, ..settled() };
    assert_eq!(steps(&seen), NOTHING);
    assert!(matches!(situations(&seen)[..], [Situation::ReadsElsewhere { pid: 7, .. }]));
}

/// A cold change is installed, and the restart for it was owed `ago` seconds ago.
fn owing(ago: u64, shared: bool) -> Observed {
    let why = "MAXCHMPX".to_owned();
    let owed = OwedRestart { why, process: PROCESS, told: None, at: NOW - ago, shared };
    Observed { memory: Memory { owed: Some(owed), ..settled().memory }, ..settled() }
}

#[test]
fn the_slaves_of_a_cluster_take_turns_with_a_cold_restart() {
    assert_eq!(steps(&owing(149, true)), NOTHING);
    assert_eq!(plan(&owing(149, true), &policy()).again, Some(S(1)));
    assert_eq!(steps(&owing(150, true)), ["restart"]);
    assert_eq!(steps(&owing(0, false)), ["restart"]);
    assert_eq!(steps(&Observed { forced: true, ..owing(0, true) }), ["restart"]);
}

#[test]
fn a_chmpx_that_was_told_to_start_afresh_is_given_time_and_then_told_again() {
    let told = |ago: u64| {
        let mut seen = owing(0, false);
        seen.memory.owed.as_mut().unwrap().told = Some(NOW - ago);
        seen
    };
    assert_eq!(situations(&told(89)), [Situation::Restarting]);
    assert_eq!(steps(&told(90)), ["restart"]);
}

#[test]
fn a_chmpx_that_was_started_anew_meanwhile_owes_nothing() {
    let mut memory = owing(0, true).memory;
    memory.notice(true, Life::Runs(Process { pid: 101, started: 6000 }), NOW);
    assert_eq!(memory.owed, None);
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
