//! The socket of a running agent: one request and one answer a connection, each one line of JSON.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
    Lines,
};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use crate::effects::clock;
use crate::model::metrics::{self, Counts};
use crate::model::report::Report;

/// The longest request.
const LONGEST: u64 = 4096;
/// The longest answer.
const LONGEST_ANSWER: u64 = 16 * 1024 * 1024;
/// Who connects has to say what is wanted within this time.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest that an answer is waited for.
const LONGEST_WAIT: u64 = 3600;

/// How far a refresh is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Until {
    /// K2HR3 was asked once.
    Looked,
    /// Nothing is left to do, or nothing that waiting would help.
    Adopted,
}

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// The last report.
    Status,
    /// All figures, as text.
    Metrics,
    /// The last report, and each that comes after it, one a line.
    Follow,
    /// A cycle now, and its report.
    Refresh {
        /// Whether guards are overridden.
        force: bool,
        /// How far to wait.
        until: Until,
        /// For how many seconds, at most.
        limit: u64,
    },
    /// The file that was good before, and the report when it is there.
    RollBack {
        /// For how many seconds to wait, at most.
        limit: u64,
    },
    /// Another membership, and the report when it is there.
    Membership {
        /// Whether this node is to be in its role.
        wanted: bool,
        /// For how many seconds to wait, at most.
        limit: u64,
    },
}

impl Request {
    /// How long the answer may take by itself, in seconds.
    fn limit(&self) -> u64 {
        match self {
            Self::Refresh { limit, .. }
            | Self::RollBack { limit }
            | Self::Membership { limit, .. } => (*limit).min(LONGEST_WAIT),
            Self::Status | Self::Follow | Self::Metrics => 0,
        }
    }
}

/// What the loop is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// A look at K2HR3.
    Look {
        /// Whether guards are overridden.
        force: bool,
    },
    /// The file that was good before.
    RollBack,
    /// To be in the role, or to be out of it.
    Membership(bool),
}

/// A wish, and which one it is: they are counted from 1.
#[derive(Debug, Clone, Copy)]
pub struct Numbered {
    /// Its number.
    pub number: u64,
    /// What is wished for.
    pub wish: Wish,
}

/// A report, and how it came about.
#[derive(Debug, Clone)]
pub struct Told {
    /// The report.
    pub report: Report,
    /// When it was told.
    pub at: Instant,
    /// The last wish that was taken into account before that cycle began.
    pub granted: u64,
    /// Whether something was done in that cycle, so that the next one will tell more.
    pub acted: bool,
}

/// The other end of a [`Line`].
#[derive(Debug)]
pub struct Desk {
    /// Where wishes arrive.
    pub wishes: mpsc::Receiver<Numbered>,
    /// The number of the last wish that was taken into account.
    pub granted: u64,
    /// Where reports go.
    pub told: watch::Sender<Option<Told>>,
    /// What is counted.
    pub counts: watch::Sender<Counts>,
}

/// Both ends of a connection between the loop and whoever asks.
pub fn line() -> (Line, Desk) {
    let (sender, wishes) = mpsc::channel(16);
    let (told, receiver) = watch::channel(None);
    let (counts, counted) = watch::channel(Counts::since(clock::now()));
    let number = Arc::default();
    (
        Line { wishes: sender, number, told: receiver, counted },
        Desk { wishes, granted: 0, told, counts },
    )
}

/// What the socket needs of the loop.
#[derive(Debug, Clone)]
pub struct Line {
    /// Takes wishes.
    wishes: mpsc::Sender<Numbered>,
    number: Arc<AtomicU64>,
    /// Gives reports.
    pub told: watch::Receiver<Option<Told>>,
    /// Gives what was counted.
    pub counted: watch::Receiver<Counts>,
}

