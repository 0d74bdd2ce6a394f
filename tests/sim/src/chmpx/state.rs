//! The stand-in for chmpx's shared memory: a file that the status tool reads.
//!
//! Its name is that of the real thing, `<GROUP>-<SELFCTLPORT>.chmpx` (or `<GROUP>.chmpx`), its
//! content is JSON. It is removed on a clean exit and stays after a crash.
use std::{
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    config::{ANY_PORT, Config},
    table::Entry,
};

/// What the shared memory shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The process that owns it.
    pub pid: u32,
    /// When that process started, in the ticks of `/proc/PID/stat`: tells a reused pid.
    pub start_ticks: u64,
    /// When that process started, in Unix seconds.
    pub start_time: u64,
    /// GROUP.
    pub group: String,
    /// The FILEVERSION in force.
    pub revision: i32,
    /// The DATE in force, in Unix seconds.
    pub date: i64,
    /// DELIVERMODE at the start.
    pub random: bool,
    /// The numbers of `[GLOBAL]` in force.
    pub numbers: BTreeMap<String, i32>,
    /// The slave itself.
    pub own: Entry,
    /// How many servers chmpx believes to have: more than there are once the area overflowed.
    pub server_count: usize,
    /// How many more servers the area holds.
    pub free_count: usize,
    /// The table of servers.
    pub servers: Vec<Entry>,
}

impl State {
    /// Writes the state so that a reader sees all of it or the one before.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let staged = path.with_extension(format!("chmpx.{}", self.pid));
        fs::write(&staged, serde_json::to_vec(self)?)?;
        fs::rename(staged, path)
    }

    /// Reads the state, if the process that owns it is alive.
    pub fn attach(path: &Path) -> Option<Self> {
        let state: Self = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        (start_ticks(state.pid) == Some(state.start_ticks)).then_some(state)
    }
}

/// When a process started; `None` once it is dead, also while nobody has waited for it.
pub fn start_ticks(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The command name in parentheses may hold anything, so the fields count from its end.
    let mut fields = stat.get(stat.rfind(')')? + 1..)?.split_whitespace();
    if matches!(fields.next()?, "Z" | "X") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

/// The name of the state file for a configuration, or `None` where GROUP makes no file name.
pub fn file_name(config: &Config) -> Option<String> {
    let group = &config.group;
    if group.is_empty() || group.contains('/') || group.len() > 239 {
        return None;
    }
    Some(match config.self_ctlport {
        ANY_PORT => format!("{group}.chmpx"),
        port => format!("{group}-{port}.chmpx"),
    })
}

/// The directory of state files: `CHMPX_SIM_DIR`, else one in the temporary directory for each
/// directory of configurations, so that stand-ins of several tests do not meet.
pub fn directory(conf: &Path) -> PathBuf {
    if let Some(dir) = env::var_os("CHMPX_SIM_DIR") {
        return PathBuf::from(dir);
    }
    let parent = conf.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or_else(|| Path::new("."));
    let parent = fs::canonicalize(parent).unwrap_or_else(|_| parent.to_owned());
    let label = parent.to_string_lossy().replace('/', "%");
    env::temp_dir().join(format!("chmpx-sim-{label}"))
}
