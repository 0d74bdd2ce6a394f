//! `status --watch`: the status whenever it changes.

use std::io::{self, Write as _, stdout};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::tcgetwinsize;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, interval, sleep};

use super::super::{Exit, Failed};
use super::source::{Source, Standing, left_behind};
use super::{machine, told};
use crate::commands::page::Page;
use crate::effects::clock;
use crate::effects::socket::{Reports, follow};
use crate::model::report::Report;
use crate::model::settings::Paths;

/// How often the ages on a terminal are put right, and an agent is looked for that went away.
const TICK: Duration = Duration::from_secs(1);

/// Shows what is told until somebody has seen enough.
pub(super) async fn run(paths: &Paths, as_json: bool) -> Result<(Exit, String), Failed> {
    let mut screen = Screen::new(as_json);
    let mut stop = stop_signals().map_err(|error| Failed {
        exit: Exit::CannotWrite,
        what: format!("could not watch for signals: {error}"),
        help: "look at it without --watch".to_owned(),
    })?;
    let ended = tokio::select! {
        _ = stop.0.recv() => Ok(()),
        _ = stop.1.recv() => Ok(()),
        ended = show(paths, &mut screen) => ended,
    };
    screen.close();
    match ended {
        // Whoever read it has read enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failed {
            exit: Exit::CannotWrite,
            what: format!("could not show the status: {error}"),
            help: "check where standard output goes".to_owned(),
        }),
        _ => Ok((Exit::Ok, String::new())),
    }
}

fn stop_signals() -> io::Result<(Signal, Signal)> {
    Ok((signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?))
}

/// Goes on until nobody reads it. An agent that is restarted is found again.
async fn show(paths: &Paths, screen: &mut Screen) -> io::Result<()> {
    let path = paths.socket();
    loop {
        let refusal = match follow(&path).await {
            Ok(reports) => {
                show_all(reports, screen).await?;
                io::ErrorKind::ConnectionReset
            }
            Err(error) => error.kind(),
        };
        if let Some((report, source)) = left_behind(paths, refusal) {
            screen.show(report, source)?;
        }
        is_read()?;
        sleep(TICK).await;
    }
}

async fn show_all(mut reports: Reports, screen: &mut Screen) -> io::Result<()> {
    let mut tick = interval(TICK);
    loop {
        tokio::select! {
            report = reports.next() => match report {
                Ok(Some(report)) => screen.show(report, Source::ANSWERED)?,
                // The agent ends, or is another one.
                Ok(None) | Err(_) => return Ok(()),
            },
            _ = tick.tick() => {
                is_read()?;
                screen.redraw()?;
            }
        }
    }
}

/// Fails when the other end of a pipe is closed. Otherwise nobody would notice before the next
/// change.
fn is_read() -> io::Result<()> {
    let out = stdout();
    let mut ends = [PollFd::new(&out, PollFlags::empty())];
    poll(&mut ends, Some(&Timespec::default()))?;
    let broken = PollFlags::ERR | PollFlags::NVAL;
    let is_broken = ends.iter().any(|end| end.revents().intersects(broken));
    if is_broken { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) }
}

/// Where it is shown: over and over on a terminal, else piece after piece.
struct Screen {
    as_json: bool,
    is_terminal: bool,
    shown: Option<(Report, Source, Instant)>,
}

impl Screen {
    fn new(as_json: bool) -> Self {
        let is_terminal = !as_json && Page::new().is_terminal();
        if is_terminal {
            put("\x1b[?1049h");
        }
        Self { as_json, is_terminal, shown: None }
    }

    fn close(&self) {
        if self.is_terminal {
            put("\x1b[?1049l");
        }
    }

    fn show(&mut self, report: Report, source: Source) -> io::Result<()> {
        let is_news = self.shown.as_ref().is_none_or(|(last, from, _)| {
            let same_standing = source.standing == from.standing;
            let differs = report.differs_from(last) && self.as_json || report.is_news_after(last);
            differs || !same_standing
        });
        let text = match (self.is_terminal, is_news, self.as_json) {
            (true, _, _) | (_, false, _) => String::new(),
            (false, true, true) => format!("{}\n", machine(&report, source)),
            (false, true, false) => told(&report, source, clock::now(), Page::new()) + "\n",
        };
        self.shown = Some((report, source, Instant::now()));
        if self.is_terminal { self.redraw() } else { write(&text) }
    }

    /// Draws what was shown last, with the ages that it has now.
    fn redraw(&mut self) -> io::Result<()> {
        let Some((report, source, at)) = self.shown.as_ref().filter(|_| self.is_terminal) else {
            return Ok(());
        };
        let mut report = report.clone();
        if source.standing == Standing::Answers {
            report.pace = report.pace.map(|pace| pace.later(at.elapsed()));
        }
        let text = told(&report, *source, clock::now(), Page::new());
        let rows = tcgetwinsize(stdout()).map_or(24, |size| usize::from(size.ws_row.max(2)));
        let shown: Vec<_> = text.lines().take(rows - 1).collect();
        // Each line is cleared to its end, and what is below the last one: it does not flicker.
        write(&format!("\x1b[H{}\x1b[K\r\n\x1b[J", shown.join("\x1b[K\r\n")))
    }
}

fn write(text: &str) -> io::Result<()> {
    let mut out = stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn put(text: &str) {
    // A terminal that went away has no reader.
    let _unread = write(text);
}
