//! What the stand-in did, one JSON line an event, for tests to look at.
use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use nix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// One line of the events file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// `CLOCK_MONOTONIC` in milliseconds: comparable between the processes of one machine.
    pub ms: f64,
    /// Which process wrote it.
    pub pid: u32,
    /// What happened.
    pub event: Kind,
    /// The FILEVERSION that it is about, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<i32>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// What can happen to the stand-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The file is loaded, the control port open, the watch set.
    Started,
    /// It could not start.
    StartFailed,
    /// The watch reported something.
    Noticed,
    /// The watched inode was deleted or moved, and the path is waited for.
    Gone,
    /// A file was read that looks unfinished: it is empty or does not end with a newline.
    ShortRead,
    /// The file loaded.
    Loaded,
    /// The change was applied: the generation is in force.
    Adopted,
    /// The file loaded and nothing that counts had changed.
    Unchanged,
    /// The file loaded and the change was refused.
    Refused,
    /// A control connection took the change into the configuration object without applying it.
    Swallowed,
    /// The file does not load. The process ends.
    BadFileExit,
    /// The watch is gone for ever.
    WatchLost,
    /// Someone connected to the control port.
    ControlConnection,
    /// Someone who is not in the lists connected.
    Denied,
    /// A command was answered.
    Answered,
    /// A server was added to the table.
    ServerAdded,
    /// A server was removed from the table.
    ServerRemoved,
    /// A server's status or connection changed.
    ServerChanged,
    /// A signal arrived that does something.
    Signal,
    /// The process is about to die of a crash.
    Crashed,
    /// The process ended in order.
    Exited,
}

/// Where events go to.
#[derive(Debug, Clone, Default)]
pub struct Events(Option<PathBuf>);

impl Events {
    /// Events into this file, or into none.
    pub fn new(file: Option<&Path>) -> Self {
        Self(file.map(Path::to_owned))
    }

    /// Notes an event without particulars.
    pub fn note(&self, event: Kind) {
        self.write(event, None, String::new());
    }

    /// Notes an event with a text.
    pub fn note_text(&self, event: Kind, detail: impl Into<String>) {
        self.write(event, None, detail.into());
    }

    /// Notes an event about a generation.
    pub fn note_generation(&self, event: Kind, generation: i32) {
        self.write(event, Some(generation), String::new());
    }

    /// A test that cannot have its events must not fail in the process under test.
    fn write(&self, event: Kind, generation: Option<i32>, detail: String) {
        let Some(path) = &self.0 else { return };
        let event =
            Event { ms: monotonic_ms(), pid: std::process::id(), event, generation, detail };
        if let (Ok(line), Ok(mut file)) =
            (serde_json::to_string(&event), OpenOptions::new().create(true).append(true).open(path))
        {
            // One write, so that lines of several processes do not mix.
            file.write_all(format!("{line}\n").as_bytes()).ok();
        }
    }
}

/// Reads an events file. A last line that is still being written is left out.
pub fn read(path: &Path) -> io::Result<Vec<Event>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// `CLOCK_MONOTONIC` in milliseconds.
pub fn monotonic_ms() -> f64 {
    clock_gettime(ClockId::CLOCK_MONOTONIC)
        .map_or(0.0, |time| std::time::Duration::from(time).as_secs_f64() * 1000.0)
}
