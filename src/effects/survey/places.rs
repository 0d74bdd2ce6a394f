//! Whether there is room.

use std::path::Path;

use rustix::fs::{StatVfsMountFlags, statvfs};

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
}
