//! Carrying out one step. Each is safe to repeat, and each can be cut off anywhere.

use std::sync::Arc;
use std::time::Instant;

use tracing::{info, warn};

use super::{Node, on_disk};
use crate::agent::Trouble;
use crate::effects::k2hr3::Carrier;
use crate::effects::{clock, disk};
use crate::model::conf::{Conf, Peer};
use crate::model::failure::{Class, Failure, Outlook};
use crate::model::memory::{Mark, OwedRestart, Quarantine};
use crate::model::observed::Chmpx;
use crate::model::plan::{Install, Occasion, Step};

impl Node {
    pub(super) async fn act(&mut self, step: &Step) -> Result<(), Trouble> {
        match step {
            Step::Register => self.register().await,
            Step::Leave => self.leave().await,
            Step::Install(install) => self.install(install),
            Step::Promote { published, generation } => self.promote(published, *generation),
            Step::Restart { why } => self.restart(why).await,
            Step::RollBack => self.roll_back(),
        }
    }

    /// Makes this node a member of its role. Whether K2HR3 kept it shows in what it publishes.
    async fn register(&mut self) -> Result<(), Trouble> {
        let Some(token) = self.token.clone() else { return Ok(()) };
        let who = &self.settings.identity;
        self.k2hr3
            .register(who, &token)
            .await
            .map_err(|failure| Self::of_k2hr3("registering this node in its role", failure))?;
        info!(role = %who.role, cuk = who.cuk.as_str(), "registered");
        self.memory.registered_at = clock::now();
        self.memory.registrations = self.memory.registrations.saturating_add(1);
        self.memory.departed = false;
        self.remember()
    }

    fn install(&mut self, install: &Install) -> Result<(), Trouble> {
        let candidate = &install.candidate;
        self.replace(&candidate.bytes())?;
        let now = clock::now();
        self.memory.installed = Some(Mark {
            published: install.published.clone(),
            generation: candidate.generation(),
            at: now,
        });
        let process = self.running_process();
        self.memory.witness = process;
        self.memory.heals = if install.occasion == Occasion::Swallowed {
            self.memory.heals.saturating_add(1)
        } else {
            0
        };
        if let (Some(why), Some(process)) = (&install.owes_restart, process) {
            let shared = install.occasion == Occasion::Published;
            self.memory.owed =
                Some(OwedRestart { why: why.clone(), process, told: None, at: now, shared });
        }
        tell_installed(install);
        self.remember()
    }

    /// Puts `bytes` in place of the target.
    fn replace(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let attributes = self.attributes();
        let replaced = disk::install(&self.settings.target.path, bytes, attributes);
        // Also when it failed half-way: then the change is looked at, not assumed.
        self.target = None;
        self.last_install = Some(Instant::now());
        replaced.map_err(|error| on_disk("installing the file of chmpx", error))
    }

    fn running_process(&self) -> Option<crate::model::memory::Process> {
        match &self.seen_chmpx {
            Some((_, Chmpx::Up(running))) => running.process,
            Some((_, Chmpx::Down | Chmpx::Unknown(_))) | None => None,
        }
    }

    fn promote(&mut self, published: &str, generation: i32) -> Result<(), Trouble> {
        let read = disk::look(&self.settings.target.path);
        let found = read.map_err(|error| on_disk("reading the adopted file", error))?;
        let Some(bytes) = found.into_bytes() else { return Ok(()) };
        let conf = Conf::read(&bytes);
        if conf.file_version().is_none_or(|version| version.value != generation) {
            // Somebody was quicker. The next look sees what they did.
            return Ok(());
        }
        self.state
            .keep_last_known_good(&bytes)
            .map_err(|error| on_disk("keeping the last known good file", error))?;
        self.adopted = Some(Arc::new(conf));
        let mark = Mark { published: published.to_owned(), generation, at: clock::now() };
        let after = self.last_install.map(|at| at.elapsed());
        info!(generation, ?after, "chmpx has adopted the file");
        let settled = self.memory.installed.as_ref();
        if settled.is_none_or(|installed| installed.generation != generation) {
            self.memory.installed = Some(mark.clone());
        }
        if self.memory.quarantine.as_ref().is_some_and(|q| q.hash == mark.published) {
            self.memory.quarantine = None;
        }
        self.memory.adopted = Some(mark);
        self.memory.heals = 0;
        self.remember()
    }

