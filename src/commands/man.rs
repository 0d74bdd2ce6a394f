//! `man`: the manual pages, from what the program itself knows of its commands, settings and rules.

mod command;
mod roff;
mod rules;
mod settings;

use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::{Exit, Failed};
use crate::effects::clock;
use crate::model::memory::Seconds;

/// Print a manual page, to be read with `man -l -`, or write all of them.
#[derive(Debug, clap::Args)]
pub struct Man {
    /// Which page
    #[arg(value_name = "PAGE", default_value = "command")]
    page: Name,
    /// Write all pages into this directory, each under its usual name
    #[arg(long, value_name = "DIR", conflicts_with = "page")]
    dir: Option<PathBuf>,
}

/// A manual page.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Name {
    /// The command: k2hdkc-slave-agent(8)
    Command,
    /// The settings file: k2hdkc-slave-agent.conf(5)
    Settings,
    /// The rules of chmpx's file: k2hdkc-slave-agent-rules(7)
    Rules,
}

impl Name {
    fn file(self) -> &'static str {
        match self {
            Self::Command => "k2hdkc-slave-agent.8",
            Self::Settings => "k2hdkc-slave-agent.conf.5",
            Self::Rules => "k2hdkc-slave-agent-rules.7",
        }
    }

    fn text(self, date: Seconds) -> String {
        match self {
            Self::Command => command::page(date),
            Self::Settings => settings::page(date),
            Self::Rules => rules::page(date),
        }
    }
}

impl Man {
    /// The page as roff, or the names of the files that were written.
    pub fn run(&self) -> Result<(Exit, String), Failed> {
        let date = date();
        let Some(directory) = &self.dir else { return Ok((Exit::Ok, self.page.text(date))) };
        let mut written = String::new();
        for page in Name::value_variants() {
            let path = directory.join(page.file());
            write(&path, &page.text(date)).map_err(|error| not_written(&path, &error))?;
            written.extend([&path.display().to_string(), "\n"]);
        }
        Ok((Exit::Ok, written))
    }
}

/// The day of a page: that of the source where a package is built, so that it can be built again.
fn date() -> Seconds {
    let epoch = std::env::var("SOURCE_DATE_EPOCH").ok();
    epoch.and_then(|epoch| epoch.parse().ok()).unwrap_or_else(clock::now)
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    fs::write(path, text)
}

fn not_written(path: &Path, error: &std::io::Error) -> Failed {
    Failed {
        exit: Exit::CannotWrite,
        what: format!("could not write {}: {error}", path.display()),
        help: "name a directory that you may write to".to_owned(),
    }
}
