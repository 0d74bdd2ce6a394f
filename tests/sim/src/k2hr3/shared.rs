//! What all connections share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::faults::Faults;
use super::log::Log;
use super::request::Request;
use super::state::State;

/// How long a read took while all servers of the backend were dead.
const DEAD_AFTER: Duration = Duration::from_secs(18);

/// The server and what is watched and done to it.
#[derive(Debug)]
pub(crate) struct Sim {
    pub(crate) state: State,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    /// How late an answer is while all servers of the backend are dead.
    pub(crate) dead_after: Duration,
}

#[derive(Debug)]
pub(crate) struct Shared {
    sim: Mutex<Sim>,
    /// Told after every administrative change.
    pub(crate) changes: watch::Sender<u64>,
    /// Whether the API's addresses accept connections.
    pub(crate) open: watch::Sender<bool>,
    /// How many of those addresses do.
    pub(crate) open_doors: watch::Sender<usize>,
    pub(crate) doors: usize,
    pub(crate) idle: Duration,
    verbose: bool,
    started: Instant,
    connections: AtomicU64,
}

impl Shared {
    pub(crate) fn new(idle: Duration, verbose: bool, doors: usize) -> Self {
        let sim = Sim {
            state: State::default(),
            faults: Faults::default(),
            log: Log::default(),
            dead_after: DEAD_AFTER,
        };
        Self {
            sim: Mutex::new(sim),
            changes: watch::Sender::new(0),
            open: watch::Sender::new(true),
            open_doors: watch::Sender::new(0),
            doors,
            idle,
            verbose,
            started: Instant::now(),
            connections: AtomicU64::new(0),
        }
    }

    pub(crate) fn sim(&self) -> MutexGuard<'_, Sim> {
        self.sim.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens or closes all doors, and waits until that is done.
    pub(crate) async fn open_doors(&self, open: bool) {
        self.open.send_replace(open);
        let wanted = if open { self.doors } else { 0 };
        let mut doors = self.open_doors.subscribe();
        // The sender lives as long as this.
        doors.wait_for(|open| *open == wanted).await.map(drop).unwrap_or_default();
    }

    /// Counts a connection at its first request and gives its number.
    pub(crate) fn connected(&self) -> u64 {
        self.sim().log.counts.connections += 1;
        self.connections.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn uptime_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    #[expect(clippy::print_stderr, reason = "what --verbose is for")]
    pub(crate) fn tell(&self, request: &Request, status: u16) {
        if self.verbose {
            let Request { method, target, .. } = request;
            eprintln!("{} {method} {target} -> {status}", request.client_ip());
        }
    }
}
