//! Making connections: certificates, proxy, and one address family for the life of the process.

mod answers;
mod failure;
mod pin;

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::redirect;

use super::trust;
use crate::model::failure::{Class, Failure};
use crate::model::settings::K2hr3 as Reach;
pub(super) use failure::failure;
use pin::Pin;

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
