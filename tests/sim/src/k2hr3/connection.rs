//! One connection: reads requests, answers them, and misbehaves where a fault is armed.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::faults::{At, Fault};
use super::log::Seen;
use super::mischief::{canned, reshaped};
use super::request::Request;
use super::response::Response;
use super::routes::{Route, answer};
use super::shared::Shared;
use super::state::Backend;
use super::{control, wire};

/// A byte stream that can be ended with a reset.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {
    /// Makes dropping the stream send a reset.
    fn abort_on_drop(&self);
}

impl Stream for TcpStream {
    fn abort_on_drop(&self) {
        // Without the option the client sees an end instead of a reset; its test would tell.
        self.set_zero_linger().unwrap_or_default();
    }
}

impl Stream for TlsStream<TcpStream> {
    fn abort_on_drop(&self) {
        self.get_ref().0.abort_on_drop();
    }
}

pub(crate) struct Connection<S> {
    pub(crate) stream: S,
    pub(crate) shared: Arc<Shared>,
    pub(crate) peer: IpAddr,
    /// Counts the connections that asked for something.
    pub(crate) number: u64,
    /// Requests of the API, without those of the administrator.
    pub(crate) served: u64,
}

/// How an exchange ended.
struct Ended {
    status: u16,
    sent: usize,
    goes_on: bool,
}

impl Ended {
    fn silently() -> Self {
        Self { status: 0, sent: 0, goes_on: false }
    }
}

impl<S: Stream> Connection<S> {
    /// Serves until the client leaves, idles too long or is thrown out.
    pub(crate) async fn serve(mut self) {
        let mut buffer = Vec::new();
        // Node waits a minute for a first request and five seconds for another.
        let mut wait = Duration::from_secs(60);
        loop {
            match wire::read(&mut self.stream, &mut buffer, self.peer, wait).await {
                Ok(request) if control::is_for(&request) => {
                    let response = control::answer(&self.shared, &request).await;
                    if !self.send(&request, &response, None).await.goes_on {
                        return;
                    }
                }
                Ok(request) => {
                    if !self.exchange(&request).await {
                        return;
                    }
                    self.served += 1;
                }
                Err(unread) => {
                    if let Some((_, text)) = wire::bare_refusal(unread) {
                        self.write(text.as_bytes()).await;
                    }
                    return;
                }
            }
            wait = self.shared.idle;
        }
    }

    /// One request of the real API; false when the connection ends.
    async fn exchange(&mut self, request: &Request) -> bool {
        let route = Route::of(request);
        if self.served == 0 {
            self.number = self.shared.connected();
        }
        let (number, fault) = {
            let mut sim = self.shared.sim();
            let fault = sim.faults.next(route, self.served > 0);
            (sim.log.begin(self.seen(request, route, fault.as_ref())), fault)
        };
        let ended = self.faulty_exchange(request, route, fault).await;
        self.shared.sim().log.end(number, ended.status, ended.sent);
        self.shared.tell(request, ended.status);
        ended.goes_on
    }

    fn seen(&self, request: &Request, route: Route, fault: Option<&Fault>) -> Seen {
        Seen {
            number: 0,
            at_ms: self.shared.uptime_ms(),
            connection: self.number,
            reused: self.served > 0,
            ip: request.client_ip(),
            method: request.method.clone(),
            target: request.target.clone(),
            route,
            headers: request.headers.clone(),
            body: String::from_utf8_lossy(&request.body).into_owned(),
            status: 0,
            sent: 0,
            fault: fault.cloned(),
        }
    }

