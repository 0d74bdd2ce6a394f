//! The temporary root in which everything of a run lies.

use std::env;
use std::fs::{self, Permissions};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::mishap::Mishap;

/// A directory of its own, removed with the value unless it is to be kept.
#[derive(Debug)]
pub(super) struct Root {
    path: PathBuf,
    keep: bool,
}

impl Root {
    /// Makes the directory. Only its owner may enter it: there is a role token in it.
    pub(super) fn make(keep: bool) -> Result<Self, Mishap> {
        let path = env::temp_dir().join(format!("k2hdkc-sandbox-{}", std::process::id()));
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(Mishap::when(format!("make {}", path.display())))?;
        Ok(Self { path, keep })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        if !self.keep {
            // There is nobody left to tell.
            fs::remove_dir_all(&self.path).unwrap_or_default();
        }
    }
}

/// Writes a file, and the directories above it.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Mishap> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .map_err(Mishap::when(format!("write {}", path.display())))
}

/// Writes a file that nobody else may read.
pub(super) fn write_secret(path: &Path, text: &str) -> Result<(), Mishap> {
    write(path, text)?;
    fs::set_permissions(path, Permissions::from_mode(0o600))
        .map_err(Mishap::when(format!("guard {}", path.display())))
}
