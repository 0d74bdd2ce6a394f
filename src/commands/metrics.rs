//! `metrics`: the figures of the running agent.

use super::{Exit, Failed, not_looked_yet};
use crate::agent::Chain;
use crate::effects::socket;
use crate::settings::{self, Layers};

/// Asks the running agent.
pub async fn run(layers: &Layers) -> Result<(Exit, String), Failed> {
    let settings = settings::read(layers)?;
    let socket = settings.paths.socket();
    let answer = socket::ask_for_metrics(&socket).await.map_err(|error| Failed {
        exit: Exit::Unavailable,
        what: format!("could not ask the agent at {}: {}", socket.display(), Chain(&error)),
        help: "ask as root, and start the agent: `systemctl start k2hdkc-slave-agent`".to_owned(),
    })?;
    Ok((Exit::Ok, answer.ok_or_else(not_looked_yet)?))
}
