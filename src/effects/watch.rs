//! Notices changes of files that matter. Losing the watch only costs promptness: every look finds
//! out for itself.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;
use tracing::warn;

/// Several notices of one change count as one.
pub const DEBOUNCE: Duration = Duration::from_millis(50);

/// Which of the watched files may have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noticed {
    /// The file that chmpx reads.
    Target,
    /// A file in which the role token may be.
    Token,
    /// The id of this instance, or what else tells who this node is.
    Identity,
    /// The directory of the shared memory of chmpx.
    Memory,
}

/// A watch on directories, because a watch on a file would be lost with it, and would keep nobody
/// from seeing chmpx's file as held open.
#[derive(Debug)]
pub struct Watch {
    watcher: Option<RecommendedWatcher>,
    noticed: mpsc::Receiver<Noticed>,
}

impl Watch {
    /// Watches `files`; those whose directory does not exist are passed over.
    pub fn new(files: &[(PathBuf, Noticed)]) -> Self {
        // One pending notice says it all; more would only be looked at in vain.
        let (sender, noticed) = mpsc::channel(8);
        let mut directories: BTreeMap<PathBuf, BTreeMap<OsString, Noticed>> = BTreeMap::new();
        for (file, noticed) in files {
            if let (Some(directory), Some(name)) = (file.parent(), file.file_name()) {
                let names = directories.entry(directory.to_owned()).or_default();
                names.insert(name.to_owned(), *noticed);
            }
        }
        let names = Arc::new(directories.clone());
        let handler = move |event: notify::Result<Event>| {
            let Ok(event) = event else { return };
            if !is_change(event.kind) {
                return;
            }
            for path in &event.paths {
                if let Some(noticed) = which(&names, path) {
                    // A full channel is a notice that was not yet taken.
                    let _pending = sender.try_send(noticed);
                }
            }
        };
        let mut watcher = match notify::recommended_watcher(handler) {
            Ok(watcher) => Some(watcher),
            Err(error) => {
                lost(&error, None);
                None
            }
        };
        for directory in directories.keys() {
            let watch = watcher.as_mut().map(|it| it.watch(directory, RecursiveMode::NonRecursive));
            if let Some(Err(error)) = watch {
                lost(&error, Some(directory));
            }
        }
        Self { watcher, noticed }
    }

    /// Waits until a watched file may have changed; for ever when nothing can be watched.
    pub async fn changed(&mut self) -> Noticed {
        if self.watcher.is_some()
            && let Some(noticed) = self.noticed.recv().await
        {
            return noticed;
        }
        std::future::pending().await
    }
}

/// Tells what will not be noticed. A directory that is not there needs no words: it may never be.
fn lost(error: &notify::Error, directory: Option<&Path>) {
    if matches!(error.kind, notify::ErrorKind::PathNotFound) {
        tracing::debug!(?directory, "not watched, because it is not there");
        return;
    }
    warn!(event = "not-watched", ?directory, %error, "changes of files are only found at the next look");
}

fn which(names: &BTreeMap<PathBuf, BTreeMap<OsString, Noticed>>, path: &Path) -> Option<Noticed> {
    names.get(path.parent()?)?.get(path.file_name()?).copied()
}

/// Reading is no change.
fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
        EventKind::Any
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_)
        | EventKind::Other => true,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[tokio::test]
    async fn a_replaced_file_is_noticed_and_its_neighbours_are_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let files = [(path("slave.ini"), Noticed::Target), (path("token"), Noticed::Token)];
        let mut watch = Watch::new(&files);
        let mut next = async || {
            let changed = tokio::time::timeout(Duration::from_secs(20), watch.changed());
            changed.await.expect("it is noticed in time")
        };
        // Notices come in the order of the changes: those of the neighbours would be first.
        fs::write(path("other"), "x").unwrap();
        fs::write(path("staged"), "x").unwrap();
        fs::write(path("token"), "x").unwrap();
        assert_eq!(next().await, Noticed::Token);
        fs::rename(path("staged"), path("slave.ini")).unwrap();
        while next().await == Noticed::Token {}
    }
}
