//! The look-alike of chmpxstatus: reads the state, never the control port.
use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::{
    control::OWN_STATUS,
    host::Host,
    load::{self, Overrides},
    numbers::port_number,
    state::{self, State},
    table::{Entry, status_text},
};

/// What one run of the real tool takes.
const COST: Duration = Duration::from_millis(25);

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// `-conf`.
    pub conf: PathBuf,
    /// `-ctlport` and `-cuk`.
    pub overrides: Overrides,
    /// `-self`: only the slave itself.
    pub own_only: bool,
    /// `-wait`: until the slave is up, at most so long.
    pub wait: Option<Duration>,
}

impl Question {
    /// Reads the arguments, without the program.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut question = Self::default();
        let mut waiting = false;
        let mut timeout = Duration::MAX;
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
            match argument.trim_start_matches('-') {
                "conf" | "f" => question.conf = value()?.into(),
                "ctlport" => question.overrides.ctlport = Some(port_number(&value()?)),
                "cuk" => question.overrides.cuk = Some(value()?),
                "self" => question.own_only = true,
                "wait" => waiting = true,
                "timeout" => {
                    let text = value()?;
                    let seconds = text.parse().map_err(|error| format!("{text}: {error}"))?;
                    timeout = Duration::from_secs(seconds);
                }
                // A slave that is attached is up, in the ring as a slave, and never suspended.
                "live" | "ring" | "d" | "dfile" => drop(value()?),
                "nosuspend" | "suspend" => {}
                _ => return Err(format!("{argument} is not known")),
            }
        }
        if question.conf.as_os_str().is_empty() {
            return Err("-conf is missing".to_owned());
        }
        question.wait = waiting.then_some(timeout);
        Ok(question)
    }

    /// The answer of the tool, or why it exits with 1.
    #[expect(clippy::disallowed_methods, reason = "a program of its own, without a runtime")]
    pub fn answer(&self) -> Result<String, String> {
        let host = Host::from_environment().map_err(|error| error.to_string())?;
        let start = Instant::now();
        thread::sleep(COST);
        loop {
            let state = self.attach(&host);
            match (state, self.wait) {
                (Ok(_), Some(_)) => return Ok("SUCCEED\n".to_owned()),
                (Ok(state), None) => return Ok(text(&state, self.own_only)),
                (Err(reason), None) => return Err(reason),
                (Err(_), Some(limit)) if start.elapsed() >= limit => {
                    return Err("FAILED".to_owned());
                }
                (Err(_), Some(_)) => thread::sleep(Duration::from_millis(100)),
            }
        }
    }

    /// The file is read to find the shared memory, so a broken one hides a chmpx that is fine.
    fn attach(&self, host: &Host) -> Result<State, String> {
        let path = state_path(&self.conf, host, &self.overrides)?;
        State::attach(&path).ok_or_else(|| "Could not attach chmpx shared memory.".to_owned())
    }
}

/// Where the chmpx with this configuration shows itself.
pub fn state_path(conf: &Path, host: &Host, overrides: &Overrides) -> Result<PathBuf, String> {
    if !load::is_ini(conf) {
        return Err("the type of the file is not known".to_owned());
    }
    let bytes = fs::read(conf).map_err(|error| error.to_string())?;
    let config = load::load(&bytes, host, overrides).map_err(|refusal| refusal.to_string())?;
    let name = state::file_name(&config).ok_or("GROUP makes no file name")?;
    Ok(state::directory(conf).join(name))
}

fn text(state: &State, own_only: bool) -> String {
    let mut text = String::new();
    let mut line = |key: &str, value: &str| {
        writeln!(text, "{key:<44} = {value}").ok();
    };
    let number = |key: &str| state.numbers.get(key).copied().unwrap_or_default().to_string();
    if !own_only {
        line("chmpx process id", &state.pid.to_string());
        line("process start time", &format!("{} (unix time)", state.start_time));
        line("random mode", if state.random { "yes" } else { "no" });
        line("thread count for socket", &number("SOCKTHREADCNT"));
        line("retry count on socket", &number("RETRYCNT"));
        line("chmpx name", &state.group);
        line("configuration file version", &state.revision.to_string());
        line("configuration file date", &format!("{} (unix time)", state.date));
        line("replication count", &number("REPLICA"));
        line("maximum chmpx count", &number("MAXCHMPX"));
    }
    text.push_str("self chmpx = {\n");
    block(&mut text, "  ", &state.own, "SLAVE", OWN_STATUS);
    text.push_str("}\n");
    if own_only {
        return text;
    }
    writeln!(text, "server chmpxs [ {} ] = {{", state.server_count).ok();
    for (index, server) in state.servers.iter().enumerate() {
        writeln!(text, "  [{index}] = {{").ok();
        block(&mut text, "    ", server, "SERVER", &format!("SAFE -> {}", status_text(server)));
        text.push_str("  }\n");
    }
    text.push_str("}\nslave chmpxs [ 0 ] = {\n}\n");
    writeln!(text, "{:<44} = {}", "free chmpx area count", state.free_count).ok();
    text.push_str("joining client process = {\n}\n");
    text
}

fn block(text: &mut String, indent: &str, entry: &Entry, mode: &str, status: &str) {
    let socket = if entry.socket < 0 { String::new() } else { entry.socket.to_string() };
    let lines: [(&str, &str); 13] = [
        ("chmpxid", &format!("0x{:016x}", entry.id)),
        ("hostname", &entry.name),
        ("mode", mode),
        ("port", &entry.port.to_string()),
        ("control port", &entry.ctlport.to_string()),
        ("cuk", &entry.cuk),
        ("custom id seed", &entry.seed),
        ("endpoints", &entry.lists[0]),
        ("control endpoints", &entry.lists[1]),
        ("forward peers", &entry.lists[2]),
        ("reverse peers", &entry.lists[3]),
        ("sockets", &socket),
        ("status", status),
    ];
    for (key, value) in lines {
        let width = 44 - indent.len();
        writeln!(text, "{indent}{key:<width$} = {value}").ok();
    }
}
