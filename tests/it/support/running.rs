//! Running: chmpx under its helper, and the agent.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sim::chmpx::{Builder, Chmpx};

use super::machine::as_nobody;
use super::{AGENT, Node};

impl Node {
    /// What the stand-in for chmpx is started with; its helper starts as soon as there is a file.
    /// The helper keeps a real chmpx running instead when `K2AGENT_CHMPX` names one.
    pub fn builder(&self) -> Builder {
        match std::env::var_os("K2AGENT_CHMPX") {
            Some(program) => self.stand_in().argument("--chmpx").argument(program),
            None => self.stand_in(),
        }
    }

    fn stand_in(&self) -> Builder {
        let interval = Duration::from_millis(300);
        // Without a grace: a helper whose chmpx dies in it ends, and needs a supervisor itself.
        Builder::new(self.target(), self.path("chmpx")).helped(
            interval,
            Duration::ZERO,
            Duration::ZERO,
        )
    }

    pub fn start_chmpx(&mut self) {
        self.chmpx = Some(self.builder().spawn().unwrap());
    }

    /// The same, pretending something: see the options of chmpx-sim.
    pub fn start_chmpx_that(&mut self, pretends: &[(&'static str, &str)]) {
        let set =
            |builder: Builder, (name, value): &(&'static str, &str)| builder.set(name, *value);
        self.chmpx = Some(pretends.iter().fold(self.builder(), set).spawn().unwrap());
    }

    /// The same, as somebody who owns nothing here. Only root can.
    pub fn start_chmpx_as_nobody(&mut self) {
        let script = as_nobody(self);
        self.chmpx = Some(self.builder().argument("--chmpx").argument(script).spawn().unwrap());
    }

    pub fn chmpx(&self) -> &Chmpx {
        self.chmpx.as_ref().unwrap()
    }

    /// The command of the agent with its settings, with more arguments.
    pub fn agent(&self, arguments: &[&str]) -> Command {
        let mut command = match &self.namespace {
            None => Command::new(AGENT),
            Some(name) => {
                let mut command = Command::new("ip");
                command.args(["netns", "exec", name, AGENT]);
                command
            }
        };
        command.arg("--root").arg(self.path("root")).args(arguments).stdin(Stdio::null());
        command
    }

    pub fn start_agent(&mut self) {
        self.start(self.agent(&["-vv", "run"]));
    }

    /// Starts the agent by a command of its own.
    pub fn start(&mut self, mut command: Command) {
        let log = fs::File::options().create(true).append(true).open(self.path("log")).unwrap();
        self.agent = Some(command.stdout(Stdio::null()).stderr(log).spawn().unwrap());
    }

    pub fn agent_pid(&self) -> i32 {
        i32::try_from(self.agent.as_ref().unwrap().id()).unwrap()
    }

    pub fn signal_agent(&self, signal: Signal) {
        kill(Pid::from_raw(self.agent_pid()), signal).unwrap();
    }

    /// Puts another text in place of the file, as an editor does, with this mode.
    pub fn edit_target(&self, text: &str, mode: u32) {
        let staged = self.path("root/edited.ini");
        fs::write(&staged, text).unwrap();
        fs::set_permissions(&staged, fs::Permissions::from_mode(mode)).unwrap();
        fs::rename(staged, self.target()).unwrap();
    }
}
