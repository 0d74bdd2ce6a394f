//! The start: everything that has to work before chmpx runs.
use std::{
    collections::BTreeMap,
    fmt, fs,
    os::fd::AsFd as _,
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use nix::sys::{
    epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags},
    prctl,
    signal::{SigSet, Signal},
    signalfd::{SfdFlags, SignalFd},
};

use super::{FIRST_CONNECTION, LISTENER, Process, SIGNALS, WATCH, contains, read};
use crate::chmpx::{
    config::{Config, Node},
    control,
    events::{Events, Kind, monotonic_ms},
    host::Host,
    load,
    options::Options,
    ring::Ring,
    start::{self, Failure},
    state,
    table::{Entry, Table},
    watch::{PATIENCE, Watch},
};

impl Process {
    pub(super) fn start(options: &Options, events: Events) -> Result<Self, Failure> {
        // Blocked, not ignored: a TERM stays pending and has no effect at all.
        blocked_signals().thread_set_mask().map_err(failure)?;
        if options.is_on("sim-tied") {
            prctl::set_pdeathsig(Signal::SIGKILL).map_err(failure)?;
        }

        let conf = options.conf().ok_or_else(|| Failure::Exit("no configuration".to_owned()))?;
        if !load::is_ini(&conf) {
            return Err(Failure::Exit("the type of the configuration is not known".to_owned()));
        }
        let user = options.user();
        let host = options.host().map_err(failure)?;
        let bytes = read(&conf, user).map_err(failure)?;
        let config = load::load(&bytes, &host, &options.overrides()).map_err(failure)?;
        if options.get("sim-refuse-start-if").is_some_and(|text| contains(&bytes, text)) {
            return Err(Failure::Exit("told not to start with this file".to_owned()));
        }
        let own = start::check(&config, &host)?;
        let watch = if options.is_on("sim-ignore-changes") {
            None
        } else {
            let patience = options.duration("sim-patience-ms").unwrap_or(PATIENCE);
            Some(Watch::new(&conf, user, patience).map_err(failure)?)
        };

        let mut process = Self::open(options, events, host, config, &own, watch)?;
        process.register().map_err(failure)?;
        process.ring.refresh(&process.host);
        process.observe();
        process.show().map_err(failure)?;
        if options.get("sim-die-if").is_some_and(|text| contains(&bytes, text)) {
            process.die_later();
        }
        process.events.note_generation(Kind::Started, process.config.revision);
        Ok(process)
    }

    /// Opens the control port and the rest of what a running chmpx holds.
    fn open(
        options: &Options,
        events: Events,
        host: Host,
        config: Config,
        own: &Node,
        watch: Option<Watch>,
    ) -> Result<Self, Failure> {
        let conf = options.conf().unwrap_or_default();
        let port = u16::try_from(own.ctlport).map_err(failure)?;
        let listener = control::open(port, options.is_on("sim-loopback")).map_err(failure)?;
        let directory = state::directory(&conf);
        fs::create_dir_all(&directory).map_err(failure)?;
        let flags = SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC;
        let now = monotonic_ms();
        Ok(Self {
            table: Table::new(&config, &host, now),
            own: Entry { up: true, ..Entry::new(own, &config, &host, now) },
            tls_at_start: config.servers.iter().any(|node| node.tls.on),
            adopted: config.clone(),
            start_time: unix_time(),
            state_file: directory.join(state::file_name(&config).unwrap_or_default()),
            ring: Ring::new(options.get("sim-ring").map(PathBuf::from)),
            signals: SignalFd::with_flags(&handled_signals(), flags).map_err(failure)?,
            epoll: Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).map_err(failure)?,
            connections: BTreeMap::new(),
            next_connection: FIRST_CONNECTION,
            notice_at: None,
            die_at: None,
            log_level: 0,
            stopping: false,
            overrides: options.overrides(),
            user: options.user(),
            options: options.clone(),
            events,
            conf,
            host,
            config,
            watch,
            listener,
        })
    }

    fn register(&self) -> nix::Result<()> {
        // Edge-triggered and in the order of arrival, as in chmpx: which of a control connection
        // and a change of the file comes first decides whether the change is swallowed.
        let edge = EpollFlags::EPOLLIN | EpollFlags::EPOLLET;
        if let Some(watch) = &self.watch {
            self.epoll.add(watch.as_fd(), EpollEvent::new(edge, WATCH))?;
        }
        self.epoll.add(&self.listener, EpollEvent::new(edge, LISTENER))?;
        self.epoll.add(self.signals.as_fd(), EpollEvent::new(EpollFlags::EPOLLIN, SIGNALS))
    }
}

/// Everything but what cannot be or is not blocked: TSTP stops chmpx, crashes are crashes.
fn blocked_signals() -> SigSet {
    let mut blocked = SigSet::all();
    for signal in [
        Signal::SIGSEGV,
        Signal::SIGFPE,
        Signal::SIGABRT,
        Signal::SIGBUS,
        Signal::SIGILL,
        Signal::SIGTRAP,
        Signal::SIGTSTP,
    ] {
        blocked.remove(signal);
    }
    blocked
}

fn handled_signals() -> SigSet {
    [Signal::SIGHUP, Signal::SIGINT, Signal::SIGUSR1].into_iter().collect()
}

fn failure(error: impl fmt::Display) -> Failure {
    Failure::Exit(error.to_string())
}

#[expect(clippy::disallowed_methods, reason = "the stand-in shows when it started")]
fn unix_time() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
