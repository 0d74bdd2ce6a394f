//! What is delivered beside the program: settings, templates, units.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use k2hdkc_slave_agent::settings::KEYS;

fn delivered(path: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(path).expect("what is delivered is there")
}

/// The settings of the sample with every line uncommented, in their order.
fn settings_of_the_sample() -> Vec<(String, String)> {
    let mut section = String::new();
    let mut settings = Vec::new();
    for line in delivered("packaging/slave-agent.conf").lines() {
        if let Some(name) = line.strip_prefix('[') {
            name.trim_end_matches(']').clone_into(&mut section);
        } else if let Some(line) = line.strip_prefix('#') {
            if let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with(' ')) {
                settings.push((format!("{section}.{}", key.trim()), value.trim().to_owned()));
            }
        } else {
            assert!(line.is_empty(), "the sample decides something: {line}");
        }
    }
    settings
}

#[test]
fn the_sample_settings_are_the_defaults_all_of_them() {
    let defaults = KEYS.iter().map(|key| (key.name.to_owned(), key.default.to_owned()));
    let sample = settings_of_the_sample();
    for default in defaults.clone() {
        assert!(sample.contains(&default), "packaging/slave-agent.conf lacks {default:?}");
    }
    assert_eq!(sample, defaults.collect::<Vec<_>>());
}

#[test]
fn the_sample_says_what_each_setting_means_as_the_program_does() {
    let sample = delivered("packaging/slave-agent.conf");
    for key in KEYS {
        assert!(sample.contains(&format!("# {}\n", key.help)), "{}: {}", key.name, key.help);
    }
}

/// Runs a check that says itself what is wrong.
fn check(script: &str) {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(script);
    let output = Command::new(&script).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}:\n{said}{errors}", script.display());
}

#[test]
fn k2hr3_and_every_shell_take_the_templates_as_meant() {
    check("tests/vm/templates");
}

#[test]
fn every_shell_takes_the_scripts_of_the_packages() {
    check("packaging/lint");
}

#[test]
fn systemd_takes_the_units_as_meant_and_finds_them_tight() {
    check("tests/vm/units");
}
