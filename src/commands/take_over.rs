//! `take-over`: do the work of the official helper from now on, or give it back.

mod shadow;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use super::{Exit, Failed};
use crate::agent::Chain;
use crate::effects::disk::{self, Attributes};
use crate::effects::latitude::needs;
use crate::effects::{helper, host_step, supervisor};
use crate::model::helper::{Found, hand_back};
use crate::model::host_step::Step;
use crate::model::latitude;
use crate::model::settings::Settings;
use crate::model::supervisor::Elsewhere;
use crate::settings::{self, Layers, below};

/// The settings file in which the target of the helper is kept.
const DROP_IN: &str = "slave-agent.conf.d/10-taken-over.conf";

/// Take over from k2hr3-get-resource-helper: show what that means on this host, or do it.
#[derive(Debug, clap::Args)]
pub struct TakeOver {
    /// Do it; without this, only show it
    #[arg(long)]
    pub apply: bool,
    /// The way back: stop this agent and start the helper's timer again
    #[arg(long)]
    pub hand_back: bool,
    /// Only look, for --for or until interrupted: what the helper does, and what this agent would do
    #[arg(long, conflicts_with_all = ["apply", "hand_back"])]
    pub shadow: bool,
    /// How long to look with --shadow, in seconds
    #[arg(long = "for", value_name = "SECONDS", requires = "shadow")]
    pub seconds: Option<u64>,
}

impl TakeOver {
    /// Shows the steps, and does them if that was asked for.
    pub async fn run(&self, layers: &Layers) -> Result<(Exit, String), Failed> {
        let settings = settings::read(layers)?;
        let drop_in = settings.paths.settings_file.with_file_name(DROP_IN);
        let directory = &settings.paths.antpickax_dir;
        let found = helper::found(directory, &settings.identity.resource, &settings.target.path);
        if self.shadow {
            let limit = self.seconds.map(Duration::from_secs);
            // Whoever reads them wants them now; nobody may be reading any longer.
            let mut say = |line: &str| drop(writeln!(std::io::stdout(), "{line}"));
            return Ok((
                shadow::run(settings, found.output(), limit, &mut say).await?,
                String::new(),
            ));
        }
        if !self.hand_back && !found.can_be_written_down() {
            return Err(Failed {
                exit: Exit::Settings,
                what: format!(
                    "the helper writes to `{}`, which no settings file can hold",
                    found.output().display()
                ),
                help: "let the helper write to a path of visible characters first".to_owned(),
            });
        }
        let steps = if self.hand_back {
            hand_back(&drop_in)
        } else {
            taken_over(&found, &drop_in, settings, layers.root()).await
        };
        if !self.apply {
            return Ok((Exit::Differences, shown(&steps, &found.output())));
        }
        let before = fs::read(found.output()).ok();
        let mut done = Vec::new();
        for step in &steps {
            let failed = host_step::perform(step).await.err();
            match failed.map(|error| Chain(&error).to_string()) {
                None => done.push(format!("done    {}", step.sentence())),
                // A unit that is not there needs no stopping; our own has to start.
                Some(why) if !step.is_needed() => {
                    done.push(format!("skipped {}: {why}", step.sentence()));
                }
                Some(why) => return Err(not_done(step, &why, &done)),
            }
        }
        if put_back(&found.output(), before)? {
            done.push("done    put the file back that the helper had deleted".to_owned());
        }
        Ok((Exit::Ok, done.join("\n") + "\n"))
    }
}

/// The steps, with what the service and the supervisor of chmpx need for the file of the helper.
async fn taken_over(
    found: &Found,
    drop_in: &Path,
    mut settings: Settings,
    root: &Path,
) -> Vec<Step> {
    settings.target.path = found.output();
    let path = below(root, Path::new(latitude::DROP_IN));
    let latitude = needs(&settings, root).await.drop_in().map(|text| (path, text));
    let mut steps = found.take_over(drop_in, latitude);
    let supervisor = supervisor::found(&found.directory, &settings.target.path);
    let link = supervisor.elsewhere().and_then(Elsewhere::link);
    steps.extend(link.map(|(at, target)| Step::Link { at: at.into(), target: target.into() }));
    steps
}

/// Whether the helper had deleted the file in spite of the order; then it is there again.
fn put_back(path: &Path, before: Option<Vec<u8>>) -> Result<bool, Failed> {
    let Some(bytes) = before.filter(|_| !path.exists()) else { return Ok(false) };
    let attributes = Attributes { mode: 0o644, owner: None };
    disk::install(path, &bytes, attributes).map_err(|error| Failed {
        exit: Exit::CannotWrite,
        what: Chain(&error).to_string(),
        help: error.help().to_owned(),
    })?;
    Ok(true)
}

fn shown(steps: &[Step], output: &Path) -> String {
    let steps: Vec<_> = steps.iter().map(Step::sentence).collect();
    format!(
        "the file of the helper is {}\nwith --apply:\n  {}\n",
        output.display(),
        steps.join("\n  ")
    )
}

fn not_done(step: &Step, why: &str, done: &[String]) -> Failed {
    Failed {
        exit: Exit::CannotWrite,
        what: format!("{}: {why}", step.sentence()),
        help: format!("each step can be repeated; before this one:\n{}", done.join("\n")),
    }
}
