//! What is in the way of the files.

use super::*;

#[test]
fn a_disk_that_is_full_or_closed_is_a_fault() {
    let room = |bytes, files, read_only| {
        let directory = PathBuf::from("/etc/k2hdkc");
        found(move |_, s| s.rooms = vec![Room { directory, bytes, files, read_only }])
    };
    assert_eq!(room(1 << 30, None, false), []);
    assert_eq!(room(4096, None, false), [("disk", Level::Fault)]);
    assert_eq!(room(1 << 30, Some(0), false), [("disk", Level::Fault)]);
    assert_eq!(room(1 << 30, None, true), [("disk", Level::Fault)]);
    let closed = found(|_, s| s.closed = Some("/etc/k2hdkc".into()));
    assert_eq!(closed, [("target", Level::Fault)]);
}

fn room(directory: &str, bytes: u64, files: Option<u64>) -> Room {
    Room { directory: directory.into(), bytes, files, read_only: false }
}

#[test]
fn a_disk_has_to_have_room_for_a_few_files_of_a_few_kilobytes() {
    let with = |bytes, files| told("disk", |_, s| s.rooms = vec![room("/etc", bytes, files)]).level;
    assert_eq!(with(256 * 1024, Some(4)), Level::Fine);
    assert_eq!(with(256 * 1024 - 1, Some(4)), Level::Fault);
    assert_eq!(with(256 * 1024, Some(3)), Level::Fault);
}

#[test]
fn a_full_disk_is_not_called_roomy_and_of_no_disk_nothing_is_told() {
    let levels = |rooms| {
        let (seen, mut survey) = healthy();
        survey.rooms = rooms;
        let findings = examine(&seen, &survey, &policy()).into_iter();
        findings.filter(|it| it.code == "disk").map(|it| it.level).collect::<Vec<_>>()
    };
    assert_eq!(levels(vec![room("/etc", 1, None)]), [Level::Fault]);
    assert_eq!(levels(vec![room("/etc", 1 << 30, None)]), [Level::Fine]);
    assert_eq!(levels(Vec::new()), []);
}

#[test]
fn two_directories_on_one_disk_are_told_once_and_each_disk_is_looked_at() {
    let (etc, var) = (room("/etc", 1, Some(9)), room("/var", 1, Some(9)));
    let full = [("disk", Level::Fault)];
    assert_eq!(found(|_, s| s.rooms = vec![etc.clone(), var.clone()]), full);
    let roomy = room("/etc", 1 << 30, Some(9));
    assert_eq!(found(|_, s| s.rooms = vec![roomy.clone(), var.clone()]), full);
    let other = Room { files: Some(3), ..var };
    assert_eq!(found(|_, s| s.rooms = vec![roomy, etc, other]), [full, full].concat());
}

#[test]
fn a_target_that_lies_there_in_a_wrong_way_is_a_fault() {
    let misplaced = Some("it is a symbolic link".to_owned());
    let file = InstalledFile::new(FILE.as_bytes().to_vec(), misplaced);
    assert_eq!(
        told("target", |seen, _| seen.installed = Installed::File(file)).what,
        "it is a symbolic link"
    );
    let unreadable = told("target", |_, s| s.unreadable_mode = Some(0o600)).what;
    assert_eq!(unreadable, "mode 600 of the target keeps chmpx (user 990) from reading it");
    assert_eq!(told("target", |_, s| s.links = Some(1)).level, Level::Fine);
    assert_eq!(told("target", |seen, _| seen.installed = Installed::Missing).level, Level::Fine);
}
