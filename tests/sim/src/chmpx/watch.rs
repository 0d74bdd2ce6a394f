//! The inotify watch of chmpx on its file: one watch, on the inode.
//!
//! After `CHMConf::Receive`. What follows from watching an inode follows here by itself: a rename
//! over a file that someone holds open, or that has a second link, reports nothing.
use std::{
    fs, io,
    os::{
        fd::{AsFd, BorrowedFd},
        unix::fs::MetadataExt as _,
    },
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use nix::{
    errno::Errno,
    sys::inotify::{AddWatchFlags, InitFlags, Inotify, WatchDescriptor},
};

/// How long a missing file is waited for before chmpx gives up for ever, unless told otherwise.
///
/// chmpx counts 500 sleeps of a millisecond. That was seen to bridge gaps of 600 ms and not of
/// 650; the clock makes it the same on a busy machine.
pub const PATIENCE: Duration = Duration::from_millis(620);

/// The watch.
#[derive(Debug)]
pub struct Watch {
    inotify: Inotify,
    descriptor: Option<WatchDescriptor>,
    path: PathBuf,
    user: u32,
    patience: Duration,
}

/// What the watch has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// The inode was written to, or truncated.
    Modified,
    /// The inode was deleted or moved away. [`Watch::follow`] has to be called.
    Gone,
}

impl Watch {
    /// Watches what the path leads to.
    ///
    /// `user` is who chmpx pretends to be where it is not that user; `patience` is how long a missing
    /// file is waited for.
    pub fn new(path: &Path, user: u32, patience: Duration) -> io::Result<Self> {
        let inotify = Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC)?;
        let mut watch = Self { inotify, descriptor: None, path: path.to_owned(), user, patience };
        watch.set()?;
        Ok(watch)
    }

    /// The descriptor to wait on.
    pub fn as_fd(&self) -> BorrowedFd<'_> {
        self.inotify.as_fd()
    }

    /// What happened since the last call.
    pub fn take(&mut self) -> Vec<Seen> {
        let mut seen = Vec::new();
        loop {
            let events = match self.inotify.read_events() {
                Ok(events) => events,
                Err(Errno::EINTR) => continue,
                Err(_) => return seen,
            };
            for event in events.iter().filter(|event| Some(event.wd) == self.descriptor) {
                if event.mask.contains(AddWatchFlags::IN_MODIFY) {
                    seen.push(Seen::Modified);
                } else if event
                    .mask
                    .intersects(AddWatchFlags::IN_DELETE_SELF | AddWatchFlags::IN_MOVE_SELF)
                {
                    seen.push(Seen::Gone);
                }
            }
        }
    }

    /// Waits for the path to be a file again and watches that one, blocking everything meanwhile.
    ///
    /// An error means that the watch is lost for ever: chmpx does not try again.
    #[expect(clippy::disallowed_methods, reason = "chmpx blocks its main loop here as well")]
    pub fn follow(&mut self) -> io::Result<()> {
        if let Some(old) = self.descriptor.take() {
            // Gone already when the inode was deleted.
            self.inotify.rm_watch(old).ok();
        }
        let start = Instant::now();
        while !self.path.is_file() && start.elapsed() < self.patience {
            thread::sleep(Duration::from_millis(1));
        }
        self.set()
    }

    fn set(&mut self) -> io::Result<()> {
        let resolved = fs::canonicalize(&self.path)?;
        let file = fs::metadata(&resolved)?;
        if !file.is_file() {
            return Err(io::Error::from(io::ErrorKind::InvalidInput));
        }
        if !is_readable(&file, self.user) {
            return Err(io::Error::from(io::ErrorKind::PermissionDenied));
        }
        let mask =
            AddWatchFlags::IN_DELETE_SELF | AddWatchFlags::IN_MODIFY | AddWatchFlags::IN_MOVE_SELF;
        self.descriptor = Some(self.inotify.add_watch(&resolved, mask)?);
        Ok(())
    }
}

/// Whether a user may read the file, by its owner and mode alone. Root may read everything.
pub fn is_readable(file: &fs::Metadata, user: u32) -> bool {
    let bit = if file.uid() == user { 0o400 } else { 0o004 };
    user == 0 || file.mode() & bit != 0
}
