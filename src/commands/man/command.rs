//! k2hdkc-slave-agent(8): every command with its options, and how the program meets the system.

use clap::{Arg, Command, Id};

use super::roff::Page;
use crate::cli::{self, Afterword};
use crate::commands::Exit;
use crate::model::memory::Seconds;
use crate::settings::{KEYS, Kind};

const SIGNALS: &[(&str, &str)] = &[
    ("SIGTERM, SIGINT", "End `run`: what is being written is finished first."),
    ("SIGHUP", "Let `run` read its settings again. Wrong ones are logged and change nothing."),
];
const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "K2HDKC_SLAVE_AGENT_SECTION_KEY",
        "Sets one setting, as in K2HDKC_SLAVE_AGENT_PACE_INTERVAL=10s.",
    ),
    (
        "CREDENTIALS_DIRECTORY",
        "Given by systemd: the role token is looked for in its file `role-token`.",
    ),
    (
        "NOTIFY_SOCKET, WATCHDOG_USEC",
        "Given by systemd: `run` tells when it is ready, what it does and that it lives. Then it also \
         waits for k2hr3.api_uri, k2hr3.role and node.cuk where nothing gives them yet.",
    ),
    ("NO_COLOR", "No colours on a terminal."),
    ("TERM", "With `dumb`, no colours either."),
    ("COLUMNS", "How wide a terminal is taken to be, instead of asking it."),
    ("SOURCE_DATE_EPOCH", "The date of the pages that `man` prints."),
];

/// The page.
pub(super) fn page(date: Seconds) -> String {
    let mut program = cli::command();
    program.build();
    let mut page = Page::new(
        program.get_name(),
        8,
        date,
        "keeps a K2HDKC slave node in step with its cluster",
    );
    page.heading("SYNOPSIS");
    page.opening("`k2hdkc-slave-agent` [OPTIONS] COMMAND");
    page.heading("DESCRIPTION");
    page.opening(
        "Registers this node in its K2HR3 role, follows what K2HR3 publishes for it, replaces the file that \
         chmpx reads, and makes sure that the running chmpx has adopted it. A text that chmpx would not \
         survive is never put in place; see k2hdkc-slave-agent-rules(7).",
    );
    page.heading("OPTIONS");
    page.opening("These may stand before or behind every command.");
    for option in program.get_arguments().filter(|option| is_told(option)) {
        entry(&mut page, option);
    }
    page.heading("COMMANDS");
    let everywhere: Vec<_> = program.get_arguments().map(Arg::get_id).collect();
    for command in program.get_subcommands() {
        tell(&mut page, command, "", &everywhere);
    }
    endings(&mut page);
    page.into_text()
}

/// A command with everything below it. The options that every command has were told before.
fn tell(page: &mut Page, command: &Command, above: &str, everywhere: &[&Id]) {
    if command.get_name() == "help" {
        return;
    }
    let path = format!("{above}{}", command.get_name());
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").trim_start_matches("k2hdkc-slave-agent ");
    page.subheading(usage);
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string);
    let about = about.unwrap_or_default();
    let mut paragraphs = about.split("\n\n").map(sentence);
    page.opening(&paragraphs.next().unwrap_or_default());
    paragraphs.for_each(|more| page.paragraph(&more));
    let own = |argument: &&Arg| is_told(argument) && !everywhere.contains(&argument.get_id());
    for argument in command.get_arguments().filter(own) {
        entry(page, argument);
    }
    if let Some(afterword) = Afterword::of(&path) {
        for (line, what) in afterword.examples {
            page.paragraph(&format!("Example: {}:", what.trim_end_matches('.')));
            page.verbatim([format!("k2hdkc-slave-agent {line}").as_str()]);
        }
        let exits =
            afterword.exits.iter().map(|(exit, meaning)| format!("{} {meaning}", *exit as u8));
        page.paragraph(&format!("Exit codes: {}.", exits.collect::<Vec<_>>().join("; ")));
    }
    for command in command.get_subcommands() {
        tell(page, command, &format!("{path} "), everywhere);
    }
}

/// What every program has is not told of each command.
fn is_told(argument: &Arg) -> bool {
    !argument.is_hide_set() && !matches!(argument.get_id().as_str(), "help" | "version")
}

fn entry(page: &mut Page, argument: &Arg) {
    let names = argument.get_value_names().unwrap_or_default();
    let value = names.iter().flat_map(|name| [" ", name]).collect::<String>();
    let value = if argument.get_action().takes_values() { value.as_str() } else { "" };
    let short = argument.get_short().map(|letter| format!("-{letter}"));
    let long = argument.get_long().map(|word| format!("--{word}{value}"));
    let words: Vec<_> = [short, long].into_iter().flatten().collect();
    let term = if words.is_empty() { value.trim_start().to_owned() } else { words.join(", ") };
    let help = argument.get_long_help().or(argument.get_help()).map(ToString::to_string);
    page.entry(&term, &sentence(&help.unwrap_or_default()));
    if !argument.get_action().takes_values() {
        return;
    }
    for value in argument.get_possible_values().iter().filter(|value| !value.is_hide_set()) {
        let help = value.get_help().map(ToString::to_string).unwrap_or_default();
        page.more(&sentence(format!("`{}` {help}", value.get_name()).trim_end()));
    }
    let defaults: Vec<_> =
        argument.get_default_values().iter().map(|it| it.to_string_lossy()).collect();
    if !defaults.is_empty() {
        page.more(&format!("Default: `{}`.", defaults.join(" ")));
    }
}

/// `text` with a capital letter before and a full stop behind it.
fn sentence(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|letter| letter.to_ascii_uppercase());
    let end = if text.is_empty() || text.ends_with('.') { "" } else { "." };
    first.into_iter().chain(rest).chain(end.chars()).collect()
}

fn endings(page: &mut Page) {
    page.heading("EXIT STATUS");
    page.opening("From 64 on these are the codes of sysexits.h.");
    for exit in Exit::ALL {
        page.entry(&(*exit as u8).to_string(), &sentence(exit.meaning()));
    }
    page.heading("SIGNALS");
    page.opening("They are for `run`.");
    entries(page, SIGNALS);
    page.heading("ENVIRONMENT");
    page.opening("Proxies of the environment are not used.");
    entries(page, ENVIRONMENT);
    page.heading("FILES");
    page.opening("Each can be moved by the option or the setting that is named.");
    page.entry(
        "/etc/k2hdkc/slave-agent.conf",
        "Settings, see k2hdkc-slave-agent.conf(5); `--settings`.",
    );
    page.entry(
        "/etc/k2hdkc/slave-agent.conf.d/*.conf",
        "Further settings, beside that file; `--settings` moves both.",
    );
    for key in KEYS.iter().filter(|key| key.kind == Kind::Path && !key.default.is_empty()) {
        page.entry(key.default, &sentence(&format!("{}; `{}`", key.help, key.name)));
    }
    page.heading("SEE ALSO");
    page.opening(
        "k2hdkc-slave-agent.conf(5), k2hdkc-slave-agent-rules(7), chmpx(1), chmpxstatus(1), systemd(1)",
    );
}

fn entries(page: &mut Page, entries: &[(&str, &str)]) {
    for (term, text) in entries {
        page.entry(term, text);
    }
}
