//! The manual pages say everything there is, and the tools that read them have nothing to say.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use k2hdkc_slave_agent::cli;
use k2hdkc_slave_agent::commands::Exit;
use k2hdkc_slave_agent::model::rules::Code;
use k2hdkc_slave_agent::settings::KEYS;
use tempfile::TempDir;

use crate::support::AGENT;

/// A page as it is read: without the marks of roff.
fn page(name: &str) -> String {
    let output = Command::new(AGENT).args(["man", name]).output().unwrap();
    assert!(output.status.success());
    let roff = String::from_utf8(output.stdout).unwrap();
    assert!(roff.is_ascii(), "some formatters know no more");
    let marks = [("\\fB", ""), ("\\fR", ""), ("\\-", "-"), ("\\(aq", "'"), ("\\(ti", "~")];
    let marks = marks.into_iter().chain([("\\(ha", "^"), ("\\e", "\\"), ("\\&", "")]);
    marks.fold(roff, |text, (mark, plain)| text.replace(mark, plain))
}

/// The same as one line, as sentences go over several.
fn running(page: &str) -> String {
    page.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_command_and_option_is_in_the_manual_with_its_help() {
    let page = page("command");
    let mut program = cli::command();
    program.build();
    let mut commands = vec![program.clone()];
    let mut options = 0;
    while let Some(command) = commands.pop() {
        commands.extend(command.get_subcommands().filter(|it| it.get_name() != "help").cloned());
        let mut headings = page.lines().filter_map(|line| line.strip_prefix(".SS \""));
        let is_headed = headings.any(|it| it.split([' ', '"']).any(|it| it == command.get_name()));
        assert!(is_headed || command.get_name() == program.get_name(), "{}", command.get_name());
        for option in command.get_arguments() {
            let Some(long) = option.get_long().filter(|it| !["help", "version"].contains(it))
            else {
                continue;
            };
            options += 1;
            assert!(page.contains(&format!("--{long}")), "{}: --{long}", command.get_name());
            let help = option.get_help().unwrap().to_string().replace('`', "");
            assert!(running(&page).contains(&help), "{}: {help}", command.get_name());
        }
    }
    assert!(options > 20, "only {options} options");
}

#[test]
fn what_a_command_says_at_length_is_in_the_manual_and_in_its_help() {
    let told = "Changes nothing. Works without a running agent, and without root";
    assert!(running(&page("command")).contains(&format!("say how to mend it. .PP {told}")));
    let help = Command::new(AGENT).args(["doctor", "--help"]).output().unwrap();
    assert!(running(&String::from_utf8(help.stdout).unwrap()).contains(told));
}

#[test]
fn every_setting_is_in_the_manual_with_its_default_and_what_is_possible() {
    let page = running(&page("settings"));
    for key in KEYS {
        let (section, name) = key.parts();
        assert!(page.contains(&format!(".SH \"[{section}]\"")), "{section}");
        assert!(page.contains(&format!(".TP {name} ")), "{}", key.name);
        assert!(page.to_lowercase().contains(&key.help.to_lowercase()), "{}", key.help);
        assert!(page.contains(&format!("Possible: {}.", key.kind)), "{}", key.name);
        assert!(page.contains(&format!("Default: {}", key.default)), "{}", key.name);
    }
}

#[test]
fn every_rule_is_in_the_manual_with_its_meaning_and_what_to_do() {
    let page = running(&page("rules"));
    for code in Code::ALL {
        assert!(page.contains(&format!(".TP {code} ({}) ", code.effect().as_str())), "{code}");
        assert!(page.contains(&code.chmpx().replace('`', "")), "{code}");
        assert!(page.contains(&code.help().replace('`', "")), "{code}");
    }
}

#[test]
fn every_exit_code_is_in_the_manual_and_in_the_readme() {
    let page = running(&page("command")).to_lowercase();
    let readme = fs::read_to_string(top().join("README.md")).unwrap();
    let readme = readme.split("Exit codes: ").nth(1).unwrap().split("\n\n").next().unwrap();
    let readme: Vec<_> = readme.split_whitespace().collect();
    for exit in Exit::ALL {
        let code = *exit as u8;
        let told = format!(".tp {code} {}.", exit.meaning().replace('`', "").to_lowercase());
        assert!(page.contains(&told), "{code}");
        assert!(readme.contains(&code.to_string().as_str()), "{code}");
    }
}

/// A tool that judges pages: what it is called with before the page.
const JUDGES: &[&[&str]] = &[
    &["mandoc", "-T", "lint"],
    &["groff", "-ww", "-z", "-man", "-Tutf8"],
    &["man", "--warnings", "-E", "UTF-8", "-Tutf8", "-Z", "-l"],
];

#[test]
fn the_tools_that_read_pages_have_nothing_to_say() {
    let directory = pages();
    let mut judged = 0;
    for judge in JUDGES {
        for page in fs::read_dir(directory.path()).unwrap() {
            let mut command = Command::new(judge[0]);
            command.args(&judge[1..]).arg(page.unwrap().path()).env("LC_ALL", "C.UTF-8");
            let Ok(output) = command.output() else { continue };
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            let said = if judge[0] == "mandoc" { output.stdout } else { Vec::new() };
            let said = String::from_utf8_lossy(&said).into_owned() + &errors;
            assert!(output.status.success() && said.is_empty(), "{}: {said}", judge[0]);
            judged += 1;
        }
    }
    if judged == 0 {
        sim::skip("neither mandoc nor groff nor man is here");
    }
}

#[test]
fn a_page_is_the_same_whenever_the_same_source_is_built() {
    let text = || {
        let output = Command::new(AGENT).arg("man").env("SOURCE_DATE_EPOCH", "86400").output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    assert_eq!(text(), text());
    assert!(text().starts_with(".TH K2HDKC\\-SLAVE\\-AGENT 8 1970-01-02 "));
}

fn pages() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let output = Command::new(AGENT).args(["man", "--dir"]).arg(directory.path()).output().unwrap();
    assert!(output.status.success());
    assert_eq!(output.stdout.split(|byte| *byte == b'\n').count(), 4, "three pages");
    directory
}

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The tables of docs/rules.md.
fn tables() -> String {
    let mut lines = Vec::new();
    for (title, codes) in Code::GROUPS {
        lines.push(format!("\n## {title}\n"));
        lines.push("| code | effect | example | what chmpx does | what to do |".to_owned());
        lines.push("|---|---|---|---|---|".to_owned());
        for code in *codes {
            let cells = [code.example(), code.chmpx(), code.help()].join(" | ");
            lines.push(format!("| `{code}` | {} | {cells} |", code.effect().as_str()));
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn the_page_of_rules_has_the_tables_that_the_program_knows() {
    let path = top().join("docs/rules.md");
    let text = fs::read_to_string(&path).unwrap();
    let prose = text.split("\n## The text\n").next().unwrap();
    let expected = format!("{}\n{}", prose.trim_end(), tables());
    if std::env::var_os("K2AGENT_WRITE_DOCS").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let hint = "K2AGENT_WRITE_DOCS=1 cargo test --test it page_of_rules writes them";
    assert!(fs::read_to_string(&path).unwrap() == expected, "docs/rules.md: {hint}");
}
