//! The loop, on a clock that is stopped while nothing waits for it.

mod soak;
mod world;

use world::{Event, S, Scripted, fresh, gaps, settled, trouble};

use super::*;
use crate::model::observed::{Installed, K2hr3};
use crate::model::plan::testing::policy;

#[test]
fn the_settled_node_of_these_tests_is_settled() {
    let plan = plan(&settled(), &policy());
    assert!(plan.is_settled() && plan.again.is_none(), "{plan:?}");
}

#[tokio::test(start_paused = true)]
async fn a_settled_node_only_asks_at_its_pace_and_tells_each_cycle_once() {
    let mut world = Scripted::new(|_, _| (settled(), Vec::new()));
    world.run(S(300)).await;

    let asked = world.asked();
    assert_eq!(asked[..2], [S(0), S(15)], "its own place within the interval");
    let usual = S(27)..=S(33) + Duration::from_millis(2);
    assert!(gaps(&asked).skip(1).all(|gap| usual.contains(&gap)));
    let told = world.events().iter().filter(|event| matches!(event, Event::Told { .. })).count();
    assert_eq!(world.log.len(), asked.len() + told);
    assert_eq!(asked.len(), told);
}

#[tokio::test(start_paused = true)]
async fn steps_are_carried_out_in_order_and_looked_at_again_at_once() {
    let mut looks = 0;
    let mut world = Scripted::new(move |_, _| {
        looks += 1;
        (if looks == 1 { fresh() } else { settled() }, Vec::new())
    });
    world.run(S(1)).await;

    let asked = Event::Looked { asked: true };
    let told = Event::Told { troubles: 0, failures: 0 };
    assert_eq!(
        world.events(),
        [
            asked.clone(),
            Event::Did("register"),
            Event::Did("install"),
            told.clone(),
            // What is published now lists this node: so K2HR3 is asked, too.
            asked,
            told
        ]
    );
    assert_eq!(world.log[4].0, S(0));
}

#[tokio::test(start_paused = true)]
async fn after_a_step_that_fails_no_other_is_tried_in_the_same_cycle() {
    let mut world = Scripted::new(|_, _| (fresh(), Vec::new()));
    world.fails = Some("register");
    world.run(S(600)).await;

    assert!(!world.events().contains(&Event::Did("install")));
    assert_eq!(world.events()[2], Event::Told { troubles: 1, failures: 1 });
    let asked = world.asked();
    assert!((5..=30).contains(&asked.len()), "it backs off: {asked:?}");
}

#[tokio::test(start_paused = true)]
async fn k2hr3_going_away_is_answered_by_asking_more_and_more_rarely() {
    let away = || Observed { k2hr3: K2hr3::NotAsked, ..settled() };
    let mut world = Scripted::new(move |now, _| {
        if now < S(3 * 3600) {
            (away(), vec![trouble(Some(Class::Busy))])
        } else {
            (settled(), Vec::new())
        }
    });
    world.run(S(3 * 3600)).await;

    let asked = world.asked();
    assert!(asked.len() < 3 * 60, "{}", asked.len());
    assert!(gaps(&asked).all(|gap| gap <= S(301)));
    assert_eq!(world.log.len(), 2 * asked.len(), "and nothing happens in between");
}

#[tokio::test(start_paused = true)]
async fn what_goes_wrong_on_this_node_alone_never_makes_it_ask_k2hr3_more_often() {
    let unfit = || Observed { installed: Installed::Missing, ..settled() };
    let mut world = Scripted::new(move |_, _| (unfit(), Vec::new()));
    world.fails = Some("install");
    world.run(S(600)).await;

    let asked = world.asked().len();
    assert!((18..=24).contains(&asked), "{asked} times in ten minutes");
    let did = world.events().iter().filter(|event| **event == Event::Did("install")).count();
    assert_eq!(did, asked, "and it is tried again at each look");
}

#[tokio::test(start_paused = true)]
async fn a_node_whose_work_is_undone_all_the_time_ends_up_doing_it_once_a_look() {
    let undone = || Observed { installed: Installed::Missing, ..settled() };
    let mut world = Scripted::new(move |_, _| (undone(), Vec::new()));
    world.run(S(3600)).await;

    let did = world.events().iter().filter(|event| **event == Event::Did("install")).count();
    assert!((10..=150).contains(&did), "{did} times in an hour");
}

#[tokio::test(start_paused = true)]
async fn a_notice_looks_at_the_node_and_a_wish_asks_k2hr3_as_well() {
    let mut world = Scripted::new(|_, _| (settled(), Vec::new()));
    world.wakes = vec![(S(3), Wake::Noticed), (S(5), Wake::Asked)];
    world.run(S(6)).await;

    let looks: Vec<_> = world
        .log
        .iter()
        .filter_map(|(at, event)| match event {
            Event::Looked { asked } => Some((at.as_secs(), *asked)),
            Event::Did(_) | Event::Told { .. } => None,
        })
        .collect();
    assert_eq!(looks, [(0, true), (3, false), (5, true)]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_cuts_off_a_look_that_waits_for_somebody_else() {
    let mut world = Scripted::new(|_, _| (settled(), Vec::new()));
    world.hangs = true;
    world.run(S(2)).await;

    assert_eq!(world.events(), [Event::Looked { asked: true }]);
    assert_eq!(world.start.elapsed().as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_k2hr3_asks_for_in_patience_is_given() {
    let patient = || Trouble { retry_after: Some(S(120)), ..trouble(Some(Class::Busy)) };
    let mut world = Scripted::new(move |_, asked| {
        (settled(), if asked { vec![patient()] } else { Vec::new() })
    });
    world.run(S(130)).await;
    assert_eq!(world.asked(), [S(0), S(120)]);
}
