//! A status for a person: the verdict first, then the facts behind it.

use std::fmt::Write as _;

use super::change::in_short;
use super::check::severity;
use super::source::{From, Source, Standing};
use crate::commands::ages::{age, short, span};
use crate::commands::page::{GREEN, Page, RED, YELLOW};
use crate::model::failure::Outlook;
use crate::model::memory::{Mark, Seconds};
use crate::model::observed::{Carrier, Server};
use crate::model::plain::counted;
use crate::model::report::{Code, Report, Severity, TroubleFact, Words};

/// Names of servers are put below each other up to this length.
const NAME: usize = 40;

/// All of a report.
pub(crate) fn told(report: &Report, source: Source, now: Seconds, mut page: Page) -> String {
    verdict(report, source, now, &mut page);
    stages(report, now, &mut page);
    ring(report, &mut page);
    role(report, &mut page);
    looks(report, source, now, &mut page);
    for trouble in &report.troubles {
        tell_trouble(trouble, now, &mut page);
    }
    for other in report.situations.iter().filter(|other| other.code != report.verdict.code) {
        tell_situation(other, now, &mut page);
    }
    for (number, change) in report.changes.iter().enumerate() {
        page.line(if number == 0 { "changes" } else { "" }, &in_short(change, now));
    }
    page.finish()
}

/// The first line. On a terminal a sign before it and its colour say how bad it is.
fn verdict(report: &Report, source: Source, now: Seconds, page: &mut Page) {
    let (sign, colour) = match severity(report, source, now) {
        Severity::Ok => ("[ok] ", GREEN),
        Severity::Warning => ("[!!] ", YELLOW),
        Severity::Critical | Severity::Unknown => ("[XX] ", RED),
    };
    let sign = if page.is_terminal() { sign } else { "" };
    page.heading(colour, &format!("{sign}{}", sentence(report, source, now)));
    let help = match source.standing {
        Standing::Gone => Some("start it with `systemctl start k2hdkc-slave-agent`"),
        Standing::Silent => {
            Some("look at its log with `journalctl -u k2hdkc-slave-agent`, and restart it")
        }
        Standing::Answers | Standing::Runs | Standing::Unclear => report.verdict.help.as_deref(),
    };
    if let Some(help) = help {
        page.line("do", help);
    }
    if source.standing != Standing::Answers {
        page.line("source", &provenance(report, source, now));
    }
}

/// The verdict in one sentence, with ages.
pub(super) fn sentence(report: &Report, source: Source, now: Seconds) -> String {
    let said = with_age(report, now);
    match (source.standing, source.from) {
        (Standing::Gone, From::Memory) => "no agent runs".to_owned(),
        (Standing::Gone, _) => {
            format!("no agent runs; what it said {}: {said}", age(report.at, now))
        }
        (Standing::Silent, _) => {
            format!("the agent does not answer; what it said {}: {said}", age(report.at, now))
        }
        _ => said,
    }
}

fn with_age(report: &Report, now: Seconds) -> String {
    let Words { code, sentence, since, .. } = &report.verdict;
    match (code, &report.adopted) {
        (Code::Settled, Some(adopted)) => format!("{sentence} {}", age(adopted.at, now)),
        (Code::Settled | Code::Acting, _) => sentence.clone(),
        _ => format!("{sentence}{}", lasting(*since, now)),
    }
}

/// For how long it has been so, as it stands behind a sentence.
fn lasting(since: Option<Seconds>, now: Seconds) -> String {
    match since.map_or(0, |since| now.saturating_sub(since)) {
        0 => String::new(),
        seconds => format!(" (for {})", span(seconds)),
    }
}

fn provenance(report: &Report, source: Source, now: Seconds) -> String {
    let agent = match source.standing {
        Standing::Answers => "the agent answers",
        Standing::Runs => "the agent runs; root may ask it for more",
        Standing::Silent => "the agent runs and does not answer",
        Standing::Gone => "no agent runs",
        Standing::Unclear => "whether the agent runs cannot be told by this user",
    };
    match source.from {
        From::Agent => agent.to_owned(),
        From::StatusFile => {
            format!("the file of the last change, of {}; {agent}", age(report.at, now))
        }
        From::Memory => format!("what the agent remembers on disk; {agent}"),
    }
}

