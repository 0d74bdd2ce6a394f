//! Drives a k2hr3-sim from a test: starts it, makes clusters, arms faults, asks what was seen.

mod cluster;
mod conversation;
mod error;
mod http;
mod making;
mod process;

use std::future::{Future, IntoFuture};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use cluster::{Cluster, ClusterPlan};
pub use conversation::Conversation;
pub use error::AdminError;
pub use http::Raw;
use process::Process;

use super::faults::{Armed, Fault};
use super::log::{Counts, Seen};
use super::orders::{BackendOrder, ClockOrder, ClockTime, DoorOrder};
use super::routes::Route;
use super::server::Options;
use super::state::Backend;

/// How long [`Admin::until`] waits.
const PATIENCE: Duration = Duration::from_secs(30);

type Done<T = ()> = Result<T, AdminError>;

/// A running k2hr3-sim. Clones are the same server; it ends with the last of them.
#[derive(Debug, Clone)]
pub struct Admin(Arc<Process>);

impl Admin {
    /// Runs the server in a thread of this process.
    pub fn here(options: Options) -> Done<Self> {
        Process::here(options).map(|process| Self(Arc::new(process)))
    }

    /// Runs the binary at this path as a child process with more arguments.
    pub async fn spawn(binary: &Path, arguments: &[&str]) -> Done<Self> {
        Process::spawn(binary, arguments).await.map(|process| Self(Arc::new(process)))
    }

    /// Uses a server that runs already, by an address of it in plain HTTP.
    pub fn connect(url: &str) -> Self {
        Self(Arc::new(Process::elsewhere(url)))
    }

    /// `http://127.0.0.1:PORT`, or `https://…`: what the agent is told.
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// A cluster to be made; await it.
    pub fn cluster(&self, name: &str) -> ClusterPlan {
        ClusterPlan::new(self.clone(), name)
    }

    /// A fault to be armed; await it.
    pub fn fault(&self, fault: Fault) -> FaultPlan {
        let armed = Armed { fault, on: Route::All, times: None, after: 0 };
        FaultPlan { admin: self.clone(), armed }
    }

    /// Disarms all faults; requests that hang are dropped.
    pub async fn clear_faults(&self) -> Done {
        self.delete("/sim/faults", &()).await
    }

    /// The faults with what is left of their times.
    pub async fn faults(&self) -> Done<Vec<Armed>> {
        self.get("/sim/faults").await
    }

    /// How the backend does from now on.
    pub async fn backend(&self, mode: Backend) -> Done {
        self.post("/sim/backend", &BackendOrder { mode, dead_after_ms: None }).await
    }

    /// All servers of the backend are dead, and answers are this late. The real delay is 18 s.
    pub async fn backend_dead(&self, after: Duration) -> Done {
        let dead_after_ms = u64::try_from(after.as_millis()).ok();
        self.post("/sim/backend", &BackendOrder { mode: Backend::AllDead, dead_after_ms }).await
    }

    /// Refuses connections and ends all there are. What is stored stays.
    ///
    /// This needs an admin address: a server that listens on one address only closes that, too.
    pub async fn down(&self) -> Done {
        self.post("/sim/listeners", &DoorOrder { open: false }).await
    }

    /// Accepts connections again, at the same address.
    pub async fn up(&self) -> Done {
        self.post("/sim/listeners", &DoorOrder { open: true }).await
    }

    /// Moves the clock, which tokens live by; gives the time in seconds since 1970.
    pub async fn advance(&self, by: Duration) -> Done<i64> {
        let advance = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
        self.clock(ClockOrder { advance, ..ClockOrder::default() }).await
    }

    /// Sets the clock to this many seconds since 1970.
    pub async fn set_clock(&self, seconds: i64) -> Done<i64> {
        self.clock(ClockOrder { set: Some(seconds), ..ClockOrder::default() }).await
    }

    /// Stops the clock, so that only [`Admin::advance`] and [`Admin::set_clock`] move it.
    pub async fn stop_clock(&self) -> Done<i64> {
        self.clock(ClockOrder { stop: Some(true), ..ClockOrder::default() }).await
    }

    async fn clock(&self, order: ClockOrder) -> Done<i64> {
        let ClockTime { now } = self.post("/sim/clock", &order).await?;
        Ok(now)
    }

    /// What was asked so far.
    pub async fn counts(&self) -> Done<Counts> {
        self.get("/sim/counts").await
    }

    /// The last requests, oldest first.
    pub async fn requests(&self) -> Done<Vec<Seen>> {
        self.get("/sim/requests").await
    }

    /// Forgets counts and requests.
    pub async fn forget(&self) -> Done {
        self.delete("/sim/counts", &()).await
    }

    /// Waits until the counts are as wanted.
    pub async fn until(&self, wanted: impl Fn(&Counts) -> bool) -> Done<Counts> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let counts = self.counts().await?;
            if wanted(&counts) {
                return Ok(counts);
            }
            if tokio::time::Instant::now() > deadline {
                return Err(AdminError::InVain(Box::new(counts)));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Sends any request to the API in plain HTTP and gives what came back.
    pub async fn raw(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Done<Raw> {
        // Where the API wants TLS, the administrator's address serves it, too.
        let is_plain = self.0.url.starts_with("http://");
        let url = if is_plain { &self.0.url } else { &self.0.admin_url };
        let sent = http::exchange(url, method, target, headers, body).await;
        sent.map_err(|cause| AdminError::Ask { path: target.to_owned(), cause })
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Done<T> {
        self.ask("GET", path, "").await
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, order: &impl Serialize) -> Done<T> {
        self.order("POST", path, order).await
    }

    async fn delete<T: DeserializeOwned>(&self, path: &str, order: &impl Serialize) -> Done<T> {
        self.order("DELETE", path, order).await
    }

    async fn order<T: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        order: &impl Serialize,
    ) -> Done<T> {
        let body = serde_json::to_string(order)
            .map_err(|cause| AdminError::Answer { path: path.to_owned(), cause })?;
        self.ask(method, path, if body == "null" { "" } else { &body }).await
    }

    async fn ask<T: DeserializeOwned>(&self, method: &str, path: &str, body: &str) -> Done<T> {
        let json = [("Content-Type", "application/json")];
        let answer = http::exchange(&self.0.admin_url, method, path, &json, body)
            .await
            .map_err(|cause| AdminError::Ask { path: path.to_owned(), cause })?;
        if answer.status != 200 {
            let (path, text) = (path.to_owned(), answer.text());
            return Err(AdminError::Refused { path, status: answer.status, text });
        }
        serde_json::from_slice(&answer.body)
            .map_err(|cause| AdminError::Answer { path: path.to_owned(), cause })
    }
}

/// A fault with the requests it is meant for; await it to arm it.
#[derive(Debug)]
#[must_use = "a fault is armed when it is awaited"]
pub struct FaultPlan {
    admin: Admin,
    armed: Armed,
}

impl FaultPlan {
    /// Only for requests of this kind.
    pub fn on(mut self, route: Route) -> Self {
        self.armed.on = route;
        self
    }

    /// Only this many times.
    pub fn times(mut self, times: u32) -> Self {
        self.armed.times = Some(times);
        self
    }

    /// Only after this many requests went well.
    pub fn after(mut self, requests: u32) -> Self {
        self.armed.after = requests;
        self
    }
}

impl IntoFuture for FaultPlan {
    type Output = Done;
    type IntoFuture = Pin<Box<dyn Future<Output = Done> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.admin.post("/sim/faults", &self.armed).await })
    }
}
