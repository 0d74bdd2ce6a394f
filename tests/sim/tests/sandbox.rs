//! The sandbox as a visitor runs it.

use std::fs;
use std::path::Path;
use std::process::Command;

const SANDBOX: &str = env!("CARGO_BIN_EXE_sandbox");

#[test]
fn every_step_ends_as_expected_and_nothing_is_left_behind() {
    let temporary = tempfile::tempdir().unwrap();
    let record = temporary.path().join("record");
    let mut sandbox = Command::new(SANDBOX);
    sandbox.arg("--quiet").arg("--record").arg(&record).env("TMPDIR", temporary.path());
    if Path::new(SANDBOX).with_file_name("k2hdkc-slave-agent").is_file() {
        // Whoever runs all tests has just built it.
        sandbox.env_remove("CARGO");
    }
    let output = sandbox.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(!said.contains('\x1b'), "{said}");
    assert_eq!(fs::read_to_string(&record).unwrap(), said);
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 1, "only the record is left");
}