/// Listens at `path`, where a socket that was left by a dead agent is replaced.
pub fn listen(path: &Path) -> io::Result<UnixListener> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Answers whoever connects, for ever.
pub async fn serve(listener: UnixListener, line: Line) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let line = line.clone();
                tokio::spawn(async move {
                    if let Err(error) = answer(stream, line).await {
                        tracing::debug!(%error, "a request over the socket failed");
                    }
                });
            }
            Err(error) => {
                // Out of descriptors: whoever holds them will let go.
                tracing::debug!(%error, "cannot accept");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn answer(mut stream: UnixStream, line: Line) -> io::Result<()> {
    let mut text = String::new();
    let (reader, mut writer) = stream.split();
    let mut reader = BufReader::new(reader.take(LONGEST));
    timeout(PATIENCE, reader.read_line(&mut text)).await??;
    let told = match serde_json::from_str(&text)? {
        Request::Metrics => return put(&mut writer, &line.metrics()).await,
        Request::Status => line.last(),
        Request::Follow => return line.tell_all(reader, writer).await,
        Request::Refresh { force, until, limit } => line.refresh(force, until, limit).await,
        Request::RollBack { limit } => line.roll_back(limit).await,
        Request::Membership { wanted, limit } => line.membership(wanted, limit).await,
    };
    put(&mut writer, &told).await
}

/// Writes `value` as a line of JSON.
async fn put(writer: &mut (impl AsyncWrite + Unpin), value: &impl Serialize) -> io::Result<()> {
    let mut text = serde_json::to_string(value)?;
    text.push('\n');
    writer.write_all(text.as_bytes()).await
}

impl Line {
    /// The last report.
    pub fn last(&self) -> Option<Report> {
        self.told.borrow().as_ref().map(|told| {
            let pace = told.report.pace.map(|pace| pace.later(told.at.elapsed()));
            Report { pace, ..told.report.clone() }
        })
    }

    /// Tells every report until the other end hangs up.
    async fn tell_all(
        mut self,
        mut reader: impl AsyncRead + Unpin,
        mut writer: impl AsyncWrite + Unpin,
    ) -> io::Result<()> {
        loop {
            self.told.mark_unchanged();
            put(&mut writer, &self.last()).await?;
            tokio::select! {
                changed = self.told.changed() => changed.map_err(io::Error::other)?,
                // Nothing more is asked for over this connection: this is its end.
                _ended = reader.read_u8() => return Ok(()),
            }
        }
    }

    /// All figures as text, once there was a cycle.
    pub fn metrics(&self) -> Option<String> {
        let report = self.last()?;
        Some(metrics::render(&report, &self.counted.borrow(), clock::now()))
    }

    /// Wishes for a look at K2HR3 and waits for at most `limit` seconds.
    pub async fn refresh(self, force: bool, until: Until, limit: u64) -> Option<Report> {
        let enough = |report: &Report| until == Until::Looked || is_final(report);
        self.wish(Wish::Look { force }, limit, enough).await
    }

    /// Wishes for the file that was good before and waits for at most `limit` seconds.
    pub async fn roll_back(self, limit: u64) -> Option<Report> {
        self.wish(Wish::RollBack, limit, is_final).await
    }

    /// Wishes for another membership and waits for at most `limit` seconds.
    pub async fn membership(self, wanted: bool, limit: u64) -> Option<Report> {
        let enough = |report: &Report| report.registered == wanted || !report.troubles.is_empty();
        self.wish(Wish::Membership(wanted), limit, enough).await
    }

    /// The first report that is enough, of a cycle that began after now and left nothing to do at
    /// once; when the time is over, the last one: it says what is missing.
    async fn wish(
        mut self,
        wish: Wish,
        limit: u64,
        enough: impl Fn(&Report) -> bool,
    ) -> Option<Report> {
        // First the place in the queue, then the number: they come in the order of their numbers.
        let place = self.wishes.reserve().await.ok()?;
        let number = self.number.fetch_add(1, Ordering::Relaxed) + 1;
        place.send(Numbered { number, wish });
        let reached = |told: &Option<Told>| {
            told.as_ref()
                .is_some_and(|told| told.granted >= number && !told.acted && enough(&told.report))
        };
        let limit = Duration::from_secs(limit.min(LONGEST_WAIT));
        // Over or not, what was told last is the answer.
        let _in_time = timeout(limit, self.told.wait_for(reached)).await.map(drop);
        self.last()
    }
}

/// Whether waiting would not change a report soon.
pub fn is_final(report: &Report) -> bool {
    const UNDERWAY: [&str; 9] = [
        "registering",
        "settling",
        "adopting",
        "busy",
        "swallowed",
        "restarting",
        "starting",
        "dead",
        "held",
    ];
    report.settled || !UNDERWAY.contains(&report.verdict.code.as_str())
}

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
