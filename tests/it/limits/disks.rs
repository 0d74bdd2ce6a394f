//! Disks that do less than others, as some of network and of containers.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use nix::sys::signal::Signal;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use sim::chmpx::events::Kind;

use super::fuse::Disk;
use super::{Mount, etc, publish, recovers, state};
use crate::support::Node;

/// More than any file here has.
const WHOLE: usize = 1 << 20;

/// Mounts `disk` over `place`, with the files that are there.
fn mounted(disk: Disk, place: &Path) -> Option<Mount> {
    let device = File::options().read(true).write(true).open("/dev/fuse").ok();
    let words = ["-i", "-t", "fuse", "-o", "fd=0,rootmode=40000,user_id=0,group_id=0,allow_other"];
    Mount::over(place, &[&words[..], &["fuse"]].concat(), device.as_ref(), || {
        let device = device.as_ref().and_then(|device| device.try_clone().ok());
        std::thread::spawn(move || device.map(|device| disk.serve(&device)));
    })
}

/// A node with a disk that takes `most` bytes of each write, for chmpx and for itself.
async fn node_on_disks_that_take(most: usize) -> Option<(Node, [Mount; 2])> {
    let mut node = Node::new().await;
    fs::create_dir_all(state(&node)).unwrap();
    let mounts = [mounted(Disk::new(most), &etc(&node))?, mounted(Disk::new(most), &state(&node))?];
    node.start_chmpx();
    node.start_agent();
    node.until_settled("on such disks").await;
    Some((node, mounts))
}

#[tokio::test]
async fn where_files_cannot_be_exchanged_a_rename_brings_the_new_one_and_the_old_one_is_kept() {
    let Some((node, _mounts)) = node_on_disks_that_take(WHOLE).await else { return };
    let (one, other) = (etc(&node).join("one"), etc(&node).join("other"));
    fs::write(&one, "1").unwrap();
    fs::write(&other, "2").unwrap();
    let exchanged = renameat_with(CWD, &one, CWD, &other, RenameFlags::EXCHANGE);
    assert_eq!(exchanged, Err(Errno::INVAL), "such a file system is what this is about");

    let before = node.installed();
    let line = publish(&node, 9001).await;
    recovers(&node, &line).await;
    assert_eq!(fs::read_to_string(etc(&node).join(".slave.prev.ini")).unwrap(), before);
}

#[tokio::test]
async fn a_disk_that_takes_a_few_bytes_of_each_write_gets_whole_files() {
    let Some((mut node, _mounts)) = node_on_disks_that_take(100).await else { return };
    let mut file = File::create(etc(&node).join("short")).unwrap();
    assert_eq!(file.write(&[b'x'; 1000]).unwrap(), 100, "such a disk is what this is about");

    let line = publish(&node, 9001).await;
    recovers(&node, &line).await;
    // The next agent finds what this one has kept.
    let before = node.installed();
    node.stop_agent(Signal::SIGTERM).await;
    node.start_agent();
    node.until_settled("with its memory").await;
    assert_eq!(node.installed(), before);
    assert_eq!(node.count(Kind::Started), 1);
}
