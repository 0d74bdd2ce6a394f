//! What the agent keeps for itself: memory, the last published text, the last known good file.
//!
//! Whatever cannot be read is forgotten: a missing, torn or foreign file is a first look.

use std::io;
use std::path::{Path, PathBuf};

use crate::effects::disk::{self, DiskError};
use crate::effects::small_file;
use crate::model::history::History;
use crate::model::memory::Memory;

/// No file of the agent's own is longer.
const LONGEST: u64 = 16 * 1024 * 1024;

/// Which file of chmpx is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// The one that chmpx was last proven to have in force.
    Adopted,
    /// The one that chmpx has survived.
    Good,
    /// The one that was good before it.
    Before,
}

impl Kept {
    fn name(self) -> &'static str {
        match self {
            Self::Adopted => "adopted.ini",
            Self::Good => "last-known-good.ini",
            Self::Before => "good-before.ini",
        }
    }
}

/// The file with the memory.
const MEMORY: &str = "state.json";
/// The file with the history of changes.
const HISTORY: &str = "history.json";

/// A kept file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("could not read {}", path.display())]
pub struct Damaged {
    path: PathBuf,
    #[source]
    cause: io::Error,
}

impl Damaged {
    /// Whether only another user may read it.
    pub fn is_denied(&self) -> bool {
        self.cause.kind() == io::ErrorKind::PermissionDenied
    }
}

/// The history of changes that an agent has kept in `directory`, if any was. Needs no agent.
pub fn history_in(directory: &Path) -> Result<Option<History>, Damaged> {
    let path = directory.join(HISTORY);
    let read =
        || -> io::Result<_> { Ok(serde_json::from_slice(&small_file::bytes(&path, LONGEST)?)?) };
    match read() {
        Ok(history) => Ok(Some(history)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(Damaged { path, cause }),
    }
}

/// What an agent remembers in `directory`, if this user may read it. Needs no agent.
pub fn memory_in(directory: &Path) -> Option<Memory> {
    let text = read(&directory.join(MEMORY))?;
    serde_json::from_str(&text).ok()
}

/// The directory in which the agent keeps its state.
#[derive(Debug)]
pub struct State {
    directory: PathBuf,
    kept: Option<Memory>,
}

impl State {
    /// The state in `directory`, which is made if it does not exist.
    pub fn new(directory: PathBuf) -> io::Result<Self> {
        disk::make_private(&directory)?;
        Ok(Self { directory, kept: None })
    }

    /// The state in `directory`, only to be read.
    pub fn reading(directory: PathBuf) -> Self {
        Self { directory, kept: None }
    }

    /// What is remembered of the instance `cuk`.
    pub fn memory(&mut self, cuk: &str) -> Memory {
        let text = self.read(MEMORY).unwrap_or_default();
        let memory = remembered(&text, cuk);
        self.kept = Some(memory.clone());
        memory
    }

    /// Keeps `memory`, if it is other than what was kept.
    pub fn keep(&mut self, memory: &Memory) -> Result<(), DiskError> {
        if self.kept.as_ref() == Some(memory) {
            return Ok(());
        }
        // A struct of plain fields always has a JSON form.
        let text = serde_json::to_string_pretty(memory).unwrap_or_default();
        disk::keep(&self.directory.join(MEMORY), text.as_bytes(), 0o600)?;
        self.kept = Some(memory.clone());
        Ok(())
    }

    /// The published text that was last seen.
    pub fn published(&self) -> Option<String> {
        self.read("published")
    }

    /// Keeps a published text.
    pub fn keep_published(&self, text: &str) -> Result<(), DiskError> {
        disk::keep(&self.directory.join("published"), text.as_bytes(), 0o600)
    }

    /// A kept copy of a file of chmpx.
    pub fn copy(&self, which: Kept) -> Option<Vec<u8>> {
        self.read(which.name()).map(String::into_bytes)
    }

    /// Keeps a copy of a file of chmpx.
    pub fn keep_copy(&self, which: Kept, bytes: &[u8]) -> Result<(), DiskError> {
        disk::keep(&self.directory.join(which.name()), bytes, 0o600)
    }

    /// The history of changes that was kept, if any was.
    pub fn history(&self) -> Result<Option<History>, Damaged> {
        history_in(&self.directory)
    }

    /// Keeps the history of changes.
    pub fn keep_history(&self, history: &History) -> Result<(), DiskError> {
        // A struct of plain fields always has a JSON form.
        let text = serde_json::to_string(history).unwrap_or_default();
        disk::keep(&self.directory.join(HISTORY), text.as_bytes(), 0o600)
    }

    fn read(&self, name: &str) -> Option<String> {
        read(&self.directory.join(name))
    }
}

fn read(path: &Path) -> Option<String> {
    String::from_utf8(small_file::bytes(path, LONGEST).ok()?).ok()
}

/// The memory of the instance `cuk` that is written in `text`; an empty one where it is not.
pub fn remembered(text: &str, cuk: &str) -> Memory {
    serde_json::from_str::<Memory>(text).unwrap_or_default().belonging_to(cuk)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn state(directory: &Path) -> State {
        State::new(directory.to_owned()).unwrap()
    }

    #[test]
    fn a_memory_survives_a_restart_of_the_agent() {
        let directory = tempfile::tempdir().unwrap();
        let memory = Memory { registered: true, ..Memory::of("a") };
        state(directory.path()).keep(&memory).unwrap();
        assert_eq!(state(directory.path()).memory("a"), memory);
    }

    #[test]
    fn a_torn_a_foreign_and_a_missing_memory_are_a_first_look() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(state(directory.path()).memory("a"), Memory::of("a"));
        for text in ["", "{\"cuk\":", "[]", "{\"cuk\":\"a\",\"from_the_future\":1}"] {
            fs::write(directory.path().join("state.json"), text).unwrap();
            assert_eq!(state(directory.path()).memory("a"), Memory::of("a"), "{text}");
        }
    }

    #[test]
    fn an_unchanged_memory_is_not_written_again() {
        use std::os::unix::fs::MetadataExt as _;
        let directory = tempfile::tempdir().unwrap();
        let mut state = state(directory.path());
        state.keep(&Memory::of("a")).unwrap();
        let inode = || fs::metadata(directory.path().join("state.json")).unwrap().ino();
        let before = inode();
        state.keep(&Memory::of("a")).unwrap();
        assert_eq!(inode(), before);
    }
}
