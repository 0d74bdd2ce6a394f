//! Why a chmpx does not notice its file: what it watches, and who keeps the old file alive.
//!
//! chmpx watches an inode for being moved, deleted or written (`CHMConf`, inotify). An inode that
//! is only renamed over reports nothing while a descriptor or another name keeps it.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::output::watched;
use crate::effects::disk;
use crate::effects::process::all;
use crate::model::memory::Process;

/// Descriptors that are looked at before the search is given up.
const MOST: usize = 20_000;

/// What keeps `process` from noticing `target`, in words, if it can be found out.
pub(super) fn reason(process: Option<Process>, target: &Path) -> Option<String> {
    let holder = linked(target).or_else(|| holder(target));
    let sight = process.and_then(|process| sight(process.pid, target));
    match (sight, holder) {
        (Some(sight), Some(holder)) => Some(format!("{sight}, and {holder}")),
        (sight, holder) => sight.or(holder),
    }
}

/// What the inotify descriptors of the process say: the kernel lists the inodes in `fdinfo`.
fn sight(pid: i32, target: &Path) -> Option<String> {
    let inode = fs::metadata(target).ok()?.ino();
    let entries = fs::read_dir(format!("/proc/{pid}/fdinfo")).ok()?;
    let texts = entries.flatten().filter_map(|entry| fs::read_to_string(entry.path()).ok());
    let watched: Vec<u64> = texts.flat_map(|text| watched(&text)).collect();
    if watched.is_empty() {
        return Some("it has lost its watch".to_owned());
    }
    (!watched.contains(&inode)).then(|| "it still watches a file that was replaced".to_owned())
}

/// Another name of the file that was there before.
fn linked(target: &Path) -> Option<String> {
    let links = fs::metadata(disk::previous_of(target)).ok()?.nlink();
    (links > 1).then(|| "the file before it has another hard link".to_owned())
}

/// A process that has the file that was there before, or an even older one, open.
fn holder(target: &Path) -> Option<String> {
    let own = std::process::id().cast_signed();
    let previous = disk::previous_of(target);
    let deleted = [target, &previous].map(|path| format!("{} (deleted)", path.display()));
    let is_old =
        |link: &Path| link == previous || deleted.iter().any(|deleted| Path::new(deleted) == link);
    let mut left = MOST;
    for pid in all().filter(|pid| *pid != own) {
        let process = Path::new("/proc").join(pid.to_string());
        // Of a process that is gone, or of somebody else where this is not root.
        let Ok(descriptors) = fs::read_dir(process.join("fd")) else { continue };
        for descriptor in descriptors.flatten() {
            left = left.checked_sub(1)?;
            if fs::read_link(descriptor.path()).is_ok_and(|link| is_old(&link)) {
                let program = fs::read_to_string(process.join("comm")).unwrap_or_default();
                return Some(format!("process {pid} ({}) holds an old one open", program.trim()));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_link_and_an_open_descriptor_are_found() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("slave.ini");
        let previous = disk::previous_of(&target);
        fs::write(&previous, "old").unwrap();
        fs::write(&target, "new").unwrap();
        assert_eq!(reason(None, &target), None);

        let mut cat = std::process::Command::new("sleep")
            .arg("60")
            .stdin(fs::File::open(&previous).unwrap())
            .spawn()
            .unwrap();
        let said = reason(None, &target).unwrap();
        cat.kill().unwrap();
        cat.wait().unwrap();
        assert!(said.contains(&cat.id().to_string()) && said.contains("holds"), "{said}");

        fs::hard_link(&previous, directory.path().join("backup")).unwrap();
        assert!(reason(None, &target).unwrap().contains("hard link"));
    }
}
