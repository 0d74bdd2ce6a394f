//! What shells complete.

use std::fs;
use std::process::Command;

use tempfile::NamedTempFile;

use crate::support::AGENT;

/// The script for a shell, in a file.
fn script(shell: &str) -> NamedTempFile {
    let output = Command::new(AGENT).args(["completions", shell]).output().unwrap();
    assert!(output.status.success());
    let file = NamedTempFile::new().unwrap();
    fs::write(file.path(), output.stdout).unwrap();
    file
}

#[test]
fn each_shell_can_read_its_script() {
    for shell in ["bash", "zsh", "fish"] {
        let script = script(shell);
        match Command::new(shell).arg("-n").arg(script.path()).output() {
            Ok(output) => {
                let errors = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success() && errors.is_empty(), "{shell}: {errors}");
            }
            Err(error) => sim::skip(&format!("{shell} cannot read its script: {error}")),
        }
    }
}

/// What bash offers for the last of these words.
fn offered(words: &[&str]) -> Option<Vec<String>> {
    const ASK: &str = r#"
        source "$1"; shift
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
        asked=$(complete -p k2hdkc-slave-agent); asked=${asked##*-F }; asked=${asked%% *}
        "$asked" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let script = script("bash");
    let mut bash = Command::new("bash");
    bash.args(["--norc", "--noprofile", "-c", ASK, "bash"]).arg(script.path());
    let output = bash.arg("k2hdkc-slave-agent").args(words).output().ok()?;
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.lines().map(str::to_owned).collect())
}

#[test]
fn bash_completes_commands_options_and_values() {
    let Some(commands) = offered(&["re"]) else {
        sim::skip("no bash");
        return;
    };
    assert_eq!(commands, ["refresh", "register"]);
    assert_eq!(offered(&["refresh", "--w"]).unwrap(), ["--wait"]);
    assert_eq!(offered(&["refresh", "--wait", ""]).unwrap(), ["looked", "adopted"]);
    assert_eq!(offered(&["man", "ru"]).unwrap(), ["rules"]);
    assert_eq!(offered(&["config", "show", "--or"]).unwrap(), ["--origin"]);
    let after_file = offered(&["--settings", "a.conf", "stat"]).unwrap();
    assert_eq!(after_file, ["status"]);
}
