//! `doctor`: what is wrong or about to go wrong, and how to mend it.

use std::io::ErrorKind;

use super::page::{DIM, GREEN, Page, RED, YELLOW};
use super::progress::waiting;
use super::status::{From, Source, Standing, left_behind};
use super::{Exit, Failed};
use crate::effects::socket::{self, Request};
use crate::model::doctor::{Agent, Finding, Level, verdict};
use crate::model::settings::Paths;
use crate::node::{Manners, Node};
use crate::settings::{self, Layers};

/// Look for everything that keeps this node from its work, and say how to mend it
///
/// Changes nothing. Works without a running agent, and without root as far as files and processes
/// may be looked at. Ends with 0 if nothing is wrong, and with 2 if there are faults or risks.
#[derive(Debug, clap::Args)]
pub struct Doctor {
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

impl Doctor {
    /// Looks, and changes nothing.
    pub async fn run(&self, layers: &Layers) -> Result<(Exit, String), Failed> {
        let settings = settings::read(layers)?;
        let agent = ask(&settings.paths).await;
        let (_line, desk) = socket::line();
        let mut node = Node::new(settings, desk, Manners::OnlyLooks)?;
        let what = "asking K2HR3, and looking at this node";
        let findings = waiting(what, node.examine(agent)).await;
        let worst = findings.iter().map(|finding| finding.level).max();
        let exit = match worst {
            Some(Level::Risk | Level::Fault) => Exit::Differences,
            Some(Level::Fine | Level::Unknown) | None => Exit::Ok,
        };
        let text = if self.json {
            format!("{}\n", serde_json::to_string_pretty(&findings).unwrap_or_default())
        } else {
            human(&findings, Page::new())
        };
        Ok((exit, text))
    }
}

/// What the running agent says, or what became of it.
async fn ask(paths: &Paths) -> Agent {
    match socket::ask(&paths.socket(), &Request::Status).await {
        Ok(Some(report)) => Agent::Told(Box::new(report)),
        Ok(None) => Agent::Starting,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            // A socket that was left behind refuses a stranger all the same.
            match left_behind(paths, ErrorKind::PermissionDenied) {
                Some((report, Source { standing: Standing::Runs, .. })) => {
                    Agent::NotOurs(Some(Box::new(report)))
                }
                Some((_, Source { from: From::StatusFile, standing: Standing::Gone })) => {
                    Agent::Gone
                }
                Some(_) | None => Agent::NotOurs(None),
            }
        }
        Err(_nobody) => Agent::Gone,
    }
}

/// The verdict; then a line for each finding, and one below it for how to mend it.
fn human(findings: &[Finding], mut page: Page) -> String {
    let worst = findings.iter().map(|finding| finding.level).max();
    page.heading(worst.map_or(GREEN, colour), &verdict(findings));
    page.gap();
    for Finding { code, level, what, help } in findings {
        let mark = match level {
            Level::Fine => "ok",
            Level::Unknown => "unknown",
            Level::Risk => "risk",
            Level::Fault => "FAULT",
        };
        page.marked(colour(*level), mark, &format!("{code}: {what}"));
        if let Some(help) = help {
            page.line("do", help);
        }
    }
    page.finish()
}

fn colour(level: Level) -> &'static str {
    match level {
        Level::Fine => GREEN,
        Level::Unknown => DIM,
        Level::Risk => YELLOW,
        Level::Fault => RED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_finding_has_a_line_and_below_it_what_to_do() {
        let fault = Finding {
            code: "disk",
            level: Level::Fault,
            what: "it is full".to_owned(),
            help: Some("make room".to_owned()),
        };
        let fine = Finding { code: "k2hr3", level: Level::Fine, help: None, ..fault.clone() };
        assert_eq!(
            human(&[fault, fine], Page::plain()),
            "1 fault: it is full\n\nFAULT      disk: it is full\ndo         make room\n\
             ok         k2hr3: it is full\n"
        );
    }
}
