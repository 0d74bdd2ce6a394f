//! `completions`: what a shell needs to complete the commands and options of this program.

use clap::ValueEnum;
use clap_complete::Generator;
use clap_complete::shells::{Bash, Fish, Zsh};

use super::Exit;
use crate::cli;

/// Print what a shell needs to complete commands and options; the packages install it.
#[derive(Debug, clap::Args)]
pub struct Completions {
    /// Which shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// A shell that is supported.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Shell {
    /// For /usr/share/bash-completion/completions/k2hdkc-slave-agent
    Bash,
    /// For /usr/share/zsh/site-functions/_k2hdkc-slave-agent, on Debian in vendor-completions
    Zsh,
    /// For /usr/share/fish/vendor_completions.d/k2hdkc-slave-agent.fish
    Fish,
}

impl Completions {
    /// The script.
    pub fn run(&self) -> (Exit, String) {
        let script = match self.shell {
            Shell::Bash => with_one_name(&script(Bash)),
            Shell::Zsh => script(Zsh),
            Shell::Fish => script(Fish),
        };
        (Exit::Ok, script)
    }
}

/// The script of bash calls this program by two names, as its own has hyphens (clap issue 6421).
/// Nothing is replaced once that is mended.
fn with_one_name(script: &str) -> String {
    let name = env!("CARGO_PKG_NAME");
    script.replace(&name.replace('-', "__subcmd__"), &name.replace('-', "__"))
}

fn script(shell: impl Generator) -> String {
    let mut command = cli::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}
