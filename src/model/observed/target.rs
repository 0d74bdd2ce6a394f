//! What lies where chmpx reads its file.

use std::sync::Arc;

use crate::model::conf::Conf;

/// What keeps the file from being replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// What is wrong, and why it matters.
    pub what: String,
    /// What the operator can do.
    pub help: &'static str,
}

/// What is at the target path.
#[derive(Debug, Clone)]
pub enum Installed {
    /// Nothing.
    Missing,
    /// A regular file.
    File(InstalledFile),
    /// Something that cannot be replaced, or not be looked at.
    Obstacle(Obstacle),
}

/// A regular file at the target path.
#[derive(Debug, Clone)]
pub struct InstalledFile {
    /// Its bytes.
    pub bytes: Arc<[u8]>,
    /// How chmpx reads it.
    pub conf: Arc<Conf>,
    /// What is wrong with the way it lies there: a symlink, an owner, a mode.
    pub misplaced: Option<String>,
}

impl InstalledFile {
    /// The file with these bytes; `misplaced` says what is wrong with the way it lies there.
    pub fn new(bytes: Vec<u8>, misplaced: Option<String>) -> Self {
        let conf = Arc::new(Conf::read(&bytes));
        Self { bytes: bytes.into(), conf, misplaced }
    }

    /// Its generation, if it has one.
    pub fn generation(&self) -> Option<i32> {
        self.conf.file_version().map(|version| version.value)
    }
}

impl Installed {
    /// The file, if there is one.
    pub fn file(&self) -> Option<&InstalledFile> {
        match self {
            Self::File(file) => Some(file),
            Self::Missing | Self::Obstacle(_) => None,
        }
    }

    /// What it says; nothing where there is no file.
    pub fn conf(&self) -> Arc<Conf> {
        self.file().map_or_else(|| Arc::new(Conf::read(b"")), |file| Arc::clone(&file.conf))
    }
}
