//! The mode and owner of a file.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;

use nix::unistd::{Group, Uid, User, getegid, geteuid};

/// The mode and owner that a new file gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attributes {
    /// Permission bits.
    pub mode: u32,
    /// Whom it belongs to; `None` leaves it to this process.
    pub owner: Option<Owner>,
}

/// Whom a file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// The id of the user.
    pub user: u32,
    /// The id of the group.
    pub group: u32,
}

impl Owner {
    /// That of the file with this metadata.
    pub fn of(meta: &Metadata) -> Self {
        Self { user: meta.uid(), group: meta.gid() }
    }

    /// Whom new files of this process belong to.
    pub fn own() -> Self {
        Self { user: geteuid().as_raw(), group: getegid().as_raw() }
    }

    /// Reads `user` or `user:group`, by name or number.
    pub fn named(text: &str) -> Option<Self> {
        let (user, group) = text.split_once(':').map_or((text, None), |(u, g)| (u, Some(g)));
        let (user, own_group) = if let Ok(uid) = user.parse() {
            let known = User::from_uid(Uid::from_raw(uid)).ok().flatten();
            (uid, known.map_or(uid, |user| user.gid.as_raw()))
        } else {
            let user = User::from_name(user).ok().flatten()?;
            (user.uid.as_raw(), user.gid.as_raw())
        };
        let group = match group {
            None => own_group,
            Some(group) => match group.parse() {
                Ok(gid) => gid,
                Err(_) => Group::from_name(group).ok().flatten()?.gid.as_raw(),
            },
        };
        Some(Self { user, group })
    }
}
