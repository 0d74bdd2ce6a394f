//! What becomes of a file that chmpx is lost with.

use super::*;

/// Generation 8 of another text is in place, on trial since `since` ago, with these deaths.
fn on_trial(since: u64, chmpx: Chmpx, deaths: u32, lost: Option<u64>) -> Observed {
    let four = text(&["s1", "s2", "s3", "s4"], "");
    let hash = crate::model::candidate::hash(&four);
    let trial = Trial { deaths, lost, ..Trial::new(&hash, 8, PROCESS, NOW - since) };
    let memory = Memory { installed: Some(mark(&four, 8)), trial: Some(trial), ..settled().memory };
    Observed {
        published: published(&four),
        installed: Installed::File(file(&four, 8)),
        memory,
        chmpx,
        since_install: Some(S(since)),
        ..settled()
    }
}

/// The same, and chmpx was seen with it in force.
fn proven(mut seen: Observed) -> Observed {
    seen.memory.adopted.clone_from(&seen.memory.installed);
    seen
}

#[test]
fn a_chmpx_that_is_lost_before_it_took_a_new_file_gets_the_good_one_back_at_once() {
    assert_eq!(steps(&on_trial(1, Chmpx::Down, 1, Some(NOW))), ["roll back"]);
    assert_eq!(steps(&on_trial(299, Chmpx::Down, 1, Some(NOW))), ["roll back"]);
    assert_eq!(steps(&on_trial(300, Chmpx::Down, 1, Some(NOW))), NOTHING);
}

#[test]
fn nothing_is_put_in_place_of_what_was_just_taken_back_before_the_next_look() {
    let mut seen = on_trial(1, Chmpx::Down, 1, Some(NOW));
    seen.published = published(&text(&["s1", "s2", "s3", "s5"], ""));
    assert_eq!(steps(&seen), ["roll back"]);
}

#[test]
fn one_death_after_adoption_may_be_somebodys_doing() {
    let died = |ago| proven(on_trial(5 + ago, Chmpx::Down, 1, Some(NOW - ago)));
    let dead = Situation::Dead { generation: Some(8), patience: 80 };
    assert_eq!(situations(&died(10)), [dead]);
    assert_eq!(steps(&died(89)), NOTHING);
    assert_eq!(steps(&died(90)), ["roll back"]);
}

#[test]
fn a_second_death_with_the_same_file_rolls_it_back_even_if_chmpx_is_up_again() {
    assert_eq!(steps(&proven(on_trial(2, Chmpx::Down, 2, Some(NOW)))), ["roll back"]);
    assert_eq!(steps(&proven(on_trial(0, up(8), 2, None))), ["roll back"]);
}

#[test]
fn a_file_is_good_when_chmpx_has_lived_with_it_for_the_hold_time() {
    let early = proven(on_trial(9, up(8), 0, None));
    assert_eq!(steps(&early), NOTHING);
    assert!(plan(&early, &policy()).is_settled(), "nobody has to wait for it");
    assert_eq!(steps(&proven(on_trial(10, up(8), 1, None))), ["promote 8"]);
}

#[test]
fn without_anything_good_the_last_adopted_file_is_gone_back_to() {
    let mut seen = on_trial(1, Chmpx::Down, 1, Some(NOW));
    seen.memory.good = None;
    assert_eq!(steps(&seen), ["roll back"]);
    seen.memory.adopted = None;
    assert_eq!(steps(&seen), NOTHING);
}

#[test]
fn an_agent_that_was_killed_before_it_put_the_file_in_place_takes_nothing_back() {
    let mut seen = on_trial(1, Chmpx::Down, 1, Some(NOW));
    seen.installed = settled().installed;
    seen.memory.installed = settled().memory.installed;
    assert_eq!(steps(&seen), ["install 8 Published"]);
}

#[test]
fn a_chmpx_that_ends_long_after_a_change_is_not_the_fault_of_the_file() {
    assert_eq!(steps(&Observed { chmpx: Chmpx::Down, ..settled() }), NOTHING);
}

