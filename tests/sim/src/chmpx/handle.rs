//! A stand-in chmpx for a test: started, watched and killed with the value.
use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    path::PathBuf,
    process::{ExitStatus, Stdio},
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
    place::program,
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
    spawned_ms: f64,
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
        fs::create_dir_all(&self.folder)?;
        let path = self.folder.join("hosts");
        fs::write(&path, text)?;
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

    /// A helper that keeps the stand-in running, in place of the stand-in alone. Its pid files are
    /// in `pid` below the folder.
    #[must_use]
    pub fn helped(self, interval: Duration, startup: Duration, grace: Duration) -> Self {
        let pid_dir = self.folder.join("pid");
        self.program(program("chmpx-helper-sim"))
            .argument("--pid-dir")
            .argument(pid_dir)
            .argument("--interval-ms")
            .argument(interval.as_millis().to_string())
            .argument("--startup-ms")
            .argument(startup.as_millis().to_string())
            .argument("--grace-ms")
            .argument(grace.as_millis().to_string())
            .argument("--tied")
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
        fs::create_dir_all(self.folder.join("state"))?;
        let log = File::options().create(true).append(true).open(self.folder.join("log"))?;
        let spawned_ms = events::monotonic_ms();
        let child = Command::new(&self.program)
            .arg("-conf")
            .arg(&self.conf)
            .args(&self.arguments)
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()?;
        Ok(Chmpx { child, settings: self, spawned_ms })
    }

    /// Starts the process and waits until a chmpx is up.
    pub async fn start(self) -> io::Result<Chmpx> {
        let mut chmpx = self.spawn()?;
        chmpx.wait_event(Kind::Started).await?;
        Ok(chmpx)
    }
}

impl Chmpx {
    /// The id of the process that was started, 0 once it has been waited for.
    pub fn pid(&self) -> u32 {
        self.child.id().unwrap_or_default()
    }

    /// The id of the chmpx that started last: another one than [`Self::pid`] below a helper.
    pub fn chmpx_pid(&self) -> io::Result<Option<u32>> {
        let events = self.events()?;
        Ok(events.iter().rev().find(|e| e.event == Kind::Started).map(|e| e.pid))
    }

    /// What it was started with.
    pub fn settings(&self) -> &Builder {
        &self.settings
    }

    /// What happened since it was spawned, in all its processes.
    pub fn events(&self) -> io::Result<Vec<Event>> {
        let mut events = events::read(&self.settings.folder.join("events.jsonl"))?;
        events.retain(|event| event.ms >= self.spawned_ms);
        Ok(events)
    }

    /// What it wrote to its standard output and error.
    pub fn log(&self) -> io::Result<String> {
        fs::read_to_string(self.settings.folder.join("log"))
    }

    /// Waits until its events fulfil the condition, and gives them.
    pub async fn wait_for(
        &mut self,
        condition: impl Fn(&[Event]) -> bool,
    ) -> io::Result<Vec<Event>> {
        let start = Instant::now();
        loop {
            // In this order: what it did before it ended has to count.
            let exited = self.has_exited()?;
            let events = self.events()?;
            if condition(&events) {
                return Ok(events);
            }
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

    /// Waits until the generation is in force: by a change, or by a start.
    pub async fn wait_adopted(&mut self, generation: i32) -> io::Result<Vec<Event>> {
        let in_force = |events: &[Event]| {
            let taken = |e: &&Event| matches!(e.event, Kind::Adopted | Kind::Started);
            events.iter().rev().find(taken).and_then(|event| event.generation)
        };
        self.wait_for(|events| in_force(events) == Some(generation)).await
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
        fs::write(&staged, text)?;
        fs::rename(staged, self.settings.folder.join("ring"))
    }

    /// What the tools would show, if the process is alive.
    pub fn state(&self) -> Option<State> {
        let folder = self.settings.folder.join("state");
        let mut files = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
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
