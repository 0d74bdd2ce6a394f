//! How long to go on trying.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::effects::clock;
use crate::model::pace::{Pace, Turn};
use crate::model::settings::Settings;

/// The longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// How long to go on trying.
pub(super) struct Patience {
    pace: Pace,
    end: Option<Instant>,
}

impl Patience {
    /// Until `end`, or for ever.
    pub(super) fn new(settings: &Settings, end: Option<Instant>) -> Self {
        let seed = u64::from(std::process::id()) << 32 ^ clock::now();
        let pace = Pace::new(settings.interval, LONGEST_WAIT, settings.policy.share, seed, 0);
        Self { pace, end }
    }

    /// Waits before the next attempt; `false` when the time is over.
    pub(super) async fn wait(&mut self, retry_after: Option<Duration>) -> bool {
        let wait = self.pace.after(Turn::Passing { retry_after }, Duration::ZERO);
        if self.end.is_some_and(|end| Instant::now() + wait > end) {
            return false;
        }
        sleep(wait).await;
        true
    }
}
