//! The chmpx of this node: whether it runs, what it has in force, and making it start afresh.

mod ask;
mod control;
mod holders;
pub mod output;
mod process;
mod restart;
mod vigil;

use std::path::PathBuf;
use std::sync::Arc;

use super::access::Reader;
use crate::model::conf::Conf;
use crate::model::memory::Process;
use crate::model::observed::{Attention, Chmpx as Seen, Running};
use crate::model::settings::Chmpx as Settings;
use ask::{Asked, attention_of};
use output::Told;
pub use restart::RestartError;
use vigil::Vigil;

/// How chmpx may be asked now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// Any way.
    Freely,
    /// Not at its control port. A connection there makes chmpx read its file: within a second of an
    /// exchange without applying it, so that the change is swallowed (measured: 4 of 40), and to its
    /// end where the file does not load.
    OffControlPort,
}

/// The chmpx that reads one target.
#[derive(Debug)]
pub struct Chmpx {
    settings: Settings,
    target: PathBuf,
    seen: Option<Process>,
    vigil: Option<Arc<Vigil>>,
}

impl Chmpx {
    /// The chmpx that reads `target`.
    pub fn new(settings: Settings, target: PathBuf) -> Self {
        Self { settings, target, seen: None, vigil: None }
    }

    /// Whether the process seen last is still there; `None` when none was seen.
    pub fn is_alive(&self) -> Option<bool> {
        let seen = self.seen?;
        let vigil = self.vigil.as_ref().filter(|vigil| vigil.watches(seen));
        Some(vigil.map_or_else(|| super::process::is_alive(seen), |vigil| vigil.is_alive()))
    }

    /// Waits until the process seen last has ended; for ever where that cannot be heard.
    pub async fn lost(&mut self) {
        self.end().await;
        self.vigil = None;
    }

    /// The end of the process seen last, to be waited for while something else goes on.
    pub fn end(&self) -> impl Future<Output = ()> + use<> {
        let vigil = self.vigil.clone();
        async move {
            match vigil {
                Some(vigil) => vigil.ended().await,
                None => std::future::pending().await,
            }
        }
    }

    /// Whether there is a process of it.
    pub fn runs(&self) -> bool {
        process::find(&self.settings.pid_file, &self.target).is_ok_and(|found| found.is_some())
    }

    fn watch_over(&mut self, process: Option<Process>) {
        self.seen = process;
        let watched = |process| self.vigil.as_ref().is_some_and(|vigil| vigil.watches(process));
        if !process.is_some_and(watched) {
            self.vigil = process.and_then(Vigil::over).map(Arc::new);
        }
    }

    /// The user and the groups that the process seen last reads files as.
    pub fn reader(&self) -> Option<Reader> {
        self.seen.and_then(process::reader)
    }

    /// Finds out all that can be found out. `conf` is what is installed.
    pub async fn look(&mut self, conf: &Conf, ask: Ask) -> Seen {
        let searched = process::find(&self.settings.pid_file, &self.target);
        let (mut found, unseen) = searched.map_or_else(|e| (None, Some(e)), |found| (found, None));
        let (mut told, has_status) = match self.status().await {
            Asked::NoProgram => (None, false),
            Asked::Silent => (None, true),
            Asked::Told(told) => (Some(told), true),
        };
        if let Some(pid) = told.as_ref().and_then(|told| told.pid) {
            // The memory that chmpxstatus reads has the name of a group and a port, not of a file.
            if let Some(reads) = process::reads_other(pid, &self.target) {
                self.watch_over(None);
                return Seen::Astray { pid, reads };
            }
            found = process::of(pid).or(found);
        }
        if let (None, None, Some(error)) = (found, &told, unseen) {
            // For want of descriptors, say: it may well be there.
            return Seen::Unknown(format!("its process could not be looked for: {error}"));
        }
        let mut attention = Attention::NotTried;
        let control_port_helps = told.is_none() && (found.is_some() || !has_status);
        if control_port_helps && ask == Ask::Freely {
            told = match self.dump(conf).await {
                Ok(told) => Some(told),
                Err(error) if found.is_none() => return self.without_process(&error),
                Err(error) => {
                    attention = attention_of(&error);
                    None
                }
            };
        } else if found.is_none() && told.is_none() && !has_status {
            // No process in sight, no tool, and the control port must not be asked now.
            self.watch_over(None);
            return if super::process::sees_others() && !process::is_anywhere() {
                Seen::Down
            } else {
                Seen::Unknown("its control port must not be asked now".to_owned())
            };
        }
        self.watch_over(found);
        match (found, told) {
            (None, None) => Seen::Down,
            (process, told) => {
                let Told { generation, servers, .. } = told.unwrap_or_default();
                let since = process.and_then(super::process::since);
                Seen::Up(Running { process, since, attention, generation, servers })
            }
        }
    }

    fn without_process(&mut self, error: &std::io::Error) -> Seen {
        self.watch_over(None);
        if error.kind() == std::io::ErrorKind::ConnectionRefused {
            return Seen::Down;
        }
        Seen::Unknown(format!("its control port did not answer: {error}"))
    }

    /// What keeps chmpx from noticing its file, if that can be found out.
    pub async fn held(&self) -> Option<String> {
        let (process, target) = (self.seen, self.target.clone());
        let search = move || holders::reason(process, &target);
        tokio::task::spawn_blocking(search).await.ok().flatten()
    }

    /// Every chmpx that runs with this target, or with a file of the same group.
    pub fn all_of(&self, conf: &Conf) -> Vec<i32> {
        process::all_of(&self.target, conf)
    }
}
