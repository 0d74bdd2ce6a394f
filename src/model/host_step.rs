//! What is done to a host, one thing at a time: shown in words first, and then done.

use std::path::PathBuf;

/// The unit of this agent.
pub const AGENT: &str = "k2hdkc-slave-agent.service";

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Run a command.
    Run {
        /// Its words.
        words: Vec<String>,
        /// Whether the rest makes no sense without it.
        needed: bool,
    },
    /// End every process of a program at once, so that none of its traps runs.
    End(&'static str),
    /// Give a path another mode.
    Mode(PathBuf, u32),
    /// Write a file.
    Write(PathBuf, String),
    /// Make a symbolic link where nothing is yet.
    Link {
        /// The link.
        at: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// Remove a file.
    Remove(PathBuf),
}

impl Step {
    /// A command by its words, which may fail: a unit that is not there needs no stopping.
    pub fn run(words: &[&str]) -> Self {
        Self::command(words, false)
    }

    /// A command that has to succeed.
    pub fn needed(words: &[&str]) -> Self {
        Self::command(words, true)
    }

    fn command(words: &[&str], needed: bool) -> Self {
        Self::Run { words: words.iter().map(|word| (*word).to_owned()).collect(), needed }
    }

    /// Whether the steps after it make no sense without it.
    pub fn is_needed(&self) -> bool {
        match self {
            Self::Run { needed, .. } => *needed,
            Self::End(_) => false,
            Self::Mode(..) | Self::Write(..) | Self::Link { .. } | Self::Remove(_) => true,
        }
    }

    /// The step in words.
    pub fn sentence(&self) -> String {
        match self {
            Self::Run { words, .. } => words.join(" "),
            Self::End(program) => format!("end every process of {program}"),
            Self::Mode(path, mode) => format!("chmod {mode:04o} {}", path.display()),
            Self::Write(path, text) => {
                let lines = text.lines().filter(|line| !line.starts_with('#'));
                format!("write {}: {}", path.display(), lines.collect::<Vec<_>>().join(" "))
            }
            Self::Link { at, target } => format!("ln -s {} {}", target.display(), at.display()),
            Self::Remove(path) => format!("remove {}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_to_write_is_shown_in_one_line_and_without_its_comments() {
        let text = "# Made by `take-over`.\n[Service]\n# chmpx runs as k2hdkc.\nUser=k2hdkc\n";
        let step = Step::Write(PathBuf::from("/etc/x.conf"), text.to_owned());
        assert_eq!(step.sentence(), "write /etc/x.conf: [Service] User=k2hdkc");
    }
}
