//! How the file is changed decides what a running slave makes of it.
use std::{
    fs::{self, File, FileTimes, OpenOptions, Permissions},
    io::{Seek as _, Write as _},
    os::unix::fs::{PermissionsExt as _, symlink},
    time::UNIX_EPOCH,
};

use sim::chmpx::{Chmpx, events::Kind};

use crate::slave::{Slave, count, link, settled};

#[tokio::test]
async fn a_rename_over_the_file_is_adopted() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    slave.replace(&slave.text(2));
    let events = chmpx.wait_adopted(2).await.unwrap();
    assert_eq!(Slave::revision(&chmpx), 2);

    let at = |kind| events.iter().find(|event| event.event == kind).unwrap().ms;
    assert!(at(Kind::Adopted) > at(Kind::Gone), "{events:#?}");
}

#[tokio::test]
async fn the_last_of_many_renames_is_adopted() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    for generation in 2..=25 {
        slave.replace(&slave.text(generation));
    }
    chmpx.wait_adopted(25).await.unwrap();
}

#[tokio::test]
async fn an_overwrite_without_truncation_is_adopted() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    let mut file = OpenOptions::new().write(true).open(slave.conf()).unwrap();
    file.write_all(slave.text(2).as_bytes()).unwrap();
    chmpx.wait_adopted(2).await.unwrap();

    file.seek(std::io::SeekFrom::End(0)).unwrap();
    file.write_all(b"[SVRNODE]\nNAME = srv3.example\nPORT = 8020\nCTLPORT = 8021\n").unwrap();
    chmpx.wait_for(|events| count(events, Kind::Adopted) == 2).await.unwrap();
    assert_eq!(chmpx.state().unwrap().servers.len(), 3);
}

#[tokio::test]
async fn a_moment_of_emptiness_ends_the_process_with_code_0() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    // What `cat new > file` does first.
    let mut file = File::create(slave.conf()).unwrap();
    let status = chmpx.wait_exit().await.unwrap();
    file.write_all(slave.text(2).as_bytes()).unwrap();

    assert_eq!(status.code(), Some(0));
    let events = chmpx.events().unwrap();
    assert_eq!(count(&events, Kind::ShortRead), 1, "{events:#?}");
    assert_eq!(count(&events, Kind::BadFileExit), 1, "{events:#?}");
    assert!(chmpx.state().is_none());
}

#[tokio::test]
async fn half_a_file_ends_the_process_with_code_0() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    let text = slave.text(2);
    slave.replace(&text[..text.len() / 2]);
    assert_eq!(chmpx.wait_exit().await.unwrap().code(), Some(0));
}

#[tokio::test]
async fn a_gap_within_its_patience_is_survived() {
    let slave = Slave::new();
    let mut chmpx = slave.builder().set("CHMPX_SIM_PATIENCE_MS", "60000").start().await.unwrap();
    let staged = slave.staged(&slave.text(2));
    fs::remove_file(slave.conf()).unwrap();
    chmpx.wait_event(Kind::Gone).await.unwrap();
    fs::rename(staged, slave.conf()).unwrap();
    chmpx.wait_adopted(2).await.unwrap();
}

#[tokio::test]
async fn a_gap_beyond_its_patience_makes_it_blind_for_ever() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    let staged = slave.staged(&slave.text(2));
    fs::remove_file(slave.conf()).unwrap();
    chmpx.wait_event(Kind::WatchLost).await.unwrap();
    fs::rename(staged, slave.conf()).unwrap();

    slave.replace(&slave.text(3));
    settled(&mut chmpx).await;
    assert_eq!(Slave::revision(&chmpx), 1);
}

#[tokio::test]
async fn an_empty_file_in_place_of_a_deleted_one_ends_the_process() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    fs::remove_file(slave.conf()).unwrap();
    File::create(slave.conf()).unwrap();
    assert_eq!(chmpx.wait_exit().await.unwrap().code(), Some(0));
}

#[tokio::test]
async fn a_file_that_is_moved_away_is_waited_for() {
    let slave = Slave::new();
    let mut chmpx = slave.builder().set("CHMPX_SIM_PATIENCE_MS", "60000").start().await.unwrap();
    let staged = slave.staged(&slave.text(2));
    fs::rename(slave.conf(), slave.beside("old.ini")).unwrap();
    chmpx.wait_event(Kind::Gone).await.unwrap();
    fs::rename(staged, slave.conf()).unwrap();
    chmpx.wait_adopted(2).await.unwrap();
}

#[tokio::test]
async fn a_hard_link_to_the_old_file_hides_a_rename_until_it_is_removed() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    let backup = slave.beside("slave.ini.bak");
    link(&slave.conf(), &backup);
    slave.replace(&slave.text(2));
    assert_eq!(count(&settled(&mut chmpx).await, Kind::Gone), 0);
    assert_eq!(Slave::revision(&chmpx), 1);

    fs::remove_file(backup).unwrap();
    chmpx.wait_adopted(2).await.unwrap();
}

