//! `bootstrap`: bring what the role's resource names onto this host.

mod asking;
mod latitude;
mod patience;
mod progress;
mod supervisor;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::progress::waiting;
use super::{Exit, Failed};
use crate::agent::Chain;
use crate::effects::k2hr3::K2hr3;
use crate::effects::packages::Installer;
use crate::model::failure::{Class, Failure};
use crate::model::host_step::AGENT;
use crate::model::packages::{Package, SERVICE_KEY, Unit, Wanted};
use crate::model::settings::Settings;
use crate::settings::{self, Layers};
use patience::Patience;
use progress::{Progress, say};

/// The wish that the user data leaves in the state directory; gone when it is fulfilled.
const WISH: &str = "bootstrap";

/// Install and start the packages and services that the role's resource names.
#[derive(Debug, clap::Args)]
pub struct Bootstrap {
    /// Stop and disable the services instead, in reverse order; packages stay
    #[arg(long)]
    pub delete: bool,
    /// Give up after this many seconds; by default never
    #[arg(long, value_name = "SECONDS")]
    pub timeout: Option<u64>,
}

impl Bootstrap {
    /// Does it, and tells each thing that it does.
    pub async fn run(&self, layers: &Layers) -> Result<Exit, Failed> {
        let settings = settings::read(layers)?;
        let k2hr3 = K2hr3::new(&settings.k2hr3, &settings.identity)?;
        let end = self.timeout.map(|seconds| Instant::now() + Duration::from_secs(seconds));
        let mut work = Work {
            installer: Installer::found(),
            progress: Progress::default(),
            patience: Patience::new(&settings, end),
        };
        let wanted = work.wanted(&k2hr3, &settings).await?;
        if self.delete {
            return work.end(&wanted).await;
        }
        work.begin(&wanted, &settings).await?;
        latitude::give(&work.installer, &settings, layers.root()).await?;
        let exit = if wanted.refused.is_empty() { Exit::Ok } else { Exit::Refused };
        if exit == Exit::Ok {
            fulfilled(&settings.paths.state_dir.join(WISH))?;
        }
        say("done");
        Ok(exit)
    }
}

fn fulfilled(wish: &Path) -> Result<(), Failed> {
    match fs::remove_file(wish) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failed {
            exit: Exit::CannotWrite,
            what: format!("could not remove {}: {error}", wish.display()),
            help: "run as root".to_owned(),
        }),
        _ => Ok(()),
    }
}

struct Work {
    installer: Installer,
    progress: Progress,
    patience: Patience,
}

impl Work {
    /// Asks K2HR3 until it answers.
    async fn wanted(&mut self, k2hr3: &K2hr3, settings: &Settings) -> Result<Wanted, Failed> {
        loop {
            let asking = asking::wanted(k2hr3, settings);
            let failure = match waiting("asking K2HR3", asking).await {
                Ok(wanted) => {
                    Self::tell_left_out(&wanted);
                    return Ok(wanted);
                }
                Err(failure) => failure,
            };
            self.progress.waiting("K2HR3", &failure.text);
            let patience = self.patience.wait(failure.retry_after);
            if !waiting("waiting for K2HR3", patience).await {
                return Err(given_up(&failure));
            }
        }
    }

    fn tell_left_out(wanted: &Wanted) {
        for name in &wanted.replaced {
            say(&format!("left out {name}: this agent does its work"));
        }
        for refused in &wanted.refused {
            let (name, why) = (&refused.name, refused.why);
            say(&format!("refused the name {name:?}: {why}"));
        }
    }

    /// Installs, then starts. What cannot be had yet does not keep the rest away.
    async fn begin(&mut self, wanted: &Wanted, settings: &Settings) -> Result<(), Failed> {
        self.progress.expect(1 + wanted.packages.len() + wanted.units.len());
        // It goes first: it registers while packages are fetched.
        if let Ok(own) = Unit::parse(AGENT) {
            // Not there where the agent was put by hand.
            if let Err(error) = self.installer.begin(&own).await {
                self.progress.failed(AGENT, &Chain(&error).to_string());
            } else {
                self.progress.finished("started", AGENT);
            }
        }
        self.install(&wanted.packages).await?;
        supervisor::agree(settings).await?;
        self.start(&wanted.units, settings).await
    }

