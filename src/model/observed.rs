//! Everything that one look can find out. A source that could not be asked is `Unknown`, never a
//! default: ignorance must not look like a fact that calls for action.

mod target;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::candidate::{Candidate, Refused};
use super::conf::Conf;
use super::failure::Class;
use super::memory::{Memory, Process, Seconds};
use super::supervisor::Elsewhere;
pub use target::{Installed, InstalledFile, Obstacle};

/// One look.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Observed {
    /// How K2HR3 took being asked in this look.
    pub k2hr3: K2hr3,
    /// What K2HR3 holds for the role.
    pub published: Published,
    /// Whether this node is a member of its role.
    pub membership: Membership,
    /// Whether there is anything to register with.
    pub has_token: bool,
    /// Whether K2HR3 did not accept that, while it let this node read by its address.
    pub token_refused: bool,
    /// What carries this node at K2HR3, when it was last answered.
    pub carrier: Option<Carrier>,
    /// What is on disk at the target path.
    pub installed: Installed,
    /// How the last adopted file read, to tell what differs.
    pub adopted: Option<Arc<Conf>>,
    /// The process that has to take the file.
    pub chmpx: Chmpx,
    /// What earlier cycles left behind.
    pub memory: Memory,
    /// How long ago this process last installed something; `None` when it never did.
    pub since_install: Option<Duration>,
    /// The wall clock.
    pub now: Seconds,
    /// Whether an operator asked for this cycle and overrides the guards.
    pub forced: bool,
    /// Whether an operator wants the file that was good before.
    pub wants_back: bool,
    /// Who else is known to write the file, if anybody.
    pub rival: Option<String>,
    /// The file that the supervisor of chmpx takes, where no chmpx runs and that is not the target.
    pub elsewhere: Option<Elsewhere>,
}

/// How K2HR3 took being asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum K2hr3 {
    /// It was not asked in this look.
    NotAsked,
    /// It told what is published.
    Answered,
    /// It did not.
    Failed(Class),
}

/// By what right K2HR3 lets this node read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carrier {
    /// By its role token.
    Token,
    /// By its address, as a registered member.
    Address,
}

/// What K2HR3 holds for the role of this node.
#[derive(Debug, Clone)]
pub enum Published {
    /// Nothing is known, or it could not be judged yet.
    Unknown,
    /// It is known, from this look or an earlier one.
    Known(Box<Publication>),
}

/// A published text and what follows from it on this host.
#[derive(Debug, Clone)]
pub struct Publication {
    /// The hash of the text before substitution.
    pub hash: String,
    /// The file made of it, if chmpx may see it.
    pub content: Arc<Result<Candidate, Refused>>,
    /// How many answers in a row had this text; remembered text counts as none.
    pub looks: u32,
    /// For how long the text has been the same.
    pub quiet: Duration,
    /// For how long it has been other than what is installed.
    pub differing: Duration,
}

/// Whether this node is a member of its role, as far as K2HR3 let us know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Membership {
    /// No answer told.
    Unknown,
    /// The published text lists this node.
    Listed,
    /// The last answers, this many in a row, showed a role without this node.
    Missing {
        /// How many.
        looks: u32,
    },
    /// K2HR3 took a registration into a role that it does not know, or that has no policy: it does
    /// so for any name (measured on 2.0.3).
    Stray,
}

/// The chmpx process of this node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chmpx {
    /// It could not be found out.
    Unknown(String),
    /// There is none.
    Down,
    /// A chmpx of the same group and control port runs, and reads another file: nothing that is
    /// done to this one reaches it.
    Astray {
        /// Its process id.
        pid: i32,
        /// The file that it was started with.
        reads: PathBuf,
    },
    /// It runs.
    Up(Running),
}

/// A running chmpx.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Which process it is, if that could be found out.
    pub process: Option<Process>,
    /// Since when it runs, if that could be found out.
    pub since: Option<Seconds>,
    /// Whether it listens, where it was tried because it shows another generation than is installed.
    pub attention: Attention,
    /// The generation that it has in force; `None` when it did not say.
    pub generation: Option<i32>,
    /// The servers in its table.
    pub servers: Vec<Server>,
}

/// Whether a running chmpx listens. Its main loop reads files, resolves names (five seconds for
/// each that does not resolve) and answers its control port, one after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attention {
    /// It was not tried.
    NotTried,
    /// It cannot be tried: its control port is not known, or refuses.
    Unclear,
    /// It did not answer in time: it is busy, perhaps with the very file.
    Busy,
    /// It answered: what it has not taken by now it did not notice.
    Free {
        /// What keeps the file from being noticed, if that was found.
        held: Option<String>,
    },
}

/// A server as chmpx sees it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Server {
    /// Its name.
    pub name: String,
    /// Its control port.
    pub ctlport: Option<u16>,
    /// Its status as chmpx words it, such as `[SERVICE IN][UP]…`.
    pub status: String,
    /// Whether chmpx is connected to it.
    pub connected: bool,
}

impl Server {
    /// Whether chmpx holds it for running.
    pub fn is_up(&self) -> bool {
        self.status.contains("[UP]")
    }
}

impl Observed {
    /// The file at the target path, if there is one.
    pub fn file(&self) -> Option<&InstalledFile> {
        self.installed.file()
    }

    /// The running chmpx, if it is known to run.
    pub fn running(&self) -> Option<&Running> {
        match &self.chmpx {
            Chmpx::Up(running) => Some(running),
            Chmpx::Unknown(_) | Chmpx::Down | Chmpx::Astray { .. } => None,
        }
    }
}
