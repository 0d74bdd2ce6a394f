//! Directories: whether there is room, and who may enter.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{StatVfsMountFlags, statvfs};

use crate::effects::disk::Attributes;
use crate::model::doctor::Room;

/// What is left on the file system of `directory`; `None` where there is no such directory.
pub(super) fn room(directory: &Path) -> Option<Room> {
    let found = statvfs(directory).ok()?;
    Some(Room {
        directory: directory.to_owned(),
        bytes: found.f_bfree.saturating_mul(found.f_frsize),
        // Some file systems make their inodes as they need them, and say that they have none.
        files: (found.f_files > 0).then_some(found.f_ffree),
        read_only: found.f_flag.contains(StatVfsMountFlags::RDONLY),
    })
}

/// The first directory above `path` that a user with these groups may not enter.
pub(super) fn closed_above(path: &Path, user: u32, groups: &[u32]) -> Option<PathBuf> {
    let mut above: Vec<_> = path.ancestors().skip(1).collect();
    above.reverse();
    let is_closed = |directory: &&Path| {
        fs::metadata(directory).is_ok_and(|meta| {
            // To enter is one bit below to read, in each of the three groups of bits.
            let mode = (meta.permissions().mode() & 0o111) << 2;
            !Attributes::is_readable(mode, (meta.uid(), meta.gid()), user, groups)
        })
    };
    above.into_iter().find(is_closed).map(Path::to_owned)
}

/// The mode of the file at `path`, if it keeps a user with these groups from reading it.
pub(super) fn unreadable_mode(path: &Path, user: u32, groups: &[u32]) -> Option<u32> {
    let meta = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let mode = meta.permissions().mode() & 0o777;
    (!Attributes::is_readable(mode, (meta.uid(), meta.gid()), user, groups)).then_some(mode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_of_a_directory_is_that_of_its_file_system() {
        let directory = tempfile::tempdir().unwrap();
        let room = room(directory.path()).unwrap();
        assert!(room.bytes > 0 && !room.read_only, "{room:?}");
        assert_eq!(super::room(Path::new("/nonexistent")), None);
    }

    #[test]
    fn a_directory_that_others_may_not_enter_is_named() {
        let directory = tempfile::tempdir_in("/var/tmp").unwrap();
        let (outer, inner) = (directory.path().join("a"), directory.path().join("a/b"));
        fs::create_dir_all(&inner).unwrap();
        let set = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        for path in [directory.path(), &outer, &inner] {
            set(path, 0o755);
        }
        let closed = || closed_above(&inner.join("slave.ini"), 65534, &[65534]);
        assert_eq!(closed(), None);
        set(&inner, 0o744);
        assert_eq!(closed(), Some(inner.clone()), "to list it is not to enter it");
        set(&outer, 0o700);
        assert_eq!(closed(), Some(outer.clone()));
        assert_eq!(closed_above(&inner.join("slave.ini"), 0, &[]), None);
    }
}