    async fn start(&mut self, units: &[Unit], settings: &Settings) -> Result<(), Failed> {
        let mut lost = None;
        for unit in units {
            let doing = self.progress.doing("starting", unit.as_str());
            let begun = supervisor::begin(&self.installer, unit, settings);
            match waiting(&doing, begun).await {
                Ok(()) => self.progress.finished("started", unit.as_str()),
                Err(error) => {
                    let what = Chain(&error).to_string();
                    self.progress.failed(unit.as_str(), &what);
                    lost.get_or_insert(format!("{unit} was not started: {what}"));
                }
            }
        }
        match lost {
            None => Ok(()),
            Some(what) => Err(Failed {
                exit: Exit::NotYet,
                what,
                help: format!("check {SERVICE_KEY} of the resource in K2HR3"),
            }),
        }
    }

    async fn install(&mut self, packages: &[Package]) -> Result<(), Failed> {
        let mut missing = Vec::new();
        for package in packages {
            match self.installer.has(package).await {
                Ok(true) => self.progress.finished("there already:", package.as_str()),
                Ok(false) => missing.push(package),
                Err(error) => return Err(no_tool(&Chain(&error).to_string())),
            }
        }
        while !missing.is_empty() {
            let mut why = None;
            let learning = "asking the repositories of this host";
            if let Err(error) = waiting(learning, self.installer.learn()).await {
                why = Some(Chain(&error).to_string());
            }
            let mut left = Vec::new();
            for package in missing {
                let doing = self.progress.doing("installing", package.as_str());
                match waiting(&doing, self.installer.install(package)).await {
                    Ok(()) => self.progress.finished("installed", package.as_str()),
                    Err(error) => {
                        why = Some(format!("{}: {}", package.as_str(), Chain(&error)));
                        left.push(package);
                    }
                }
            }
            missing = left;
            if missing.is_empty() {
                break;
            }
            let why = why.unwrap_or_default();
            self.progress.waiting("packages", &why);
            if !waiting("waiting for packages", self.patience.wait(None)).await {
                return Err(not_installed(&missing, &why));
            }
        }
        Ok(())
    }

    /// Stops and disables in reverse. One that is not there is as wanted.
    async fn end(&mut self, wanted: &Wanted) -> Result<Exit, Failed> {
        self.progress.expect(wanted.units.len());
        for unit in wanted.units.iter().rev() {
            let doing = self.progress.doing("stopping", unit.as_str());
            match waiting(&doing, self.installer.end(unit)).await {
                Ok(()) => self.progress.finished("stopped", unit.as_str()),
                Err(error) => self.progress.failed(unit.as_str(), &Chain(&error).to_string()),
            }
        }
        say("done");
        Ok(Exit::Ok)
    }
}

fn given_up(failure: &Failure) -> Failed {
    let denied = failure.class == Class::Token;
    Failed {
        exit: if denied { Exit::NoPermission } else { Exit::Unavailable },
        what: format!("K2HR3 did not tell in time what to install: {}", failure.text),
        help: failure.class.help().to_owned(),
    }
}

fn no_tool(what: &str) -> Failed {
    let help = "install by hand what the resource names".to_owned();
    Failed { exit: Exit::CannotWrite, what: what.to_owned(), help }
}

fn not_installed(missing: &[&Package], why: &str) -> Failed {
    let names: Vec<_> = missing.iter().map(|package| package.as_str()).collect();
    Failed {
        exit: Exit::NotYet,
        what: format!("not installed in time: {} ({why})", names.join(" ")),
        help: "check the names and that a repository of this host has them".to_owned(),
    }
}
