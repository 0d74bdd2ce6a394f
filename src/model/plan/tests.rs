//! What is decided, read as a manual. Each test starts from a settled node and names only what
//! differs from it.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::model::candidate::{Draft, Refused, Stamp};
use crate::model::conf::{Conf, Given};
use crate::model::failure::Class as Failure;
use crate::model::host::Host;
use crate::model::identity::Cuk;
use crate::model::memory::{Mark, Memory, OwedRestart, Process, Quarantine, Seconds};
use crate::model::observed::{
    Attention, Carrier, Chmpx, Installed, InstalledFile, K2hr3, Membership, Publication, Published,
    Running, Server,
};
use crate::model::supervisor::Elsewhere;
use crate::model::trial::{Life, Trial};

const CUK: &str = "i-0001";
const PROCESS: Process = Process { pid: 100, started: 5000 };
const NOW: Seconds = 1_000_000;
const S: fn(u64) -> Duration = Duration::from_secs;

/// A cluster file with these servers and one more line in `[GLOBAL]`.
fn text(servers: &[&str], more: &str) -> String {
    let mut text = format!(
        "[GLOBAL]\nGROUP = g\nFILEVERSION = 1\nMODE = SLAVE\nDELIVERMODE = hash\n\
         CHMPXIDTYPE = CUK\nMAXCHMPX = 64\nSELFCTLPORT = 8031\nSELFCUK = __SELF_INSTANCE_ID__\n{more}\n"
    );
    for name in servers {
        for line in ["[SVRNODE]", &format!("NAME = {name}"), "PORT = 8020", "CTLPORT = 8021"] {
            text = text + line + "\n";
        }
        text = text + "CUK = c-" + name + "\n";
    }
    text + "[SLVNODE]\nNAME = 192.0.2.10\nCTLPORT = 8031\nCUK = i-0001\n"
}

fn three() -> String {
    text(&["s1", "s2", "s3"], "")
}

fn candidate(text: &str) -> Candidate {
    let host = Host { addresses: vec!["192.0.2.10".parse().unwrap()], ..Host::default() };
    let cuk = Cuk::parse(CUK).unwrap();
    let draft = Draft::new(text, &cuk);
    let asked = draft.questions(&Given::default()).names.into_iter();
    let answers = asked.map(|name| (name, vec!["192.0.2.77".parse().unwrap()])).collect();
    draft.check(&Host { answers, ..host }, Stamp::Generation).unwrap()
}

fn publication(text: &str) -> Publication {
    Publication {
        hash: crate::model::candidate::hash(text),
        content: Arc::new(Ok(candidate(text))),
        looks: 1,
        quiet: S(60),
        differing: S(0),
    }
}

fn published(text: &str) -> Published {
    Published::Known(Box::new(publication(text)))
}

fn file(text: &str, generation: i32) -> InstalledFile {
    InstalledFile::new(candidate(text).at_generation(generation).bytes(), None)
}

fn mark(text: &str, generation: i32) -> Mark {
    Mark { published: crate::model::candidate::hash(text), generation, at: NOW - 600 }
}

fn up(generation: i32) -> Chmpx {
    let server = |name: &str| Server {
        name: name.to_owned(),
        ctlport: Some(8021),
        status: "SAFE -> [SERVICE IN][UP]".to_owned(),
        connected: true,
    };
    Chmpx::Up(Running {
        process: Some(PROCESS),
        since: Some(NOW - 5000),
        attention: Attention::NotTried,
        generation: Some(generation),
        servers: ["s1", "s2", "s3"].map(server).to_vec(),
    })
}

/// A node with nothing left to do: three servers, generation 7.
fn settled() -> Observed {
    Observed {
        k2hr3: K2hr3::Answered,
        published: published(&three()),
        membership: Membership::Listed,
        has_token: true,
        token_refused: false,
        carrier: Some(Carrier::Token),
        installed: Installed::File(file(&three(), 7)),
        adopted: Some(Arc::clone(&file(&three(), 7).conf)),
        chmpx: up(7),
        memory: Memory {
            registered: true,
            installed: Some(mark(&three(), 7)),
            adopted: Some(mark(&three(), 7)),
            good: Some(mark(&three(), 7)),
            ..Memory::of(CUK)
        },
        since_install: Some(S(600)),
        now: NOW,
        forced: false,
        wants_back: false,
        rival: None,
        elsewhere: None,
    }
}