fn stages(report: &Report, now: Seconds, page: &mut Page) {
    if let Some(published) = &report.published {
        let servers = published.servers;
        let servers = servers.map_or_else(|| "refused".to_owned(), |n| counted(n, "server"));
        let since = published.since.map_or_else(String::new, |at| format!(", {}", age(at, now)));
        page.line("published", &format!("{servers} ({}){since}", published.hash));
    }
    let mark = |mark: &Option<Mark>| match mark {
        Some(Mark { published, generation, at }) => {
            format!("generation {generation} ({published}), {}", age(*at, now))
        }
        None => "nothing yet".to_owned(),
    };
    page.line("installed", &mark(&report.installed));
    page.line("adopted", &mark(&report.adopted));
    page.line("good", &mark(&report.good));
}

fn ring(report: &Report, page: &mut Page) {
    let chmpx = &report.chmpx;
    let mut text = chmpx.state.clone();
    if let Some(pid) = chmpx.pid {
        let _infallible = write!(text, ", process {pid}");
    }
    if let Some(generation) = chmpx.generation {
        let _infallible = write!(text, ", generation {generation} in force");
    }
    if let Some(left) = report.restarts_left {
        let times = counted(left, "time");
        let _infallible = write!(text, "; may be restarted {times} this hour");
    }
    page.line("chmpx", &text);
    let widest = chmpx.servers.iter().map(|server| server.name.chars().count()).max();
    let width = widest.unwrap_or_default().min(NAME);
    for (number, Server { name, status, connected, .. }) in chmpx.servers.iter().enumerate() {
        let connected = if *connected { "connected" } else { "not connected" };
        let label = if number == 0 { "ring" } else { "" };
        page.line(label, &format!("{name:<width$}  {status}  {connected}"));
    }
}

fn role(report: &Report, page: &mut Page) {
    let registered = if report.registered { "registered" } else { "not registered" };
    let carrier = match report.carrier {
        Some(Carrier::Token) => "; reads with the role token",
        Some(Carrier::Address) => "; reads by its address, without a token",
        None => "",
    };
    page.line("role", &report.role);
    page.line("node", &format!("{}, {registered}{carrier}", report.cuk));
}

fn looks(report: &Report, source: Source, now: Seconds, page: &mut Page) {
    let Some(asking) = &report.pace else { return };
    let mut text = format!("every {}", short(asking.interval_ms));
    if source.standing == Standing::Answers {
        let _infallible = write!(text, ", next in {}", short(asking.next_look_ms));
    }
    match asking.answered {
        Some(at) => {
            let _infallible = write!(text, "; K2HR3 answered {}", age(at, now));
        }
        None => text.push_str("; K2HR3 has not answered since the agent started"),
    }
    if report.failures > 0 {
        let attempts = counted(report.failures, "failed attempt");
        let _infallible = write!(text, ", {attempts} since");
    }
    page.line("looks", &text);
    let traffic = &report.traffic;
    let (requests, bytes) = (traffic.requests, traffic.received);
    let (requests, bytes) = (counted(requests, "request"), counted(bytes, "byte"));
    page.line("traffic", &format!("{requests}, {bytes} received"));
}

fn tell_trouble(trouble: &TroubleFact, now: Seconds, page: &mut Page) {
    let TroubleFact { doing, cause, outlook, help, since, count, .. } = trouble;
    page.line("trouble", &format!("{doing}: {cause}"));
    let times = if *count == 1 {
        format!("once, {}", age(*since, now))
    } else {
        let seconds = now.saturating_sub(*since).max(1);
        format!("{} in {}", counted(*count, "time"), span(seconds))
    };
    let outlook = match outlook {
        Outlook::Passing => "it may pass by itself",
        Outlook::Lasting => "it lasts until somebody acts",
    };
    page.line("", &format!("{times}; {outlook}"));
    if let Some(help) = help {
        page.line("do", help);
    }
}

fn tell_situation(words: &Words, now: Seconds, page: &mut Page) {
    let Words { sentence, help, since, .. } = words;
    page.line("also", &format!("{sentence}{}", lasting(*since, now)));
    if let Some(help) = help {
        page.line("do", help);
    }
}

#[cfg(test)]
mod tests;
