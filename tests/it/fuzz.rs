//! Whatever the bytes: what the fuzz targets assert, over their seeds and some thousand mutations
//! of them. `tests/fuzz/campaign` does the same with millions.

#[path = "../fuzz/src/lib.rs"]
mod targets;

use std::fs;
use std::path::{Path, PathBuf};

use crate::dice::Dice;

/// Mutations of each seed.
const TURNS: usize = 300;

fn seeds(target: &str) -> Vec<PathBuf> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let own = tests.join("fuzz/seeds").join(target);
    let folder = if target == "config" { tests.join("fixtures/ini") } else { own };
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The words of the dictionary that all targets share.
fn words() -> Vec<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/words.dict");
    let text = fs::read_to_string(path).unwrap();
    let quoted = text.lines().filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'));
    quoted.map(|word| word.replace("\\x00", "\0").into_bytes()).collect()
}

/// `bytes` with a byte changed, a piece left out, doubled or taken from elsewhere, or a word put in.
fn mutate(bytes: &mut Vec<u8>, words: &[Vec<u8>], dice: &mut Dice) {
    let at = dice.below(bytes.len());
    let end = (at + dice.below(40)).min(bytes.len());
    match dice.below(6) {
        0 if at < bytes.len() => bytes[at] = u8::try_from(dice.below(256)).unwrap(),
        1 => drop(bytes.drain(at..end)),
        2 => bytes.truncate(at),
        3 => {
            let piece = bytes[at..end].to_vec();
            let to = dice.below(bytes.len());
            drop(bytes.splice(to..to, piece));
        }
        _ => drop(bytes.splice(at..at, words[dice.below(words.len())].iter().copied())),
    }
}

#[test]
fn whatever_is_read_of_others_holds_what_the_fuzz_targets_assert() {
    let words = words();
    for (target, read) in targets::ALL {
        let seeds = seeds(target);
        assert!(!seeds.is_empty(), "{target} has no seeds");
        for seed in seeds {
            let whole = fs::read(&seed).unwrap();
            let mut dice = Dice(0x9e37_79b9);
            read(&whole);
            let mut bytes = whole.clone();
            for turn in 0..TURNS {
                if turn % 8 == 0 {
                    bytes.clone_from(&whole);
                }
                mutate(&mut bytes, &words, &mut dice);
                let shown = bytes.escape_ascii().to_string();
                let ended = std::panic::catch_unwind(|| read(&bytes));
                assert!(ended.is_ok(), "{target}, {}, turn {turn}: {shown}", seed.display());
            }
        }
    }
}

#[test]
fn every_fuzz_target_has_its_program() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/Cargo.toml");
    let manifest = fs::read_to_string(manifest).unwrap();
    for (target, _) in targets::ALL {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{target}.rs\"")), "{target}");
    }
}
