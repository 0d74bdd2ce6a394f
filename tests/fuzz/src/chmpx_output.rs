//! What is read of chmpx: its status, the answer of its control port, the words of its tools, and
//! what the kernel says of its process.

use k2hdkc_slave_agent::effects::chmpx::output::{
    LONGEST, MOST_SERVERS, Told, dump, last_words, opinion, status, watched,
};
use k2hdkc_slave_agent::effects::process::started;

use super::is_plain;

pub fn read(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    // Blank lines mean nothing.
    let spaced = text.replace('\n', "\n\n");
    for read in [status, dump] {
        let told = read(&text);
        assert_eq!(told, read(&spaced));
        may_be_shown(&told);
    }
    let (output, errors) = text.split_once('\u{0}').unwrap_or((&text, ""));
    if let Err(said) = opinion(output, errors) {
        assert!(is_plain(&said) && said.chars().count() <= LONGEST);
    }
    if let Some(said) = last_words(&text) {
        assert!(is_plain(&said) && said.chars().count() <= LONGEST);
    }
    assert!(watched(&text).len() <= text.matches("ino:").count());
    // The name of a process is its own choice, and the rest is the kernel's.
    if let Some(ticks) = started(bytes) {
        assert!(text.contains(&ticks.to_string()) || text.contains('+') || text.contains(" 0"));
    }
}

fn may_be_shown(told: &Told) {
    assert!(told.servers.len() <= MOST_SERVERS);
    for server in &told.servers {
        assert!(is_plain(&server.name) && is_plain(&server.status), "{server:?}");
        assert!(server.name.chars().count() <= LONGEST);
    }
}
