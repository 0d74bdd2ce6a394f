//! Tokens and ids. They need to differ, not to be secret.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};

static DRAWN: AtomicU64 = AtomicU64::new(0);

fn bytes() -> [u8; 32] {
    let drawn = DRAWN.fetch_add(1, Ordering::Relaxed);
    // The keys of each `RandomState` differ, also between processes.
    let hashed = RandomState::new().hash_one(drawn);
    Sha256::new()
        .chain_update(hashed.to_le_bytes())
        .chain_update(drawn.to_le_bytes())
        .finalize()
        .into()
}

/// 64 lower-case hexadecimal digits.
pub(crate) fn token() -> String {
    bytes().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// An id of a role, a user or a host.
pub(crate) fn id() -> String {
    token().chars().take(32).collect()
}

/// Sixteen bytes for a registerpath.
pub(crate) fn salt() -> Vec<u8> {
    bytes().into_iter().take(16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_64_lower_case_hexadecimal_digits_and_differs_from_the_next() {
        let text = token();
        assert_eq!(text.len(), 64);
        assert!(text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)));
        assert_ne!(text, token());
    }
}
