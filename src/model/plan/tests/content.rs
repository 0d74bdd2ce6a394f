//! What is put in place, and what is not.

use super::*;

#[test]
fn a_settled_node_is_left_alone() {
    assert!(plan(&settled(), &policy()).is_settled());
    assert_eq!(steps(&settled()), NOTHING);
}

#[test]
fn an_added_server_is_installed_as_the_next_generation() {
    let four = text(&["s1", "s2", "s3", "s4"], "");
    assert_eq!(
        steps(&Observed { published: published(&four), ..settled() }),
        ["install 8 Published"]
    );
}

#[test]
fn a_file_that_shows_no_generation_of_ours_is_put_in_place_anew() {
    let zero = three().replace("FILEVERSION = 1", "FILEVERSION = 0");
    let content = |stamp| Arc::new(Ok(candidate_with(&zero, CUK, stamp)));
    let seen = |stamp| {
        let publication = Publication { content: content(stamp), ..publication(&zero) };
        let published = Published::Known(Box::new(publication));
        Observed { published, installed: Installed::File(file(&zero, 0)), ..settled() }
    };
    assert_eq!(steps(&seen(Stamp::Generation)), ["install 8 Published"]);
    let as_published = Observed { chmpx: up(0), ..seen(Stamp::AsPublished) };
    assert_eq!(steps(&as_published), ["acknowledge 0"]);
}

#[test]
fn what_is_still_changing_waits_until_it_is_quiet_but_not_for_ever() {
    let four = text(&["s1", "s2", "s3", "s4"], "");
    let restless = |differing| {
        let publication = Publication { quiet: S(0), differing, ..publication(&four) };
        Observed { published: Published::Known(Box::new(publication)), ..settled() }
    };
    assert_eq!(situations(&restless(S(1))), [Situation::Settling]);
    assert_eq!(plan(&restless(S(1)), &policy()).again, Some(S(2)));
    assert_eq!(steps(&restless(S(15))), ["install 8 Published"]);
}

#[test]
fn the_first_file_does_not_wait() {
    let publication = Publication { quiet: S(0), ..publication(&three()) };
    let seen = Observed {
        published: Published::Known(Box::new(publication)),
        installed: Installed::Missing,
        adopted: None,
        chmpx: Chmpx::Down,
        memory: Memory { registered: true, ..Memory::of(CUK) },
        since_install: None,
        ..settled()
    };
    assert_eq!(steps(&seen), ["install 1 First"]);
}

#[test]
fn a_text_for_another_group_is_refused_unless_an_operator_wants_it() {
    let other = published(&three().replace("GROUP = g", "GROUP = h"));
    let seen = Observed { published: other, ..settled() };
    assert_eq!(steps(&seen), NOTHING);
    let [Situation::Refused { code, .. }] = &situations(&seen)[..] else { panic!("not refused") };
    assert_eq!(code, "other-group");
    assert_eq!(steps(&Observed { forced: true, ..seen }), ["install 8 Published", "restart"]);
}

#[test]
fn a_text_without_any_of_the_servers_that_are_up_waits_for_an_operator() {
    let others = text(&["s3", "s4", "s5"], "");
    let mut seen = Observed { published: published(&others), ..settled() };
    let Chmpx::Up(running) = &mut seen.chmpx else { panic!("it is up") };
    running.servers[2].status = "[SERVICE OUT][DOWN]".to_owned();
    assert_eq!(steps(&seen), NOTHING);
    let [Situation::Refused { code, .. }] = &situations(&seen)[..] else { panic!("not refused") };
    assert_eq!(code, "none-up");
    assert_eq!(steps(&Observed { forced: true, ..seen }), ["install 8 Published"]);
}

#[test]
fn losing_more_than_half_of_the_servers_is_held_until_three_looks_agree() {
    let one = text(&["s1"], "");
    let looked = |looks| {
        let publication = Publication { looks, ..publication(&one) };
        Observed { published: Published::Known(Box::new(publication)), ..settled() }
    };
    assert_eq!(situations(&looked(2)), [Situation::Held { from: 3, to: 1, looks: 2 }]);
    assert_eq!(steps(&looked(3)), ["install 8 Published"]);
    assert_eq!(steps(&Observed { forced: true, ..looked(1) }), ["install 8 Published"]);
    let exchanged = Observed { published: published(&text(&["s1", "s8", "s9"], "")), ..settled() };
    assert_eq!(situations(&exchanged), [Situation::Held { from: 3, to: 3, looks: 1 }]);
}

#[test]
fn a_file_that_is_gone_speaks_neither_for_fewer_servers_nor_for_another_group() {
    let gone = |text: &str| Observed {
        published: published(text),
        installed: Installed::Missing,
        ..settled()
    };
    let shrunk = gone(&text(&["s1"], ""));
    assert_eq!(steps(&shrunk), ["put 7 back as 8"]);
    assert_eq!(situations(&shrunk), [Situation::Held { from: 3, to: 1, looks: 1 }]);
    let other = gone(&three().replace("GROUP = g", "GROUP = h"));
    assert_eq!(steps(&other), ["put 7 back as 8"]);
}

#[test]
fn half_of_the_servers_may_leave_at_once() {
    let two = text(&["s1", "s2"], "");
    let memory = Memory { installed: Some(mark(&two, 7)), ..settled().memory };
    let installed = Installed::File(file(&two, 7));
    let seen = Observed { installed, adopted: None, memory, ..settled() };
    let one = published(&text(&["s1"], ""));
    assert_eq!(steps(&Observed { published: one, ..seen }), ["install 8 Published"]);
}

