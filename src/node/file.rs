//! The file of chmpx: putting it in place and proving it.

use std::sync::Arc;
use std::time::Instant;

use tracing::{debug, warn};

use super::history::difference;
use super::{Node, on_disk};
use crate::agent::Trouble;
use crate::effects::state::Kept;
use crate::effects::{clock, disk};
use crate::model::conf::{Conf, Peer};
use crate::model::memory::{Mark, OwedRestart, Process};
use crate::model::observed::Chmpx;
use crate::model::plan::{Install, Occasion, OnChange};
use crate::model::trial::Trial;

/// A restart that a file takes.
pub(super) struct Owing<'a> {
    /// Why it takes one.
    pub(super) why: &'a str,
    /// Whether all slaves of the cluster owe it, so that they take turns.
    pub(super) shared: bool,
}

impl Node {
    pub(super) fn install(&mut self, install: &Install) -> Result<(), Trouble> {
        let (candidate, occasion) = (&install.candidate, install.occasion);
        // For a cold change the file itself has waited for its turn.
        let has_waited = self.settings.policy.on_change == OnChange::Auto;
        let shared = occasion == Occasion::Published && !has_waited;
        let owes = install.owes_restart.as_deref().map(|why| Owing { why, shared });
        let (bytes, generation) = (candidate.bytes(), candidate.generation());
        let (old, late) = self.put(&bytes, &install.published, generation, owes)?;
        self.memory.heals =
            if occasion == Occasion::Swallowed { self.memory.heals.saturating_add(1) } else { 0 };
        if occasion == Occasion::Drift {
            self.note_put_right(&old, &bytes);
        }
        tell_installed(install);
        self.note_install(install, &old);
        self.remember()?;
        late.map_or(Ok(()), Err)
    }

    /// Puts `bytes` in place, which came from the text `published`, and notes the restart that this
    /// takes, if it does. Returns what lay there, and the trouble
    /// of a last flush.
    pub(super) fn put(
        &mut self,
        bytes: &[u8],
        published: &str,
        generation: i32,
        owes_restart: Option<Owing<'_>>,
    ) -> Result<(Vec<u8>, Option<Trouble>), Trouble> {
        let now = clock::now();
        let process = self.running_process();
        self.memory.highest = generation;
        // Noted first: chmpx may be lost, and this agent killed, the moment the file is there.
        self.memory.trial = process.map(|process| {
            let deaths = self.memory.deaths_with(published);
            Trial { deaths, ..Trial::new(published, generation, process, now) }
        });
        if let (Some(owing), Some(process)) = (owes_restart, process) {
            self.owe_restart(&owing, process, generation);
        }
        // What could not be kept is told at the end: a full disk for state is no reason to leave
        // chmpx behind its cluster.
        let _told_later = self.remember();
        let old = self.target_bytes();
        let late = self.replace(bytes)?;
        self.memory.file_is_in_place();
        let published = published.to_owned();
        self.memory.installed = Some(Mark { published, generation, at: now });
        Ok((old, late))
    }

    /// Notes that `new` was put in the place of what somebody else had made of the file.
    pub(super) fn note_put_right(&mut self, old: &[u8], new: &[u8]) {
        self.memory.put_right(clock::now());
        tell_drift(old, new);
    }

    pub(super) fn target_bytes(&self) -> Vec<u8> {
        let file = self.target.as_ref().and_then(|(_, installed)| installed.file());
        file.map_or_else(Vec::new, |file| file.bytes.to_vec())
    }

    /// Notes that `process` has to go once the file of this generation is in place.
    pub(super) fn owe_restart(&mut self, owing: &Owing<'_>, process: Process, with: i32) {
        let (why, shared, at) = (owing.why.to_owned(), owing.shared, clock::now());
        // One that is owed already is owed without this file, too.
        let is_owed = self.memory.owed.as_ref().is_some_and(|owed| owed.only_with.is_none());
        let only_with = (!is_owed).then_some(with);
        self.memory.owed = Some(OwedRestart { why, process, told: None, at, shared, only_with });
    }

    /// Puts `bytes` in place of the target. They may be there although a last flush failed: then
    /// that is the trouble returned.
    pub(super) fn replace(&mut self, bytes: &[u8]) -> Result<Option<Trouble>, Trouble> {
        let attributes = self.attributes();
        let replaced = disk::install(&self.settings.target.path, bytes, attributes);
        // Also when it failed half-way: then the change is looked at, not assumed.
        self.target = None;
        self.last_install = Some(Instant::now());
        let Err(error) = replaced else { return Ok(None) };
        let is_in_place = error.came_after();
        let trouble = on_disk("installing the file of chmpx", error);
        if is_in_place { Ok(Some(trouble)) } else { Err(trouble) }
    }

