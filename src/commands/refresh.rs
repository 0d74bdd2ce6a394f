//! `refresh`: look at K2HR3 now.

use std::future::ready;
use std::path::Path;
use std::time::{Duration, Instant};

use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::progress::while_waiting;
use super::run::pace;
use super::{Exit, Failed};
use crate::agent;
use crate::effects::lock::Lock;
use crate::effects::socket::{self, Line, Request, Until};
use crate::model::report::Report;
use crate::model::settings::Settings;
use crate::node::{Manners, Node};
use crate::settings::{self, Layers};

/// An agent that holds the lock listens within this time.
const STARTS_WITHIN: Duration = Duration::from_secs(2);
/// How often it is tried.
const AGAIN: Duration = Duration::from_millis(100);

/// Look at K2HR3 now: through the running agent, else in a cycle of its own.
#[derive(Debug, clap::Args)]
pub struct Refresh {
    /// Wait until this is true
    #[arg(long, value_name = "STATE", value_parser = until(), ignore_case = true, default_value = "looked")]
    pub wait: Until,
    /// Wait no longer than this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub timeout: u64,
    /// Override what holds back: quarantine, shrunk cluster, settling, due times
    #[arg(long)]
    pub force: bool,
}

fn until() -> impl TypedValueParser<Value = Until> {
    PossibleValuesParser::new(["looked", "adopted"]).map(|word| match word.as_str() {
        "adopted" => Until::Adopted,
        _ => Until::Looked,
    })
}

impl Refresh {
    /// Does it, and tells what is true then.
    pub async fn run(&self, layers: &Layers) -> Result<(Exit, Report), Failed> {
        let settings = settings::read(layers)?;
        let Self { force, wait: until, timeout: limit } = *self;
        let request = Request::Refresh { force, until, limit };
        let report =
            ask_or_do(settings, &request, |line| line.refresh(force, until, limit)).await?;
        Ok((Exit::of_refresh(&report, until), report))
    }
}

impl Exit {
    /// Without `--wait adopted`, a file that is in place is enough.
    fn of_refresh(report: &Report, until: Until) -> Self {
        let exit = Self::of(report);
        let is_enough = until == Until::Looked && report.installed.is_some();
        if exit == Self::NotYet && is_enough { Self::Ok } else { exit }
    }
}

/// Puts a request to the running agent. Without one, takes its place until the answer is there.
pub(super) async fn ask_or_do<F: Future<Output = Option<Report>>>(
    settings: Settings,
    request: &Request,
    wish: impl FnOnce(Line) -> F,
) -> Result<Report, Failed> {
    let socket = settings.paths.socket();
    let end = Instant::now() + STARTS_WITHIN;
    let _lock = loop {
        if let Some(answer) = while_waiting(|| told_by(&socket), ask(&socket, request)).await {
            return answer;
        }
        match Lock::take(&settings.paths.runtime_dir) {
            Ok(lock) => break lock,
            // An agent that is starting has the lock before it listens.
            Err(_held) if Instant::now() < end => tokio::time::sleep(AGAIN).await,
            Err(error) => return Err(error.into()),
        }
    };
    let policy = settings.policy.clone();
    let (line, desk) = socket::line();
    let mut node = Node::new(settings, desk, Manners::Acts)?;
    node.forget_failures();
    let pace = pace(&node);
    let last = line.clone();
    let told = || ready(last.last().map_or_else(looking, |report| report.verdict.sentence));
    let working = agent::run(&mut node, pace, &policy, wish(line));
    let report = while_waiting(told, working).await;
    report.ok_or_else(no_answer)
}

/// The answer of the agent that listens at `path`; `None` when none does.
async fn ask(path: &Path, request: &Request) -> Option<Result<Report, Failed>> {
    use std::io::ErrorKind::{ConnectionRefused, NotFound, PermissionDenied};
    match socket::ask(path, request).await {
        Ok(report) => Some(report.ok_or_else(no_answer)),
        Err(error) if matches!(error.kind(), NotFound | ConnectionRefused) => None,
        Err(error) => Some(Err(Failed {
            exit: Exit::Unavailable,
            what: format!("could not ask the agent at {}: {error}", path.display()),
            help: if error.kind() == PermissionDenied {
                "run as root".to_owned()
            } else {
                "look at its log with `journalctl -u k2hdkc-slave-agent`".to_owned()
            },
        })),
    }
}

/// What the agent that listens at `path` says.
async fn told_by(path: &Path) -> String {
    match socket::ask(path, &Request::Status).await {
        Ok(Some(report)) => report.verdict.sentence,
        Ok(None) | Err(_) => "waiting for the agent".to_owned(),
    }
}

/// What every look begins with.
fn looking() -> String {
    "asking K2HR3".to_owned()
}

fn no_answer() -> Failed {
    Failed {
        exit: Exit::NotYet,
        what: "there was no answer in time".to_owned(),
        help: "wait longer with --timeout, and look at `k2hdkc-slave-agent status`".to_owned(),
    }
}