fn policy() -> Policy {
    Policy {
        on_change: OnChange::Auto,
        drift: Drift::Restore,
        settle: S(2),
        adopt_within: S(15),
        hold: S(10),
        start_within: S(90),
        restarts_per_hour: 3,
        spread: S(300),
        share: 0.5,
    }
}

/// The steps as words.
fn steps(seen: &Observed) -> Vec<String> {
    steps_by(seen, &policy())
}

fn steps_by(seen: &Observed, policy: &Policy) -> Vec<String> {
    let word = |step: &Step| match step {
        Step::Register => "register".to_owned(),
        Step::Leave => "leave".to_owned(),
        Step::Install(install) => {
            format!("install {} {:?}", install.candidate.generation(), install.occasion)
        }
        Step::Acknowledge { generation, .. } => format!("acknowledge {generation}"),
        Step::Promote { generation, .. } => format!("promote {generation}"),
        Step::Restart { .. } => "restart".to_owned(),
        Step::RollBack { .. } => "roll back".to_owned(),
    };
    plan(seen, policy).steps.iter().map(word).collect()
}

fn situations(seen: &Observed) -> Vec<Situation> {
    plan(seen, &policy()).situations
}

const NOTHING: [&str; 0] = [];

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
fn an_edited_file_is_put_right_or_reported() {
    let seen = Observed { installed: Installed::File(file(&text(&["s9"], ""), 7)), ..settled() };
    assert_eq!(steps(&seen), ["install 8 Drift"]);
    let report = Policy { drift: Drift::Report, ..policy() };
    assert_eq!(steps_by(&seen, &report), NOTHING);
    assert_eq!(plan(&seen, &report).situations, [Situation::Drifted("it was edited".to_owned())]);
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
    assert_eq!(steps(&Observed { forced: true, ..edited(9, 0) }), ["install 8 Drift"]);
}

