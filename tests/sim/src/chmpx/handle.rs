//! A stand-in chmpx for a test: started, watched and killed with the value.
use std::{
    env,
    ffi::OsString,
    io,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    time::Duration,
};

use nix::{sys::signal::Signal, unistd::Pid};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    process::{Child, Command},
    time::{Instant, sleep},
};

use super::{
    events::{self, Event, Kind},
    state::State,
};

/// How long the waiting methods wait before they give up.
const LIMIT: Duration = Duration::from_secs(10);

/// What a stand-in is started with.
#[derive(Debug, Clone)]
pub struct Builder {
    program: PathBuf,
    conf: PathBuf,
    folder: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(&'static str, OsString)>,
}

/// A running stand-in. Dropping it kills the process.
#[derive(Debug)]
pub struct Chmpx {
    child: Child,
    settings: Builder,
}

impl Builder {
    /// A stand-in with this configuration. Everything else of it lives in `folder`, which must
    /// not be the one of the configuration: events, the ring file and the state.
    pub fn new(conf: impl Into<PathBuf>, folder: impl Into<PathBuf>) -> Self {
        let (conf, folder) = (conf.into(), folder.into());
        let environment = vec![
            ("CHMPX_SIM_DIR", folder.join("state").into_os_string()),
            ("CHMPX_SIM_EVENTS", folder.join("events.jsonl").into_os_string()),
            ("CHMPX_SIM_RING", folder.join("ring").into_os_string()),
            ("CHMPX_SIM_LOOPBACK", "1".into()),
        ];
        Self { program: program("chmpx-sim"), conf, folder, arguments: Vec::new(), environment }
    }

    /// Another program in place of chmpx-sim, such as the helper.
    #[must_use]
    pub fn program(mut self, program: impl Into<PathBuf>) -> Self {
        self.program = program.into();
        self
    }

    /// Names of hosts, in the syntax of `/etc/hosts`, in place of the resolver.
    pub fn hosts(self, text: &str) -> io::Result<Self> {
        std::fs::create_dir_all(&self.folder)?;
        let path = self.folder.join("hosts");
        std::fs::write(&path, text)?;
        Ok(self.set("CHMPX_SIM_HOSTS", path))
    }

    /// The host's own name and addresses, separated by commas.
    #[must_use]
    pub fn host(self, name: &str, addresses: &str) -> Self {
        self.set("CHMPX_SIM_HOSTNAME", name).set("CHMPX_SIM_ADDRESS", addresses)
    }

    /// An environment variable, such as `CHMPX_SIM_SLOW_MS`. The tools get it too.
    #[must_use]
    pub fn set(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.environment.retain(|(other, _)| *other != name);
        self.environment.push((name, value.into()));
        self
    }

    /// One more argument.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// The environment that tools need to see what this stand-in sees.
    pub fn environment(&self) -> &[(&'static str, OsString)] {
        &self.environment
    }

    /// A tool, such as `chmpxstatus-sim`, that sees what this stand-in sees.
    pub fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(program(name));
        command.arg("-conf").arg(&self.conf).envs(self.environment.iter().cloned());
        command.stdin(Stdio::null());
        command
    }

    /// Starts the process without waiting for it.
    pub fn spawn(self) -> io::Result<Chmpx> {
        std::fs::create_dir_all(self.folder.join("state"))?;
        let child = Command::new(&self.program)
            .arg("-conf")
            .arg(&self.conf)
            .args(&self.arguments)
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        Ok(Chmpx { child, settings: self })
    }

    /// Starts the process and waits until it is up.
    pub async fn start(self) -> io::Result<Chmpx> {
        let mut chmpx = self.spawn()?;
        let pid = chmpx.pid();
        let up = |events: &[Event]| events.iter().any(|e| e.pid == pid && e.event == Kind::Started);
        chmpx.wait_for(up).await?;
        Ok(chmpx)
    }
}

impl Chmpx {
    /// The process id, 0 once it has been waited for.
    pub fn pid(&self) -> u32 {
        self.child.id().unwrap_or_default()
    }

    /// What it was started with.
    pub fn settings(&self) -> &Builder {
        &self.settings
    }

    /// What it did so far.
    pub fn events(&self) -> io::Result<Vec<Event>> {
        events::read(&self.settings.folder.join("events.jsonl"))
    }

    /// Waits until its events fulfil the condition, and gives them.
    pub async fn wait_for(
        &mut self,
        condition: impl Fn(&[Event]) -> bool,
    ) -> io::Result<Vec<Event>> {
        let start = Instant::now();
        loop {
            let events = self.events()?;
            if condition(&events) {
                return Ok(events);
            }
            let exited = self.has_exited()?;
            if exited.is_some() || start.elapsed() > LIMIT {
                let what = exited.map_or("too late".to_owned(), |status| status.to_string());
                return Err(io::Error::other(format!("{what}, events: {events:#?}")));
            }
            sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits for an event of this kind.
    pub async fn wait_event(&mut self, kind: Kind) -> io::Result<Vec<Event>> {
        self.wait_for(|events| events.iter().any(|event| event.event == kind)).await
    }

    /// Waits until the generation is in force.
    pub async fn wait_adopted(&mut self, generation: i32) -> io::Result<Vec<Event>> {
        let adopted = |event: &Event| {
            matches!(event.event, Kind::Adopted | Kind::Started)
                && event.generation == Some(generation)
        };
        self.wait_for(|events| events.iter().any(adopted)).await
    }

    /// How it ended, if it has.
    pub fn has_exited(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Waits for its end.
    pub async fn wait_exit(&mut self) -> io::Result<ExitStatus> {
        let limit = tokio::time::timeout(LIMIT, self.child.wait()).await;
        limit.map_err(|_elapsed| io::Error::from(io::ErrorKind::TimedOut))?
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) -> io::Result<()> {
        let pid = i32::try_from(self.pid()).map_err(io::Error::other)?;
        Ok(nix::sys::signal::kill(Pid::from_raw(pid), signal)?)
    }

    /// Says which servers are up; see [`super::ring`].
    pub fn ring(&self, text: &str) -> io::Result<()> {
        let staged = self.settings.folder.join("ring.new");
        std::fs::write(&staged, text)?;
        std::fs::rename(staged, self.settings.folder.join("ring"))
    }

    /// What the tools would show, if the process is alive.
    pub fn state(&self) -> Option<State> {
        let folder = self.settings.folder.join("state");
        let mut files = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
        files
            .find(|file| file.extension().is_some_and(|e| e == "chmpx"))
            .and_then(|file| State::attach(&file))
    }

    /// Sends one command to a control port on loopback and gives the answer.
    pub async fn control(port: u16, command: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.write_all(command.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }
}

/// A port that nobody listens on and that fits chmpx's signed 16 bits, where the system's own
/// choice would not.
pub fn free_port() -> io::Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Every process begins elsewhere, so that test programs side by side do not meet.
    let start = std::process::id().wrapping_mul(61) % 20_000;
    for _ in 0..20_000_u32 {
        let step = u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(10_000 + (start + step) % 20_000).map_err(io::Error::other)?;
        if TcpListener::bind(("0.0.0.0", port)).is_ok() {
            return Ok(port);
        }
    }
    Err(io::Error::from(io::ErrorKind::AddrInUse))
}

/// The path of a program of this crate, found beside the test that asks.
pub fn program(name: &str) -> PathBuf {
    let here = env::current_exe().unwrap_or_default();
    let folders = here.ancestors().skip(1).take(2).map(|folder| folder.join(name));
    folders.clone().find(|path| path.is_file()).unwrap_or_else(|| Path::new(name).to_owned())
}
