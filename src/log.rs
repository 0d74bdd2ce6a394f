//! Where the log goes, and in which form: fields for the journal, JSON if that is wished, else text.

mod journal;
mod kind;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::terminal;
use journal::Journal;

pub use kind::{EVENTS, kinds, message_id};

/// Starts the log on standard error, for whoever takes it to add the time. A daemon says what
/// changes, a command only what goes wrong; each `verbose` adds a step.
pub fn start(verbose: u8, as_json: bool, is_daemon: bool) {
    let level = match (verbose, is_daemon) {
        (0, false) => LevelFilter::WARN,
        (0, true) => LevelFilter::INFO,
        (1, _) => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let builder = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_target(false)
        .without_time()
        // The crate is built without colours, and stops a debug build that asks for them.
        .with_ansi(false)
        .with_writer(terminal::stderr);
    match Journal::of_stderr() {
        _ if as_json => builder.json().init(),
        Some(journal) => tracing_subscriber::registry().with(level).with(journal).init(),
        None => builder.init(),
    }
}
