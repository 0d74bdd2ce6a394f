//! The loop, on a clock that is stopped while nothing waits for it.

mod soak;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::*;
use crate::model::candidate::{Candidate, hash};
use crate::model::memory::{Mark, Memory};
use crate::model::observed::{
    Attention, Chmpx, Installed, InstalledFile, K2hr3, Membership, Publication, Published, Running,
};
use crate::model::plan::testing::{self, policy};

const S: fn(u64) -> Duration = Duration::from_secs;
const INTERVAL: Duration = Duration::from_secs(30);

/// What happened, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Event {
    Looked { asked: bool },
    Did(&'static str),
    Told { troubles: usize, failures: u32 },
}

type Look = Box<dyn FnMut(Duration, bool) -> (Observed, Vec<Trouble>)>;

/// A world that does as it is told and writes down what was done to it.
struct Scripted {
    start: Instant,
    look: Look,
    fails: Option<&'static str>,
    hangs: bool,
    wakes: Vec<(Duration, Wake)>,
    log: Vec<(Duration, Event)>,
}

impl Scripted {
    fn new(look: impl FnMut(Duration, bool) -> (Observed, Vec<Trouble>) + 'static) -> Self {
        Self {
            start: Instant::now(),
            look: Box::new(look),
            fails: None,
            hangs: false,
            wakes: Vec::new(),
            log: Vec::new(),
        }
    }

    fn note(&mut self, event: Event) {
        self.log.push((self.start.elapsed(), event));
    }

    /// When K2HR3 was asked.
    fn asked(&self) -> Vec<Duration> {
        let asked = |(_, event): &&(Duration, Event)| *event == Event::Looked { asked: true };
        self.log.iter().filter(asked).map(|(at, _)| *at).collect()
    }

    fn events(&self) -> Vec<Event> {
        self.log.iter().map(|(_, event)| event.clone()).collect()
    }

    /// Runs the loop for `span`.
    async fn run(&mut self, span: Duration) {
        let pace = Pace::new(INTERVAL, S(300), 0.5, 7, 0);
        run(self, pace, &policy(), tokio::time::sleep(span)).await;
    }
}

impl World for Scripted {
    async fn observe(&mut self, ask_k2hr3: bool) -> (Observed, Vec<Trouble>) {
        self.note(Event::Looked { asked: ask_k2hr3 });
        if self.hangs {
            std::future::pending::<()>().await;
        }
        (self.look)(self.start.elapsed(), ask_k2hr3)
    }

    async fn perform(&mut self, step: &Step) -> Result<(), Trouble> {
        let name = match step {
            Step::Register => "register",
            Step::Install(_) => "install",
            Step::Leave
            | Step::Acknowledge { .. }
            | Step::Promote { .. }
            | Step::Restart { .. }
            | Step::RollBack { .. } => "else",
        };
        self.note(Event::Did(name));
        if self.fails == Some(name) {
            Err(trouble((name == "register").then_some(Class::Busy)))
        } else {
            Ok(())
        }
    }

    async fn tell(&mut self, cycle: Cycle<'_>) {
        self.note(Event::Told { troubles: cycle.troubles.len(), failures: cycle.failures });
    }

    async fn wait(&mut self, limit: Duration) -> Wake {
        let due = self.start.elapsed() + limit;
        if let Some((at, wake)) = self.wakes.first().copied()
            && at < due
        {
            self.wakes.remove(0);
            tokio::time::sleep_until(self.start + at).await;
            return wake;
        }
        tokio::time::sleep(limit).await;
        Wake::Due
    }

    fn up_for(&self) -> Duration {
        self.start.elapsed()
    }
}

fn gaps(times: &[Duration]) -> impl Iterator<Item = Duration> {
    times.windows(2).map(|pair| pair[1].saturating_sub(pair[0]))
}

fn trouble(class: Option<Class>) -> Trouble {
    Trouble {
        doing: "trying".to_owned(),
        outlook: Outlook::Passing,
        help: None,
        class,
        retry_after: None,
        cause: "it does not work".into(),
    }
}

const TEXT: &str = "[GLOBAL]\nGROUP = g\nFILEVERSION = 1\nMODE = SLAVE\nDELIVERMODE = hash\n\
    CHMPXIDTYPE = CUK\nMAXCHMPX = 64\nSELFCTLPORT = 8031\nSELFCUK = i-1\n\
    [SVRNODE]\nNAME = 192.0.2.1\nPORT = 8020\nCTLPORT = 8021\nCUK = s\n\
    [SLVNODE]\nNAME = 192.0.2.10\nCTLPORT = 8031\nCUK = i-1\n";

fn candidate() -> Candidate {
    testing::candidate(TEXT, "i-1")
}

/// A node with nothing left to do: chmpx has its file in force, and lived with it long enough.
fn settled() -> Observed {
    let content = candidate();
    let bytes = content.clone().at_generation(1).bytes();
    let mark = Mark { published: hash(TEXT), generation: 1, at: 0 };
    Observed {
        k2hr3: K2hr3::Answered,
        published: Published::Known(Box::new(Publication {
            hash: hash(TEXT),
            content: Arc::new(Ok(content)),
            looks: 1,
            quiet: S(60),
            differing: S(0),
        })),
        membership: Membership::Listed,
        has_token: true,
        token_refused: false,
        carrier: None,
        installed: Installed::File(InstalledFile::new(bytes, None)),
        adopted: None,
        chmpx: Chmpx::Up(Running {
            process: None,
            since: None,
            attention: Attention::NotTried,
            generation: Some(1),
            servers: Vec::new(),
        }),
        memory: Memory {
            registered: true,
            installed: Some(mark.clone()),
            adopted: Some(mark.clone()),
            good: Some(mark),
            ..Memory::of("i-1")
        },
        since_install: None,
        now: 1_000_000,
        forced: false,
        wants_back: false,
        rival: None,
        elsewhere: None,
    }
}

/// A node that is not in its role yet and has no file.
fn fresh() -> Observed {
    Observed {
        membership: Membership::Unknown,
        installed: Installed::Missing,
        memory: Memory::of("i-1"),
        ..settled()
    }
}

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