#[test]
fn a_chmpx_that_does_not_come_back_from_its_restart_gets_the_last_good_file_back() {
    let restarting = |ago| {
        let mut seen = on_trial(200, Chmpx::Down, 0, None);
        let (why, told) = ("cold".to_owned(), Some(NOW - ago));
        seen.memory.owed = Some(OwedRestart {
            why,
            process: PROCESS,
            told,
            at: NOW - ago,
            shared: false,
            only_with: None,
        });
        seen
    };
    assert_eq!(situations(&restarting(89)), [Situation::Restarting]);
    assert_eq!(steps(&restarting(90)), ["roll back"]);
}

#[test]
fn a_chmpx_that_does_not_come_back_with_the_only_file_there_is_is_started_again() {
    let (why, told) = ("cold".to_owned(), Some(NOW - 90));
    let owed =
        OwedRestart { why, process: PROCESS, told, at: NOW - 90, shared: false, only_with: None };
    let memory = Memory { owed: Some(owed), ..settled().memory };
    let mut seen = Observed { chmpx: Chmpx::Down, memory, ..settled() };
    assert_eq!(situations(&seen), [Situation::Dead { generation: None, patience: 0 }]);
    assert_eq!(steps(&seen), ["restart"]);
    seen.memory.owed.as_mut().unwrap().told = Some(NOW - 89);
    assert_eq!(situations(&seen), [Situation::Restarting]);
}

#[test]
fn a_chmpx_that_was_lost_and_that_nobody_brings_back_is_started() {
    let missed = |ago| {
        let memory = Memory { missed: Some(NOW - ago), ..settled().memory };
        Observed { chmpx: Chmpx::Down, memory, ..settled() }
    };
    let dead = Situation::Dead { generation: None, patience: 1 };
    assert_eq!(situations(&missed(89)), [dead]);
    assert_eq!(plan(&missed(89), &policy()).again, Some(S(1)));
    assert_eq!(steps(&missed(90)), ["restart"]);
    let hands_off = Policy { on_change: OnChange::None, ..policy() };
    assert_eq!(steps_by(&missed(90), &hands_off), NOTHING);
    assert_eq!(plan(&missed(90), &hands_off).again, Some(S(10)), "somebody may start it");
}

#[test]
fn a_chmpx_that_was_lost_with_the_only_file_there_is_is_started_with_it() {
    let mut seen = proven(on_trial(95, Chmpx::Down, 1, Some(NOW - 90)));
    seen.memory.good = None;
    seen.memory.missed = Some(NOW - 90);
    assert_eq!(situations(&seen), [Situation::Dead { generation: None, patience: 0 }]);
    assert_eq!(steps(&seen), ["restart"]);
}

#[test]
fn no_chmpx_means_nothing_to_adopt() {
    let seen = Observed { chmpx: Chmpx::Down, ..settled() };
    let plan = plan(&seen, &policy());
    assert_eq!(plan.situations, [Situation::NoChmpx]);
    assert!(plan.is_settled());
}

#[test]
fn a_supervisor_that_waits_for_another_file_is_no_harmless_absence() {
    let elsewhere = Elsewhere {
        awaited: "/etc/antpickax/chmpx.ini".into(),
        target: "/etc/k2hdkc/slave.ini".into(),
        is_taken: false,
    };
    for missed in [None, Some(NOW - 100)] {
        let memory = Memory { missed, ..settled().memory };
        let elsewhere = Some(elsewhere.clone());
        let seen = Observed { chmpx: Chmpx::Down, elsewhere, memory, ..settled() };
        let plan = plan(&seen, &policy());
        assert!(matches!(&plan.situations[..], [Situation::WaitsElsewhere(_)]), "{plan:?}");
        assert!(!plan.is_settled() && plan.steps.is_empty(), "no restart helps");
    }
}
