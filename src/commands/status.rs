//! `status`: what is true now and what is waited for.

use std::fmt::Write as _;
use std::fs;

use super::{Exit, Failed, SOCKET};
use crate::effects::clock;
use crate::effects::socket::{self, Request};
use crate::model::memory::{Mark, Seconds};
use crate::model::observed::Carrier;
use crate::model::report::{Ailment, Report, Words};
use crate::node::STATUS_FILE;
use crate::settings::{self, Layers};

/// Show what is true now and what is waited for.
#[derive(Debug, clap::Args)]
pub struct Status {
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

impl Status {
    /// Asks the running agent; without one, reads what the last one left.
    pub async fn run(&self, layers: &Layers) -> Result<(Exit, String), Failed> {
        let settings = settings::read(layers)?;
        let directory = &settings.paths.runtime_dir;
        let (report, running) = match socket::ask(&directory.join(SOCKET), &Request::Status).await {
            Ok(report) => (report, true),
            // Without root, or without an agent.
            Err(_no_answer) => (left_behind(&directory.join(STATUS_FILE)), false),
        };
        let Some(report) = report else {
            return Err(Failed {
                exit: Exit::Unavailable,
                what: "no agent runs, and none has left a status".to_owned(),
                help: "start it with `systemctl start k2hdkc-slave-agent`".to_owned(),
            });
        };
        let exit = if report.settled { Exit::Ok } else { Exit::of(&report) };
        let text = if self.json {
            let text = serde_json::to_string_pretty(&report).unwrap_or_default();
            format!("{text}\n")
        } else {
            human(&report, running, clock::now())
        };
        Ok((exit, text))
    }
}

fn left_behind(path: &std::path::Path) -> Option<Report> {
    serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
}

/// A report as text for a person, the verdict first.
pub fn human(report: &Report, running: bool, now: Seconds) -> String {
    let mut text = String::new();
    let age = |at: Seconds| format!("{} ago", span(now.saturating_sub(at)));
    // Writing to a string cannot fail.
    let mut line = |label: &str, value: String| {
        let _infallible = writeln!(text, "{label:>12}  {value}");
    };
    line("", report.verdict.sentence.clone());
    if let Some(help) = &report.verdict.help {
        line("do", help.clone());
    }
    if !running {
        line(
            "agent",
            format!("not running (or not yours to ask); this is from {}", age(report.at)),
        );
    }
    if let Some(published) = &report.published {
        let servers = match published.servers {
            Some(1) => "1 server".to_owned(),
            Some(servers) => format!("{servers} servers"),
            None => "refused".to_owned(),
        };
        let since = published.since.map_or_else(String::new, |at| format!(", since {}", age(at)));
        line("published", format!("{} ({servers}{since})", published.hash));
    }
    let mark = |mark: &Option<Mark>| match mark {
        Some(mark) => {
            format!("{} as generation {}, {}", mark.published, mark.generation, age(mark.at))
        }
        None => "nothing yet".to_owned(),
    };
    line("installed", mark(&report.installed));
    line("adopted", mark(&report.adopted));
    line("chmpx", chmpx(report));
    for server in &report.chmpx.servers {
        let connected = if server.connected { "connected" } else { "not connected" };
        line("", format!("{}  {}  {connected}", server.name, server.status));
    }
    line("role", format!("{} ({})", report.role, registration(report)));
    line("cuk", report.cuk.clone());
    let traffic = &report.traffic;
    line("traffic", format!("{} requests, {} bytes received", traffic.requests, traffic.received));
    for trouble in &report.troubles {
        line("trouble", trouble_line(trouble, now));
        if let Some(help) = &trouble.help {
            line("do", help.clone());
        }
    }
    for other in report.situations.iter().filter(|other| other.code != report.verdict.code) {
        let Words { sentence, help, .. } = other;
        line("also", sentence.clone());
        if let Some(help) = help {
            line("do", help.clone());
        }
    }
    text
}

fn chmpx(report: &Report) -> String {
    let chmpx = &report.chmpx;
    let mut text = chmpx.state.clone();
    if let Some(pid) = chmpx.pid {
        let _infallible = write!(text, ", process {pid}");
    }
    if let Some(generation) = chmpx.generation {
        let _infallible = write!(text, ", generation {generation} in force");
    }
    text
}

fn registration(report: &Report) -> String {
    let registered = if report.registered { "registered" } else { "not registered" };
    match report.carrier {
        Some(Carrier::Token) => format!("{registered}; reading with the role token"),
        Some(Carrier::Address) => format!("{registered}; reading by address, without a token"),
        None => registered.to_owned(),
    }
}

fn trouble_line(trouble: &Ailment, now: Seconds) -> String {
    let since = span(now.saturating_sub(trouble.since));
    let times =
        if trouble.count == 1 { "once".to_owned() } else { format!("{} times", trouble.count) };
    format!("{}: {} ({times} in {since}, {})", trouble.doing, trouble.cause, trouble.outlook)
}

/// A span of time with one unit.
pub fn span(seconds: Seconds) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_the_unit_that_a_person_would_choose() {
        let spans = [0, 119, 120, 7199, 7200, 172_799, 172_800].map(span);
        assert_eq!(spans, ["0 s", "119 s", "2 min", "119 min", "2 h", "47 h", "2 days"]);
    }
}
