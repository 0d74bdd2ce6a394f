//! The terminal: its width, its colours, and at standard error, which the log and the progress of a
//! command share, a line that is shown for a while among whole lines that stay.

use std::env;
use std::io::{self, IsTerminal, Stderr, Write as _};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::termios::tcgetwinsize;

/// Whether a line is shown. There is one standard error, so there is one line.
static SHOWN: AtomicBool = AtomicBool::new(false);

/// Standard error, for whole lines: the one that is shown makes room for them.
pub(crate) fn stderr() -> Stderr {
    erase();
    io::stderr()
}

/// Shows a line in place of the one before. It never wraps: that could not be erased.
pub(crate) fn show(text: &str) {
    let width = columns(io::stderr()).unwrap_or(80).saturating_sub(1);
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line: String = text.chars().take(width).collect();
    SHOWN.store(true, Ordering::Relaxed);
    // A terminal that went away has no reader.
    let _unread = write!(io::stderr(), "\r\x1b[K{line}");
}

/// Takes the line away, if there is one.
pub(crate) fn erase() {
    if SHOWN.swap(false, Ordering::Relaxed) {
        let _unread = write!(io::stderr(), "\r\x1b[K");
    }
}

/// Whether `stream` is a terminal that can show colours, before people who want them.
pub fn has_colours(stream: &impl IsTerminal) -> bool {
    let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    stream.is_terminal() && !unwanted && !dumb
}

/// The columns of the terminal at `stream`, unless `COLUMNS` says otherwise.
pub(crate) fn columns(stream: impl AsFd) -> Option<usize> {
    let wished = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let of_terminal = || {
        tcgetwinsize(stream)
            .ok()
            .map(|size| usize::from(size.ws_col))
            .filter(|columns| *columns > 0)
    };
    wished.filter(|columns| *columns > 0).or_else(of_terminal)
}
