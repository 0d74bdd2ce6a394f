//! The official supervisor of chmpx on this host: what it would start chmpx with.

use std::ffi::CString;
use std::fs;
use std::path::Path;

use nix::unistd::{Gid, User, getgrouplist};

use super::access::Reader;
use super::{process, small_file};
use crate::model::supervisor::{CONF, Elsewhere, OVERRIDES, Supervisor, awaited, user_of_chmpx};

/// Its pid file, beside that of chmpx.
const PID_FILE: &str = "chmpx-service-helper.pid";

/// What the supervisor with its settings in `directory` makes of `target`.
pub fn found(directory: &Path, target: &Path) -> Supervisor {
    let text_of = |path: &Path| small_file::text(path).ok();
    let Some(conf) = text_of(&directory.join(CONF)) else { return Supervisor::NotHere };
    let overrides = text_of(&directory.join(OVERRIDES));
    let awaited = awaited(&conf, overrides.as_deref(), directory, &text_of);
    if leads_to(&awaited, target) {
        return Supervisor::Agrees(awaited);
    }
    let is_taken = awaited.symlink_metadata().is_ok();
    Supervisor::Elsewhere(Elsewhere { awaited, target: target.to_owned(), is_taken })
}

/// Who the supervisor with its settings in `directory` starts chmpx as, with all groups of that
/// user; `None` where it was not told, or names nobody of this host.
pub fn reader(directory: &Path) -> Option<Reader> {
    let text = |name| small_file::text(&directory.join(name)).ok();
    let name = user_of_chmpx(text(CONF).as_deref(), text(OVERRIDES).as_deref())?;
    let user = User::from_name(&name).ok().flatten()?;
    let groups = getgrouplist(&CString::new(name).ok()?, user.gid).ok()?;
    let groups = groups.into_iter().map(Gid::as_raw).collect();
    Some(Reader { user: user.uid.as_raw(), groups })
}

/// Whether both paths are one file, also while there is none yet.
fn leads_to(path: &Path, target: &Path) -> bool {
    let real = |path: &Path| fs::canonicalize(path).ok();
    path == target
        || fs::read_link(path).is_ok_and(|to| to == target)
        || real(path).is_some_and(|real_path| real(target) == Some(real_path))
}

/// Whether it runs. The pid file of chmpx tells where its own is.
pub fn runs(pid_file_of_chmpx: &Path) -> bool {
    let text = small_file::text(&pid_file_of_chmpx.with_file_name(PID_FILE));
    text.unwrap_or_default().trim().parse().ok().and_then(process::alive).is_some()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_link_brings_both_together_before_there_is_a_file_and_after() {
        let directory = tempfile::tempdir().unwrap();
        let (dir, target) = (directory.path(), directory.path().join("slave.ini"));
        assert_eq!(found(dir, &target), Supervisor::NotHere);
        fs::write(dir.join(CONF), "").unwrap();
        let supervisor = found(dir, &target);
        let elsewhere = supervisor.elsewhere().unwrap();
        let (at, to) = elsewhere.link().unwrap();
        symlink(to, at).unwrap();
        let agreed = Supervisor::Agrees(dir.join("chmpx.ini"));
        assert_eq!(found(dir, &target), agreed);
        fs::write(&target, "").unwrap();
        assert_eq!(found(dir, &target), agreed);
    }

    #[test]
    fn a_file_of_somebody_else_is_no_place_for_a_link() {
        let directory = tempfile::tempdir().unwrap();
        let (dir, target) = (directory.path(), directory.path().join("slave.ini"));
        fs::write(dir.join(CONF), "").unwrap();
        fs::write(dir.join("chmpx.ini"), "mine").unwrap();
        assert_eq!(found(dir, &target).elsewhere().unwrap().link(), None);
    }

    #[test]
    fn chmpx_reads_with_the_groups_of_the_user_that_the_supervisor_was_told() {
        let directory = tempfile::tempdir().unwrap();
        let told = |name: &str| {
            fs::write(directory.path().join(CONF), format!("SUBPROCESS_USER = {name}\n")).unwrap();
            reader(directory.path())
        };
        let Reader { user, groups } = told("root").unwrap();
        assert!(user == 0 && groups.contains(&0), "{groups:?}");
        assert_eq!(told("nobody-of-this-name"), None);
    }
}
