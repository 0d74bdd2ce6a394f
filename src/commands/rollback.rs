//! `rollback`: go back to the file that was good before.

use super::refresh::ask_or_do;
use super::{Exit, Failed};
use crate::effects::socket::Request;
use crate::model::report::Report;
use crate::settings::{self, Layers};

/// How long chmpx may take to follow.
const LIMIT: u64 = 60;

/// Puts the file back that was good before, and tells what is true then.
pub async fn run(layers: &Layers) -> Result<(Exit, Report), Failed> {
    let settings = settings::read(layers)?;
    let request = Request::RollBack { limit: LIMIT };
    let report = ask_or_do(settings, &request, |line| line.roll_back(LIMIT)).await?;
    if report.situations.iter().any(|words| words.code == "rolled-back") {
        return Ok((Exit::Ok, report));
    }
    Err(Failed {
        exit: Exit::CannotWrite,
        what: "nothing was put back: no other file is known to be good".to_owned(),
        help: "a file counts as good once chmpx has lived with it for chmpx.hold".to_owned(),
    })
}
