//! What kinds of lines the log has. The journal knows each by a number that never changes.

use sha2::{Digest, Sha256};

use crate::model::report::Code;

/// What happens, beside the verdicts: the words of the field `event`.
pub const EVENTS: [&str; 17] = [
    "agent-starts",
    "agent-stops",
    "settings-read",
    "settings-refused",
    "registered",
    "left-role",
    "adopted",
    "put-right",
    "restarting-chmpx",
    "roll-back",
    "trouble-began",
    "trouble-goes-on",
    "trouble-over",
    "token-open",
    "clock-set",
    "history-anew",
    "not-watched",
];

/// Every kind: the events and the codes of verdicts.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    EVENTS.into_iter().chain(Code::ALL.iter().map(|code| code.as_str()))
}

/// The message id of a kind, as the catalog has it: taken from its name, so that it stays as long
/// as that. Its bits are those of a random UUID, as the journal wants them.
pub fn message_id(kind: &str) -> String {
    let digest = Sha256::digest(format!("k2hdkc-slave-agent {kind}"));
    let number =
        digest.iter().take(16).fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let number = number & !(0xf << 76) | 4 << 76;
    let number = number & !(3 << 62) | 2 << 62;
    format!("{number:032x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_that_of_a_random_uuid_and_never_changes() {
        assert_eq!(message_id("adopted").len(), 32);
        for kind in kinds() {
            let id = message_id(kind);
            assert_eq!(id.as_bytes()[12], b'4', "{id}");
            assert!(matches!(id.as_bytes()[16], b'8' | b'9' | b'a' | b'b'), "{id}");
        }
    }
}
