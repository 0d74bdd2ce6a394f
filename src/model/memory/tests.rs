use super::*;

const PROCESS: Process = Process { pid: 100, started: 1 };

fn mark(published: &str, generation: i32) -> Mark {
    Mark { published: published.to_owned(), generation, at: 0 }
}

#[test]
fn a_cloned_image_does_not_inherit_a_memory() {
    let memory = Memory { registered: true, ..Memory::of("a") };
    assert!(memory.clone().belonging_to("a").registered);
    assert!(!memory.belonging_to("b").registered);
}

#[test]
fn a_member_of_one_role_is_no_member_of_another() {
    let memory = Memory { registered: true, ..Memory::of("a") }.in_role("r");
    assert!(memory.clone().in_role("r").registered);
    assert!(!memory.in_role("other").registered);
}

#[test]
fn what_chmpx_has_seen_is_known_in_every_role() {
    let memory = Memory { highest: 7, restarts: vec![1000], failures: 3, ..Memory::of("a") };
    let other = memory.in_role("r").in_role("other");
    let expected = Memory { highest: 7, restarts: vec![1000], ..Memory::of("a") };
    assert_eq!(other, Memory { role: "other".to_owned(), ..expected });
}

#[test]
fn what_was_put_in_another_place_is_nothing_here() {
    let there = Memory { registered: true, highest: 7, ..Memory::of("a") }.at_target("/a".as_ref());
    let there = Memory { installed: Some(mark("x", 7)), good: Some(mark("x", 7)), ..there };
    assert_eq!(there.clone().at_target("/a".as_ref()), there);
    let here = there.at_target("/b".as_ref());
    assert_eq!((here.installed, here.good), (None, None));
    assert_eq!((here.registered, here.highest), (true, 7));
}

#[test]
fn who_this_node_is_and_what_chmpx_has_seen_is_the_same_at_every_target() {
    let memory = Memory {
        role: "r".to_owned(),
        registered: true,
        registrations: 2,
        registered_at: 900,
        address: Some("192.0.2.10".parse().unwrap()),
        departed: true,
        failures: 3,
        published: Some(Seen { hash: "x".to_owned(), etag: None, at: 900 }),
        highest: 7,
        restarts: vec![1000],
        ..Memory::of("a")
    };
    let here = memory.clone().at_target("/a".as_ref()).at_target("/b".as_ref());
    assert_eq!(here, memory.at_target("/b".as_ref()));
}

#[test]
fn chmpx_is_expected_back_where_it_was_lost_missed_or_told_to_start_afresh() {
    assert!(!Memory::of("a").expects_chmpx(90, 1089));
    assert!(Memory { missed: Some(1000), ..Memory::of("a") }.expects_chmpx(90, 1089));
    let lost = |lost| {
        let trial = Some(Trial { lost, ..Trial::new("x", 8, PROCESS, 900) });
        Memory { trial, ..Memory::of("a") }.expects_chmpx(90, 1089)
    };
    assert_eq!((lost(None), lost(Some(1000))), (false, true));
    let owes = |told| {
        let why = "cold".to_owned();
        let owed = Some(OwedRestart {
            why,
            process: PROCESS,
            told,
            at: 900,
            shared: false,
            only_with: None,
        });
        Memory { owed, ..Memory::of("a") }.expects_chmpx(90, 1089)
    };
    assert_eq!((owes(None), owes(Some(1000))), (false, true));
    assert_eq!((lost(Some(999)), owes(Some(999))), (false, false), "for a while");
}

#[test]
fn whoever_ends_a_chmpx_that_owes_a_restart_makes_that_restart() {
    let why = "cold".to_owned();
    let owed =
        OwedRestart { why, process: PROCESS, told: None, at: 900, shared: false, only_with: None };
    let trial = Some(Trial::new("x", 8, PROCESS, 900));
    let mut memory = Memory { owed: Some(owed), trial, ..Memory::of("a") };
    memory.notice(false, Life::Gone, 1000);
    assert_eq!(memory.owed.as_ref().unwrap().told, Some(1000));
    assert_eq!(memory.trial.as_ref().unwrap().deaths, 0, "it is no death");
    memory.notice(false, Life::Runs(Process { pid: 200, started: 2 }), 1005);
    assert_eq!((memory.owed, memory.trial.unwrap().deaths), (None, 0));
}

#[test]
fn who_is_listed_is_registered_but_for_who_was_taken_out_on_purpose() {
    let look = |listed, departed| {
        let mut memory = Memory { registrations: 2, departed, ..Memory::of("a") };
        memory.notice(listed, Life::Unclear, 1000);
        (memory.registered, memory.registrations)
    };
    assert_eq!(look(true, false), (true, 0));
    assert_eq!(look(false, false), (false, 2));
    assert_eq!(look(true, true), (false, 2));
}

#[test]
fn who_reads_an_unproven_file_first_has_to_survive_it() {
    let mut memory = Memory { installed: Some(mark("new", 8)), ..Memory::of("a") };
    memory.notice(true, Life::Gone, 1000);
    assert_eq!(memory.trial, None, "nobody has read it");
    memory.notice(true, Life::Runs(PROCESS), 1001);
    assert_eq!(memory.trial, Some(Trial::new("new", 8, PROCESS, 1001)));
}

#[test]
fn a_file_that_is_good_has_nothing_to_survive() {
    let good = Some(mark("good", 7));
    let installed = good.clone();
    let mut memory = Memory { good: good.clone(), installed, ..Memory::of("a") };
    memory.notice(true, Life::Runs(PROCESS), 1000);
    assert_eq!(memory.trial, None);
    let trial = |text| Some(Trial::new(text, 8, PROCESS, 1000));
    for (published, left) in [("good", None), ("new", trial("new"))] {
        let mut memory = Memory { good: good.clone(), trial: trial(published), ..Memory::of("a") };
        memory.notice(true, Life::Runs(PROCESS), 1001);
        assert_eq!(memory.trial, left);
    }
}

#[test]
fn the_restart_budget_is_per_hour_and_a_clock_set_back_does_not_refill_it() {
    let mut memory = Memory::of("a");
    for at in [10_000, 10_100, 10_200] {
        memory.restarted(at);
    }
    assert_eq!(memory.restarts_left(3, 10_300), 0);
    assert_eq!(memory.restarts_left(3, 500), 0);
    assert_eq!(memory.restarts_left(3, 10_000 + HOUR), 1);
}

#[test]
fn who_puts_the_file_right_counts_how_often_within_the_hour() {
    let mut memory = Memory::of("a");
    for at in [0, HOUR - 1, HOUR, HOUR + 1] {
        memory.put_right(at);
    }
    assert_eq!(memory.drifts, [HOUR - 1, HOUR, HOUR + 1]);
}

#[test]
fn a_generation_is_never_used_twice() {
    let memory = Memory { installed: Some(mark("text", 7)), ..Memory::of("a") };
    assert_eq!(memory.next_generation(None, None), 8);
    assert_eq!(memory.next_generation(Some(41), None), 42);
    assert_eq!(memory.next_generation(Some(i32::MAX), None), 1);
    assert_eq!(Memory::of("a").next_generation(None, None), 1);
}

#[test]
fn a_generation_is_never_the_one_that_chmpx_shows() {
    let fresh = Memory::of("a");
    assert_eq!(fresh.next_generation(Some(2), Some(3)), 4, "the memory was lost");
    assert_eq!(fresh.next_generation(None, Some(1)), 2, "and the file with it");
    let over = Memory { highest: 1, ..Memory::of("a") };
    assert_eq!(over.next_generation(Some(1), Some(i32::MAX)), 2, "it has begun anew");
}
