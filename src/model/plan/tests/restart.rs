//! What chmpx takes only by a restart, and when it gets one.

use super::*;

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
    assert_eq!(steps(&Observed { forced: true, ..spent }), ["install 8 Published", "restart"]);
}

#[test]
fn where_no_restart_is_allowed_none_is_waited_for() {
    let none = Policy { restarts_per_hour: 0, ..policy() };
    let decided = plan(&cold(S(150)), &none);
    assert!(decided.steps.is_empty());
    assert!(matches!(decided.situations[..], [Situation::RestartOwed { due_in: None, .. }]));
    assert_eq!(decided.again, None, "nothing comes of looking again");
}

#[test]
fn servers_for_which_the_running_table_has_no_room_are_a_cold_change() {
    let four = text(&["s1", "s2", "s3", "s4"], "MAXCHMPX = 5");
    let lingering = |count: usize| {
        let five = text(&["s1", "s2", "s3"], "MAXCHMPX = 5");
        let publication = Publication { differing: S(0), ..publication(&four) };
        let mut seen = Observed {
            published: Published::Known(Box::new(publication)),
            installed: Installed::File(file(&five, 7)),
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

    let forced = Observed { forced: true, ..lingering(1) };
    assert_eq!(steps(&forced), ["install 8 Published", "restart"]);
    let plan = plan(&forced, &policy());
    let Step::Install(install) = &plan.steps[0] else { panic!("{plan:?}") };
    let why = install.owes_restart.as_deref();
    assert!(
        why.is_some_and(|why| why.contains("MAXCHMPX")),
        "owed, should this agent die: {why:?}"
    );
}

#[test]
fn a_change_is_one_of_what_chmpx_has_in_force_not_of_a_file_that_it_has_not_taken() {
    let five = |names: &[&str]| text(names, "MAXCHMPX = 5");
    let not_taken = five(&["s1", "s2", "s3"]);
    let publication = Publication { differing: S(0), ..publication(&five(&["s1", "s2"])) };
    let mut seen = Observed {
        published: Published::Known(Box::new(publication)),
        installed: Installed::File(file(&not_taken, 8)),
        since_install: Some(S(0)),
        ..settled()
    };
    seen.memory.installed = Some(mark(&not_taken, 8));
    let cold = |told: &Situation| matches!(told, Situation::RestartOwed { .. });
    assert!(situations(&seen).iter().any(cold), "it runs with another MAXCHMPX");
    assert_eq!(steps(&seen), NOTHING);
    seen.chmpx = up(8);
    assert_eq!(steps(&seen), ["install 9 Published"], "it runs with this one");
}

#[test]
fn what_another_instance_has_left_is_replaced_without_waiting_for_a_turn() {
    let mut seen = cold(S(0));
    seen.memory.installed = None;
    assert_eq!(steps(&seen), ["install 8 Published", "restart"]);
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
fn a_chmpx_that_has_just_been_restarted_with_a_cold_change_is_not_shown_the_way_back() {
    let cold = text(&["s1", "s2", "s3"], "MAXCHMPX = 128");
    // It shows the generation of the file, which is not noted yet: the last one noted is 7.
    let back = |text: &str| Observed {
        published: published(text),
        installed: Installed::File(file(&cold, 8)),
        chmpx: up(8),
        memory: Memory { installed: Some(mark(&cold, 8)), ..settled().memory },
        ..settled()
    };
    assert_eq!(steps(&back(&three())), ["acknowledge 8"]);
    let owed = |told: &Situation| matches!(told, Situation::RestartOwed { .. });
    assert!(situations(&back(&three())).iter().any(owed));
    let grown = text(&["s1", "s2", "s3", "s4"], "MAXCHMPX = 128");
    assert_eq!(steps(&back(&grown)), ["install 9 Published"], "this is live");
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

/// A cold change is installed, and the restart for it was owed `ago` seconds ago.
fn owing(ago: u64, shared: bool) -> Observed {
    let why = "MAXCHMPX".to_owned();
    let owed =
        OwedRestart { why, process: PROCESS, told: None, at: NOW - ago, shared, only_with: None };
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
