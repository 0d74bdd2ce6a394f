//! Putting a file in place so that every reader sees a whole one, before, during and after.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use nix::sys::stat::{Mode, fchmod};
use nix::unistd::{Gid, Uid, fchown};
use rustix::fs::{
    CWD, RenameFlags, XattrFlags, fgetxattr, fsetxattr, lgetxattr, llistxattr, renameat_with,
};
use rustix::io::Errno;

use super::{AFTERWARDS, Attributes, DiskError, GIVE_AWAY, Owner};

/// The longest label, and the longest list of their names, that is copied.
const LABELS: usize = 4096;

/// Replaces `path` with `bytes`, atomically and durably, and keeps what was there as
/// [`previous_of`] it.
///
/// The two are exchanged rather than the old one overwritten: a moved file is noticed by its
/// watcher even while somebody else holds it open or links to it, an overwritten one is not
/// (3,000 of 3,000 against 10 of 60, measured). Where the file system cannot exchange, a rename
/// has to do.
pub fn install(path: &Path, bytes: &[u8], attributes: Attributes) -> Result<(), DiskError> {
    let at = |doing| move |cause| DiskError { doing, path: path.to_owned(), cause };
    let staged = beside(path, "new");
    flush(&stage(&staged, path, bytes, attributes)?, &staged)?;
    if let Err(error) = swap(&staged, path) {
        // Nothing has changed yet. What was staged is of no use to anybody.
        let _gone = fs::remove_file(&staged);
        return Err(at("replace")(error));
    }
    let [keep_previous, flush_names] = AFTERWARDS;
    if let Err(error) = fs::rename(&staged, previous_of(path))
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(at(keep_previous)(error));
    }
    flush_directory(path).map_err(at(flush_names))
}

/// Where [`install`] keeps the file that was there before.
pub fn previous_of(path: &Path) -> PathBuf {
    beside(path, "prev")
}

/// A file beside another, gone when dropped.
#[derive(Debug)]
pub struct Staged(PathBuf);

impl Staged {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // Whatever is left is replaced by the next one.
        let _gone = fs::remove_file(&self.0);
    }
}

/// Puts `bytes` beside `path`, for somebody else to look at.
pub fn stage_for_check(
    path: &Path,
    bytes: &[u8],
    attributes: Attributes,
) -> Result<Staged, DiskError> {
    let staged = beside(path, "check");
    stage(&staged, path, bytes, attributes)?;
    Ok(Staged(staged))
}

/// A name in the same directory, hidden, that still ends in `.ini`: by that chmpx's own tools know
/// the format.
pub(super) fn beside(path: &Path, what: &str) -> PathBuf {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    let extension = if extension.is_empty() { "ini".into() } else { extension };
    path.with_file_name(format!(".{name}.{what}.{extension}"))
}

/// Writes a whole file with its final attributes: chmpx reads it the moment it gets its
/// name, and loses its watch for ever on one that it may not read.
fn stage(
    staged: &Path,
    path: &Path,
    bytes: &[u8],
    attributes: Attributes,
) -> Result<File, DiskError> {
    let at = |doing| move |cause| DiskError { doing, path: staged.to_owned(), cause };
    // Left by an agent that was killed here; only one runs at a time.
    match fs::remove_file(staged) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at("remove")(error)),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(staged)
        .map_err(at("create"))?;
    let written = file.write_all(bytes).map_err(at("write"));
    let given = written.and_then(|()| give_away(&file, attributes).map_err(at(GIVE_AWAY)));
    match given.and_then(|()| dress(&file, path, attributes).map_err(at("write"))) {
        Ok(()) => Ok(file),
        Err(error) => {
            let _gone = fs::remove_file(staged);
            Err(error)
        }
    }
}

/// Without it a power cut can leave an empty file under the final name.
fn flush(file: &File, staged: &Path) -> Result<(), DiskError> {
    file.sync_all().map_err(|cause| {
        let _gone = fs::remove_file(staged);
        DiskError { doing: "flush", path: staged.to_owned(), cause }
    })
}

