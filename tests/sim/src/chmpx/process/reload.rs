//! A change of the file: notice, load, compare, apply.
use std::{
    thread,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;

use super::{Process, contains, log, read};
use crate::chmpx::{
    config::Config,
    events::{Kind, monotonic_ms},
    load, start,
    watch::Seen,
};

/// What applying costs at least: reverse look-ups of all servers on the main thread.
const APPLYING: Duration = Duration::from_millis(8);

impl Process {
    /// The watch has something to say; `--sim-notice-ms` lets it wait.
    pub(super) fn notice(&mut self) {
        match self.options.duration("sim-notice-ms") {
            Some(late) => self.notice_at = Some(Instant::now() + late),
            None => self.look_at_watch(),
        }
    }

    pub(super) fn look_at_watch(&mut self) {
        let Some(watch) = &mut self.watch else { return };
        for seen in watch.take() {
            match seen {
                Seen::Modified => {
                    self.events.note_text(Kind::Noticed, "modified");
                    self.reload(true);
                }
                Seen::Gone => {
                    self.events.note(Kind::Gone);
                    self.follow();
                }
            }
            if self.stopping || self.watch.is_none() {
                return;
            }
        }
    }

    fn follow(&mut self) {
        let Some(watch) = &mut self.watch else { return };
        match watch.follow() {
            Ok(()) => {
                self.events.note_text(Kind::Noticed, "replaced");
                self.reload(true);
            }
            // Alive with the old settings, and deaf: nothing ever tries again.
            Err(error) => {
                log("ERR", &format!("could not add inotify watch: {error}"));
                self.events.note_text(Kind::WatchLost, error.to_string());
                self.watch = None;
            }
        }
    }

    /// Reads the file and replaces the configuration object; applies what changed if told to.
    ///
    /// A file that is not there is no event at all. One that does not load is the end.
    pub(super) fn reload(&mut self, applying: bool) {
        if !self.conf.is_file() {
            return;
        }
        let bytes = match read(&self.conf, self.user) {
            Ok(bytes) => bytes,
            Err(error) => return self.give_up(&error.to_string()),
        };
        if !bytes.ends_with(b"\n") {
            self.events.note_text(Kind::ShortRead, format!("{} bytes", bytes.len()));
        }
        let next = match load::load(&bytes, &self.host, &self.overrides) {
            Ok(next) => next,
            Err(refusal) => return self.give_up(&refusal.to_string()),
        };
        self.events.note_generation(Kind::Loaded, next.revision);

        let previous = std::mem::replace(&mut self.config, next);
        let changed = previous.differs_from(&self.config);
        match (changed, applying) {
            (false, true) => self.events.note_generation(Kind::Unchanged, self.config.revision),
            (false, false) => {}
            (true, false) => self.events.note_generation(Kind::Swallowed, self.config.revision),
            (true, true) => match self.adopted.refused_change(&self.config) {
                Some(key) => {
                    log("ERR", &format!("{key} cannot be changed"));
                    self.events.note_text(Kind::Refused, key);
                }
                None => self.apply(&bytes),
            },
        }
    }

    #[expect(clippy::disallowed_methods, reason = "chmpx blocks its main loop here as well")]
    fn apply(&mut self, bytes: &[u8]) {
        thread::sleep(APPLYING + self.options.duration("sim-slow-ms").unwrap_or_default());
        if start::overflows(&self.config) {
            self.events.note_text(Kind::Crashed, "a CUK or seed is too long");
            start::crash(Signal::SIGSEGV);
        }
        self.take_over();
        self.observe();
        self.show().ok();
        self.events.note_generation(Kind::Adopted, self.config.revision);

        let dies = match self.options.get("sim-die-if") {
            Some(text) => contains(bytes, text),
            None => self.options.get("sim-die-after-adopt-ms").is_some(),
        };
        if dies {
            self.die_later();
        }
    }

    /// Puts the configuration object in force.
    fn take_over(&mut self) {
        let changes = self.table.apply(&self.config, &self.host, monotonic_ms());
        self.note(&changes);
        // MODE and DELIVERMODE stay; of the numbers of areas chmpx takes the bare numbers.
        self.adopted = Config {
            server_mode: self.adopted.server_mode,
            random: self.adopted.random,
            ..self.config.clone()
        };
    }

    /// Applies what a control connection had swallowed, because the ring gave the occasion.
    pub(super) fn apply_by_accident(&mut self) {
        let pending = self.adopted.differs_from(&self.config);
        if pending && self.adopted.refused_change(&self.config).is_none() {
            self.take_over();
            self.events.note_generation(Kind::Adopted, self.config.revision);
        }
    }

    fn give_up(&mut self, reason: &str) {
        log("ERR", &format!("Failed to load configuration, thus this is fatal error: {reason}"));
        self.events.note_text(Kind::BadFileExit, reason);
        self.stopping = true;
    }
}
