//! The file that chmpx reads: what lies there, and replacing it so that no reader ever sees
//! anything but a whole old or a whole new file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};
use nix::sys::stat::{Mode, fchmod};
use nix::unistd::{Gid, Group, Uid, User, fchown};

/// No file that chmpx reads is larger; a larger one is not looked at.
const LONGEST: u64 = 16 * 1024 * 1024;

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
    /// Whether a person has to do something before it can work.
    pub fn is_lasting(&self) -> bool {
        use io::ErrorKind as Kind;
        matches!(
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
            (io::ErrorKind::ReadOnlyFilesystem, "make its file system writable"),
            (io::ErrorKind::NotFound, "create its directory"),
        ];
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
    /// Its owner and group.
    pub owner: (u32, u32),
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
    // Without O_NONBLOCK a pipe put there meanwhile would block for ever.
    let file = OpenOptions::new().read(true).custom_flags(libc_flags()).open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() || meta.len() > LONGEST {
        return Err(io::Error::other("it is no regular file of at most 16 MiB"));
    }
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes)?;
    let owner = (meta.uid(), meta.gid());
    Ok(Content { bytes, print: Print::of(&meta), mode: meta.mode() & 0o777, owner })
}

fn libc_flags() -> i32 {
    nix::fcntl::OFlag::O_NONBLOCK.bits()
}

/// The mode and owner that a new file gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attributes {
    /// Permission bits.
    pub mode: u32,
    /// Owner and group; `None` leaves those of this process.
    pub owner: Option<(u32, u32)>,
}

impl Attributes {
    /// Whether a user with these groups may read a file with these attributes.
    pub fn is_readable(mode: u32, owner: (u32, u32), user: u32, groups: &[u32]) -> bool {
        let bit = if user == owner.0 {
            0o400
        } else if groups.contains(&owner.1) {
            0o040
        } else {
            0o004
        };
        user == 0 || mode & bit != 0
    }

    /// Reads `user` or `user:group`, by name or number.
    pub fn owner(text: &str) -> Option<(u32, u32)> {
        let (user, group) = text.split_once(':').map_or((text, None), |(u, g)| (u, Some(g)));
        let user = if let Ok(uid) = user.parse() {
            let known = User::from_uid(Uid::from_raw(uid)).ok().flatten();
            known.map_or((uid, uid), |user| (uid, user.gid.as_raw()))
        } else {
            let user = User::from_name(user).ok().flatten()?;
            (user.uid.as_raw(), user.gid.as_raw())
        };
        let group = match group {
            None => user.1,
            Some(group) => match group.parse() {
                Ok(gid) => gid,
                Err(_) => Group::from_name(group).ok().flatten()?.gid.as_raw(),
            },
        };
        Some((user.0, group))
    }
}

/// The user and group that new files of this process get.
pub fn own_ids() -> (u32, u32) {
    (nix::unistd::geteuid().as_raw(), nix::unistd::getegid().as_raw())
}

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
    stage(&staged, path, bytes, attributes)?;
    if let Err(error) = swap(&staged, path) {
        // Nothing has changed yet. What was staged is of no use to anybody.
        let _gone = fs::remove_file(&staged);
        return Err(at("replace")(error));
    }
    if let Err(error) = fs::rename(&staged, previous_of(path))
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(at("keep the previous version of")(error));
    }
    flush_directory(path).map_err(at("flush the directory of"))
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
fn beside(path: &Path, what: &str) -> PathBuf {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    let extension = if extension.is_empty() { "ini".into() } else { extension };
    path.with_file_name(format!(".{name}.{what}.{extension}"))
}

/// Writes a whole, flushed file with its final attributes: chmpx reads it the moment it gets its
/// name, and loses its watch for ever on one that it may not read.
fn stage(
    staged: &Path,
    path: &Path,
    bytes: &[u8],
    attributes: Attributes,
) -> Result<(), DiskError> {
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
    let written = file.write_all(bytes).and_then(|()| dress(&file, path, attributes));
    written.and_then(|()| file.sync_all()).map_err(|cause| {
        let _gone = fs::remove_file(staged);
        at("write")(cause)
    })
}

fn dress(file: &File, path: &Path, attributes: Attributes) -> io::Result<()> {
    if let Some((uid, gid)) = attributes.owner {
        let meta = file.metadata()?;
        if (meta.uid(), meta.gid()) != (uid, gid) {
            fchown(file, Some(Uid::from_raw(uid)), Some(Gid::from_raw(gid)))?;
        }
    }
    fchmod(file, Mode::from_bits_truncate(attributes.mode))?;
    copy_labels(file, path);
    Ok(())
}

/// Copies the extended attributes of the file that will be replaced, such as its security label.
/// Best effort: not every file system has them, and not every one may be set.
fn copy_labels(file: &File, path: &Path) {
    let own = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
    for name in xattr::list(path).into_iter().flatten() {
        if let Ok(Some(value)) = xattr::get(path, &name)
            && xattr::get_deref(&own, &name).ok().flatten().as_ref() != Some(&value)
        {
            let _unsupported = xattr::set_deref(&own, &name, &value);
        }
    }
}

/// After this `path` is the staged file, and the staged name is the old file, if there was one and
/// the file system could exchange them.
fn swap(staged: &Path, path: &Path) -> io::Result<()> {
    let rename = |flags| renameat2(AT_FDCWD, staged, AT_FDCWD, path, flags);
    match rename(RenameFlags::RENAME_EXCHANGE) {
        Ok(()) => Ok(()),
        Err(Errno::ENOENT) => match rename(RenameFlags::RENAME_NOREPLACE) {
            // No such flag on this file system, or a file appeared meanwhile: it is replaced whole.
            Err(Errno::EINVAL | Errno::ENOSYS | Errno::EEXIST) => fs::rename(staged, path),
            result => result.map_err(io::Error::from),
        },
        Err(Errno::EINVAL | Errno::ENOSYS) => fs::rename(staged, path),
        Err(error) => Err(error.into()),
    }
}

/// Without it a power cut can bring the old name back.
fn flush_directory(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|d| *d != Path::new("")).unwrap_or(Path::new("."));
    File::open(directory)?.sync_all()
}

/// Writes a small file of the agent's own, atomically, durably and for its owner only.
pub fn keep(path: &Path, bytes: &[u8], mode: u32) -> Result<(), DiskError> {
    let at = |doing| move |cause| DiskError { doing, path: path.to_owned(), cause };
    let staged = beside(path, "new");
    stage(&staged, path, bytes, Attributes { mode, owner: None })?;
    fs::rename(&staged, path).map_err(at("replace"))?;
    flush_directory(path).map_err(at("flush the directory of"))
}

#[cfg(test)]
mod tests;
