//! `run`: follow the cluster until told to stop.

mod awaited;

use std::io;
use std::path::Path;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::{error, info, warn};

use super::{Exit, Failed};
use crate::agent;
use crate::effects::latitude::{self, MEMORY};
use crate::effects::lock::Lock;
use crate::effects::socket::{self, Line};
use crate::effects::systemd;
use crate::effects::watch::{Noticed, Watch};
use crate::model::identity::Identity;
use crate::model::pace::Pace;
use crate::model::settings::Settings;
use crate::node::{Manners, Means, Node};
use crate::settings::{self, Layers, below};

/// Why the loop ended.
enum Stop {
    Shutdown,
    NewSettings,
}

/// Runs until SIGTERM or SIGINT. SIGHUP reads the settings again.
pub async fn run(layers: &Layers) -> Result<Exit, Failed> {
    let mut signals = Signals::new().map_err(no_signals)?;
    let Some(settings) = awaited::settings(layers, &mut signals).await? else {
        return Ok(Exit::Ok);
    };
    let _lock = Lock::take(&settings.paths.runtime_dir)?;
    info!(event = "agent-starts", version = env!("CARGO_PKG_VERSION"), role = %settings.identity.role,
        cuk = settings.identity.cuk.as_str(), target = ?settings.target.path, "starting");
    let (line, desk) = socket::line();
    listen(&settings, line);
    let mut surroundings = Surroundings::new(layers, &settings);
    let mut node = Node::new(settings, desk, Manners::ActsForSystemd)?;
    while let Stop::NewSettings = follow(&mut node, &mut signals, &mut surroundings).await {
        systemd::reloading();
        if let Some((settings, means)) = reread(layers, node.settings()) {
            node = Node::with(settings, means, node.into_desk(), Manners::ActsForSystemd);
        }
    }
    systemd::stopping();
    node.leave_at_stop().await;
    info!(event = "agent-stops", "stopping");
    Ok(Exit::Ok)
}

async fn follow(
    node: &mut Node,
    signals: &mut Signals,
    surroundings: &mut Surroundings<'_>,
) -> Stop {
    let policy = node.settings().policy.clone();
    // Up from here on, also while K2HR3 is silent: neither a boot nor a reload waits for it.
    systemd::ready();
    let pace = pace(node);
    let identity = node.settings().identity.clone();
    let stop = async {
        tokio::select! {
            stop = signals.next() => stop,
            () = surroundings.another(&identity) => Stop::NewSettings,
        }
    };
    agent::run(node, pace, &policy, stop).await
}

/// The pace of `node`, as it was when the agent was last running.
pub(super) fn pace(node: &Node) -> Pace {
    let settings = node.settings();
    let seed = u64::from(std::process::id()) << 32 ^ crate::effects::clock::now();
    Pace::new(
        settings.interval,
        settings.longest_wait.max(Duration::from_secs(1)),
        settings.policy.share,
        seed,
        node.failures(),
    )
}

/// The settings as they are now, with what they need; `None` if they cannot be used, so that those
/// in force stay.
fn reread(layers: &Layers, present: &Settings) -> Option<(Settings, Means)> {
    let refused = |error: Failed| {
        error!(
            event = "settings-refused",
            error = error.what,
            help = error.help,
            "the settings in force stay"
        );
    };
    let mut settings = settings::read(layers).map_err(|error| refused(error.into())).ok()?;
    // Lock and socket are where they were made.
    let runtime_dir = &present.paths.runtime_dir;
    if settings.paths.runtime_dir != *runtime_dir {
        warn!(present = ?runtime_dir, "paths.runtime_dir is another one after the next start only");
        settings.paths.runtime_dir.clone_from(runtime_dir);
    }
    let means = Means::of(&settings, Manners::ActsForSystemd)
        .map_err(|error| refused(error.into()))
        .ok()?;
    info!(event = "settings-read", "the settings were read again");
    Some((settings, means))
}

/// Without its socket the agent still does its work; only nobody can ask it.
fn listen(settings: &Settings, line: Line) {
    let path = settings.paths.socket();
    match socket::listen(&path) {
        Ok(listener) => drop(tokio::spawn(socket::serve(listener, line))),
        Err(error) => warn!(?path, %error, "nobody can ask this agent anything"),
    }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Stop {
        tokio::select! {
            _ = self.terminate.recv() => Stop::Shutdown,
            _ = self.interrupt.recv() => Stop::Shutdown,
            _ = self.hangup.recv() => Stop::NewSettings,
        }
    }
}

/// What makes this another agent while it runs: cloud-init, which gives a copy of a disk its own
/// instance id, and the package of chmpx.
struct Surroundings<'a> {
    layers: &'a Layers,
    watch: Watch,
}

impl<'a> Surroundings<'a> {
    fn new(layers: &'a Layers, settings: &Settings) -> Self {
        let mut files = vec![(settings.paths.instance_id.clone(), Noticed::Identity)];
        let memory = below(layers.root(), Path::new(MEMORY));
        // Under systemd a directory that comes later can be seen, but not written.
        if std::env::var_os("INVOCATION_ID").is_some() && !memory.exists() {
            files.push((memory, Noticed::Memory));
        }
        Self { layers, watch: Watch::new(&files) }
    }

    /// Returns when the settings make this node another one than `present`.
    async fn another(&mut self, present: &Identity) {
        loop {
            match self.watch.changed().await {
                Noticed::Memory => {
                    info!("chmpx was installed; starting anew to share its memory");
                    latitude::start_anew().await;
                }
                Noticed::Identity | Noticed::Target | Noticed::Token => {}
            }
            if settings::read(self.layers).is_ok_and(|read| read.identity != *present) {
                info!("this instance has another id than before");
                return;
            }
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the form that `map_err` wants")]
fn no_signals(error: io::Error) -> Failed {
    Failed {
        exit: Exit::CannotWrite,
        what: format!("could not watch for signals: {error}"),
        help: super::ASK_THE_DOCTOR.to_owned(),
    }
}
