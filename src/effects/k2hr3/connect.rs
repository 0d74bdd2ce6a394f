//! Making connections: certificates, proxy, and one address family for the life of the process.

use std::error::Error as _;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect;
use rustls::CertificateError;

use super::trust;
use crate::model::date;
use crate::model::failure::{Class, Failure};
use crate::model::settings::{Family, K2hr3 as Reach};

/// No connection could be prepared.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// The file with certificates could not be read, or holds none.
    #[error("could not use the certificates in {}", path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The base of the API, the role or the key make no address.
    #[error("could not make an address of {url}: {why}")]
    Address {
        /// What was tried.
        url: String,
        /// Why.
        why: String,
    },
    /// The pieces do not fit together.
    #[error("could not prepare connections to {api_uri}")]
    Client {
        /// The base of the API.
        api_uri: String,
        /// Why.
        #[source]
        cause: reqwest::Error,
    },
}

/// An idle connection is given up a second before the server does, which is after five (measured).
const IDLE: Duration = Duration::from_secs(4);

/// A way to K2HR3 that can be found anew.
#[derive(Debug)]
pub(super) struct Connector {
    reach: Reach,
    agent: &'static str,
    from: Option<IpAddr>,
    pin: Pin,
    http: Mutex<reqwest::Client>,
    distrusts: AtomicBool,
}

impl Connector {
    pub(super) fn new(
        reach: &Reach,
        agent: &'static str,
        from: Option<IpAddr>,
    ) -> Result<Self, Unusable> {
        let pin = Pin::new(reach.family);
        let http = Mutex::new(client(reach, agent, from, &pin)?);
        let distrusts = AtomicBool::new(false);
        Ok(Self { reach: reach.clone(), agent, from, pin, http, distrusts })
    }

    pub(super) fn pin(&self) -> &Pin {
        &self.pin
    }

    /// What requests are made with. Certificates are read once, so after a server that was not
    /// trusted they are read again: an operator may have mended them meanwhile.
    pub(super) fn http(&self) -> reqwest::Client {
        let mut http = self.http.lock().unwrap_or_else(PoisonError::into_inner);
        if self.distrusts.swap(false, Ordering::Relaxed)
            // A file that cannot be read now leaves what was trusted before.
            && let Ok(anew) = client(&self.reach, self.agent, self.from, &self.pin)
        {
            *http = anew;
        }
        http.clone()
    }

    /// What kept a request from being answered.
    pub(super) fn failure(&self, error: &reqwest::Error) -> Failure {
        let failure = failure(error);
        self.distrusts.fetch_or(failure.class == Class::Untrusted, Ordering::Relaxed);
        failure
    }
}

/// Makes connections as `reach` says, in the family of `pin`. Certificates are read here.
fn client(
    reach: &Reach,
    agent: &str,
    from: Option<IpAddr>,
    pin: &Pin,
) -> Result<reqwest::Client, Unusable> {
    let unusable = |cause| Unusable::Client { api_uri: reach.api_uri.clone(), cause };
    // Installed once a process; a second attempt finds the first one's.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut builder = reqwest::Client::builder()
        .user_agent(agent)
        .redirect(redirect::Policy::none())
        .connect_timeout(reach.connect_timeout)
        .timeout(reach.timeout)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(1)
        .dns_resolver(pin.clone())
        .tcp_keepalive(None)
        .local_address(from)
        .http1_only();
    builder = match &reach.proxy {
        Some(proxy) => builder.proxy(reqwest::Proxy::all(proxy).map_err(unusable)?),
        // To K2HR3 a proxy's address would be this node's: never by accident.
        None => builder.no_proxy(),
    };
    if let Some(path) = &reach.ca_file {
        let unusable = |cause| Unusable::CaFile { path: path.clone(), cause };
        let tls = trust::only_in(path, &provider).map_err(unusable)?;
        builder = builder.tls_backend_preconfigured(tls);
    } else if !reach.needs_certificates() {
        // A host without any certificates is no reason not to speak HTTP.
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(unusable)
}

/// The address of this host from which packets to `peer` come. Nothing is sent to find out.
fn address_towards(peer: SocketAddr) -> Option<IpAddr> {
    let any = if peer.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(any).ok()?;
    socket.connect(peer).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

/// Resolves names to the one address family of this process: to K2HR3 a node that comes by IPv4
/// once and by IPv6 the next time is two nodes.
#[derive(Debug, Clone)]
pub(super) struct Pin {
    family: Arc<AtomicU8>,
    wish: Family,
    peer: Arc<Mutex<Option<SocketAddr>>>,
    own: Arc<Mutex<Option<Own>>>,
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
    fn new(wish: Family) -> Self {
        let start = match wish {
            Family::Auto => ANY,
            Family::Ipv4 => V4,
            Family::Ipv6 => V6,
        };
        let family = Arc::new(AtomicU8::new(start));
        Self { family, wish, peer: Arc::default(), own: Arc::default() }
    }

    /// Keeps to the family of a connection that worked.
    pub(super) fn note(&self, peer: Option<SocketAddr>) {
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
    pub(super) fn own_address(&self) -> Option<IpAddr> {
        let towards = (*self.peer.lock().ok()?)?;
        let mut known = self.own.lock().ok()?;
        if let Some(own) = known.filter(|own| own.towards == towards && own.at.elapsed() < IDLE) {
            return Some(own.address);
        }
        let address = address_towards(towards)?;
        *known = Some(Own { towards, address, at: Instant::now() });
        Some(address)
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
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
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

/// What kept a request from being answered.
pub(super) fn failure(error: &reqwest::Error) -> Failure {
    let certificate = certificate(error);
    if let Some(text) = certificate.and_then(untimely) {
        return Failure { class: Class::Untimely, text, retry_after: None };
    }
    let (class, doing) = if error.is_timeout() {
        (Class::Silent, "K2HR3 did not answer in time")
    } else if certificate.is_some() {
        (Class::Untrusted, NO_CONNECTION)
    } else if error.is_connect() {
        (Class::Unreachable, NO_CONNECTION)
    } else {
        (Class::Unreachable, "the exchange with K2HR3 broke off")
    };
    Failure { class, text: format!("{doing}{}", causes(error)), retry_after: None }
}

const NO_CONNECTION: &str = "could not connect to K2HR3";

/// The innermost cause: those in between repeat the address, or each other.
fn causes(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    let mut innermost = None;
    while let Some(error) = cause {
        innermost = Some(error);
        cause = error.source();
    }
    innermost.map_or_else(String::new, |cause| format!(": {cause}"))
}

/// What to say of a certificate that is good at another time, with both times: one is wrong.
fn untimely(why: &CertificateError) -> Option<String> {
    let (time, verb, end) = if let CertificateError::ExpiredContext { time, not_after } = why {
        (time, "expired at", not_after)
    } else if let CertificateError::NotValidYetContext { time, not_before } = why {
        (time, "is not valid before", not_before)
    } else {
        return None;
    };
    let (end, time) = (date::moment(end.as_secs()), date::moment(time.as_secs()));
    Some(format!("the certificate of K2HR3 {verb} {end}, and the clock of this node says {time}"))
}

/// What is wrong with the server's certificate, if that is what it is.
fn certificate(error: &reqwest::Error) -> Option<&CertificateError> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(rustls) = error.downcast_ref::<rustls::Error>() {
            let rustls::Error::InvalidCertificate(why) = rustls else { return None };
            return Some(why);
        }
        // The source of an `io::Error` is that of the error inside, which would be passed over.
        let inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = match inside {
            Some(inside) => Some(inside),
            None => error.source(),
        };
    }
    None
}