fn give_away(file: &File, attributes: Attributes) -> io::Result<()> {
    if let Some(owner) = attributes.owner
        && Owner::of(&file.metadata()?) != owner
    {
        fchown(file, Some(Uid::from_raw(owner.user)), Some(Gid::from_raw(owner.group)))?;
    }
    Ok(())
}

fn dress(file: &File, path: &Path, attributes: Attributes) -> io::Result<()> {
    fchmod(file, Mode::from_bits_truncate(attributes.mode))?;
    copy_labels(file, path);
    Ok(())
}

/// Copies the extended attributes of the file that will be replaced, such as its security label.
/// Best effort: not every file system has them, and not every one may be set.
fn copy_labels(file: &File, path: &Path) {
    let (mut names, mut old, mut own) = ([0_u8; LABELS], [0_u8; LABELS], [0_u8; LABELS]);
    let length = llistxattr(path, &mut names).unwrap_or(0);
    let names = names.get(..length).unwrap_or_default().split(|byte| *byte == 0);
    for name in names.filter(|name| !name.is_empty()) {
        let Ok(length) = lgetxattr(path, name, &mut old) else { continue };
        let value = old.get(..length).unwrap_or_default();
        let present = fgetxattr(file, name, &mut own).ok().and_then(|length| own.get(..length));
        if present != Some(value) {
            let _unsupported = fsetxattr(file, name, value, XattrFlags::empty());
        }
    }
}

/// After this `path` is the staged file, and the staged name is the old file, if there was one and
/// the file system could exchange them.
fn swap(staged: &Path, path: &Path) -> io::Result<()> {
    let rename = |flags| renameat_with(CWD, staged, CWD, path, flags);
    match rename(RenameFlags::EXCHANGE) {
        Ok(()) => Ok(()),
        Err(Errno::NOENT) => match rename(RenameFlags::NOREPLACE) {
            // No such flag on this file system, or a file appeared meanwhile: it is replaced whole.
            Err(Errno::INVAL | Errno::NOSYS | Errno::EXIST) => rename_over(staged, path),
            result => result.map_err(io::Error::from),
        },
        Err(Errno::INVAL | Errno::NOSYS) => rename_over(staged, path),
        Err(error) => Err(error.into()),
    }
}

/// Replaces a file where two cannot be exchanged. The old one is copied aside: a link to it would
/// keep chmpx from noticing (measured). Best effort: without a copy the file still has to come.
pub(super) fn rename_over(staged: &Path, path: &Path) -> io::Result<()> {
    if let Ok(old) = super::read(path) {
        let _kept = keep(&previous_of(path), &old.bytes, old.mode);
    }
    fs::rename(staged, path)
}

/// Without it a power cut can bring the old name back.
fn flush_directory(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|d| *d != Path::new("")).unwrap_or(Path::new("."));
    File::open(directory)?.sync_all()
}

/// Writes a small file of the agent's own, atomically. After a power cut it is whole: this one or,
/// since its directory is not flushed, the one before.
pub fn keep(path: &Path, bytes: &[u8], mode: u32) -> Result<(), DiskError> {
    let staged = beside(path, "new");
    let file = stage(&staged, path, bytes, Attributes { mode, owner: None })?;
    flush(&file, &staged)?;
    put(&staged, path)
}

/// Writes a file that others read and that means nothing after a reboot, atomically.
pub fn show(path: &Path, bytes: &[u8], mode: u32) -> Result<(), DiskError> {
    // Ends otherwise: a node exporter reads every `*.prom` of its directory.
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let staged = path.with_file_name(format!(".{name}.new"));
    stage(&staged, path, bytes, Attributes { mode, owner: None })?;
    put(&staged, path)
}

fn put(staged: &Path, path: &Path) -> Result<(), DiskError> {
    let doing = "replace";
    fs::rename(staged, path).map_err(|cause| DiskError { doing, path: path.to_owned(), cause })
}
