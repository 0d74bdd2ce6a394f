//! The listening side: addresses, TLS, and opening and closing them.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, version};

use super::connection::{Connection, Stream};
use super::shared::Shared;

/// How to serve.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the API listens; port 0 for any.
    pub listen: Vec<SocketAddr>,
    /// Where `/sim/…` is reachable in plain HTTP even when the API is closed or wants TLS.
    pub admin: Option<SocketAddr>,
    /// Certificate chain and key, both PEM.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Whether TLS 1.2 is the newest that is spoken, as by an old proxy before K2HR3.
    pub old_tls: bool,
    /// How long an idle connection stays open.
    pub idle: Duration,
    /// Whether requests are told on standard error.
    pub verbose: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: vec![SocketAddr::from(([127, 0, 0, 1], 0))],
            admin: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
            tls: None,
            old_tls: false,
            idle: Duration::from_secs(5),
            verbose: false,
        }
    }
}

/// A server that listens. Dropping it ends it with all its connections.
#[derive(Debug)]
pub struct Server {
    /// `http://…` or `https://…`, one for each address.
    pub urls: Vec<String>,
    /// `http://…` of the admin address.
    pub admin_url: Option<String>,
    tasks: JoinSet<()>,
}

impl Server {
    /// Binds all addresses and serves on them.
    pub async fn start(options: Options) -> io::Result<Self> {
        let acceptor = options.tls.as_ref().map(|papers| acceptor(papers, options.old_tls));
        let acceptor = acceptor.transpose()?;
        let scheme = if acceptor.is_some() { "https" } else { "http" };
        let shared = Arc::new(Shared::new(options.idle, options.verbose, options.listen.len()));
        let (mut tasks, mut urls) = (JoinSet::new(), Vec::new());
        for address in options.listen {
            let listener = TcpListener::bind(address).await?;
            urls.push(format!("{scheme}://{}", listener.local_addr()?));
            let door = Door { shared: Arc::clone(&shared), acceptor: acceptor.clone() };
            tasks.spawn(door.opened_and_closed(listener));
        }
        let mut admin_url = None;
        if let Some(address) = options.admin {
            let listener = TcpListener::bind(address).await?;
            admin_url = Some(format!("http://{}", listener.local_addr()?));
            let door = Door { shared: Arc::clone(&shared), acceptor: None };
            tasks.spawn(async move { door.always_open(listener).await });
        }
        shared.sim().state.base_uri = urls.first().cloned().unwrap_or_default();
        Ok(Self { urls, admin_url, tasks })
    }

    /// Serves until it is dropped.
    pub async fn serve(mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

fn acceptor((chain, key): &(PathBuf, PathBuf), is_old: bool) -> io::Result<TlsAcceptor> {
    let chain = CertificateDer::pem_file_iter(chain)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(io::Error::other)?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(io::Error::other)?;
    let provider = Arc::new(ring::default_provider());
    let versions = [&version::TLS12, &version::TLS13];
    let (old, all) = (&versions[..1], &versions[..]);
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(if is_old { old } else { all })
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(io::Error::other)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// One address.
#[derive(Clone)]
struct Door {
    shared: Arc<Shared>,
    acceptor: Option<TlsAcceptor>,
}

impl Door {
    async fn always_open(&self, listener: TcpListener) {
        let mut connections = JoinSet::new();
        loop {
            self.accept(&listener, &mut connections).await;
        }
    }

    /// Closing drops the listener, so that connecting is refused, and all connections.
    async fn opened_and_closed(self, listener: TcpListener) {
        let Ok(address) = listener.local_addr() else { return };
        let mut open = self.shared.open.subscribe();
        let mut listener = Some(listener);
        loop {
            if let Some(listener) = listener.take() {
                self.shared.open_doors.send_modify(|doors| *doors += 1);
                tokio::select! {
                    () = self.always_open(listener) => {}
                    closed = open.wait_for(|open| !open) => if closed.is_err() { return },
                }
                self.shared.open_doors.send_modify(|doors| *doors -= 1);
            }
            if open.wait_for(|open| *open).await.is_err() {
                return;
            }
            match TcpListener::bind(address).await {
                Ok(bound) => listener = Some(bound),
                // Somebody else has the port for a moment.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    async fn accept(&self, listener: &TcpListener, connections: &mut JoinSet<()>) {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(self.clone().serve(stream, peer));
                }
                // Out of descriptors: existing connections must end first.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }

    async fn serve(self, stream: TcpStream, peer: SocketAddr) {
        // Small answers must not wait for an acknowledgement.
        stream.set_nodelay(true).unwrap_or_default();
        match self.acceptor {
            None => connection(stream, self.shared, peer).serve().await,
            Some(acceptor) => {
                let handshake = acceptor.accept(stream);
                let limited = tokio::time::timeout(Duration::from_secs(10), handshake);
                if let Ok(Ok(stream)) = limited.await {
                    connection(stream, self.shared, peer).serve().await;
                }
            }
        }
    }
}

fn connection<S: Stream>(stream: S, shared: Arc<Shared>, peer: SocketAddr) -> Connection<S> {
    Connection { stream, shared, peer: peer.ip(), number: 0, served: 0 }
}
