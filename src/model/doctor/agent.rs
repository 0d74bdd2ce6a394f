//! The agent itself, and how K2HR3 takes being asked.

use super::super::failure::Class;
use super::super::observed::{K2hr3, Observed};
use super::super::report::Code;
use super::{Agent, Finding, Survey};

/// Whether other findings tell it with more to it, seen anew.
fn is_seen_anew(code: Code) -> bool {
    match code {
        Code::Refused
        | Code::NoChmpx
        | Code::WaitsElsewhere
        | Code::ReadsElsewhere
        | Code::ChmpxUnknown
        | Code::Blind
        | Code::Busy
        | Code::Swallowed
        | Code::Adopting
        | Code::Starting
        | Code::Restarting
        | Code::Settling
        | Code::NoToken
        | Code::Registering
        | Code::Unregistered
        | Code::NoSuchRole
        | Code::WaitingForK2hr3
        | Code::CannotInstall
        | Code::Draining
        | Code::TokenRefused => true,
        Code::Settled
        | Code::Acting
        | Code::Held
        | Code::Trouble
        | Code::Quarantined
        | Code::RolledBack
        | Code::NoWayBack
        | Code::Drifted
        | Code::Contested
        | Code::RefusedByChmpx
        | Code::RestartOwed
        | Code::Dead
        | Code::NotRunning => false,
    }
}

pub(super) fn at_work(agent: &Agent) -> Finding {
    const CODE: &str = "agent";
    let start = "`systemctl enable --now k2hdkc-slave-agent`; why it ended is in `journalctl -u \
                 k2hdkc-slave-agent`";
    match agent {
        Agent::Told(report) | Agent::NotOurs(Some(report)) => {
            Finding::fine(CODE, format!("it runs and says: {}", report.verdict.sentence))
        }
        Agent::Starting => Finding::fine(CODE, "it runs and has not looked yet"),
        Agent::NotOurs(None) => {
            Finding::unknown(CODE, "it is not this user's to ask", "ask as root")
        }
        Agent::Gone => {
            Finding::fault(CODE, "no agent runs: nobody follows what K2HR3 publishes", start)
        }
    }
}

/// What only the running agent can know: what it could not do, and what it has been through.
pub(super) fn situations(agent: &Agent) -> Vec<Finding> {
    let Some(report) = agent.report() else { return Vec::new() };
    let troubles = report.troubles.iter().filter(|trouble| !trouble.is_about_k2hr3());
    let troubles = troubles.map(|trouble| {
        let help = trouble.help.as_deref().unwrap_or("see the log of the agent");
        Finding::fault("trouble", format!("{}: {}", trouble.doing, trouble.cause), help)
    });
    let situations = report.situations.iter();
    let situations = situations.filter(|told| !is_seen_anew(told.code));
    let situations = situations.filter_map(|told| {
        let help = told.help.as_deref()?;
        Some(Finding::fault("situation", told.sentence.clone(), help))
    });
    let mut findings: Vec<_> = troubles.chain(situations).collect();
    findings.dedup();
    findings
}

pub(super) fn k2hr3(seen: &Observed, survey: &Survey) -> Finding {
    const CODE: &str = "k2hr3";
    match (&survey.unanswered, seen.k2hr3) {
        (_, K2hr3::Failed(Class::NotMember)) => {
            Finding::fine(CODE, "it answers, and does not know this node: see `membership`")
        }
        (Some(why), _) => Finding::fault(CODE, why.what.clone(), &why.help),
        (None, K2hr3::Answered) => Finding::fine(CODE, "it tells what it publishes"),
        (None, K2hr3::NotAsked | K2hr3::Failed(_)) => {
            Finding::unknown(CODE, "it was not asked", "`k2hdkc-slave-agent refresh` asks it")
        }
    }
}
