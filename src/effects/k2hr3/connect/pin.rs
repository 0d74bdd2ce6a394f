//! One address family for the life of the process, and the address of this host in it.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

use super::IDLE;
use super::answers::Answers;
use crate::model::settings::Family;

/// Resolves names to the one address family of this process: to K2HR3 a node that comes by IPv4
/// once and by IPv6 the next time is two nodes.
#[derive(Debug, Clone)]
pub(in crate::effects::k2hr3) struct Pin {
    family: Arc<AtomicU8>,
    wish: Family,
    peer: Arc<Mutex<Option<SocketAddr>>>,
    own: Arc<Mutex<Option<Own>>>,
    answers: Answers,
}

/// The address of this host towards a peer, as it was found out at some moment.
#[derive(Debug, Clone, Copy)]
struct Own {
    towards: SocketAddr,
    address: IpAddr,
    at: Instant,
}

const ANY: u8 = 0;
const V4: u8 = 4;
const V6: u8 = 6;

impl Pin {
    pub(super) fn new(wish: Family) -> Self {
        let start = match wish {
            Family::Auto => ANY,
            Family::Ipv4 => V4,
            Family::Ipv6 => V6,
        };
        let family = Arc::new(AtomicU8::new(start));
        let (peer, own, answers) = (Arc::default(), Arc::default(), Answers::default());
        Self { family, wish, peer, own, answers }
    }

    /// Keeps to the family of a connection that worked.
    pub(in crate::effects::k2hr3) fn note(&self, peer: Option<SocketAddr>) {
        let Some(peer) = peer else { return };
        let family = if peer.is_ipv4() { V4 } else { V6 };
        // Whichever connection was first decides; that it was decided before is no failure.
        let _decided =
            self.family.compare_exchange(ANY, family, Ordering::Relaxed, Ordering::Relaxed);
        if let Ok(mut known) = self.peer.lock() {
            *known = Some(peer);
        }
    }

    /// The address of this host towards whoever answered last. For as long as a connection may be
    /// kept it is what it was: K2HR3 sees the address that the connection was made from.
    pub(in crate::effects::k2hr3) fn own_address(&self) -> Option<IpAddr> {
        let towards = (*self.peer.lock().ok()?)?;
        let mut known = self.own.lock().ok()?;
        if let Some(own) = known.filter(|own| own.towards == towards && own.at.elapsed() < IDLE) {
            return Some(own.address);
        }
        let address = address_towards(towards)?;
        *known = Some(Own { towards, address, at: Instant::now() });
        Some(address)
    }

    /// Whether the last connection was given up while its name was looked up: it is known by now, or
    /// will be soon. To be asked once.
    pub(in crate::effects::k2hr3) fn is_resolved_late(&self) -> bool {
        self.answers.came_too_late()
    }

    /// What is wrong and what to do, where a name has no address that is allowed: it may have had
    /// one before.
    fn nowhere(&self) -> String {
        let family = if self.family.load(Ordering::Relaxed) == V6 { "IPv6" } else { "IPv4" };
        let what = format!("the name of K2HR3 has no {family} address");
        match self.wish {
            Family::Auto => format!(
                "{what} any more, and this node is known by one of its own: where that is meant, \
                 set k2hr3.family, or restart the agent"
            ),
            Family::Ipv4 | Family::Ipv6 => format!("{what}, and k2hr3.family allows no other"),
        }
    }

    fn allows(&self, address: &SocketAddr) -> bool {
        match self.family.load(Ordering::Relaxed) {
            V4 => address.is_ipv4(),
            V6 => address.is_ipv6(),
            _ => true,
        }
    }
}

impl Resolve for Pin {
    fn resolve(&self, name: Name) -> Resolving {
        let pin = self.clone();
        Box::pin(async move {
            let asked = name.as_str().to_owned();
            let lookup = async move { Ok(lookup_host((name.as_str(), 0)).await?.collect()) };
            let found = pin.answers.of(asked, lookup).await?.into_iter();
            let mut allowed: Vec<_> = found.filter(|address| pin.allows(address)).collect();
            // Of IPv6 members K2HR3 removes only those whose address ends in a single digit.
            allowed.sort_by_key(SocketAddr::is_ipv6);
            if allowed.is_empty() {
                return Err(pin.nowhere().into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// The address of this host from which packets to `peer` come. Nothing is sent to find out.
fn address_towards(peer: SocketAddr) -> Option<IpAddr> {
    let any = if peer.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(any).ok()?;
    socket.connect(peer).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn refused(pin: &Pin, name: &str) -> String {
        let resolved = pin.resolve(name.parse().unwrap()).await;
        resolved.map(Iterator::count).unwrap_err().to_string()
    }

    #[tokio::test]
    async fn a_name_that_lost_the_family_in_use_is_told_with_what_to_do() {
        let pin = Pin::new(Family::Auto);
        assert!(pin.resolve("::1".parse().unwrap()).await.is_ok());
        pin.note(Some("192.0.2.1:80".parse().unwrap()));
        let told = refused(&pin, "::1").await;
        assert!(told.starts_with("the name of K2HR3 has no IPv4 address any more"), "{told}");
        assert!(told.ends_with("set k2hr3.family, or restart the agent"), "{told}");
    }

    #[tokio::test]
    async fn a_name_without_the_family_that_was_asked_for_is_told_with_the_setting() {
        let told = refused(&Pin::new(Family::Ipv6), "127.0.0.1").await;
        assert_eq!(told, "the name of K2HR3 has no IPv6 address, and k2hr3.family allows no other");
    }
}
