//! What concerns this node's place in its role.

use super::Words;
use crate::model::plan::Situation as S;

/// Code, sentence and advice of each.
const WORDS: [(S, &str, &str, Option<&str>); 6] = [
    (
        S::NothingPublished,
        "waiting-for-k2hr3",
        "waiting for K2HR3: what it publishes for the role is not known yet",
        None,
    ),
    (
        S::NotMember { has_token: true },
        "registering",
        "this node is not in its role yet; it is registering",
        None,
    ),
    (
        S::NotMember { has_token: false },
        "no-token",
        "this node is not in its role and has no role token to register with",
        Some("put a role token of the slave role into the token file; the agent notices"),
    ),
    (
        S::NoSuchRole,
        "no-such-role",
        "K2HR3 took this node into a role that it does not know, or that has no policy",
        Some("check the spelling of k2hr3.role; after `unregister`, correct it and `register`"),
    ),
    (
        S::TokenRefused,
        "token-refused",
        "K2HR3 does not accept the role token; this node reads by its address instead",
        Some(
            "put a new role token into the token file before this node gets another address or is \
             removed from its role: it could not register again",
        ),
    ),
    (
        S::Departed,
        "unregistered",
        "this node was taken out of its role on purpose and stays out",
        Some("`k2hdkc-slave-agent register` brings it back"),
    ),
];

/// Tells `situation`, if it is one of these.
pub(super) fn words(situation: &S) -> Option<Words> {
    let (_, code, sentence, help) = WORDS.iter().find(|(of, ..)| of == situation)?;
    Some(Words::new(code, *sentence, *help))
}
