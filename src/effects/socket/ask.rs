//! The other end: asking a running agent.

use std::io;
use std::path::Path;
use std::time::Duration;

use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader, Lines};
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::{Request, put};
use crate::model::report::Report;

/// The longest answer.
const LONGEST_ANSWER: u64 = 16 * 1024 * 1024;
/// How long an agent may take beyond what the request itself allows.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks the agent that listens at `path`.
pub async fn ask(path: &Path, request: &Request) -> io::Result<Option<Report>> {
    exchange(path, request).await
}

/// Asks the agent that listens at `path` for its figures.
pub async fn ask_for_metrics(path: &Path) -> io::Result<Option<String>> {
    exchange(path, &Request::Metrics).await
}

async fn exchange<T: DeserializeOwned>(path: &Path, request: &Request) -> io::Result<T> {
    let limit = PATIENCE + Duration::from_secs(request.limit());
    match timeout(limit, exchange_at_last(path, request)).await {
        Ok(result) => result,
        Err(_elapsed) => Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "the agent does not answer; `systemctl restart k2hdkc-slave-agent` ends one that hangs",
        )),
    }
}

async fn exchange_at_last<T: DeserializeOwned>(path: &Path, request: &Request) -> io::Result<T> {
    let mut stream = UnixStream::connect(path).await?;
    put(&mut stream, request).await?;
    let mut answer = String::new();
    stream.take(LONGEST_ANSWER).read_to_string(&mut answer).await?;
    if answer.is_empty() {
        return Err(io::Error::other("the agent hung up without an answer"));
    }
    Ok(serde_json::from_str(&answer)?)
}

/// The reports of an agent, as they come.
#[derive(Debug)]
pub struct Reports(Lines<BufReader<UnixStream>>);

/// Follows the agent that listens at `path`.
pub async fn follow(path: &Path) -> io::Result<Reports> {
    let mut stream = UnixStream::connect(path).await?;
    put(&mut stream, &Request::Follow).await?;
    Ok(Reports(BufReader::new(stream).lines()))
}

impl Reports {
    /// The next report; `None` when the agent ends.
    pub async fn next(&mut self) -> io::Result<Option<Report>> {
        while let Some(line) = self.0.next_line().await? {
            // An agent that has just been started has nothing to tell yet.
            if let Some(report) = serde_json::from_str(&line)? {
                return Ok(Some(report));
            }
        }
        Ok(None)
    }
}
