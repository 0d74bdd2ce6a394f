//! Whether K2HR3 knows this node, at the address that it has now.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use tracing::{debug, info, warn};

use super::Node;
use crate::agent::Chain;
use crate::effects::k2hr3::{self, Answer, By};
use crate::model::address::is_removable;
use crate::model::failure::Class;
use crate::model::observed::{K2hr3, Membership};

/// What reading without a token told about this node's membership.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Probe {
    /// Nothing yet, or nothing any more.
    #[default]
    Open,
    /// That this address is not a member, so many times in a row.
    Absent(IpAddr, u32),
    /// That K2HR3 does not know the role.
    Stray(Instant),
}

/// K2HR3 is asked no more than so often in a row whether it knows this address.
const PROBES: u32 = 2;
/// A role that K2HR3 does not know is asked for again after this long: an outage looks the same.
const STRAY_AGAIN: Duration = Duration::from_secs(60);
/// A machine that shuts down does not wait longer for K2HR3.
const STOPPING: Duration = Duration::from_secs(3);

impl Node {
    /// Reads without a token while it is open whether K2HR3 knows this node at this address: once
    /// after a registration, which K2HR3 also takes into a mistyped role or may lose to another
    /// one's, and once after the address changed. Everything else is read as usual then.
    pub(super) async fn verify(&mut self) -> Option<Answer> {
        let address = self.k2hr3.own_address()?;
        let is_open = match self.probe {
            Probe::Open => true,
            Probe::Absent(where_asked, times) => where_asked != address || times < PROBES,
            Probe::Stray(since) => since.elapsed() >= STRAY_AGAIN,
        };
        let is_known = self.memory.address == Some(address);
        let has_reason = self.memory.registered || self.memory.registrations > 0;
        if is_known || !is_open || !has_reason || self.memory.departed {
            return None;
        }
        let etag = self.publications.etag();
        match self.k2hr3.read(By::Address, etag).await {
            Ok(answer) => {
                if self.is_astray().await {
                    self.probe = Probe::Stray(Instant::now());
                } else {
                    self.known_here();
                }
                return Some(answer);
            }
            Err(failure) => match (failure.class, self.probe) {
                (Class::NotMember, Probe::Absent(same, times)) if same == address => {
                    self.probe = Probe::Absent(address, times.saturating_add(1));
                }
                (Class::NotMember, _) => self.probe = Probe::Absent(address, 1),
                (Class::NoRole, _) => self.probe = Probe::Stray(Instant::now()),
                _ => debug!(%failure, "whether this node is known was not answered"),
            },
        }
        None
    }

    /// Whether the role lets this node read and was never made: its name is mistyped then.
    async fn is_astray(&self) -> bool {
        // Where K2HR3 has known this node before, the role was right.
        self.memory.address.is_none()
            && self.k2hr3.knows_role().await.is_err_and(|failure| failure.class == Class::NoRole)
    }

    /// Takes note that K2HR3 knows this node at its present address.
    pub(super) fn known_here(&mut self) {
        self.probe = Probe::Open;
        if let Some(address) = self.k2hr3.own_address() {
            self.memory.address = Some(address);
        }
    }

    /// What is published, and what was told about this address, as one answer.
    pub(super) fn where_registered(&mut self, k2hr3: K2hr3) -> Membership {
        let published = self.listed(k2hr3);
        match self.probe {
            // Unless K2HR3 has known this node at another address, what it publishes is more to
            // the point: to a K2HR3 behind a proxy an address may be anybody's.
            Probe::Absent(..)
                if published == Membership::Listed && self.memory.address.is_none() =>
            {
                published
            }
            Probe::Open => published,
            Probe::Absent(_, looks) => Membership::Missing { looks },
            Probe::Stray(_) => Membership::Stray,
        }
    }

    /// What the role lists, by what is published; looks that did not find this node are counted.
    fn listed(&mut self, k2hr3: K2hr3) -> Membership {
        match k2hr3 {
            K2hr3::Failed(Class::NotMember) => self.missing_looks += 1,
            K2hr3::Answered => match self.publications.membership(0) {
                Membership::Listed => self.missing_looks = 0,
                Membership::Missing { .. } => self.missing_looks += 1,
                Membership::Unknown | Membership::Stray => {}
            },
            K2hr3::NotAsked | K2hr3::Failed(_) => {}
        }
        if k2hr3 == K2hr3::Failed(Class::NotMember) {
            return Membership::Missing { looks: self.missing_looks };
        }
        self.publications.membership(self.missing_looks)
    }

    /// After a registration: whether it is known there is open again, and the entry under another
    /// address is taken out if this host still has that address. K2HR3 lets nobody else do so.
    pub(super) async fn leave_old_address(&mut self) {
        self.probe = Probe::Open;
        let old = self.memory.address.take();
        let present = self.k2hr3.own_address();
        if let Some(present) = present.filter(|address| !is_removable(*address)) {
            warn!(%present, "K2HR3 will not remove this node by itself: of IPv6 addresses it \
                removes only those that end in a single digit");
        }
        let Some(old) = old.filter(|old| present.is_some_and(|present| present != *old)) else {
            return;
        };
        if self.manners.may_act() && self.remove_at(old).await {
            info!(%old, "the entry under the old address is removed");
        } else {
            warn!(%old, "the role may still list this node at its old address; remove that entry \
                in K2HR3");
        }
    }

    /// Takes this node out of its role while the agent is stopped, if that is wished. It comes back
    /// by itself: unlike `unregister`, this says nothing about what an operator wants for good.
    pub async fn leave_at_stop(&mut self) {
        if !self.settings.k2hr3.leave_at_stop || !self.memory.registered {
            return;
        }
        let gone = self.k2hr3.unregister();
        match tokio::time::timeout(STOPPING, gone).await {
            Ok(Ok(())) => {
                info!(event = "left-role", "out of the role until the agent starts again");
            }
            Ok(Err(failure)) => warn!(%failure, "this node stays in its role"),
            Err(_elapsed) => warn!("this node stays in its role: K2HR3 did not answer in time"),
        }
        // Also when it failed: whether it is in its role shows when it is read the next time.
        self.memory.registered = false;
        self.memory.registrations = 0;
        self.memory.address = None;
        if let Err(trouble) = self.remember() {
            warn!(error = %Chain(&trouble), "the next start looks for itself");
        }
    }

    async fn remove_at(&self, address: IpAddr) -> bool {
        let Ok(there) =
            k2hr3::K2hr3::coming_from(&self.settings.k2hr3, &self.settings.identity, address)
        else {
            return false;
        };
        there.unregister().await.is_ok()
    }

    /// What to say when K2HR3 lists this node after it has removed it.
    pub(super) fn still_listed(&self) -> String {
        let said = "K2HR3 still lists this node after it was removed";
        match self.k2hr3.own_address() {
            Some(address) if !is_removable(address) => {
                format!("{said}: it cannot remove {address}; an administrator has to")
            }
            _ => said.to_owned(),
        }
    }
}
