//! Which part may name which.

use std::fs;
use std::path::{Path, PathBuf};

use regex_lite::Regex;

/// Files or folders below `src`, and what their shipped code must not name.
struct Rule {
    parts: &'static [&'static str],
    forbidden: &'static [&'static str],
    /// What it may name all the same.
    but: &'static [&'static str],
}

const RULES: [Rule; 8] = [
    // Decides and never acts. Addresses are plain values, names that are asked for are not.
    Rule {
        parts: &["model.rs", "model"],
        forbidden: &[
            "tokio",
            "reqwest",
            "notify::",
            "nix::",
            "rustix",
            "std::fs",
            "std::io",
            "std::env",
            "std::process",
            "std::thread",
            "std::net::",
            "::now()",
            "tracing",
            "crate::agent",
            "crate::effects",
            "crate::node",
            "crate::settings",
            "crate::commands",
            "crate::cli",
            "crate::log",
        ],
        but: &["std::net::IpAddr", "std::net::Ipv4Addr", "std::net::{IpAddr, Ipv4Addr}"],
    },
    // Knows the world only as a trait.
    Rule {
        parts: &["agent.rs"],
        forbidden: &[
            "crate::effects",
            "crate::node",
            "crate::settings",
            "crate::commands",
            "crate::cli",
            "crate::log",
            "reqwest",
            "rustix",
            "nix::",
            "std::fs",
            "std::net",
            "std::process",
        ],
        but: &[],
    },
    // A neighbour knows what it is told, and nothing of who tells it.
    Rule {
        parts: &["effects.rs", "effects"],
        forbidden: &[
            "crate::agent",
            "crate::node",
            "crate::settings",
            "crate::commands",
            "crate::cli",
            "crate::log",
        ],
        but: &[],
    },
    // Reads what was decided, and does nothing about it.
    Rule {
        parts: &["settings.rs", "settings"],
        forbidden: &[
            "crate::agent",
            "crate::effects",
            "crate::node",
            "crate::commands",
            "crate::cli",
            "crate::log",
            "tokio",
            "reqwest",
        ],
        but: &["crate::effects::small_file"],
    },
    // Brings the neighbours together, whoever wants it.
    Rule {
        parts: &["node.rs", "node"],
        forbidden: &[
            "crate::commands",
            "crate::cli",
            "crate::log",
            "reqwest",
            "sd_notify",
            "clap",
            "println",
        ],
        but: &[],
    },
    // Ask neighbours and tell people; they speak to no server and send no signal themselves.
    Rule {
        parts: &["commands.rs", "commands"],
        forbidden: &[
            "crate::log",
            "reqwest",
            "sd_notify",
            "nix::",
            "std::net::Tcp",
            "std::process::Command",
        ],
        but: &[],
    },
    // Tells what it is given.
    Rule {
        parts: &["log.rs", "log"],
        forbidden: &[
            "crate::agent",
            "crate::effects",
            "crate::node",
            "crate::settings",
            "crate::commands",
            "crate::cli",
            "tokio",
            "reqwest",
        ],
        but: &[],
    },
    // One line that others share: knows none of them.
    Rule { parts: &["terminal.rs"], forbidden: &["crate::", "super::"], but: &[] },
];

/// What neighbours may use: each is about no neighbour in particular.
const TOOLS: [&str; 7] =
    ["access", "clock", "command", "disk", "process", "resolver", "small_file"];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

#[test]
fn each_part_names_only_what_it_may() {
    for Rule { parts, forbidden, but } in RULES {
        let files: Vec<_> = parts.iter().flat_map(|part| files(&source().join(part))).collect();
        assert!(!files.is_empty(), "{parts:?} is empty");
        for path in files {
            let shipped = but.iter().fold(shipped(&path), |text, word| text.replace(word, ""));
            for word in forbidden {
                assert!(!mentions(&shipped, word), "{} mentions {word}", path.display());
            }
        }
    }
}

#[test]
fn of_its_neighbours_none_knows_another() {
    let folder = source().join("effects");
    let all = files(&folder);
    let name_of = |path: &Path| {
        let first = path.strip_prefix(&folder).unwrap().iter().next().unwrap().to_str().unwrap();
        first.trim_end_matches(".rs").to_owned()
    };
    let names: Vec<_> = all.iter().map(|path| name_of(path)).collect();
    assert!(TOOLS.iter().all(|tool| names.iter().any(|name| name == tool)), "{names:?}");
    for (path, own) in all.iter().zip(&names) {
        // How a file of this depth names what is beside its neighbour.
        let depth = path.strip_prefix(&folder).unwrap().iter().count();
        let known =
            named(&shipped(path), &format!("(?:crate::effects::|{})", "super::".repeat(depth)));
        let is_tool = |name: &str| TOOLS.contains(&name);
        for name in known.iter().filter(|name| names.contains(name) && *name != own) {
            assert!(is_tool(name), "{} knows {name}", path.display());
        }
    }
}

#[test]
fn a_name_is_found_alone_and_among_others() {
    let text = "use super::disk;\nuse super::{command::{self, Ended}, state};\nsuper::lock::take()";
    assert_eq!(named(text, "super::"), ["disk", "command", "state", "lock"]);
    let nested =
        "use super::super::watch::Watch;\nuse crate::effects::{\n    clock,\n    rival,\n};";
    assert_eq!(named(nested, "(?:crate::effects::|super::super::)"), ["watch", "clock", "rival"]);
}

/// What stands directly after `prefix` in `text`.
fn named(text: &str, prefix: &str) -> Vec<String> {
    let place = Regex::new(&format!(r"\b{prefix}(?:(\w+)|\{{([^;]*)\}};)")).unwrap();
    let words = |found: &str| {
        found.split(',').filter_map(|part| part.split("::").next()).map(word).collect::<Vec<_>>()
    };
    let found = place.captures_iter(text).flat_map(|found| {
        let one = found.get(1).or_else(|| found.get(2)).unwrap().as_str();
        words(one)
    });
    found.filter(|name| !name.is_empty() && name.starts_with(char::is_lowercase)).collect()
}

fn word(text: &str) -> String {
    text.trim_matches(|c: char| !c.is_alphanumeric() && c != '_').to_owned()
}

/// The code of a file without its tests.
fn shipped(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.split("#[cfg(test)]").next().unwrap().to_owned()
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
    let is_test = |path: &PathBuf| path.ends_with("tests.rs") || path.ends_with("tests");
    paths.filter(|path| !is_test(path)).flat_map(|path| files(&path)).collect()
}
