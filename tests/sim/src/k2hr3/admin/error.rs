//! What can go wrong between a test and its server.

use crate::k2hr3::log::Counts;

/// The server could not be started, asked, or made to do something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// The server did not start.
    #[error("start k2hr3-sim")]
    Start(#[source] std::io::Error),
    /// The server could not be asked.
    #[error("ask k2hr3-sim for {path}")]
    Ask {
        /// The path that was asked for.
        path: String,
        /// What went wrong.
        #[source]
        cause: std::io::Error,
    },
    /// The server did not want to.
    #[error("k2hr3-sim answered {path} with {status}: {text}")]
    Refused {
        /// The path that was asked for.
        path: String,
        /// The status.
        status: u16,
        /// Its reason.
        text: String,
    },
    /// The answer was not understood.
    #[error("read the answer of k2hr3-sim to {path}")]
    Answer {
        /// The path that was asked for.
        path: String,
        /// What went wrong.
        #[source]
        cause: serde_json::Error,
    },
    /// What a test waited for did not come to pass.
    #[error("waited in vain; the counts are {0:?}")]
    InVain(Box<Counts>),
}
