//! The opaque path under which user data is fetched: a role and a token, unreadable to the eye.
//!
//! The real one is AES; nothing but the server ever decodes it, so a key stream does here. It is
//! percent-encoded base64 with `+`, `/` and `=`, different every time, and never checked for life.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::json::Json;
use super::{random, yrn};

pub(crate) fn encoded(role: &str, token: &str) -> String {
    let salt = random::salt();
    let plain = Json::object([("role", role.into()), ("token", token.into())]).to_string();
    let mut bytes = salt.clone();
    bytes.push(b':');
    bytes.extend(veiled(plain.as_bytes(), &salt));
    STANDARD.encode(bytes).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

/// The role and the token.
pub(crate) fn decoded(path: &str) -> Option<(String, String)> {
    let bytes = STANDARD.decode(yrn::decode_all(path)?).ok()?;
    let (salt, rest) = bytes.split_at_checked(16)?;
    let hidden = rest.strip_prefix(b":")?;
    let plain: Json = serde_json::from_slice(&veiled(hidden, salt)).ok()?;
    let text = |name| plain.member(name).and_then(Json::as_text).map(str::to_owned);
    text("role").zip(text("token"))
}

fn veiled(bytes: &[u8], salt: &[u8]) -> Vec<u8> {
    let block = |number: u64| Sha256::new().chain_update(salt).chain_update(number.to_le_bytes());
    let stream = (0..).flat_map(|number| <[u8; 32]>::from(block(number).finalize()));
    bytes.iter().zip(stream).map(|(byte, key)| byte ^ key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registerpath_names_role_and_token_and_differs_every_time() {
        let path = encoded("yrn:yahoo:::t:role:r", "abc");
        let named = ("yrn:yahoo:::t:role:r".to_owned(), "abc".to_owned());
        assert_eq!(decoded(&path), Some(named));
        assert_ne!(path, encoded("yrn:yahoo:::t:role:r", "abc"));
        assert!(!path.contains(['+', '/', '=']));
    }

    #[test]
    fn garbage_names_nothing() {
        for path in ["", "zzz", "%zz", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(decoded(path), None, "{path}");
        }
    }
}
