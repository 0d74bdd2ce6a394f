//! What a reader sees while a file is replaced, and what is left when it cannot be.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::sync::atomic::{AtomicBool, Ordering};

use nix::sys::stat::Mode;

use super::install::{beside, rename_over};
use super::*;

const PLAIN: Attributes = Attributes { mode: 0o644, owner: None };

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_first_file_comes_with_its_mode_and_nothing_beside_it() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("slave.ini");
    install(&target, b"one", Attributes { mode: 0o640, owner: None }).unwrap();
    assert_eq!(fs::read(&target).unwrap(), b"one");
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(names(directory.path()), ["slave.ini"]);
}

#[test]
fn the_file_that_was_there_is_kept_as_the_previous_one() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("slave.ini");
    for content in ["one", "two", "three"] {
        install(&target, content.as_bytes(), PLAIN).unwrap();
    }
    assert_eq!(fs::read(&target).unwrap(), b"three");
    assert_eq!(fs::read(previous_of(&target)).unwrap(), b"two");
    assert_eq!(names(directory.path()), [".slave.prev.ini", "slave.ini"]);
}

#[test]
fn the_old_inode_is_moved_and_neither_written_nor_linked() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("slave.ini");
    install(&target, b"one", PLAIN).unwrap();
    let old = fs::metadata(&target).unwrap().ino();
    install(&target, b"two", PLAIN).unwrap();
    let kept = fs::metadata(previous_of(&target)).unwrap();
    assert_eq!((kept.ino(), kept.nlink()), (old, 1));
}

#[test]
fn where_files_cannot_be_exchanged_the_old_one_is_copied_aside_and_not_linked() {
    let directory = tempfile::tempdir().unwrap();
    let (target, staged) = (directory.path().join("slave.ini"), directory.path().join("staged"));
    fs::write(&target, "one").unwrap();
    fs::write(&staged, "two").unwrap();
    let old = fs::metadata(&target).unwrap().ino();
    rename_over(&staged, &target).unwrap();
    assert_eq!(fs::read(&target).unwrap(), b"two");
    assert_eq!(fs::read(previous_of(&target)).unwrap(), b"one");
    assert_ne!(fs::metadata(previous_of(&target)).unwrap().ino(), old);
    assert_eq!(names(directory.path()), [".slave.prev.ini", "slave.ini"]);
}

#[test]
fn no_reader_ever_sees_a_short_or_a_missing_file() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("slave.ini");
    let content = |letter: u8| vec![letter; 200_000];
    install(&target, &content(b'a'), PLAIN).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut reads = 0;
            while !done.load(Ordering::Relaxed) {
                let seen = fs::read(&target).unwrap();
                assert!(seen.len() == 200_000 && seen.iter().all(|byte| *byte == seen[0]));
                reads += 1;
            }
            reads
        });
        for round in 0..60 {
            install(&target, &content(b'a' + round % 26), PLAIN).unwrap();
        }
        done.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0);
    });
}

#[test]
fn what_a_killed_agent_left_is_cleared_away() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("slave.ini");
    fs::write(beside(&target, "new"), "half of a fi").unwrap();
    install(&target, b"one", PLAIN).unwrap();
    assert_eq!(names(directory.path()), ["slave.ini"]);
}

#[test]
fn a_symbolic_link_is_replaced_and_not_followed() {
    let directory = tempfile::tempdir().unwrap();
    let (target, elsewhere) = (directory.path().join("slave.ini"), directory.path().join("else"));
    fs::write(&elsewhere, "elsewhere").unwrap();
    symlink(&elsewhere, &target).unwrap();
    assert!(matches!(look(&target).unwrap(), Found::Link(_)));
    install(&target, b"one", PLAIN).unwrap();
    assert!(fs::symlink_metadata(&target).unwrap().is_file());
    assert_eq!(fs::read(&elsewhere).unwrap(), b"elsewhere");
}

#[test]
fn what_cannot_be_replaced_is_left_as_it_is_and_so_is_its_directory() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("missing/slave.ini");
    let error = install(&target, b"one", PLAIN).unwrap_err();
    assert!(error.is_lasting());
    assert!(error.to_string().starts_with("could not create "), "{error}");
    assert_eq!(error.help(), "create its directory");
    assert_eq!(names(directory.path()), [""; 0]);
}

#[test]
fn a_symbolic_link_that_leads_nowhere_is_told_with_why_and_stays() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("slave.ini");
    symlink("missing.ini", &target).unwrap();
    let Found::Other(what) = look(&target).unwrap() else { panic!("nothing can be read there") };
    assert!(what.starts_with("a symbolic link that leads nowhere: No such file"), "{what}");
    assert_eq!(look(&target).unwrap().into_bytes(), None);
    assert!(fs::symlink_metadata(&target).unwrap().is_symlink());
}

#[test]
fn what_is_no_file_at_all_is_told_as_that() {
    let device = look(Path::new("/dev/null")).unwrap();
    let told = Found::Other("/dev/null is no regular file".to_owned());
    assert!(matches!((device, told), (Found::Other(seen), Found::Other(told)) if seen == told));
}

#[test]
fn a_target_below_something_that_is_no_directory_is_told_and_not_taken_for_missing() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("etc"), "").unwrap();
    let error = look(&directory.path().join("etc/slave.ini")).unwrap_err();
    assert!(error.to_string().starts_with("could not look at "), "{error}");
}

#[test]
fn a_pipe_at_the_target_is_told_and_does_not_block() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("slave.ini");
    nix::unistd::mkfifo(&target, Mode::S_IRWXU).unwrap();
    assert!(matches!(look(&target).unwrap(), Found::Other(what) if what.ends_with("a pipe")));
    assert!(read(&target).is_err());
}

#[test]
fn the_print_tells_a_touched_file_from_an_untouched_one() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("slave.ini");
    assert_eq!(print(&target), None);
    install(&target, b"one", PLAIN).unwrap();
    let before = print(&target);
    assert_eq!(print(&target), before);
    install(&target, b"one", PLAIN).unwrap();
    assert_ne!(print(&target), before);
}

#[test]
fn an_owner_is_read_by_name_and_by_number() {
    assert_eq!(Owner::named("root"), Some(Owner { user: 0, group: 0 }));
    assert_eq!(Owner::named("0:0"), Some(Owner { user: 0, group: 0 }));
    assert_eq!(Owner::named("4711:12"), Some(Owner { user: 4711, group: 12 }));
    assert_eq!(Owner::named("no such user"), None);
}

#[test]
fn a_file_for_a_check_is_gone_afterwards() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("slave.ini");
    let staged = stage_for_check(&target, b"one", PLAIN).unwrap();
    assert_eq!(staged.path().extension().unwrap(), "ini");
    assert_eq!(fs::read(staged.path()).unwrap(), b"one");
    drop(staged);
    assert_eq!(names(directory.path()), [""; 0]);
}
