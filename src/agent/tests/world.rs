//! A world that does as it is told, and the nodes that are put into it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::agent::*;
use crate::model::candidate::{Candidate, hash};
use crate::model::memory::{Mark, Memory};
use crate::model::observed::{
    Attention, Chmpx, Installed, InstalledFile, K2hr3, Membership, Publication, Published, Running,
};
use crate::model::plan::testing::{self, policy};

pub(super) const S: fn(u64) -> Duration = Duration::from_secs;
pub(super) const INTERVAL: Duration = Duration::from_secs(30);

/// What happened, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    Looked { asked: bool },
    Did(&'static str),
    Told { troubles: usize, failures: u32 },
}

pub(super) type Look = Box<dyn FnMut(Duration, bool) -> (Observed, Vec<Trouble>)>;

/// A world that does as it is told and writes down what was done to it.
pub(super) struct Scripted {
    pub(super) start: Instant,
    look: Look,
    pub(super) fails: Option<&'static str>,
    pub(super) hangs: bool,
    pub(super) wakes: Vec<(Duration, Wake)>,
    pub(super) log: Vec<(Duration, Event)>,
}

impl Scripted {
    pub(super) fn new(
        look: impl FnMut(Duration, bool) -> (Observed, Vec<Trouble>) + 'static,
    ) -> Self {
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
    pub(super) fn asked(&self) -> Vec<Duration> {
        let asked = |(_, event): &&(Duration, Event)| *event == Event::Looked { asked: true };
        self.log.iter().filter(asked).map(|(at, _)| *at).collect()
    }

    pub(super) fn events(&self) -> Vec<Event> {
        self.log.iter().map(|(_, event)| event.clone()).collect()
    }

    /// Runs the loop for `span`.
    pub(super) async fn run(&mut self, span: Duration) {
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
            | Step::PutBack { .. }
            | Step::RollBack(_) => "else",
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

pub(super) fn gaps(times: &[Duration]) -> impl Iterator<Item = Duration> {
    times.windows(2).map(|pair| pair[1].saturating_sub(pair[0]))
}

pub(super) fn trouble(class: Option<Class>) -> Trouble {
    Trouble {
        doing: "trying".to_owned(),
        outlook: Outlook::Passing,
        help: None,
        class,
        retry_after: None,
        cause: "it does not work".into(),
    }
}

pub(super) const TEXT: &str = "[GLOBAL]\nGROUP = g\nFILEVERSION = 1\nMODE = SLAVE\nDELIVERMODE = hash\n\
    CHMPXIDTYPE = CUK\nMAXCHMPX = 64\nSELFCTLPORT = 8031\nSELFCUK = i-1\n\
    [SVRNODE]\nNAME = 192.0.2.1\nPORT = 8020\nCTLPORT = 8021\nCUK = s\n\
    [SLVNODE]\nNAME = 192.0.2.10\nCTLPORT = 8031\nCUK = i-1\n";

pub(super) fn candidate() -> Candidate {
    testing::candidate(TEXT, "i-1")
}

/// A node with nothing left to do: chmpx has its file in force, and lived with it long enough.
pub(super) fn settled() -> Observed {
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
pub(super) fn fresh() -> Observed {
    Observed {
        membership: Membership::Unknown,
        installed: Installed::Missing,
        memory: Memory::of("i-1"),
        ..settled()
    }
}
