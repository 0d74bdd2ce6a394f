//! The real world of the agent: the only place where its neighbours meet.

mod act;
mod ask;
mod back;
mod basis;
mod examine;
mod file;
mod history;
mod local;
mod look;
mod means;
mod measure;
mod membership;
mod publication;
mod tell;
mod wait;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::agent::{Cycle, Trouble, Wake, World};
use crate::effects::chmpx::Chmpx;
use crate::effects::clock;
use crate::effects::disk::Print;
use crate::effects::k2hr3::K2hr3;
use crate::effects::socket::Desk;
use crate::effects::state::{Kept, State};
use crate::effects::watch::{Noticed, Watch};
use crate::model::conf::Conf;
use crate::model::failure::Outlook;
use crate::model::identity::RoleToken;
use crate::model::memory::{Memory, Seconds};
use crate::model::observed::{Carrier, Chmpx as SeenChmpx, Installed, Observed};
use crate::model::plan::Step;
use crate::model::settings::Settings;
use basis::Basis;
use history::Past;
pub use means::{Means, StartError};
use measure::Measured;
use membership::Probe;
use publication::Publications;
use tell::Teller;

/// The node that the agent runs on.
#[derive(Debug)]
pub struct Node {
    settings: Settings,
    k2hr3: K2hr3,
    chmpx: Chmpx,
    state: State,
    memory: Memory,
    past: Past,
    started: Instant,
    publications: Publications,
    /// How the last adopted file reads.
    adopted: Option<Arc<Conf>>,
    target: Option<(Option<Print>, Installed)>,
    seen_chmpx: Option<(Instant, SeenChmpx)>,
    last_install: Option<Instant>,
    /// Whether the last cycle left nothing to do: then chmpx is only glanced at.
    settled: bool,
    token: Option<RoleToken>,
    /// How the files looked in which the token was looked for.
    token_prints: Vec<Option<Print>>,
    /// The token that K2HR3 did not accept, and when: it is not tried at every look.
    refused_token: Option<(RoleToken, Instant)>,
    carrier: Option<Carrier>,
    missing_looks: u32,
    probe: Probe,
    /// The wall clock at the last look, and when that was.
    last_clock: Option<(Seconds, Instant)>,
    forced: bool,
    /// Whether an operator wants the file that was good before.
    wants_back: bool,
    watch: Watch,
    desk: Desk,
    teller: Teller,
    basis: Option<Basis>,
    measured: Measured,
    manners: Manners,
}

/// How much the node may do beside what it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manners {
    /// Nothing: not even remember.
    OnlyLooks,
    /// Not even that: it keeps away from the control port, where a connection makes chmpx read its
    /// file, in whatever state somebody else has left that.
    Shadows,
    /// What is asked for.
    Acts,
    /// That, and telling systemd.
    ActsForSystemd,
}

impl Manners {
    /// Whether anything may be changed: at K2HR3, on the disk, in chmpx.
    pub(crate) fn may_act(self) -> bool {
        matches!(self, Self::Acts | Self::ActsForSystemd)
    }
}

impl Node {
    /// The node as `settings` describe it, for whoever asks at `desk`.
    pub fn new(settings: Settings, desk: Desk, manners: Manners) -> Result<Self, StartError> {
        let means = Means::of(&settings, manners)?;
        Ok(Self::with(settings, means, desk, manners))
    }

    /// The same with means that are there already.
    pub fn with(settings: Settings, means: Means, desk: Desk, manners: Manners) -> Self {
        let Means { k2hr3, mut state } = means;
        let identity = &settings.identity;
        let mut memory = state
            .memory(identity.cuk.as_str())
            .in_role(&identity.role.to_string())
            .at_target(&settings.target.path);
        memory.know_no_future(clock::now());
        let adopted = state.copy(Kept::Adopted).map(|bytes| Arc::new(Conf::read(&bytes)));
        let publications = Publications::remembered(&memory, state.published());
        let past = Past::kept(&state, identity.cuk.as_str());
        let watch = Watch::new(&watched(&settings));
        Self {
            k2hr3,
            chmpx: Chmpx::new(settings.chmpx.clone(), settings.target.path.clone()),
            state,
            memory,
            past,
            started: Instant::now(),
            publications,
            adopted,
            target: None,
            seen_chmpx: None,
            last_install: None,
            settled: false,
            token: None,
            token_prints: Vec::new(),
            refused_token: None,
            carrier: None,
            missing_looks: 0,
            probe: Probe::default(),
            last_clock: None,
            forced: false,
            wants_back: false,
            watch,
            desk,
            teller: Teller::new(),
            basis: None,
            measured: Measured::default(),
            manners,
            settings,
        }
    }

    /// What was decided.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Failures to reach K2HR3 in a row when the agent was last running.
    pub fn failures(&self) -> u32 {
        self.memory.failures
    }

    /// Lets K2HR3 be asked at once, whatever happened before: somebody is waiting.
    pub fn forget_failures(&mut self) {
        self.memory.failures = 0;
    }

    /// Gives the desk back, to be used by a node with other settings.
    pub fn into_desk(self) -> Desk {
        self.desk
    }

    /// Keeps the memory. A memory that cannot be kept costs work after a restart, nothing else.
    fn remember(&mut self) -> Result<(), Trouble> {
        if !self.manners.may_act() {
            return Ok(());
        }
        self.state.keep(&self.memory).map_err(|error| on_disk("keeping the agent's memory", error))
    }
}

fn watched(settings: &Settings) -> Vec<(PathBuf, Noticed)> {
    let tokens = settings.k2hr3.token_files.iter().map(|file| (file.clone(), Noticed::Token));
    tokens.chain([(settings.target.path.clone(), Noticed::Target)]).collect()
}

/// A trouble of this node's own disk.
fn on_disk(doing: &str, error: crate::effects::disk::DiskError) -> Trouble {
    let outlook = if error.is_lasting() { Outlook::Lasting } else { Outlook::Passing };
    Trouble {
        doing: doing.to_owned(),
        outlook,
        help: Some(error.help().to_owned()),
        class: None,
        retry_after: None,
        cause: Box::new(error),
    }
}

impl World for Node {
    async fn observe(&mut self, ask_k2hr3: bool) -> (Observed, Vec<Trouble>) {
        self.look(ask_k2hr3).await
    }

    async fn perform(&mut self, step: &Step) -> Result<(), Trouble> {
        let done = self.act(step).await;
        self.count_step(step, done.is_ok());
        done
    }

    async fn tell(&mut self, cycle: Cycle<'_>) {
        self.count_cycle(&cycle);
        self.tell_all(&cycle);
        self.show_metrics();
    }

    async fn wait(&mut self, limit: Duration) -> Wake {
        self.wait_for(limit).await
    }

    fn up_for(&self) -> Duration {
        self.started.elapsed()
    }
}
