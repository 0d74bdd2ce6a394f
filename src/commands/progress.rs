//! Telling on a terminal what is waited for: one line on standard error, gone when it is over.

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Stderr, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::page::columns;

/// What is over sooner is not worth a line.
const SOON: Duration = Duration::from_secs(1);

/// Whether a line is shown. There is one standard error, so there is one line.
static SHOWN: AtomicBool = AtomicBool::new(false);

/// Standard error, for whole lines: what is shown of the progress makes room for them.
pub(crate) fn stderr() -> Stderr {
    erase();
    io::stderr()
}

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

/// Shows a line in place of the one before. It never wraps: that could not be erased.
fn show(text: &str) {
    let width = columns(io::stderr()).unwrap_or(80).saturating_sub(1);
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line: String = text.chars().take(width).collect();
    SHOWN.store(true, Ordering::Relaxed);
    // A terminal that went away has no reader.
    let _unread = write!(io::stderr(), "\r\x1b[K{line}");
}

/// Takes the line away, if there is one.
pub(crate) fn erase() {
    if SHOWN.swap(false, Ordering::Relaxed) {
        let _unread = write!(io::stderr(), "\r\x1b[K");
    }
}