    async fn restart(&mut self, why: &str) -> Result<(), Trouble> {
        warn!(why, "restarting chmpx; clients with permanent handles have to open them again");
        let now = clock::now();
        let process = self.running_process();
        // Counted before it is tried: what fails must not be tried without end either.
        self.memory.restarted(now);
        self.remember()?;
        self.chmpx.restart(self.settings.policy.on_change).await.map_err(|error| Trouble {
            doing: "restarting chmpx".to_owned(),
            outlook: Outlook::Passing,
            help: Some(
                "set chmpx.unit, chmpx.pid_file or chmpx.restart_command to what supervises it"
                    .to_owned(),
            ),
            about_k2hr3: false,
            retry_after: None,
            cause: Box::new(error),
        })?;
        self.memory.witness = None;
        // Without knowing the process there is no telling when another one has taken its place.
        self.memory.owed = process.map(|process| OwedRestart {
            why: why.to_owned(),
            process,
            told: Some(now),
            at: now,
            shared: false,
        });
        self.seen_chmpx = None;
        self.remember()
    }

    /// Puts the last known good file back and keeps the one away that chmpx was lost with.
    fn roll_back(&mut self) -> Result<(), Trouble> {
        let (Some(good), Some(bad)) = (self.memory.adopted.clone(), self.memory.installed.clone())
        else {
            return Ok(());
        };
        let Some(bytes) = self.state.last_known_good() else { return Ok(()) };
        let strikes = match &self.memory.quarantine {
            Some(quarantine) if quarantine.hash == bad.published => quarantine.strikes + 1,
            _ => 1,
        };
        // Noted first: an agent that is killed in between must not install the file again.
        let now = clock::now();
        self.memory.quarantine = Some(Quarantine { hash: bad.published, strikes, at: now });
        self.memory.witness = None;
        self.memory.owed = None;
        self.remember()?;
        self.replace(&bytes)?;
        warn!(strikes, generation = good.generation, "chmpx was lost; the last good file is back");
        self.memory.installed = Some(Mark { at: now, ..good });
        self.remember()
    }

    /// Goes back to the last known good file because an operator said so.
    pub fn roll_back_by_hand(&mut self) -> Result<(), Trouble> {
        self.roll_back()
    }

    /// Takes this node out of its role, and reads back whether it is out: a 204 may have removed
    /// nothing (an IPv6 member), and a 403 may mean that it was out already or that K2HR3 has lost
    /// its storage (both measured).
    async fn leave(&mut self) -> Result<(), Trouble> {
        let doing = "taking this node out of its role";
        let who = &self.settings.identity;
        match self.k2hr3.unregister(who).await {
            Err(failure) if failure.class != Class::NotMember => {
                return Err(Self::of_k2hr3(doing, failure));
            }
            _ => {}
        }
        match self.k2hr3.read(who, Carrier::Address, None).await {
            Err(failure) if failure.class == Class::NotMember => {}
            Err(failure) => return Err(Self::of_k2hr3("reading back whether it is out", failure)),
            Ok(_) => {
                let text = "K2HR3 still lists this node after it was removed".to_owned();
                let failure = Failure { class: Class::Busy, text, retry_after: None };
                return Err(Self::of_k2hr3(doing, failure));
            }
        }
        info!(role = %who.role, cuk = who.cuk.as_str(), "out of the role");
        self.memory.registered = false;
        self.remember()
    }
}

fn tell_installed(install: &Install) {
    let names = |servers: &[Peer]| {
        servers.iter().map(|server| server.name.to_string()).collect::<Vec<_>>().join(" ")
    };
    let impact = install.impact.as_ref();
    info!(
        occasion = ?install.occasion,
        generation = install.candidate.generation(),
        published = install.published,
        impact = impact.map(|impact| tracing::field::display(impact.overall.as_str())),
        added = impact.map(|impact| names(&impact.servers_added)),
        removed = impact.map(|impact| names(&impact.servers_removed)),
        "installed"
    );
}