#[tokio::test]
async fn an_open_descriptor_of_the_old_file_hides_a_rename_until_it_is_closed() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    let holder = File::open(slave.conf()).unwrap();
    slave.replace(&slave.text(2));
    assert_eq!(count(&settled(&mut chmpx).await, Kind::Gone), 0);

    drop(holder);
    chmpx.wait_adopted(2).await.unwrap();
}

#[tokio::test]
async fn an_exchange_is_noticed_whoever_holds_the_old_file() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    for generation in 2..=10 {
        let holder = File::open(slave.conf()).unwrap();
        link(&slave.conf(), &slave.beside(&format!("backup-{generation}.ini")));
        slave.exchange(&slave.text(generation));
        chmpx.wait_adopted(generation).await.unwrap();
        drop(holder);
    }
}

#[tokio::test]
async fn touch_and_chmod_are_no_changes() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    let file = File::open(slave.conf()).unwrap();
    // Both times, as touch does: the kernel reports a new mtime alone as a modification.
    let times = FileTimes::new().set_accessed(UNIX_EPOCH).set_modified(UNIX_EPOCH);
    file.set_times(times).unwrap();
    file.set_permissions(Permissions::from_mode(0o640)).unwrap();
    assert_eq!(count(&settled(&mut chmpx).await, Kind::Noticed), 0);
}

#[tokio::test]
async fn comments_and_the_date_are_loaded_and_make_no_difference() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    let date = chmpx.state().unwrap().date;
    slave.replace(&format!("# {}", slave.text(1).replace("[GLOBAL]", "note\n[GLOBAL]")));
    chmpx.wait_event(Kind::Unchanged).await.unwrap();
    slave.replace(&slave.text(1).replace("May 2020", "May 2021"));
    let twice = chmpx.wait_for(|events| count(events, Kind::Unchanged) == 2).await.unwrap();
    assert_eq!(count(&twice, Kind::Adopted), 0);
    assert_eq!(chmpx.state().unwrap().date, date);
}

#[tokio::test]
async fn a_file_that_chmpx_may_not_read_makes_it_blind_and_then_a_connection_ends_it() {
    let slave = Slave::new();
    let mut chmpx = slave.builder().set("CHMPX_SIM_USER", "65534").start().await.unwrap();
    let staged = slave.staged(&slave.text(2));
    fs::set_permissions(&staged, Permissions::from_mode(0o600)).unwrap();
    fs::rename(staged, slave.conf()).unwrap();
    chmpx.wait_event(Kind::WatchLost).await.unwrap();

    fs::set_permissions(slave.conf(), Permissions::from_mode(0o644)).unwrap();
    slave.exchange(&slave.text(3));
    settled(&mut chmpx).await;
    assert_eq!(Slave::revision(&chmpx), 1);

    fs::set_permissions(slave.conf(), Permissions::from_mode(0o600)).unwrap();
    drop(Chmpx::control(slave.port, "VERSION").await);
    assert_eq!(chmpx.wait_exit().await.unwrap().code(), Some(0));
}

#[tokio::test]
async fn a_directory_at_the_path_makes_it_blind() {
    let slave = Slave::new();
    let mut chmpx = slave.start().await;
    fs::remove_file(slave.conf()).unwrap();
    fs::create_dir(slave.conf()).unwrap();
    chmpx.wait_event(Kind::WatchLost).await.unwrap();
    assert!(chmpx.has_exited().unwrap().is_none());
}

#[tokio::test]
async fn a_symlink_is_followed_once_and_again_when_its_old_target_goes() {
    let slave = Slave::new();
    let (first, second) = (slave.beside("first.ini"), slave.beside("second.ini"));
    fs::rename(slave.conf(), &first).unwrap();
    symlink(&first, slave.conf()).unwrap();
    let mut chmpx = slave.start().await;

    fs::write(&second, slave.text(2)).unwrap();
    symlink(&second, slave.beside("link")).unwrap();
    fs::rename(slave.beside("link"), slave.conf()).unwrap();
    assert_eq!(count(&settled(&mut chmpx).await, Kind::Gone), 0);

    fs::remove_file(first).unwrap();
    chmpx.wait_adopted(2).await.unwrap();
}

#[tokio::test]
async fn a_swap_of_folders_as_kubernetes_does_it_is_adopted_when_the_old_one_goes() {
    let slave = Slave::new();
    fs::create_dir(slave.beside("..1")).unwrap();
    fs::rename(slave.conf(), slave.beside("..1/slave.ini")).unwrap();
    symlink("..1", slave.beside("..data")).unwrap();
    symlink("..data/slave.ini", slave.conf()).unwrap();
    let mut chmpx = slave.start().await;

    fs::create_dir(slave.beside("..2")).unwrap();
    fs::write(slave.beside("..2/slave.ini"), slave.text(2)).unwrap();
    symlink("..2", slave.beside("..tmp")).unwrap();
    fs::rename(slave.beside("..tmp"), slave.beside("..data")).unwrap();
    fs::remove_dir_all(slave.beside("..1")).unwrap();
    chmpx.wait_adopted(2).await.unwrap();
}