#[test]
fn an_obstacle_at_the_target_is_told() {
    let seen = Observed { installed: Installed::Obstacle("a directory".to_owned()), ..settled() };
    assert_eq!(steps(&seen), NOTHING);
    assert_eq!(situations(&seen), [Situation::Obstacle("a directory".to_owned())]);
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
fn a_role_that_does_not_exist_is_not_made_by_registering_into_it() {
    let seen = Observed {
        k2hr3: K2hr3::Failed(Failure::NoRole),
        membership: Membership::Unknown,
        memory: Memory::of(CUK),
        ..settled()
    };
    assert!(!steps(&seen).contains(&"register".to_owned()));
}

#[test]
fn a_registration_into_a_mistyped_role_is_told_and_not_repeated() {
    let memory = Memory { registrations: 1, registered: false, ..settled().memory };
    let stray = Observed { membership: Membership::Stray, memory, ..settled() };
    assert_eq!(situations(&stray), [Situation::NoSuchRole]);
    assert_eq!(steps(&stray), NOTHING);
}

#[test]
fn a_token_that_is_refused_is_told_and_unsettles_nothing_that_the_address_carries() {
    let carrier = Some(Carrier::Address);
    let seen = Observed { token_refused: true, carrier, ..settled() };
    assert_eq!(situations(&seen), [Situation::TokenRefused]);
    assert!(plan(&seen, &policy()).is_settled());
}

#[test]
fn a_registered_node_needs_two_looks_without_itself_to_register_again() {
    let missing = |looks| Observed { membership: Membership::Missing { looks }, ..settled() };
    assert_eq!(steps(&missing(1)), NOTHING);
    assert_eq!(steps(&missing(2)), ["register"]);
}

#[test]
fn registering_in_vain_becomes_rarer() {
    let tried = |registrations, ago| {
        let memory = Memory { registrations, registered_at: NOW - ago, ..settled().memory };
        Observed { membership: Membership::Missing { looks: 2 }, memory, ..settled() }
    };
    assert_eq!(steps(&tried(1, 4)), NOTHING);
    assert_eq!(steps(&tried(1, 5)), ["register"]);
    assert_eq!(steps(&tried(4, 319)), NOTHING);
    assert_eq!(steps(&tried(4, 320)), ["register"]);
    assert_eq!(steps(&tried(40, 3600)), ["register"]);
}

#[test]
fn without_a_token_a_missing_node_can_only_be_told() {
    let seen =
        Observed { membership: Membership::Missing { looks: 9 }, has_token: false, ..settled() };
    assert_eq!(steps(&seen), NOTHING);
    assert_eq!(situations(&seen), [Situation::NotMember { has_token: false }]);
}

#[test]
fn a_node_that_left_on_purpose_does_not_come_back() {
    let departed = |registered| {
        let memory = Memory { departed: true, registered, ..settled().memory };
        Observed { membership: Membership::Missing { looks: 9 }, memory, ..settled() }
    };
    assert_eq!(steps(&departed(true)), ["leave"]);
    assert_eq!(steps(&departed(false)), NOTHING);
}

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

/// Generation 8 is installed, `since` ago, and chmpx still shows 7, listening or not.
fn not_taken(since: Duration, heals: u32, attention: Attention) -> Observed {
    let memory = Memory { installed: Some(mark(&three(), 8)), heals, ..settled().memory };
    let installed = Installed::File(file(&three(), 8));
    let mut seen = Observed { installed, memory, since_install: Some(since), ..settled() };
    let Chmpx::Up(running) = &mut seen.chmpx else { panic!("it is up") };
    running.attention = attention;
    seen
}

const FREE: Attention = Attention::Free { held: None };

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

#[test]
fn a_chmpx_that_was_just_started_and_says_nothing_is_starting() {
    let silent = |since| {
        let mut seen = settled();
        let Chmpx::Up(running) = &mut seen.chmpx else { panic!("it is up") };
        running.generation = None;
        running.since = Some(since);
        seen
    };
    assert_eq!(situations(&silent(NOW - 10)), [Situation::Starting]);
    assert!(matches!(situations(&silent(NOW - 90))[..], [Situation::ChmpxUnknown(_)]));
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
fn a_cold_change_owes_a_restart_and_a_live_one_does_not() {
    let owed = |text: &str| {
        let seen = Observed { published: published(text), ..settled() };
        let plan = plan(&seen, &policy());
        let Some(Step::Install(install)) = plan.steps.first() else { panic!("{plan:?}") };
        install.owes_restart.is_some()
    };
    assert!(owed(&text(&["s1", "s2", "s3"], "MAXCHMPX = 128")));
    assert!(!owed(&text(&["s1", "s2", "s3", "s4"], "")));
    assert!(!owed(&text(&["s1", "s2", "s3"], "RWTIMEOUT = 5000")));
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
        seen.memory.owed =
            Some(OwedRestart { why, process: PROCESS, told, at: NOW - ago, shared: false });
        seen
    };
    assert_eq!(situations(&restarting(89)), [Situation::Restarting]);
    assert_eq!(steps(&restarting(90)), ["roll back"]);
}

#[test]
fn a_chmpx_that_was_lost_and_that_nobody_brings_back_is_started() {
    let missed = |ago| {
        let memory = Memory { missed: Some(NOW - ago), ..settled().memory };
        Observed { chmpx: Chmpx::Down, memory, ..settled() }
    };
    let dead = Situation::Dead { generation: None, patience: 1 };
    assert_eq!(situations(&missed(89)), [dead]);
    assert_eq!(steps(&missed(90)), ["restart"]);
    let hands_off = Policy { on_change: OnChange::None, ..policy() };
    assert_eq!(steps_by(&missed(90), &hands_off), NOTHING);
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

#[test]
fn the_steps_of_a_mode_that_always_restarts_end_in_a_restart() {
    let four = text(&["s1", "s2", "s3", "s4"], "");
    let always = Policy { on_change: OnChange::Restart, ..policy() };
    let decided = plan(&Observed { published: published(&four), ..settled() }, &always);
    let Some(Step::Install(install)) = decided.steps.first() else { panic!("{decided:?}") };
    assert!(install.owes_restart.is_some());
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
