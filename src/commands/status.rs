//! `status`: what is true now and what is waited for.

mod change;
mod check;
mod human;
mod source;
mod watch;

use serde_json::{Value, json};

use super::page::Page;
use super::{Exit, Failed};
use crate::effects::clock;
use crate::model::report::Report;
use crate::settings::{self, Layers};

pub(crate) use change::in_short;
pub(crate) use human::told;
pub(super) use source::{From, Source, Standing, left_behind};

/// Show what is true now and what is waited for.
#[derive(Debug, clap::Args)]
pub struct Status {
    /// As JSON: see /usr/share/doc/k2hdkc-slave-agent/status.schema.json
    #[arg(long)]
    pub json: bool,
    /// Go on showing it whenever it changes, until interrupted
    #[arg(long, conflicts_with = "check")]
    pub watch: bool,
    /// One line for a monitoring system; ends with 0 OK, 1 WARNING, 2 CRITICAL or 3 UNKNOWN
    #[arg(long, conflicts_with = "json")]
    pub check: bool,
}

impl Status {
    /// Asks the running agent; without one, or without the right to, reads what it left.
    pub async fn run(&self, layers: &Layers) -> Result<(Exit, String), Failed> {
        let settings = settings::read(layers);
        if self.check {
            let found = match settings {
                Ok(settings) => source::find(&settings.paths).await,
                Err(error) => Err(error.into()),
            };
            return Ok(check::line(found, clock::now()));
        }
        let settings = settings?;
        if self.watch {
            return watch::run(&settings.paths, self.json).await;
        }
        let (report, source) = source::find(&settings.paths).await?;
        let text = if self.json {
            let value = machine(&report, source);
            format!("{value:#}\n")
        } else {
            told(&report, source, clock::now(), Page::new())
        };
        Ok((exit(&report, source), text))
    }
}

/// A report that nobody stands behind any more is no success, whatever it says.
fn exit(report: &Report, source: Source) -> Exit {
    match source.standing {
        Standing::Gone | Standing::Silent => Exit::Unavailable,
        Standing::Answers | Standing::Runs | Standing::Unclear => Exit::of(report),
    }
}

/// The report for programs, and where it comes from.
fn machine(report: &Report, source: Source) -> Value {
    let mut value = serde_json::to_value(report).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        let source = json!({ "from": source.from.as_str(), "agent": source.standing.as_str() });
        fields.insert("source".to_owned(), source);
    }
    value
}

/// A report that was just given by the running agent, as text for a person.
pub fn fresh(report: &Report) -> String {
    told(report, Source::ANSWERED, clock::now(), Page::new())
}
