//! The files: where the target lies, who can reach it, and whether there is room.

use super::super::observed::{Installed, Observed};
use super::{Finding, Room, Survey};

/// The target is a few kilobytes long, and twice on the disk while it is replaced.
const LITTLE: u64 = 256 * 1024;

pub(super) fn target(seen: &Observed, survey: &Survey) -> Finding {
    const CODE: &str = "target";
    if survey.is_mount {
        let help = "mount its directory instead of the single file: no rename can reach chmpx";
        return Finding::fault(CODE, "the target is a mount point", help);
    }
    if let Some(why) = seen.file().and_then(|file| file.misplaced.clone()) {
        let help = "the agent puts it right with target.drift = restore; or `refresh --force`";
        return Finding::fault(CODE, why, help);
    }
    if let Some(mode) = survey.unreadable_mode {
        let user = survey.chmpx_user.unwrap_or_default();
        let what =
            format!("mode {mode:03o} of the target keeps chmpx (user {user}) from reading it");
        let help = "the agent puts it right with target.drift = restore; or `refresh --force`";
        return Finding::fault(CODE, what, help);
    }
    if let Some(closed) = &survey.closed {
        let user = survey.chmpx_user.unwrap_or_default();
        let what = format!(
            "chmpx (user {user}) may not enter {}, and cannot read its file",
            closed.display()
        );
        let help = "let that user enter the directory, e.g. `chmod o+x` on it";
        return Finding::fault(CODE, what, help);
    }
    if let Some(links) = survey.links.filter(|links| *links > 1) {
        let help = "remove the other names (a backup?): chmpx may not notice changes";
        return Finding::risk(CODE, format!("the target has {links} hard links"), help);
    }
    match &seen.installed {
        Installed::Obstacle(it) => Finding::fault(CODE, it.what.clone(), "see `installed`"),
        Installed::File(_) => Finding::fine(CODE, "the target is a plain file"),
        Installed::Missing => Finding::fine(CODE, "nothing is in the way of a file"),
    }
}

pub(super) fn rooms(survey: &Survey) -> Vec<Finding> {
    // Both directories are often on one file system.
    let is_other = |room: &Room, one: &Room| (room.bytes, room.files) != (one.bytes, one.files);
    let first = survey.rooms.first();
    let others = survey.rooms.iter().skip(1);
    let others = others.filter(|room| first.is_none_or(|first| is_other(room, first)));
    let mut findings: Vec<_> = first.into_iter().chain(others).filter_map(trouble_with).collect();
    if findings.is_empty() && !survey.rooms.is_empty() {
        findings.push(Finding::fine("disk", "there is room for the file and the agent's state"));
    }
    findings
}

fn trouble_with(room: &Room) -> Option<Finding> {
    const CODE: &str = "disk";
    let at = room.directory.display();
    if room.read_only {
        let help = "make it writable; under systemd, a drop-in with ReadWritePaths= may be missing";
        return Some(Finding::fault(CODE, format!("nobody can write to {at}: read-only"), help));
    }
    let help = "make room there, e.g. see `du -x` and `journalctl --vacuum-size`";
    if room.files.is_some_and(|files| files < 4) {
        return Some(Finding::fault(CODE, format!("no more files can be made in {at}"), help));
    }
    if room.bytes < LITTLE {
        let what = format!("the disk is full: {} bytes are left for {at}", room.bytes);
        return Some(Finding::fault(CODE, what, help));
    }
    None
}
