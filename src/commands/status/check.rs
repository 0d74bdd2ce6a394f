//! `status --check`: one line for a monitoring system, in the form of its plug-ins.

use super::human::sentence;
use super::source::{Source, Standing};
use crate::commands::{Exit, Failed};
use crate::model::memory::Seconds;
use crate::model::observed::Server;
use crate::model::report::{Report, Severity};

/// The line, and the exit code that goes with it.
pub(super) fn line(found: Result<(Report, Source), Failed>, now: Seconds) -> (Exit, String) {
    let (severity, said, figures) = match found {
        Ok((report, source)) => {
            let said = sentence(&report, source, now);
            (severity(&report, source, now), said, figures(&report, now))
        }
        Err(failed) => (Severity::Unknown, failed.what, String::new()),
    };
    // Either would end what a monitoring system takes for the sentence.
    let said = said.replace(['\n', '|'], " ");
    (exit(severity), format!("K2HDKC {} - {said}{figures}\n", severity.as_str()))
}

/// How bad it is that this is what is known.
pub(super) fn severity(report: &Report, source: Source, now: Seconds) -> Severity {
    match source.standing {
        Standing::Gone | Standing::Silent => Severity::Critical,
        Standing::Answers | Standing::Runs => report.severity(now),
        // However well it was, it may be long ago.
        Standing::Unclear => Severity::Unknown,
    }
}

fn exit(severity: Severity) -> Exit {
    match severity {
        Severity::Ok => Exit::Ok,
        Severity::Warning => Exit::Warning,
        Severity::Critical => Exit::Differences,
        Severity::Unknown => Exit::Unknown,
    }
}

/// What can be drawn as a curve.
fn figures(report: &Report, now: Seconds) -> String {
    let servers = &report.chmpx.servers;
    let up = servers.iter().filter(|server| Server::is_up(server)).count();
    let mut figures = vec![
        format!("servers={}", servers.len()),
        format!("servers_up={up}"),
        format!("failures={}", report.failures),
    ];
    if let Some(left) = report.restarts_left {
        figures.push(format!("restarts_left={left}"));
    }
    if let Some(adopted) = &report.adopted {
        figures.push(format!("generation={}", adopted.generation));
        figures.push(format!("adopted_age={}s", now.saturating_sub(adopted.at)));
    }
    format!(" | {}", figures.join(" "))
}

#[cfg(test)]
mod tests {
    use super::super::source::From;
    use super::*;
    use crate::model::history::History;
    use crate::model::memory::Memory;

    #[test]
    fn what_cannot_be_found_out_is_unknown_and_fits_on_a_line() {
        let what = "first line\nsecond | part".to_owned();
        let failed = Failed { exit: Exit::Settings, what, help: String::new() };
        let (exit, line) = line(Err(failed), 0);
        assert_eq!(exit, Exit::Unknown);
        assert_eq!(line, "K2HDKC UNKNOWN - first line second   part\n");
    }

    #[test]
    fn how_bad_it_is_stays_unknown_where_nobody_can_tell_whether_the_agent_runs() {
        let report = Report::remembered(&Memory::of("i-1"), &History::default(), 100);
        let line = |standing| {
            let source = Source { from: From::StatusFile, standing };
            line(Ok((report.clone(), source)), 160)
        };
        let (exit, said) = line(Standing::Unclear);
        assert_eq!(exit, Exit::Unknown);
        assert!(said.starts_with("K2HDKC UNKNOWN - "), "{said}");
        let (exit, said) = line(Standing::Silent);
        assert_eq!(exit, Exit::Differences);
        assert!(said.starts_with("K2HDKC CRITICAL - the agent does not answer; "), "{said}");
    }
}
