//! Which part may name which.

use std::fs;
use std::path::{Path, PathBuf};

/// A file or folder below `src`, and the words that must not occur in its shipped code.
const RULES: [(&[&str], &[&str]); 4] = [
    // Decides and never acts.
    (
        &["model.rs", "model"],
        &[
            "tokio",
            "reqwest",
            "notify::",
            "nix::",
            "std::fs",
            "std::env",
            "std::process",
            "::now()",
            "tracing",
            "crate::agent",
            "crate::effects",
            "crate::node",
            "crate::settings",
            "crate::commands",
        ],
    ),
    // Knows the world only as a trait.
    (
        &["agent.rs"],
        &[
            "crate::effects",
            "crate::node",
            "crate::settings",
            "crate::commands",
            "reqwest",
            "std::fs",
            "std::process",
        ],
    ),
    // A neighbour knows what it is told, and nothing of who tells it.
    (
        &["effects.rs", "effects"],
        &["crate::agent", "crate::node", "crate::settings", "crate::commands", "crate::cli"],
    ),
    // Reads what was decided, and does nothing about it.
    (
        &["settings.rs", "settings"],
        &["crate::agent", "crate::effects", "crate::node", "crate::commands", "tokio", "reqwest"],
    ),
];

#[test]
fn each_part_names_only_what_it_may() {
    for (parts, forbidden) in RULES {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let files: Vec<_> = parts.iter().flat_map(|part| files(&source.join(part))).collect();
        assert!(!files.is_empty(), "{parts:?} is empty");
        for path in files {
            let text = fs::read_to_string(&path).unwrap();
            let shipped = text.split("#[cfg(test)]").next().unwrap();
            for word in forbidden {
                assert!(!mentions(shipped, word), "{} mentions {word}", path.display());
            }
        }
    }
}

/// Whether `text` has `word`, and not only as the end of a longer one (`std::os::unix::`).
fn mentions(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| !text[..at].ends_with(char::is_alphanumeric))
}

/// The Rust files at or below `path`, without those that hold nothing but tests.
fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| !path.ends_with("tests.rs")).flat_map(|path| files(&path)).collect()
}
