use std::fs;

use super::*;
use crate::effects::socket;
use crate::model::memory::Mark;
use crate::node::Manners;
use crate::settings::{self, Flags, Layers};

const HOUR: i64 = 3600;

/// A node that only looks, in a directory of its own.
fn node(root: &std::path::Path) -> Node {
    fs::create_dir_all(root.join("etc/k2hdkc")).unwrap();
    let text = "[k2hr3]\napi_uri = http://127.0.0.1:9\nrole = yrn:yahoo:::t:role:c/slave\n\
        [node]\ncuk = i-1\n";
    fs::write(root.join("etc/k2hdkc/slave-agent.conf"), text).unwrap();
    let flags = Flags { root: Some(root.to_owned()), ..Flags::default() };
    let layers = Layers::with_environment(flags, Vec::new());
    let settings = settings::read(&layers).unwrap();
    let (_line, desk) = socket::line();
    Node::new(settings, desk, Manners::OnlyLooks).unwrap()
}

/// By how many seconds the time at which the file was put in place has moved, after a look at a
/// clock that had been so many seconds ahead.
fn remembered_after(seconds_ahead: i64) -> i64 {
    let directory = tempfile::tempdir().unwrap();
    let mut node = node(directory.path());
    let at = node.now();
    node.memory.installed = Some(Mark { published: String::new(), generation: 1, at });
    let ahead = |(seen, since): (Seconds, _)| (seen.saturating_add_signed(seconds_ahead), since);
    node.last_clock = node.last_clock.map(ahead);
    node.now();
    let remembered = node.memory.installed.unwrap().at;
    i64::try_from(remembered).unwrap() - i64::try_from(at).unwrap()
}

#[test]
fn what_is_remembered_moves_along_with_a_clock_that_was_set() {
    // Both clocks are read in whole seconds, which do not begin together.
    let moved = |ahead: i64| (remembered_after(ahead) + ahead).abs() <= 1;
    assert!(moved(HOUR), "it was set back");
    assert!(moved(-HOUR), "it was set forward, or the machine slept");
}

#[test]
fn what_is_remembered_stays_where_a_clock_only_drifts() {
    assert_eq!(remembered_after(0), 0);
}
