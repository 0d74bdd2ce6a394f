//! `metrics`: the figures of the running agent.

use super::{Exit, Failed};
use crate::agent::Chain;
use crate::effects::socket;
use crate::settings::{self, Layers};

/// Asks the running agent.
pub async fn run(layers: &Layers) -> Result<(Exit, String), Failed> {
    let settings = settings::read(layers)?;
    let socket = settings.paths.socket();
    let failed =
        |what: String, help: &str| Failed { exit: Exit::Unavailable, what, help: help.to_owned() };
    let answer = socket::ask_for_metrics(&socket).await.map_err(|error| {
        let what = format!("could not ask the agent at {}: {}", socket.display(), Chain(&error));
        failed(what, "ask as root, and start the agent: `systemctl start k2hdkc-slave-agent`")
    })?;
    let text = answer.ok_or_else(|| {
        failed("the agent has just started".to_owned(), "ask again when it has looked once")
    })?;
    Ok((Exit::Ok, text))
}
