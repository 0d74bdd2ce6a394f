//! Who may enter a directory and read a file, by their modes. Lists of access control are left out.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::disk::Owner;
use crate::model::host::Barrier;

/// Who reads a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// The id of the user.
    pub user: u32,
    /// The ids of all its groups.
    pub groups: Vec<u32>,
}

impl Reader {
    /// Whether it may read a file with these permission bits that belongs to `owner`.
    pub fn may_read(&self, mode: u32, owner: Owner) -> bool {
        let bit = if self.user == owner.user {
            0o400
        } else if self.groups.contains(&owner.group) {
            0o040
        } else {
            0o004
        };
        self.user == 0 || mode & bit != 0
    }
}

/// What keeps `reader` from using `paths`, of those that it cannot use.
pub fn barriers(paths: &[PathBuf], reader: &Reader) -> BTreeMap<PathBuf, Barrier> {
    let user = reader.user;
    let barrier = |path: &PathBuf| {
        let real = fs::canonicalize(path).ok();
        let above = |path: &Path| closed_above(path, reader);
        if let Some(directory) = above(path).or_else(|| above(real.as_deref()?)) {
            return Some(Barrier::Above { user, directory });
        }
        // Of a directory chmpx opens the files by their names: that takes to enter it.
        let is_closed =
            path.is_dir() && closed_above(&path.join("name"), reader).as_ref() == Some(path);
        let mode = unreadable_mode(path, reader);
        (is_closed || mode.is_some()).then_some(Barrier::Itself { user })
    };
    paths.iter().filter_map(|path| Some((path.clone(), barrier(path)?))).collect()
}

/// The first directory above `path` that `reader` may not enter.
pub fn closed_above(path: &Path, reader: &Reader) -> Option<PathBuf> {
    let mut above: Vec<_> = path.ancestors().skip(1).collect();
    above.reverse();
    let is_closed = |directory: &&Path| {
        fs::metadata(directory).is_ok_and(|meta| {
            // To enter is one bit below to read, in each of the three groups of bits.
            let mode = (meta.permissions().mode() & 0o111) << 2;
            !reader.may_read(mode, Owner::of(&meta))
        })
    };
    above.into_iter().find(is_closed).map(Path::to_owned)
}

/// The mode of the file at `path`, if it keeps `reader` from reading it.
pub fn unreadable_mode(path: &Path, reader: &Reader) -> Option<u32> {
    let meta = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let mode = meta.permissions().mode() & 0o777;
    (!reader.may_read(mode, Owner::of(&meta))).then_some(mode)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOBODY: u32 = 65534;

    fn reader(user: u32, groups: &[u32]) -> Reader {
        Reader { user, groups: groups.to_vec() }
    }

    #[test]
    fn who_may_read_follows_owner_group_and_others_in_this_order() {
        let owner = Owner { user: 990, group: 980 };
        let readable = |mode, user, groups: &[u32]| reader(user, groups).may_read(mode, owner);
        assert!(readable(0o600, 990, &[]) && readable(0o640, 7, &[980]) && readable(0o604, 7, &[]));
        assert!(!readable(0o600, 7, &[980]) && !readable(0o640, 7, &[7]));
        assert!(!readable(0o044, 990, &[980]), "the owner's own bit counts, and no other");
        assert!(readable(0o000, 0, &[]), "root reads everything");
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
        let closed = || closed_above(&inner.join("slave.ini"), &reader(NOBODY, &[NOBODY]));
        assert_eq!(closed(), None);
        set(&inner, 0o744);
        assert_eq!(closed(), Some(inner.clone()), "to list it is not to enter it");
        set(&outer, 0o700);
        assert_eq!(closed(), Some(outer.clone()));
        assert_eq!(closed_above(&inner.join("slave.ini"), &reader(0, &[])), None);
    }

    #[test]
    fn what_is_below_a_closed_directory_cannot_be_used_however_open_it_is() {
        let directory = tempfile::tempdir_in("/var/tmp").unwrap();
        let (closed, open) = (directory.path().join("closed"), directory.path().join("open"));
        let set = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        set(directory.path(), 0o755);
        let file = |directory: &Path, mode| {
            fs::create_dir_all(directory).unwrap();
            let path = directory.join(format!("{mode:o}.pem"));
            fs::write(&path, "").unwrap();
            set(&path, mode);
            path
        };
        let below = file(&closed, 0o644);
        let paths = [below.clone(), file(&open, 0o600), file(&open, 0o644), closed.clone()];
        set(&closed, 0o700);
        set(&open, 0o755);
        let user = NOBODY;
        let found = barriers(&paths, &reader(user, &[user]));
        assert_eq!(found[&below], Barrier::Above { user, directory: closed.clone() });
        assert_eq!(found[&paths[1]], Barrier::Itself { user });
        assert_eq!(found[&closed], Barrier::Itself { user });
        assert!(!found.contains_key(&paths[2]));
        let link = open.join("link.pem");
        std::os::unix::fs::symlink(&below, &link).unwrap();
        let of_link = barriers(std::slice::from_ref(&link), &reader(user, &[user]));
        assert_eq!(of_link[&link], found[&below], "a link leads no further than its end");
        assert_eq!(barriers(&paths, &reader(0, &[])), BTreeMap::new());
    }
}
