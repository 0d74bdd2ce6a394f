//! What people, shells and programs meet when they check files by hand.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::AGENT;

const FIT: &str = "dbaas.ini";

/// The program in the folder of fixtures, as a user of a terminal without colours.
fn agent(arguments: &[&str]) -> Output {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ini");
    Command::new(AGENT)
        .args(arguments)
        .current_dir(folder)
        .env_remove("K2HDKC_SLAVE_AGENT_CONFIG")
        .output()
        .unwrap()
}

/// `check`, on a host that the fixtures mean.
fn check(arguments: &[&str]) -> Output {
    let host = ["check", "--host-name", "self.fixture", "--address", "192.0.2.10"];
    agent(&[&host, arguments].concat())
}

fn shown(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn objects(output: &Output) -> Vec<Value> {
    shown(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn file(folder: &TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn text(revision: u32, server: &str) -> String {
    format!(
        "[GLOBAL]\nFILEVERSION = {revision}\nGROUP = g\nMODE = SLAVE\nDELIVERMODE = hash\n\
         CHMPXIDTYPE = CUK\nSELFCTLPORT = 8031\nSELFCUK = one\n\
         [SVRNODE]\nNAME = {server}\nPORT = 1\nCTLPORT = 2\nCUK = s\n\
         [SLVNODE]\nNAME = self.fixture\nCTLPORT = 8031\nCUK = one\n"
    )
}

#[test]
fn a_fit_file_is_told_in_two_lines() {
    let output = check(&[FIT]);
    let shown = shown(&output);

    assert_eq!(output.status.code(), Some(0), "{shown}");
    assert!(shown.contains("dbaas.ini: chmpx would load it and start\n"), "{shown}");
    assert!(shown.contains("  group "), "{shown}");
    assert!(!shown.contains('\x1b'), "colours without a terminal: {shown:?}");
}

#[test]
fn a_broken_file_is_told_with_its_line_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path =
        file(&folder, "a.ini", &text(1, "s1").replace("DELIVERMODE = hash", "DELIVERMODE = x"));
    let output = check(&[&path]);
    let shown = shown(&output);

    assert_eq!(output.status.code(), Some(65), "{shown}");
    assert!(shown.contains("error[bad-delivermode]"), "{shown}");
    assert!(shown.contains("a.ini:5\n  |\n5 | DELIVERMODE = x\n  = help: "), "{shown}");
    assert!(shown.contains("chmpx would not load it"), "{shown}");
}

#[test]
fn programs_get_one_object_a_file() {
    let output = check(&["--json", FIT, "broken.ini"]);
    let all = objects(&output);
    let names = ["file", "findings", "generation", "group", "loads", "mode", "servers", "slaves"];

    assert_eq!(output.status.code(), Some(65));
    assert_eq!(all.len(), 2);
    for object in &all {
        let mut found = keys(object);
        found.retain(|key| *key != "starts");
        assert_eq!(found, names);
    }
    let (fit, broken) = (all.first().unwrap(), all.last().unwrap());
    assert_eq!((&fit["loads"], &fit["starts"]), (&Value::Bool(true), &Value::Bool(true)));
    assert_eq!(fit["mode"], "SLAVE");
    assert_eq!(keys(&fit["servers"][0]), ["ctlport", "cuk", "name", "port"]);
    assert_eq!((&broken["loads"], &broken["starts"]), (&Value::Bool(false), &Value::Bool(false)));
    assert_eq!(keys(&broken["findings"][0]), ["code", "help", "level", "line", "message"]);
}

#[test]
fn warnings_count_for_those_who_are_strict() {
    let folder = tempfile::tempdir().unwrap();
    let path =
        file(&folder, "a.ini", &text(1, "s1").replace("CUK = s\n", "CUK = s\nCOLOUR = red\n"));

    assert_eq!(check(&[&path]).status.code(), Some(0));
    let strict = check(&["--strict", &path]);
    assert_eq!(strict.status.code(), Some(2), "{}", shown(&strict));
}

#[test]
fn directories_and_patterns_stand_for_their_files() {
    let folder = tempfile::tempdir().unwrap();
    for number in 1..=3 {
        file(&folder, &format!("{number}.ini"), &text(number, "s1"));
    }
    file(&folder, "notes.txt", "not meant");
    let whole = folder.path().display().to_string();
    let pattern = folder.path().join("?.ini").display().to_string();

    assert_eq!(objects(&check(&["--json", &whole])).len(), 3);
    let all = objects(&check(&["--json", &pattern]));
    assert_eq!(
        all.iter().map(|it| it["generation"].as_u64()).collect::<Vec<_>>(),
        [Some(1), Some(2), Some(3)]
    );
    let human = check(&[&whole]);
    assert!(shown(&human).ends_with("3 files checked\n"), "{}", shown(&human));
}

#[test]
fn a_file_that_cannot_be_read_is_no_verdict() {
    let output = check(&["no-such-file.ini"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();

    assert_eq!(output.status.code(), Some(78), "{told}");
    assert!(told.contains("no-such-file.ini"), "{told}");
}

#[test]
fn another_host_gets_another_verdict() {
    let elsewhere =
        agent(&["check", "--json", "--host-name", "other.fixture", "--address", "192.0.2.99", FIT]);
    let object = objects(&elsewhere).pop().unwrap();

    assert_eq!(elsewhere.status.code(), Some(65));
    assert_eq!((&object["loads"], &object["starts"]), (&Value::Bool(true), &Value::Bool(false)));
}

#[test]
fn programs_are_told_whether_chmpx_would_be_a_slave_or_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let mode = |old: &str, new: &str| {
        let path = file(&folder, "a.ini", &text(1, "s1").replace(old, new));
        objects(&check(&["--json", &path])).pop().unwrap()["mode"].clone()
    };
    let own_entry = "[SLVNODE]\nNAME = self.fixture\nCTLPORT = 8031\nCUK = one\n";
    let as_server =
        "[SVRNODE]\nNAME = self.fixture\nPORT = 8030\nCTLPORT = 8031\nCUK = one\n".to_owned();
    assert_eq!(mode("", ""), "SLAVE");
    assert_eq!(mode("MODE = SLAVE", "MODE = SERVER"), "SERVER");
    assert_eq!(mode("MODE = SLAVE", "MODE = GUEST"), Value::Null);
    // Where nothing is said, chmpx finds out by the lists in which it stands.
    assert_eq!(mode("\nMODE = SLAVE", ""), "SLAVE");
    let found = text(1, "s1").replace("\nMODE = SLAVE", "").replace(own_entry, &as_server);
    let path = file(&folder, "a.ini", &found);
    assert_eq!(objects(&check(&["--json", &path]))[0]["mode"], "SERVER", "{found}");
}

#[test]
fn a_plan_of_two_files_tells_what_a_running_chmpx_would_do() {
    let folder = tempfile::tempdir().unwrap();
    let old = file(&folder, "old.ini", &text(1, "s1"));
    let later = file(&folder, "later.ini", &text(2, "s1,s2"));
    let cold = file(&folder, "cold.ini", &text(2, "s1").replace("GROUP = g", "GROUP = h"));
    let broken = file(&folder, "broken.ini", &text(2, "s1").replace("GROUP = g", "GROUP ="));
    let plan = |new: &str| {
        let output = agent(&["plan", "--json", "--from", &old, "--to", new]);
        (output.status.code().unwrap(), objects(&output).pop().unwrap())
    };
    let impact = |new: &str| {
        let (code, object) = plan(new);
        (code, object["impact"].as_str().unwrap().to_owned())
    };

    assert_eq!(impact(&old), (0, "none".to_owned()));
    assert_eq!(impact(&later), (2, "live".to_owned()));
    assert_eq!(impact(&cold), (2, "cold".to_owned()));
    assert_eq!(impact(&broken), (65, "refused".to_owned()));
    let (_, object) = plan(&later);
    assert_eq!(keys(&object), ["changes", "impact", "servers_added", "servers_removed"]);
    assert_eq!(object["servers_added"][0]["name"], "s2");
    assert_eq!(keys(&object["changes"][0]), ["impact", "what", "why"]);
    let human = shown(&agent(&["plan", "--from", &old, "--to", &later]));
    assert!(human.starts_with("impact: live\n"), "{human}");
}
