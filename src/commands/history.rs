//! `history`: the last changes of the file, and what became of them.

use std::fmt::Write as _;

use super::ages::age;
use super::page::{BOLD, Page};
use super::status::in_short;
use super::{Exit, Failed};
use crate::agent::Chain;
use crate::effects::{clock, state};
use crate::model::history::{Entry, History as Kept, KEPT};
use crate::model::plain::Plain;
use crate::settings::{self, Layers};

/// Show the last changes of the file, the newest first.
#[derive(Debug, clap::Args)]
pub struct History {
    #[command(subcommand)]
    what: Option<What>,
    /// As JSON
    #[arg(long, global = true)]
    json: bool,
}

/// What of it.
#[derive(Debug, clap::Subcommand)]
enum What {
    /// Show one change with its difference
    Show {
        /// Its number
        number: u64,
    },
}

impl History {
    /// Reads what the agent has kept; whether it runs is no matter.
    pub fn run(&self, layers: &Layers) -> Result<(Exit, String), Failed> {
        let settings = settings::read(layers)?;
        let history = state::history_in(&settings.paths.state_dir).map_err(|error| Failed {
            exit: if error.is_denied() { Exit::NoPermission } else { Exit::CannotWrite },
            what: Chain(&error).to_string(),
            help: if error.is_denied() {
                "ask as root".to_owned()
            } else {
                "the agent starts a new one with the next change".to_owned()
            },
        })?;
        let history = history.unwrap_or_default();
        let text = match self.what {
            Some(What::Show { number }) => {
                let entry = history.entry(number).ok_or_else(|| unknown(number, &history))?;
                if self.json { json(entry) } else { shown(entry) }
            }
            None if self.json => json(&history.last(KEPT).collect::<Vec<_>>()),
            None => listed(&history),
        };
        Ok((Exit::Ok, text))
    }
}

fn json(value: &impl serde::Serialize) -> String {
    format!("{}\n", serde_json::to_string_pretty(value).unwrap_or_default())
}

/// All changes, the newest first.
pub fn listed(history: &Kept) -> String {
    let (mut page, now) = (Page::new(), clock::now());
    for change in history.last(KEPT) {
        page.entry(&in_short(change, now));
    }
    if history.entries.is_empty() {
        page.entry("no change was made yet");
    }
    page.finish()
}

/// One change with its difference.
pub fn shown(entry: &Entry) -> String {
    let (mut page, now) = (Page::new(), clock::now());
    let change = &entry.change;
    page.heading(BOLD, &in_short(change, now));
    let published = change.to.published.as_deref().unwrap_or("unknown");
    page.line("published", published);
    page.line("installed", &age(change.at, now));
    page.gap();
    if entry.diff.is_empty() {
        page.entry("its difference was not kept: it has made room for later ones");
    }
    let mut text = page.finish();
    for line in entry.diff.as_str().lines() {
        let _infallible = writeln!(text, "{}", Plain(line));
    }
    text
}

fn unknown(number: u64, history: &Kept) -> Failed {
    let numbers = history.entries.first().zip(history.entries.last());
    let help = numbers.map_or_else(
        || "no change was made yet".to_owned(),
        |(first, last)| {
            let (first, last) = (first.change.number, last.change.number);
            format!("ask for one of those that are kept: {first} to {last}")
        },
    );
    Failed { exit: Exit::Usage, what: format!("there is no change {number}"), help }
}
