//! The file that chmpx reads: what lies there, and replacing it so that no reader ever sees
//! anything but a whole old or a whole new file.

mod attributes;
mod install;

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use super::small_file;
use crate::model::latitude;

pub use attributes::{Attributes, Owner};
pub use install::{Staged, install, keep, previous_of, show, stage_for_check};

/// No file that chmpx reads is larger; a larger one is not looked at.
const LONGEST: u64 = crate::model::candidate::LONGEST as u64;

/// Done with a file whose predecessor belongs to somebody else.
const GIVE_AWAY: &str = "set the owner of";

/// Done when the new file is in place already.
const AFTERWARDS: [&str; 2] = ["keep the previous version of", "flush the directory of"];

/// The file could not be read or replaced. Readers still see a whole file: the old one or, if only
/// a last flush failed, the new one.
#[derive(Debug, thiserror::Error)]
#[error("could not {doing} {}", path.display())]
pub struct DiskError {
    doing: &'static str,
    path: PathBuf,
    #[source]
    cause: io::Error,
}

impl DiskError {
    /// Whether the new file is in place all the same.
    pub fn came_after(&self) -> bool {
        AFTERWARDS.contains(&self.doing)
    }

    /// Whether a person has to do something before it can work.
    pub fn is_lasting(&self) -> bool {
        use io::ErrorKind as Kind;
        self.doing == GIVE_AWAY
            || matches!(
                self.cause.kind(),
                Kind::PermissionDenied
                    | Kind::ReadOnlyFilesystem
                    | Kind::ResourceBusy
                    | Kind::NotFound
                    | Kind::NotADirectory
                    | Kind::IsADirectory
            )
    }

    /// What the operator can do.
    pub fn help(&self) -> &'static str {
        const HELP: [(io::ErrorKind, &str); 4] = [
            (
                io::ErrorKind::ResourceBusy,
                "the path is a mount point, so that no rename can ever reach chmpx: mount its \
                 directory instead of the single file",
            ),
            (io::ErrorKind::StorageFull, "make room on its file system"),
            (
                io::ErrorKind::ReadOnlyFilesystem,
                "make its file system writable; a service of systemd needs ReadWritePaths= for \
                 it, which `k2hdkc-slave-agent take-over --apply` writes",
            ),
            (io::ErrorKind::NotFound, "create its directory"),
        ];
        if self.doing == GIVE_AWAY {
            return latitude::HELP;
        }
        let kind = self.cause.kind();
        let known = HELP.iter().find(|(of, _)| *of == kind);
        known.map_or("check the path, its owner and its mode", |(_, help)| help)
    }
}

/// What lies at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Missing,
    /// A regular file.
    File(Content),
    /// A symbolic link to a regular file: a chmpx behind it does not notice when it is swapped.
    Link(Content),
    /// Something that can be neither read nor replaced by a file.
    Other(String),
}

impl Found {
    /// The bytes, if there are any.
    pub fn into_bytes(self) -> Option<Vec<u8>> {
        match self {
            Self::File(content) | Self::Link(content) => Some(content.bytes),
            Self::Missing | Self::Other(_) => None,
        }
    }
}

/// A regular file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// All of its bytes.
    pub bytes: Vec<u8>,
    /// What tells whether it has been touched since.
    pub print: Print,
    /// Its permission bits.
    pub mode: u32,
    /// Whom it belongs to.
    pub owner: Owner,
}

/// What changes whenever a file is written, replaced or given other attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Print {
    fn of(meta: &fs::Metadata) -> Self {
        Self {
            device: meta.dev(),
            inode: meta.ino(),
            size: meta.size(),
            modified: (meta.mtime(), meta.mtime_nsec()),
            changed: (meta.ctime(), meta.ctime_nsec()),
        }
    }
}

/// The print of whatever lies at `path`; costs one system call and opens nothing.
pub fn print(path: &Path) -> Option<Print> {
    fs::symlink_metadata(path).ok().map(|meta| Print::of(&meta))
}

/// Reads what lies at `path`. The descriptor is closed at once: a chmpx does not notice a rename
/// over a file that somebody holds open (measured).
pub fn look(path: &Path) -> Result<Found, DiskError> {
    let at = |doing| move |cause| DiskError { doing, path: path.to_owned(), cause };
    let meta = match fs::symlink_metadata(path) {
        Ok(meta) => meta,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Missing),
        Err(error) => return Err(at("look at")(error)),
    };
    if meta.is_symlink() {
        return match read(path) {
            Ok(content) => Ok(Found::Link(content)),
            Err(error) => Ok(Found::Other(format!("a symbolic link that leads nowhere: {error}"))),
        };
    }
    if !meta.is_file() {
        let kind = if meta.is_dir() {
            "a directory"
        } else if meta.file_type().is_fifo() {
            "a pipe"
        } else {
            "no regular file"
        };
        return Ok(Found::Other(format!("{} is {kind}", path.display())));
    }
    read(path).map(Found::File).map_err(at("read"))
}

fn read(path: &Path) -> io::Result<Content> {
    // It may be something else by now.
    let (bytes, meta) = small_file::with_metadata(path, LONGEST)?;
    let (print, owner) = (Print::of(&meta), Owner::of(&meta));
    Ok(Content { bytes, print, mode: meta.mode() & 0o777, owner })
}

/// Makes a directory, and those above it, for its owner only.
pub fn make_private(directory: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

#[cfg(test)]
mod tests;
