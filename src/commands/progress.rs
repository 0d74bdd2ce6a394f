//! Telling on a terminal what is waited for: one line on standard error, gone when it is over.

use std::fmt::Display;
use std::io::{self, IsTerminal as _};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::terminal::{erase, show};

/// What is over sooner is not worth a line.
const SOON: Duration = Duration::from_secs(1);

/// Waits for `work`, and tells a person who waits, too, that it is `what`.
pub(crate) async fn waiting<T>(what: &str, work: impl Future<Output = T>) -> T {
    while_waiting(|| std::future::ready(what.to_owned()), work).await
}

/// The same where `what` changes: it is asked every second.
pub(crate) async fn while_waiting<T, W: Future<Output = String>>(
    what: impl Fn() -> W,
    work: impl Future<Output = T>,
) -> T {
    if !io::stderr().is_terminal() {
        return work.await;
    }
    let start = Instant::now();
    let mut tick = interval_at(start + SOON, SOON);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let telling = async {
        loop {
            tick.tick().await;
            show(&format!("{} ({} s)", what().await, start.elapsed().as_secs()));
        }
    };
    let done = tokio::select! {
        biased;
        done = work => done,
        never = telling => never,
    };
    erase();
    done
}

/// How far a long piece of work is, where it tells so itself.
#[derive(Debug)]
pub(crate) struct Progress {
    is_terminal: bool,
    start: Instant,
}

impl Progress {
    pub(crate) fn new() -> Self {
        Self { is_terminal: io::stderr().is_terminal(), start: Instant::now() }
    }

    /// What is being done. What has just begun may soon be over.
    pub(crate) fn doing(&self, what: impl Display) {
        if self.is_terminal && self.start.elapsed() >= SOON {
            show(&what.to_string());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        erase();
    }
}