    pub(super) fn running_process(&self) -> Option<Process> {
        match &self.seen_chmpx {
            Some((_, Chmpx::Up(running))) => running.process,
            Some((_, Chmpx::Down | Chmpx::Unknown(_) | Chmpx::Astray { .. })) | None => None,
        }
    }

    /// Takes note that chmpx has the file in force.
    pub(super) fn acknowledge(&mut self, published: &str, generation: i32) -> Result<(), Trouble> {
        let read = disk::look(&self.settings.target.path);
        let found = read.map_err(|error| on_disk("reading the adopted file", error))?;
        let Some(bytes) = found.into_bytes() else { return Ok(()) };
        let conf = Conf::read(&bytes);
        if conf.file_version().is_none_or(|version| version.value != generation) {
            // Somebody was quicker. The next look sees what they did.
            return Ok(());
        }
        self.keep_copy(Kept::Adopted, &bytes)?;
        self.adopted = Some(Arc::new(conf));
        let mark = Mark { published: published.to_owned(), generation, at: clock::now() };
        let after = self.last_install.map(|at| at.elapsed());
        debug!(generation, ?after, "chmpx has adopted the file");
        let installed = self.memory.installed.as_ref();
        if installed.is_none_or(|installed| installed.generation != generation) {
            self.memory.installed = Some(mark.clone());
        }
        self.memory.adopted = Some(mark);
        self.memory.heals = 0;
        self.note_adoption(generation, after);
        self.remember()
    }

    /// Takes note that chmpx has survived the adopted file: a roll-back goes to it from now on.
    pub(super) fn promote(&mut self, published: &str, generation: i32) -> Result<(), Trouble> {
        let Some(bytes) = self.copy_of(Kept::Adopted, generation) else {
            // A lost copy is made anew when adoption is noted again.
            self.memory.adopted = None;
            return self.remember();
        };
        let good = self.memory.good.take();
        let of_good = good.as_ref().and_then(|good| self.copy_of(Kept::Good, good.generation));
        if let Some(bytes) = of_good {
            self.keep_copy(Kept::Before, &bytes)?;
            self.memory.before = good;
        }
        self.keep_copy(Kept::Good, &bytes)?;
        debug!(generation, "chmpx lives with the file");
        let mark = Mark { published: published.to_owned(), generation, at: clock::now() };
        if self.memory.quarantine.as_ref().is_some_and(|q| q.hash == mark.published) {
            self.memory.quarantine = None;
        }
        self.memory.good = Some(mark);
        self.memory.trial = None;
        self.remember()
    }

    /// A kept copy, if it is the one of this generation and chmpx would survive it: an agent may be
    /// killed between keeping a copy and noting it, and a disk may damage what was kept.
    pub(super) fn copy_of(&self, which: Kept, generation: i32) -> Option<Vec<u8>> {
        let bytes = self.state.copy(which)?;
        let conf = Conf::read(&bytes);
        let is_it = conf.file_version()?.value == generation;
        (is_it && self.loads(&conf)).then_some(bytes)
    }

    fn keep_copy(&self, which: Kept, bytes: &[u8]) -> Result<(), Trouble> {
        let kept = self.state.keep_copy(which, bytes);
        kept.map_err(|error| on_disk("keeping a copy of the file of chmpx", error))
    }
}

/// Tells what somebody else had made of the file.
fn tell_drift(old: &[u8], new: &[u8]) {
    let diff = difference(old, new);
    warn!(
        event = "put-right",
        diff = diff.as_str(),
        "somebody else had changed the file; it is put right"
    );
}

/// The change is told when chmpx has adopted it, and what keeps it from that as a situation.
fn tell_installed(install: &Install) {
    let names = |servers: &[Peer]| {
        servers.iter().map(|server| server.name.to_string()).collect::<Vec<_>>().join(" ")
    };
    let impact = install.impact.as_ref();
    debug!(
        occasion = ?install.occasion,
        generation = install.candidate.generation(),
        published = install.published,
        impact = impact.map(|impact| tracing::field::display(impact.overall.as_str())),
        added = impact.map(|impact| names(&impact.servers_added)),
        removed = impact.map(|impact| names(&impact.servers_removed)),
        "installed"
    );
}
