//! What differs between two files, fit to be kept: short, and without secrets.

use std::fmt::Write as _;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::super::plain::counted;
use super::super::unified::Unified;

/// A kept difference is no longer, in bytes.
const LONGEST: usize = 8 * 1024;
/// Texts that are longer, in bytes, are not compared: it takes too long.
const LONGEST_TEXT: usize = 256 * 1024;
/// What lines with one of these words say is for nobody.
const SECRET: [&str; 4] = ["PASS", "SECRET", "TOKEN", "CREDENTIAL"];

/// A unified difference.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Diff(String);

impl Diff {
    /// What differs between two files. What has not been compared at the deadline counts as
    /// replaced, and files that are too long are not compared at all.
    pub fn between(old: &[u8], new: &[u8], deadline: Instant) -> Self {
        if old.len().max(new.len()) > LONGEST_TEXT {
            return Self("(the files are too long to be compared)\n".to_owned());
        }
        let (old, new) = (String::from_utf8_lossy(old), String::from_utf8_lossy(new));
        Self::of(&Unified::of(&old, &new, Some(deadline)).text())
    }

    /// A difference as it may be kept: long ones are cut, and secrets are left out.
    pub fn of(unified: &str) -> Self {
        let mut text = String::new();
        let mut lines = unified.lines();
        for line in lines.by_ref() {
            let shown = without_secret(line);
            if text.len() + shown.len() >= LONGEST {
                let more = 1 + lines.count();
                let _infallible = writeln!(text, "({})", counted(more, "more line"));
                break;
            }
            text.push_str(&shown);
            text.push('\n');
        }
        Self(text)
    }

    /// Its length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it was let go, or never was.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its text, each line ended.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The line with its value left out, if that may be a secret: also in a remark.
fn without_secret(line: &str) -> String {
    let upper = line.to_ascii_uppercase();
    if !SECRET.iter().any(|word| upper.contains(word)) {
        return line.to_owned();
    }
    let named = line.split_once('=').map(|(key, _)| format!("{key}= (not shown)"));
    named.unwrap_or_else(|| format!("{}(not shown)", line.get(..1).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_may_be_a_secret_is_not_kept() {
        let diff = Diff::of("-SERVER_PASS = abc\n+# the passphrase: abc\n+PORT = 1\n");
        assert_eq!(diff.as_str(), "-SERVER_PASS = (not shown)\n+(not shown)\n+PORT = 1\n");
    }

    #[test]
    fn files_of_256_kilobytes_are_compared_and_longer_ones_are_not() {
        let deadline = Instant::now() + Duration::from_secs(60);
        let with = |old: &[u8], new: &[u8]| Diff::between(old, new, deadline);
        assert_eq!(with(b"a\n", b"b\n").as_str(), "@@ -1 +1 @@\n-a\n+b\n");
        let (long, longer) = (vec![b'x'; 256 * 1024], vec![b'x'; 256 * 1024 + 1]);
        assert!(with(&long, &long).is_empty() && !with(&long, b"").is_empty());
        let refused = "(the files are too long to be compared)\n";
        assert_eq!(with(&longer, b"").as_str(), refused);
        assert_eq!(with(b"", &longer).as_str(), refused);
    }

    #[test]
    fn eight_kilobytes_are_kept_and_not_a_letter_more() {
        let with = |last: usize| Diff::of(&format!("{}\n{}\n", "a".repeat(4095), "b".repeat(last)));
        assert_eq!(with(4095).len(), 8 * 1024);
        assert!(with(4096).as_str().ends_with("a\n(1 more line)\n"));
    }

    #[test]
    fn a_long_difference_is_cut_and_says_so() {
        let diff = Diff::of(&"+line\n".repeat(100_000));
        assert!(diff.len() < LONGEST + 40);
        assert!(diff.as_str().ends_with("more lines)\n"), "{}", diff.as_str());
    }
}