#[test]
fn a_change_that_chmpx_must_not_be_shown_is_told_with_what_speaks_against_it() {
    let strangers = published(&text(&["s7", "s8", "s9"], ""));
    let seen = Observed { published: strangers, ..settled() };
    assert_eq!(steps(&seen), NOTHING);
    let [Situation::Refused { code, message, .. }] = &situations(&seen)[..] else {
        panic!("not refused")
    };
    assert_eq!(code, "refused-change");
    assert!(message.starts_with("the server s1:8021 is gone: not one server stays"), "{message}");
}

#[test]
fn a_refused_text_changes_nothing_and_is_told() {
    let refused = Refused::disputed("no GROUP");
    let publication = Publication { content: Arc::new(Err(refused)), ..publication(&three()) };
    let seen = Observed { published: Published::Known(Box::new(publication)), ..settled() };
    assert_eq!(steps(&seen), NOTHING);
    assert!(matches!(&situations(&seen)[..], [Situation::Refused { .. }]));
}

#[test]
fn a_dead_token_does_not_hide_that_a_text_is_refused() {
    let refused = Refused::disputed("no GROUP");
    let publication = Publication { content: Arc::new(Err(refused)), ..publication(&three()) };
    let seen = Observed {
        published: Published::Known(Box::new(publication)),
        token_refused: true,
        carrier: Some(Carrier::Address),
        ..settled()
    };
    let plan = plan(&seen, &policy());
    assert!(plan.situations.iter().any(|s| matches!(s, Situation::Refused { .. })), "{plan:?}");
    assert!(!plan.is_settled());
}

#[test]
fn an_obstacle_at_the_target_is_told() {
    let obstacle = Obstacle { what: "a directory".to_owned(), help: "move it away" };
    let seen = Observed { installed: Installed::Obstacle(obstacle.clone()), ..settled() };
    assert_eq!(steps(&seen), NOTHING);
    assert_eq!(situations(&seen), [Situation::CannotInstall(obstacle)]);
}

#[test]
fn a_node_that_was_never_registered_registers_once_k2hr3_answers() {
    let new = |k2hr3| Observed {
        k2hr3,
        membership: Membership::Unknown,
        published: Published::Unknown,
        installed: Installed::Missing,
        chmpx: Chmpx::Down,
        memory: Memory::of(CUK),
        ..settled()
    };
    assert_eq!(steps(&new(K2hr3::Answered)), ["register"]);
    assert_eq!(steps(&new(K2hr3::Failed(Failure::Denied))), ["register"]);
    assert_eq!(steps(&new(K2hr3::Failed(Failure::Unreachable))), NOTHING);
    assert_eq!(steps(&new(K2hr3::NotAsked)), NOTHING);
}

#[test]
fn what_chmpx_was_lost_with_gets_one_more_chance_and_then_none() {
    let four = text(&["s1", "s2", "s3", "s4"], "");
    let after = |strikes, ago| {
        let hash = crate::model::candidate::hash(&four);
        let quarantine =
            Some(Quarantine { hash, generation: 8, strikes, at: NOW - ago, said: None });
        let memory = Memory { quarantine, ..settled().memory };
        Observed { published: published(&four), memory, ..settled() }
    };
    assert_eq!(situations(&after(1, 29)), [Situation::Quarantined { strikes: 1, said: None }]);
    assert_eq!(steps(&after(1, 30)), ["install 8 Published"]);
    assert_eq!(situations(&after(2, 9999)), [Situation::Quarantined { strikes: 2, said: None }]);
    assert_eq!(steps(&Observed { forced: true, ..after(2, 0) }), ["install 8 Published"]);
}

#[test]
fn an_operator_can_go_back_to_what_was_good_before_and_it_stays() {
    let two = text(&["s1", "s2"], "");
    let mut seen = Observed { wants_back: true, ..settled() };
    assert_eq!(steps(&seen), NOTHING);
    seen.memory.before = Some(mark(&two, 6));
    assert_eq!(steps(&seen), ["roll back"]);

    let hash = crate::model::candidate::hash(&three());
    let (at, said) = (NOW - 9999, None);
    seen.memory.quarantine = Some(Quarantine { hash, generation: 7, strikes: 0, at, said });
    seen = Observed { wants_back: false, installed: Installed::File(file(&two, 6)), ..seen };
    seen.memory.installed = Some(mark(&two, 6));
    seen.memory.adopted = Some(mark(&two, 6));
    seen.memory.good = Some(mark(&two, 6));
    seen.chmpx = up(6);
    assert!(situations(&seen).contains(&Situation::RolledBack));
    assert_eq!(steps(&seen), NOTHING);
}

#[test]
fn the_steps_of_a_mode_that_always_restarts_end_in_a_restart() {
    let four = text(&["s1", "s2", "s3", "s4"], "");
    let always = Policy { on_change: OnChange::Restart, ..policy() };
    let decided = plan(&Observed { published: published(&four), ..settled() }, &always);
    let Some(Step::Install(install)) = decided.steps.first() else { panic!("{decided:?}") };
    assert_eq!(install.owes_restart.as_deref(), Some("every change restarts chmpx"));
}

#[test]
fn the_file_of_an_earlier_hand_is_compared_as_it_lies_there() {
    // A first look: no memory, a file that somebody else installed, and chmpx has it in force.
    let seen = Observed {
        memory: Memory { registered: true, ..Memory::of(CUK) },
        adopted: None,
        since_install: None,
        ..settled()
    };
    assert_eq!(steps(&seen), ["acknowledge 7"]);
    let _: &Conf = seen.file().unwrap().conf.as_ref();
}
