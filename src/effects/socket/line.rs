//! Between the loop and whoever asks: wishes one way, reports the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::{LONGEST_WAIT, Until};
use crate::effects::clock;
use crate::model::metrics::{self, Counts};
use crate::model::report::Report;
use crate::model::report::code::Phase;

/// What the loop is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// A look at K2HR3.
    Look {
        /// Whether guards are overridden.
        force: bool,
    },
    /// The file that was good before.
    RollBack,
    /// Another membership.
    Membership {
        /// Whether this node is to be in its role.
        wanted: bool,
    },
}

/// A wish, and which one it is: they are counted from 1.
#[derive(Debug, Clone, Copy)]
pub struct Numbered {
    /// Its number.
    pub number: u64,
    /// What is wished for.
    pub wish: Wish,
}

/// A report, and how it came about.
#[derive(Debug, Clone)]
pub struct Told {
    /// The report.
    pub report: Report,
    /// When it was told.
    pub at: Instant,
    /// The last wish that was taken into account before that cycle began.
    pub granted: u64,
    /// Whether something was done in that cycle, so that the next one will tell more.
    pub acted: bool,
}

/// The other end of a [`Line`].
#[derive(Debug)]
pub struct Desk {
    /// Where wishes arrive.
    pub wishes: mpsc::Receiver<Numbered>,
    /// The number of the last wish that was taken into account.
    pub granted: u64,
    /// Where reports go.
    pub told: watch::Sender<Option<Told>>,
    /// What is counted.
    pub counts: watch::Sender<Counts>,
}

/// Both ends of a connection between the loop and whoever asks.
pub fn line() -> (Line, Desk) {
    let (sender, wishes) = mpsc::channel(16);
    let (told, receiver) = watch::channel(None);
    let (counts, counted) = watch::channel(Counts::since(clock::now()));
    let number = Arc::default();
    (
        Line { wishes: sender, number, told: receiver, counted },
        Desk { wishes, granted: 0, told, counts },
    )
}

/// What the socket needs of the loop.
#[derive(Debug, Clone)]
pub struct Line {
    /// Takes wishes.
    wishes: mpsc::Sender<Numbered>,
    number: Arc<AtomicU64>,
    /// Gives reports.
    pub told: watch::Receiver<Option<Told>>,
    /// Gives what was counted.
    pub counted: watch::Receiver<Counts>,
}

impl Line {
    /// The last report.
    pub fn last(&self) -> Option<Report> {
        self.told.borrow().as_ref().map(|told| {
            let pace = told.report.pace.map(|pace| pace.later(told.at.elapsed()));
            Report { pace, ..told.report.clone() }
        })
    }

    /// All figures as text, once there was a cycle.
    pub fn metrics(&self) -> Option<String> {
        let report = self.last()?;
        Some(metrics::render(&report, &self.counted.borrow(), clock::now()))
    }

    /// Wishes for a look at K2HR3 and waits for at most `limit` seconds.
    pub async fn refresh(self, force: bool, until: Until, limit: u64) -> Option<Report> {
        let enough = |report: &Report| until == Until::Looked || is_final(report);
        self.wish(Wish::Look { force }, limit, enough).await
    }

    /// Wishes for the file that was good before and waits for at most `limit` seconds.
    pub async fn roll_back(self, limit: u64) -> Option<Report> {
        self.wish(Wish::RollBack, limit, is_final).await
    }

    /// Wishes for another membership and waits for at most `limit` seconds.
    pub async fn membership(self, wanted: bool, limit: u64) -> Option<Report> {
        let enough = |report: &Report| report.registered == wanted || !report.troubles.is_empty();
        self.wish(Wish::Membership { wanted }, limit, enough).await
    }

    /// The first report that is enough, of a cycle that began after now and left nothing to do at
    /// once; when the time is over, the last one: it says what is missing.
    async fn wish(
        mut self,
        wish: Wish,
        limit: u64,
        enough: impl Fn(&Report) -> bool,
    ) -> Option<Report> {
        // First the place in the queue, then the number: they come in the order of their numbers.
        let place = self.wishes.reserve().await.ok()?;
        let number = self.number.fetch_add(1, Ordering::Relaxed) + 1;
        place.send(Numbered { number, wish });
        let reached = |told: &Option<Told>| {
            told.as_ref()
                .is_some_and(|told| told.granted >= number && !told.acted && enough(&told.report))
        };
        let limit = Duration::from_secs(limit.min(LONGEST_WAIT));
        // Over or not, what was told last is the answer.
        let _in_time = timeout(limit, self.told.wait_for(reached)).await.map(drop);
        self.last()
    }
}

/// Whether waiting would not change a report soon.
pub fn is_final(report: &Report) -> bool {
    report.settled || report.verdict.code.phase() == Phase::Stays
}
