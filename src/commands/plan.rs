//! `plan`: what would be changed, and what that would mean for chmpx.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::progress::waiting;
use super::{Exit, Failed, compare};
use crate::agent::World as _;
use crate::effects::socket;
use crate::model::observed::{Observed, Published};
use crate::model::plan::{Install, Plan as Decided, Step, plan};
use crate::model::report::words;
use crate::model::unified::Unified;
use crate::node::{Manners, Node};
use crate::settings::{self, Layers};

/// Show what would be changed, and what that would mean for chmpx; change nothing.
#[derive(Debug, clap::Args)]
pub struct Plan {
    /// Compare this file with that of --to, without K2HR3 and without settings
    #[arg(long, value_name = "FILE", requires = "to")]
    pub from: Option<PathBuf>,
    /// See --from
    #[arg(long, value_name = "FILE", requires = "from")]
    pub to: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

impl Plan {
    /// Decides as the agent would, and carries nothing out.
    pub async fn run(&self, layers: &Layers) -> Result<(Exit, String), Failed> {
        if let (Some(from), Some(to)) = (&self.from, &self.to) {
            return compare::run(from, to, self.json);
        }
        let settings = settings::read(layers)?;
        let policy = settings.policy.clone();
        let (_line, desk) = socket::line();
        let mut node = Node::new(settings, desk, Manners::OnlyLooks)?;
        let what = "asking K2HR3, and looking at the file and chmpx";
        let (seen, troubles) = waiting(what, node.observe(true)).await;
        let known = matches!(seen.published, Published::Known(_));
        if let Some(trouble) = troubles.into_iter().find(|_| !known) {
            return Err(trouble.into());
        }
        let decided = plan(&seen, &policy);
        let exit = if decided.steps.is_empty() { Exit::Ok } else { Exit::Differences };
        Ok((exit, if self.json { json(&seen, &decided) } else { human(&seen, &decided) }))
    }
}

fn human(seen: &Observed, decided: &Decided) -> String {
    let mut text = String::new();
    for step in &decided.steps {
        let _infallible = writeln!(text, "{}", sentence(step));
        if let Step::Install(install) = step {
            text.push_str(&diff(seen, install));
            text.push_str(&impact(install));
        }
    }
    for situation in &decided.situations {
        let words = words(situation);
        let _infallible = writeln!(text, "{}: {}", words.code, words.sentence);
        if let Some(help) = words.help {
            let _infallible = writeln!(text, "  help: {help}");
        }
    }
    if text.is_empty() {
        text.push_str("nothing to do: what is published is in force\n");
    }
    text
}

fn sentence(step: &Step) -> String {
    match step {
        Step::Register => "register this node in its role".to_owned(),
        Step::Leave => "take this node out of its role".to_owned(),
        Step::Install(install) => {
            let generation = install.candidate.generation();
            format!("install what is published ({}) as generation {generation}", install.published)
        }
        Step::Acknowledge { generation, .. } => {
            format!("note that chmpx has generation {generation} in force")
        }
        Step::Promote { generation, .. } => {
            format!("note that chmpx has survived generation {generation}")
        }
        Step::Restart { why } => format!("restart chmpx: {why}"),
        Step::PutBack { generation, .. } => {
            format!("put the file back that somebody else changed, as generation {generation}")
        }
        Step::RollBack(_) => "put the last known good file back".to_owned(),
    }
}

fn diff(seen: &Observed, install: &Install) -> String {
    let old = seen.file().map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
    let new = String::from_utf8_lossy(&install.candidate.bytes()).into_owned();
    let old = old.unwrap_or_default();
    let text = Unified::of(&old, &new, None).text();
    if text.is_empty() { text } else { format!("--- installed\n+++ published\n{text}") }
}

fn impact(install: &Install) -> String {
    let at_next_start = || "impact: chmpx reads it at its next start\n".to_owned();
    let mut text = install.impact.as_ref().map_or_else(at_next_start, compare::told);
    if let Some(why) = &install.owes_restart {
        let _infallible = writeln!(text, "chmpx will be restarted: {why}");
        text.push_str("clients with permanent handles will have to open them again\n");
    }
    text
}

fn json(seen: &Observed, decided: &Decided) -> String {
    let install = decided.steps.iter().find_map(|step| {
        let Step::Install(install) = step else { return None };
        Some(install)
    });
    let value = serde_json::json!({
        "steps": decided.steps.iter().map(sentence).collect::<Vec<_>>(),
        "situations": decided.situations.iter().map(words).collect::<Vec<_>>(),
        "diff": install.map(|install| diff(seen, install)),
        "impact": install.and_then(|install| install.impact.as_ref()).map(compare::json),
        "restart": install.and_then(|install| install.owes_restart.clone()),
    });
    format!("{value:#}\n")
}
