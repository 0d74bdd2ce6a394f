//! What concerns this node's place in its role.

use super::{Code, Words};

pub(super) fn nothing_published() -> Words {
    let sentence = "waiting for K2HR3: what it publishes for the role is not known yet";
    Words::new(Code::WaitingForK2hr3, sentence, None)
}

pub(super) fn registering() -> Words {
    let sentence = "this node is not in its role yet; it is registering";
    Words::new(Code::Registering, sentence, None)
}

pub(super) fn no_token() -> Words {
    let sentence = "this node is not in its role and has no role token to register with";
    let help = "put a role token of the slave role into the token file; the agent notices";
    Words::new(Code::NoToken, sentence, Some(help))
}

pub(super) fn no_such_role() -> Words {
    let sentence = "K2HR3 took this node into a role that it does not know, or that has no policy";
    let help = "check the spelling of k2hr3.role; after `unregister`, correct it and `register`";
    Words::new(Code::NoSuchRole, sentence, Some(help))
}

pub(super) fn token_refused() -> Words {
    let sentence = "K2HR3 does not accept the role token; this node reads by its address instead";
    let help = "put a new role token into the token file before this node gets another address or \
                is removed from its role: it could not register again";
    Words::new(Code::TokenRefused, sentence, Some(help))
}

pub(super) fn unregistered() -> Words {
    let sentence = "this node was taken out of its role on purpose and stays out";
    Words::new(Code::Unregistered, sentence, Some("`k2hdkc-slave-agent register` brings it back"))
}
