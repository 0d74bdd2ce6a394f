//! Asking: what the agent says, what it wrote, and what became of chmpx.

use std::fs;
use std::process::Output;

use k2hdkc_slave_agent::model::report::Report;

use super::{LIMIT, Node};

impl Node {
    /// Runs a command of the agent to its end.
    pub async fn run(&self, arguments: &[&str]) -> Output {
        let mut command = tokio::process::Command::from(self.agent(arguments));
        tokio::time::timeout(LIMIT, command.output()).await.expect("the command ends").unwrap()
    }

    /// The last report, if there is any.
    pub fn report(&self) -> Option<Report> {
        let path = self.path("root/run/k2hdkc-slave-agent/status.json");
        serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
    }

    pub fn installed(&self) -> String {
        fs::read_to_string(self.target()).unwrap_or_default()
    }

    /// What the agent logged, at the highest level of detail.
    pub fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// How often a chmpx of this node has ended for the given reason.
    pub fn count(&self, kind: sim::chmpx::events::Kind) -> usize {
        let events = self.chmpx().events().unwrap();
        events.iter().filter(|event| event.event == kind).count()
    }
}
