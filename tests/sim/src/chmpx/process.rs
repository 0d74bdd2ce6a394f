//! The process: one thread, one loop, which everything that takes time blocks.
use std::{
    collections::BTreeMap,
    fs, io,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use nix::sys::{
    epoll::{Epoll, EpollEvent, EpollTimeout},
    signal::Signal,
    signalfd::SignalFd,
};

use super::{
    config::Config,
    date,
    events::{Events, Kind, monotonic_ms},
    host::Host,
    load::Overrides,
    options::Options,
    ring::Ring,
    start::{self, Failure},
    state::{self, State},
    table::{Changes, Entry, Table},
    watch::{Watch, is_readable},
};

mod connections;
mod reload;
mod startup;

/// How often the ring is looked at.
const TICK_MS: u16 = 20;

/// How long chmpx takes to close everything.
const CLOSING: Duration = Duration::from_millis(90);

/// Tokens of the event loop; connections count up from the last.
const WATCH: u64 = 0;
const LISTENER: u64 = 1;
const SIGNALS: u64 = 2;
const FIRST_CONNECTION: u64 = 3;

/// Runs a chmpx and gives its exit code. It may also die of a signal.
pub fn run(options: &Options) -> u8 {
    let events = Events::new(options.get("sim-events").map(Path::new));
    match Process::start(options, events.clone()) {
        Ok(process) => process.run(),
        Err(Failure::Exit(reason)) => {
            log("ERR", &reason);
            events.note_text(Kind::StartFailed, reason);
            1
        }
        Err(Failure::Crash(signal)) => {
            events.note_text(Kind::Crashed, signal.as_str());
            start::crash(signal)
        }
    }
}

#[expect(clippy::print_stderr, reason = "chmpx logs to its standard error")]
fn log(level: &str, text: &str) {
    eprintln!("[{level}] {text}");
}

/// A running chmpx.
#[derive(Debug)]
struct Process {
    options: Options,
    events: Events,
    conf: PathBuf,
    user: u32,
    host: Host,
    overrides: Overrides,
    /// The configuration object.
    config: Config,
    table: Table,
    own: Entry,
    /// Whether a TLS context was made at the start.
    tls_at_start: bool,
    /// The numbers that the tools show, and those of the change that was applied last.
    adopted: Config,
    start_time: u64,
    state_file: PathBuf,
    ring: Ring,
    watch: Option<Watch>,
    listener: TcpListener,
    signals: SignalFd,
    epoll: Epoll,
    connections: BTreeMap<u64, TcpStream>,
    next_connection: u64,
    notice_at: Option<Instant>,
    die_at: Option<Instant>,
    log_level: usize,
    stopping: bool,
}

impl Process {
    fn run(mut self) -> u8 {
        while !self.stopping {
            let mut ready = [EpollEvent::empty(); 32];
            let count = match self.epoll.wait(&mut ready, EpollTimeout::from(TICK_MS)) {
                Ok(count) => count,
                Err(nix::errno::Errno::EINTR) => 0,
                Err(error) => {
                    log("ERR", &error.to_string());
                    return 1;
                }
            };
            for event in ready.iter().take(count) {
                if self.stopping {
                    break;
                }
                match event.data() {
                    WATCH => self.notice(),
                    LISTENER => self.accept(),
                    SIGNALS => self.take_signal(),
                    token => self.read_command(token),
                }
            }
            self.tick();
        }
        self.close()
    }

    #[expect(clippy::disallowed_methods, reason = "closing blocks, and nothing else is left to do")]
    fn close(self) -> u8 {
        thread::sleep(CLOSING);
        // Whose file it is by now is not asked: a second chmpx of the same group and port loses
        // its file when the first one exits.
        fs::remove_file(&self.state_file).ok();
        self.events.note(Kind::Exited);
        0
    }

    fn tick(&mut self) {
        if self.notice_at.is_some_and(|at| Instant::now() >= at) {
            self.notice_at = None;
            self.look_at_watch();
        }
        if self.die_at.is_some_and(|at| Instant::now() >= at) {
            self.events.note_text(Kind::Crashed, "told to die");
            start::crash(Signal::SIGSEGV);
        }
        self.ring.refresh(&self.host);
        if self.observe() {
            self.show().ok();
        }
    }

    /// Takes over what the ring says. True when the table is another one now.
    fn observe(&mut self) -> bool {
        let changes = self.table.observe(&self.ring, &self.config, &self.host, monotonic_ms());
        // The first connection by TLS needs the context that only a start makes.
        if !self.tls_at_start && self.table.entries.iter().any(|e| e.ssl && e.socket >= 0) {
            self.events.note_text(Kind::Crashed, "no TLS context");
            start::crash(Signal::SIGSEGV);
        }
        self.note(&changes);
        // With a server out of use around, a changed status makes chmpx apply its configuration
        // object, and with it a change that was swallowed before.
        if !changes.changed.is_empty() && self.table.entries.iter().any(Entry::is_unused) {
            self.apply_by_accident();
        }
        !changes.is_empty()
    }

    fn note(&self, changes: &Changes) {
        let all = [
            (Kind::ServerAdded, &changes.added),
            (Kind::ServerRemoved, &changes.removed),
            (Kind::ServerChanged, &changes.changed),
        ];
        for (kind, names) in all {
            for name in names {
                self.events.note_text(kind, name.clone());
            }
        }
    }

    /// Writes what the shared memory would show.
    fn show(&self) -> io::Result<()> {
        let pid = std::process::id();
        State {
            pid,
            start_ticks: state::start_ticks(pid).unwrap_or_default(),
            start_time: self.start_time,
            group: self.adopted.group.clone(),
            revision: self.adopted.revision,
            date: date::unix_seconds(&self.adopted.date),
            random: self.adopted.random,
            numbers: self.adopted.numbers.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect(),
            own: self.own.clone(),
            server_count: self.table.entries.len() + self.table.lost,
            free_count: self.table.free(),
            servers: self.table.entries.clone(),
        }
        .write(&self.state_file)
    }

    #[expect(clippy::print_stdout, reason = "chmpx says its new log level there")]
    fn take_signal(&mut self) {
        const LEVELS: [&str; 5] = ["SILENT", "ERR", "WAN", "MSG", "DUMP"];
        while let Ok(Some(info)) = self.signals.read_signal() {
            let signal = i32::try_from(info.ssi_signo).ok().and_then(|n| Signal::try_from(n).ok());
            let Some(signal) = signal else { continue };
            if signal == Signal::SIGUSR1 {
                self.log_level = (self.log_level + 1) % LEVELS.len();
                let level = LEVELS.get(self.log_level).unwrap_or(&"SILENT");
                println!("CHMPX debug mode is changed to {level}");
            } else {
                self.stopping = true;
            }
            self.events.note_text(Kind::Signal, signal.as_str());
        }
    }

    fn die_later(&mut self) {
        let after = self.options.duration("sim-die-after-adopt-ms").unwrap_or_default();
        self.die_at = Some(Instant::now() + after);
    }
}

/// Reads the file as the user that chmpx pretends to be.
fn read(conf: &Path, user: u32) -> io::Result<Vec<u8>> {
    let file = fs::metadata(conf)?;
    if !file.is_file() {
        return Err(io::Error::from(io::ErrorKind::InvalidInput));
    }
    if !is_readable(&file, user) {
        return Err(io::Error::from(io::ErrorKind::PermissionDenied));
    }
    fs::read(conf)
}

fn contains(bytes: &[u8], text: &str) -> bool {
    !text.is_empty() && bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
