//! A sentence and a piece of advice for every situation. The codes are stable: monitoring may
//! depend on them.

mod adoption;

use super::super::plan::Situation;

/// How a situation is told.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Words {
    /// A stable code.
    pub code: String,
    /// What is the case.
    pub sentence: String,
    /// What the operator can do, if anything.
    pub help: Option<String>,
}

impl Words {
    pub(in crate::model::report) fn new(
        code: &str,
        sentence: impl Into<String>,
        help: Option<&str>,
    ) -> Self {
        Self { code: code.to_owned(), sentence: sentence.into(), help: help.map(str::to_owned) }
    }
}

/// Tells `situation`.
pub fn words(situation: &Situation) -> Words {
    use Situation as S;
    match situation {
        S::NothingPublished => Words::new(
            "waiting-for-k2hr3",
            "waiting for K2HR3: what it publishes for the role is not known yet",
            None,
        ),
        S::NotMember { has_token: true } => {
            Words::new("registering", "this node is not in its role yet; it is registering", None)
        }
        S::NotMember { has_token: false } => Words::new(
            "no-token",
            "this node is not in its role and has no role token to register with",
            Some("put a role token of the slave role into the token file; the agent notices"),
        ),
        S::NoSuchRole => Words::new(
            "no-such-role",
            "K2HR3 took this node into a role that it does not know, or that has no policy",
            Some("check the spelling of k2hr3.role; after `unregister`, correct it and `register`"),
        ),
        S::TokenRefused => Words::new(
            "token-refused",
            "K2HR3 does not accept the role token; this node reads by its address instead",
            Some(
                "put a new role token into the token file before this node gets another address \
                 or is removed from its role: it could not register again",
            ),
        ),
        S::Departed => Words::new(
            "unregistered",
            "this node was taken out of its role on purpose and stays out",
            Some("`k2hdkc-slave-agent register` brings it back"),
        ),
        S::Refused { code, message, help } => Words::new(
            "refused",
            format!("what is published is refused, the last good file stays ({code}: {message})"),
            Some(help),
        ),
        S::Held { from, to, looks } => Words::new(
            "held",
            format!(
                "what is published went from {from} to {to} servers at once; it is held until \
                 three looks agree ({looks} so far)"
            ),
            Some("`k2hdkc-slave-agent refresh --force` installs it now"),
        ),
        S::Settling => Words::new("settling", "what is published is still changing", None),
        S::Quarantined { strikes, said } => {
            let said = said.as_ref().map_or_else(String::new, |said| format!("; it said: {said}"));
            Words::new(
                "quarantined",
                format!(
                    "chmpx was lost with what is published ({strikes} times); it is kept away, \
                     and the last good file is in place{said}"
                ),
                Some(
                    "publish something else, or try it again with \
                     `k2hdkc-slave-agent refresh --force`",
                ),
            )
        }
        S::RolledBack => Words::new(
            "rolled-back",
            "an earlier good file was put back by hand; what is published is kept away",
            Some("publish something else, or go on with `k2hdkc-slave-agent refresh --force`"),
        ),
        S::Obstacle(what) => Words::new(
            "cannot-install",
            format!("the file cannot be replaced: {what}"),
            Some("make target.path a regular file, or a free name, in a directory"),
        ),
        S::Drifted(what) => Words::new(
            "drifted",
            format!("somebody else changed the file: {what}"),
            Some("set target.drift = restore, or install with `refresh --force`"),
        ),
        S::Contested { times, rival, due_in } => {
            let rival = rival.as_deref().unwrap_or("somebody else");
            Words::new(
                "contested",
                format!(
                    "{rival} keeps changing the file: it was put right {times} times within an \
                     hour, and again in {due_in} s"
                ),
                Some("end the other writer (see `doctor`), or set target.drift = report"),
            )
        }
        S::Adopting
        | S::Busy
        | S::Swallowed
        | S::Blind(_)
        | S::RefusedByChmpx(_)
        | S::RestartOwed { .. }
        | S::Restarting
        | S::Starting
        | S::Dead { .. } => adoption::words(situation),
        S::NoChmpx => Words::new(
            "no-chmpx",
            "the file is in place, but no chmpx runs to read it",
            Some("start chmpx, e.g. with `systemctl start chmpx`"),
        ),
        S::ChmpxUnknown(why) => Words::new(
            "chmpx-unknown",
            format!("what chmpx has in force could not be found out: {why}"),
            Some("install chmpxstatus, or set chmpx.control_address and chmpx.ctlport"),
        ),
        S::Draining(servers) => Words::new(
            "draining",
            format!("removed servers are still up: {}", servers.join(", ")),
            None,
        ),
    }
}
