//! What is told about a command line that makes no sense.

use clap::CommandFactory as _;

use super::Cli;

/// What clap ends every message with, in place of what to do.
const ENDING: &str = "\nFor more information";

/// The message of clap about `words`, ended as all errors of this program are.
pub fn told(error: &clap::Error, words: &[String], colours: bool) -> String {
    let rendered = error.render();
    let text = if colours { rendered.ansi().to_string() } else { rendered.to_string() };
    let text = text.split(ENDING).next().unwrap_or_default().trim_end();
    format!("{text}\n help: run `{} --help`\n", command(words))
}

/// The command that was meant, as far as it was understood.
fn command(words: &[String]) -> String {
    let mut meant = Cli::command();
    let mut path = vec![meant.get_name().to_owned()];
    for word in words {
        if let Some(command) = meant.find_subcommand(word) {
            path.push(word.clone());
            meant = command.clone();
        }
    }
    path.join(" ")
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn told_of(words: &[&str]) -> String {
        let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
        let line = [&[env!("CARGO_PKG_NAME").to_owned()], words.as_slice()].concat();
        told(&Cli::try_parse_from(line).unwrap_err(), &words, false)
    }

    #[test]
    fn the_help_of_the_command_that_was_meant_is_named() {
        let told = told_of(&["refresh", "--waitt", "adopted"]);
        assert!(told.starts_with("error: unexpected argument '--waitt'"), "{told}");
        assert!(told.contains("tip: a similar argument exists: '--wait'"), "{told}");
        assert!(told.ends_with("\n help: run `k2hdkc-slave-agent refresh --help`\n"), "{told}");
    }

    #[test]
    fn it_is_named_for_a_value_that_is_wrong_too() {
        let told = told_of(&["-v", "refresh", "--timeout", "soon"]);
        assert!(told.ends_with("\n help: run `k2hdkc-slave-agent refresh --help`\n"), "{told}");
    }

    #[test]
    fn where_no_command_is_known_the_help_of_the_program_is_named() {
        let told = told_of(&["statsu"]);
        assert!(told.ends_with("\n help: run `k2hdkc-slave-agent --help`\n"), "{told}");
    }
}
