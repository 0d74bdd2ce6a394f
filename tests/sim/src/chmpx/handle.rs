//! A stand-in chmpx for a test: started, watched and killed with the value.
use std::{fs, io, process::ExitStatus, time::Duration};

use nix::{sys::signal::Signal, unistd::Pid};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    process::Child,
    time::{Instant, sleep},
};

use super::{
    builder::Builder,
    events::{self, Event, Kind},
    state::State,
};

/// How long the waiting methods wait before they give up.
const LIMIT: Duration = Duration::from_secs(10);

/// A running stand-in. Dropping it kills the process.
#[derive(Debug)]
pub struct Chmpx {
    pub(super) child: Child,
    pub(super) settings: Builder,
    pub(super) spawned_ms: f64,
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
