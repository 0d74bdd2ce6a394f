//! An answer of K2HR3: its envelope, the text or the list of packages in it, and its complaints.

use k2hdkc_slave_agent::effects::k2hr3::answer::{declined, opened};
use k2hdkc_slave_agent::model::candidate::{Draft, Stamp};
use k2hdkc_slave_agent::model::conf::Conf;
use k2hdkc_slave_agent::model::failure::Request;
use k2hdkc_slave_agent::model::identity::{Cuk, RoleToken};
use k2hdkc_slave_agent::model::packages::{Package, Unit, Wanted};
use serde_json::Value;

use super::{config, is_plain};

/// The token that is sent along; it is among the words of the dictionary.
const TOKEN: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
/// No text of a failure is longer, in characters.
const LONGEST: usize = 300;

pub fn read(bytes: &[u8]) {
    let token = RoleToken::parse(TOKEN).unwrap();
    for (status, request) in
        [(400, Request::Register), (401, Request::ReadByToken), (404, Request::ReadByAddress)]
    {
        may_be_told(&declined(request, status, bytes, Some(&token)).text);
    }
    match opened(Request::ReadByToken, 200, bytes, Some(&token)) {
        Err(failure) => may_be_told(&failure.text),
        Ok(Some(value)) => {
            names(&value);
            if let Value::String(text) = value {
                candidate(&text);
            }
        }
        Ok(None) => {}
    }
}

/// What is told of an answer is short, is one line, and holds no token.
fn may_be_told(text: &str) {
    assert!(!text.contains(TOKEN) && is_plain(text), "{text:?}");
    assert!(text.chars().count() <= LONGEST, "{text:?}");
}

/// No name out of a resource is more than one word of a command, nor an option or a path.
fn names(value: &Value) {
    let wanted = Wanted::of(std::slice::from_ref(value), value);
    let packages = wanted.packages.iter().map(Package::as_str);
    let units = wanted.units.iter().map(Unit::as_str);
    for name in packages.chain(units) {
        assert!(name.starts_with(|c: char| c.is_ascii_alphanumeric()), "{name:?}");
        assert!(!name.contains(|c: char| c.is_whitespace() || "/*?[$`;&|<>()".contains(c)));
    }
    for refused in wanted.refused {
        assert!(is_plain(&refused.name) && refused.name.chars().count() <= 60);
    }
}

/// What may reach the disk reads as the generation that it was given, and has no marker left.
fn candidate(text: &str) {
    let cuk = Cuk::parse("i-fuzz").unwrap();
    let draft = Draft::new(text, &cuk);
    // What is listed is asked before anything else is known.
    let _listed = draft.lists(&cuk);
    let host = config::host(&Conf::read(text.as_bytes()));
    let Ok(candidate) = draft.check(&host, Stamp::Generation) else { return };
    let bytes = candidate.at_generation(4711).bytes();
    assert_eq!(Conf::read(&bytes).file_version().map(|version| version.value), Some(4711));
    assert!(!String::from_utf8(bytes).unwrap().contains("__SELF_INSTANCE_ID__"));
}
