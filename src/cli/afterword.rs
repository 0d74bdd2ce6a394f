//! What the help and the manual say of a command below its options: examples, and how it ends.

mod list;

use std::fmt::{self, Write as _};

use crate::commands::Exit;
use list::AFTERWORDS;

/// What is said of one command.
#[derive(Debug)]
pub struct Afterword {
    /// Its name, as words on the command line.
    pub command: &'static str,
    /// What could be typed behind the name of the program, and what for.
    pub examples: &'static [(&'static str, &'static str)],
    /// How it may end, beside making no sense (64) and unusable settings (78).
    pub exits: &'static [(Exit, &'static str)],
}

impl Afterword {
    /// What is said of this command.
    pub fn of(command: &str) -> Option<&'static Self> {
        AFTERWORDS.iter().find(|word| word.command == command)
    }
}

impl fmt::Display for Afterword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Examples:\n")?;
        for (line, what) in self.examples {
            writeln!(f, "  k2hdkc-slave-agent {line}\n          {what}")?;
        }
        f.write_str("\nExit codes:")?;
        for (exit, meaning) in self.exits {
            write!(f, "\n  {:>2}  {meaning}", *exit as u8)?;
        }
        f.write_char('\n')
    }
}

/// `command` with the afterwords of all commands below it; `above` are the words before its own.
pub(super) fn added(command: clap::Command, above: &str) -> clap::Command {
    command.mut_subcommands(|command| {
        let path = format!("{above}{}", command.get_name());
        let afterword = Afterword::of(&path).map(ToString::to_string).unwrap_or_default();
        added(command.after_help(afterword), &format!("{path} "))
    })
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn every_command_has_its_afterword_and_nothing_else_has() {
        let command = Cli::command();
        let mut commands: Vec<_> =
            command.get_subcommands().map(|it| it.get_name().to_owned()).collect();
        for command in command.get_subcommands() {
            let below = command.get_subcommands();
            commands.extend(below.map(|it| format!("{} {}", command.get_name(), it.get_name())));
        }
        for command in &commands {
            assert!(Afterword::of(command).is_some(), "{command} has none");
        }
        assert_eq!(AFTERWORDS.len(), commands.len());
    }

    #[test]
    fn every_example_is_understood() {
        for (line, _) in AFTERWORDS.iter().flat_map(|word| word.examples) {
            let own = line.split('|').next().unwrap().replace('\'', "");
            let words = [env!("CARGO_PKG_NAME")].into_iter().chain(own.split_whitespace());
            Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{line}: {error}"));
        }
    }
}
