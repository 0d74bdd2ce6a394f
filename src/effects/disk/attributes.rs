//! The mode and owner of a file.

use nix::unistd::{Group, Uid, User};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_read_follows_owner_group_and_others_in_this_order() {
        let readable =
            |mode, user, groups: &[u32]| Attributes::is_readable(mode, (990, 980), user, groups);
        assert!(readable(0o600, 990, &[]) && readable(0o640, 7, &[980]) && readable(0o604, 7, &[]));
        assert!(!readable(0o600, 7, &[980]) && !readable(0o640, 7, &[7]));
        assert!(!readable(0o044, 990, &[980]), "the owner's own bit counts, and no other");
        assert!(readable(0o000, 0, &[]), "root reads everything");
    }
}
