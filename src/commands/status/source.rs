//! Where a status comes from: the running agent, else what it left behind.

use std::io;
use std::path::Path;
use std::time::Duration;

use tokio::time::timeout;

use super::super::progress::waiting;
use super::super::{Exit, Failed, not_looked_yet};
use crate::effects::socket::{self, Request};
use crate::effects::{clock, process, small_file, state};
use crate::model::report::Report;
use crate::model::settings::Paths;

/// An agent that does not answer within this time stands still.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where a report was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    /// The agent gave it.
    Agent,
    /// The file that the agent writes whenever something changes.
    StatusFile,
    /// What the agent remembers from one start to the next.
    Memory,
}

impl From {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::StatusFile => "status-file",
            Self::Memory => "memory",
        }
    }
}

/// Whether somebody stands behind a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The agent has just given it.
    Answers,
    /// The agent runs, and this user may not ask it.
    Runs,
    /// The agent runs, and does not answer: it stands still.
    Silent,
    /// No agent runs.
    Gone,
    /// It cannot be told.
    Unclear,
}

impl Standing {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Answers => "answers",
            Self::Runs => "runs",
            Self::Silent => "silent",
            Self::Gone => "gone",
            Self::Unclear => "unclear",
        }
    }
}

/// Where a report was found, and whether somebody stands behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) from: From,
    pub(crate) standing: Standing,
}

impl Source {
    /// The agent has just given it.
    pub(crate) const ANSWERED: Self = Self { from: From::Agent, standing: Standing::Answers };
}

/// The best report that this user can have.
pub(super) async fn find(paths: &Paths) -> Result<(Report, Source), Failed> {
    let path = paths.socket();
    let asking = timeout(PATIENCE, socket::ask(&path, &Request::Status));
    let asked = waiting("waiting for the agent", asking).await;
    let refusal = match asked {
        Ok(Ok(Some(report))) => return Ok((report, Source::ANSWERED)),
        // What an earlier agent left behind says nothing about this one.
        Ok(Ok(None)) => return Err(not_looked_yet()),
        Ok(Err(error)) => error.kind(),
        Err(_elapsed) => io::ErrorKind::TimedOut,
    };
    let (report, source) = left_behind(paths, refusal).ok_or_else(nothing_known)?;
    match (refusal, source.standing) {
        (io::ErrorKind::TimedOut, Standing::Runs | Standing::Unclear) => {
            Ok((report, Source { standing: Standing::Silent, ..source }))
        }
        _ => Ok((report, source)),
    }
}

/// What the agent left in files, once it did not answer because of `refusal`.
pub(in crate::commands) fn left_behind(
    paths: &Paths,
    refusal: io::ErrorKind,
) -> Option<(Report, Source)> {
    let read = |path: &Path| small_file::text(path).ok();
    if let Some(text) = read(&paths.status_file())
        && let Ok(report) = serde_json::from_str::<Report>(&text)
    {
        let standing = standing(&report, refusal);
        return Some((report, Source { from: From::StatusFile, standing }));
    }
    let memory = state::memory_in(&paths.state_dir)?;
    let history = state::history_in(&paths.state_dir).ok().flatten().unwrap_or_default();
    let report = Report::remembered(&memory, &history, clock::now());
    Some((report, Source { from: From::Memory, standing: Standing::Gone }))
}

fn standing(report: &Report, refusal: io::ErrorKind) -> Standing {
    match &report.agent {
        Some(agent) if process::is_alive(agent.process) => Standing::Runs,
        Some(_) if process::sees_others() => Standing::Gone,
        _ if refusal == io::ErrorKind::PermissionDenied => Standing::Unclear,
        Some(_) | None => Standing::Gone,
    }
}

fn nothing_known() -> Failed {
    Failed {
        exit: Exit::Unavailable,
        what: "no agent runs, and none has left a status".to_owned(),
        help: "start it with `systemctl start k2hdkc-slave-agent`".to_owned(),
    }
}
