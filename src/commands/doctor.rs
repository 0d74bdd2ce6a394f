//! `doctor`: what is wrong or about to go wrong, and how to mend it.

use std::fmt::Write as _;

use super::{Exit, Failed};
use crate::effects::socket;
use crate::model::doctor::{Finding, Level};
use crate::node::{Manners, Node};
use crate::settings::{self, Layers};

/// Look for everything that keeps this node from its work, and say how to mend it.
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
        let (_line, desk) = socket::line();
        let mut node = Node::new(settings, desk, Manners::OnlyLooks)?;
        // What could not be found out is a finding, too.
        let (findings, _troubles) = node.examine().await;
        let worst = findings.iter().map(|finding| finding.level).max();
        let exit = match worst {
            Some(Level::Risk | Level::Fault) => Exit::Differences,
            Some(Level::Fine | Level::Unknown) | None => Exit::Ok,
        };
        let text = if self.json {
            format!("{}\n", serde_json::to_string_pretty(&findings).unwrap_or_default())
        } else {
            human(&findings)
        };
        Ok((exit, text))
    }
}

/// One line for each finding, and one below it for how to mend it.
fn human(findings: &[Finding]) -> String {
    let mut text = String::new();
    for Finding { code, level, what, help } in findings {
        let mark = match level {
            Level::Fine => "ok     ",
            Level::Unknown => "unknown",
            Level::Risk => "risk   ",
            Level::Fault => "FAULT  ",
        };
        // Writing to a string cannot fail.
        let _infallible = writeln!(text, "{mark}  {code:<17} {what}");
        if let Some(help) = help {
            let _infallible = writeln!(text, "         {:<17} -> {help}", "");
        }
    }
    text
}
