//! `rollback`: go back to the file that was good before.

use super::refresh::ask_or_do;
use super::{ASK_THE_DOCTOR, Exit, Failed};
use crate::effects::clock;
use crate::effects::socket::Request;
use crate::model::history::Cause;
use crate::model::plan::Situation;
use crate::model::report::{Code, Report, Words, words};
use crate::settings::{self, Layers};

/// How long chmpx may take to follow.
const LIMIT: u64 = 60;

/// Puts the file back that was good before, and tells what is true then.
pub async fn run(layers: &Layers) -> Result<(Exit, Report), Failed> {
    let settings = settings::read(layers)?;
    let asked = clock::now();
    let request = Request::RollBack { limit: LIMIT };
    let report = ask_or_do(settings, &request, |line| line.roll_back(LIMIT)).await?;
    let is_done = report.changes.first().is_some_and(|c| c.cause == Cause::ByHand && c.at >= asked);
    let in_vain = report.situations.iter().any(|told| told.code == Code::NoWayBack);
    if is_done && !in_vain {
        return Ok((Exit::Ok, report));
    }
    let failed = report.troubles.iter().find(|trouble| !trouble.is_about_k2hr3());
    let (what, help) = if let Some(trouble) = failed {
        (format!("{}: {}", trouble.doing, trouble.cause), trouble.help.clone())
    } else {
        let Words { sentence, help, .. } = words(&Situation::NoWayBack);
        (sentence, help)
    };
    let help = help.unwrap_or_else(|| ASK_THE_DOCTOR.to_owned());
    Err(Failed { exit: Exit::CannotWrite, what, help })
}
