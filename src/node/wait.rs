//! Waiting: for time to pass, a file to change, or somebody to ask.

use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};
use tracing::debug;

use super::{Manners, Node};
use crate::agent::Wake;
use crate::effects::socket::{Numbered, Wish};
use crate::effects::systemd;
use crate::effects::watch::{DEBOUNCE, Noticed};

impl Node {
    pub(super) async fn wait_for(&mut self, limit: Duration) -> Wake {
        let end = Instant::now() + limit;
        loop {
            let noticed = tokio::select! {
                () = sleep_until(self.next_sign_of_life(end)) => None,
                noticed = self.watch.changed() => Some(noticed),
                Some(wish) = self.desk.wishes.recv() => {
                    self.grant(wish);
                    return Wake::Asked;
                }
                () = self.chmpx.lost() => {
                    debug!("chmpx has ended");
                    return Wake::Noticed;
                }
            };
            match noticed {
                None if Instant::now() >= end => return Wake::Due,
                None => self.show_life(),
                Some(Noticed::Token) => {
                    debug!("the token file may have changed");
                    sleep(DEBOUNCE).await;
                    return Wake::Asked;
                }
                // Our own installation is noticed, too.
                Some(Noticed::Target) if self.target_is_as_known() => {}
                // Watched by whoever runs the node, not here.
                Some(Noticed::Identity | Noticed::Memory) => {}
                Some(Noticed::Target) => {
                    sleep(DEBOUNCE).await;
                    return Wake::Noticed;
                }
            }
        }
    }

    /// Takes into account what was wished for before a look at K2HR3 begins.
    pub(super) fn grant_all(&mut self) {
        while let Ok(wish) = self.desk.wishes.try_recv() {
            self.grant(wish);
        }
    }

    /// Takes a wish into account in the next cycle.
    fn grant(&mut self, wish: Numbered) {
        self.desk.granted = wish.number;
        match wish.wish {
            Wish::Look { force } => {
                self.forced |= force;
                // Somebody wants to know: chmpx is asked, too.
                self.settled = false;
            }
            Wish::RollBack => self.wants_back = true,
            Wish::Membership { wanted } => {
                self.memory.departed = !wanted;
                // Wanting out: there is something to leave, whatever is remembered.
                self.memory.registered = !wanted;
                self.memory.registrations = 0;
            }
        }
    }

    /// The end of the wait, or earlier if systemd wants to hear from us before.
    fn next_sign_of_life(&self, end: Instant) -> Instant {
        match systemd::patience().filter(|_| self.manners == Manners::ActsForSystemd) {
            Some(limit) => end.min(Instant::now() + limit / 2),
            None => end,
        }
    }

    fn target_is_as_known(&self) -> bool {
        let print = crate::effects::disk::print(&self.settings.target.path);
        self.target.as_ref().is_some_and(|(known, _)| *known == print)
    }
}
