//! The socket of a running agent: one request and one answer a connection, each one line of JSON.

mod ask;
mod line;
mod serve;

use std::io;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

pub use ask::{Reports, ask, ask_for_metrics, follow};
pub use line::{Desk, Line, Numbered, Told, Wish, is_final, line};
pub use serve::{listen, serve};

/// The longest that an answer is waited for, in seconds.
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

/// Writes `value` as a line of JSON.
async fn put(writer: &mut (impl AsyncWrite + Unpin), value: &impl Serialize) -> io::Result<()> {
    let mut text = serde_json::to_string(value)?;
    text.push('\n');
    writer.write_all(text.as_bytes()).await
}
