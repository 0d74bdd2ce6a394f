//! What can be asked for on the command line.

mod afterword;
pub mod usage;

use std::path::PathBuf;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

pub use afterword::Afterword;

use crate::commands::{
    bootstrap, check, completions, config, doctor, history, man, plan, refresh, status, take_over,
};
use crate::settings::Flags;

/// Keeps a K2HDKC slave node's chmpx in step with its cluster, as published by K2HR3.
#[derive(Debug, Parser)]
#[command(name = "k2hdkc-slave-agent", version)]
pub struct Cli {
    /// Settings that hold for every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// What was typed.
    pub fn read() -> Result<Self, clap::Error> {
        let matches = command().try_get_matches()?;
        Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command()))
    }
}

/// The command line with everything that its help says.
pub fn command() -> clap::Command {
    afterword::added(Cli::command(), "").after_help(
        "`k2hdkc-slave-agent COMMAND --help` tells the options, examples and exit codes of a command.",
    )
}

/// Options of every command.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// Look for all default paths below this directory
    #[arg(long, value_name = "DIR", global = true)]
    pub root: Option<PathBuf>,
    /// Read settings from this file instead of /etc/k2hdkc/slave-agent.conf
    #[arg(long, value_name = "FILE", global = true)]
    pub settings: Option<PathBuf>,
    /// Override one setting, e.g. --set pace.interval=10s (repeatable)
    #[arg(short, long = "set", value_name = "SECTION.KEY=VALUE", value_parser = pair, global = true)]
    pub set: Vec<(String, String)>,
    /// Say more in the log; twice for everything
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub verbose: u8,
    /// Write the log as JSON
    #[arg(long, global = true)]
    pub log_json: bool,
}

impl Global {
    /// What is said about settings.
    pub fn flags(&self) -> Flags {
        Flags {
            root: self.root.clone(),
            settings_file: self.settings.clone(),
            set: self.set.clone(),
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "what has options says at these what it does")]
pub enum Command {
    /// Follow the cluster until told to stop (for systemd)
    Run,
    Refresh(refresh::Refresh),
    Plan(plan::Plan),
    Check(check::Check),
    Status(status::Status),
    History(history::History),
    Doctor(doctor::Doctor),
    /// Print the figures of the running agent in the text form of Prometheus
    Metrics,
    /// Put the file back that was good before, and keep what is published away
    Rollback,
    /// Make this node a member of its role
    Register,
    /// Take this node out of its role, and keep it out until `register`
    Unregister,
    Bootstrap(bootstrap::Bootstrap),
    TakeOver(take_over::TakeOver),
    Config(config::Config),
    Man(man::Man),
    Completions(completions::Completions),
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("SECTION.KEY=VALUE is needed")?;
    Ok((key.trim().to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_setting_can_be_overridden_anywhere_on_the_line() {
        let words =
            ["k2hdkc-slave-agent", "status", "-s", "pace.interval=1s", "--set", "node.tag=a=b"];
        let cli = Cli::parse_from(words);
        let expected = [("pace.interval", "1s"), ("node.tag", "a=b")];
        assert_eq!(cli.global.set, expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
    }
}
