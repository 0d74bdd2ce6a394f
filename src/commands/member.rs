//! `register` and `unregister`: be in the role, or out of it.

use super::refresh::ask_or_do;
use super::{Exit, Failed};
use crate::effects::socket::Request;
use crate::model::report::Report;
use crate::settings::{self, Layers};

/// How long the role may take to change.
const LIMIT: u64 = 60;

/// Brings this node into its role.
pub async fn register(layers: &Layers) -> Result<(Exit, Report), Failed> {
    reach(layers, true).await
}

/// Takes this node out of its role and keeps it out.
pub async fn unregister(layers: &Layers) -> Result<(Exit, Report), Failed> {
    reach(layers, false).await
}

async fn reach(layers: &Layers, wanted: bool) -> Result<(Exit, Report), Failed> {
    let settings = settings::read(layers)?;
    let request = Request::Membership { wanted, limit: LIMIT };
    let report = ask_or_do(settings, &request, |line| line.membership(wanted, LIMIT)).await?;
    let exit = if report.registered == wanted {
        Exit::Ok
    } else {
        let exit = Exit::of(&report);
        if exit == Exit::Ok { Exit::NotYet } else { exit }
    };
    Ok((exit, report))
}
