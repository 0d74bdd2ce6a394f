//! What a test says that cannot do its work on this machine.

use std::env;
use std::fs::File;
use std::io::Write as _;

/// Says that the test that calls this leaves something out, and why.
///
/// cargo shows nothing that a passing test says. So `K2AGENT_SKIPS` names a file that collects what
/// was left out, and with `K2AGENT_NO_SKIP=1` a test that leaves something out has failed.
///
/// # Panics
///
/// If nothing may be left out, or if what was left out cannot be kept.
#[expect(clippy::print_stderr, reason = "a test that does nothing says so")]
pub fn skip(why: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    assert!(env::var_os("K2AGENT_NO_SKIP").is_none_or(|it| it != "1"), "{test} skips: {why}");
    eprintln!("SKIPPED: {why}");
    if let Some(list) = env::var_os("K2AGENT_SKIPS") {
        let line = format!("{test}: {why}\n");
        let list = File::options().create(true).append(true).open(list);
        let kept = list.and_then(|mut file| file.write_all(line.as_bytes()));
        assert!(kept.is_ok(), "the list of what is left out cannot be written: {kept:?}");
    }
}