    async fn faulty_exchange(
        &mut self,
        request: &Request,
        route: Route,
        fault: Option<Fault>,
    ) -> Ended {
        match &fault {
            Some(Fault::Delay { ms }) => tokio::time::sleep(Duration::from_millis(*ms)).await,
            Some(Fault::Hang) => {
                let shared = Arc::clone(&self.shared);
                self.wait_while(move || {
                    shared.sim().faults.0.iter().any(|a| a.fault == Fault::Hang)
                })
                .await;
                return Ended::silently();
            }
            Some(Fault::Reset { at: At::BeforeHeaders } | Fault::ResetReused) => {
                self.stream.abort_on_drop();
                return Ended::silently();
            }
            _ => {}
        }
        let shared = Arc::clone(&self.shared);
        if !self.wait_while(move || shared.sim().state.backend == Backend::Stopped).await {
            return Ended::silently();
        }
        let response = match fault.as_ref().and_then(|fault| canned(fault, route)) {
            Some(response) => response.finished(request),
            None => self.usual(request).await,
        };
        if response.never {
            self.wait_while(|| true).await;
            return Ended::silently();
        }
        self.send(request, &response, fault.as_ref()).await
    }

    /// The real server's answer, as late as it would come.
    async fn usual(&self, request: &Request) -> Response {
        let (response, delay) = {
            let mut sim = self.shared.sim();
            let is_dead = sim.state.backend == Backend::AllDead && request.path().len() > 4;
            (answer(&mut sim.state, request), is_dead.then_some(sim.dead_after))
        };
        if let Some(delay) = delay {
            tokio::time::sleep(delay).await;
        }
        response
    }

    /// Waits for a change that makes `holds` false; false when the client left before.
    async fn wait_while(&mut self, holds: impl Fn() -> bool) -> bool {
        let mut changes = self.shared.changes.subscribe();
        let mut ignored = [0; 64];
        while holds() {
            tokio::select! {
                told = changes.changed() => if told.is_err() { return false },
                read = self.stream.read(&mut ignored) => {
                    if !read.is_ok_and(|count| count > 0) { return false }
                }
            }
        }
        true
    }

    async fn send(
        &mut self,
        request: &Request,
        response: &Response,
        fault: Option<&Fault>,
    ) -> Ended {
        let (response, closes) = reshaped(response, fault);
        let keep_alive = request.keep_alive && !closes;
        let now = self.shared.sim().state.clock.now();
        let head = wire::head_of(&response, keep_alive, self.shared.idle, now);
        let body = response.body.as_slice();
        let half = body.get(..body.len() / 2).unwrap_or_default();
        let (sent, whole) = match fault {
            Some(Fault::Reset { at }) => {
                let part = if *at == At::InBody { half } else { &[] };
                self.write(&[&head, part].concat()).await;
                self.stream.abort_on_drop();
                (head.len() + part.len(), false)
            }
            Some(Fault::Endless) => (self.endless(&head).await, false),
            Some(Fault::Drip { ms }) => {
                let whole = self.write(&head).await && self.drip(body, *ms).await;
                (head.len() + body.len(), whole)
            }
            Some(Fault::DripAll { ms }) => {
                let bytes = [&head, body].concat();
                (bytes.len(), self.drip(&bytes, *ms).await)
            }
            _ => (head.len() + body.len(), self.write(&[&head, body].concat()).await),
        };
        Ended { status: response.status, sent, goes_on: whole && keep_alive }
    }

    async fn write(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok() && self.stream.flush().await.is_ok()
    }

    async fn drip(&mut self, bytes: &[u8], ms: u64) -> bool {
        for byte in bytes {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            if !self.write(std::slice::from_ref(byte)).await {
                return false;
            }
        }
        true
    }

    /// Sends chunks until the client has had enough.
    async fn endless(&mut self, head: &[u8]) -> usize {
        let mut sent = head.len();
        let start = br#"{"result":true,"message":null,"resource":""#;
        let chunk = [b"10000\r\n".as_slice(), "#".repeat(0x10000).as_bytes(), b"\r\n"].concat();
        let first = [head, format!("{:x}\r\n", start.len()).as_bytes(), start, b"\r\n"].concat();
        let mut goes_on = self.write(&first).await;
        while goes_on {
            sent = sent.saturating_add(chunk.len());
            goes_on = self.write(&chunk).await;
        }
        sent
    }
}
