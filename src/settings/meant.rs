//! Which setting was probably meant by a name that is none.

use super::keys::KEYS;
use super::values;

/// The key that `wanted` is nearest to: in another section, or misspelt.
pub(super) fn key(wanted: &str) -> Option<&'static str> {
    let wanted = wanted.to_lowercase();
    let name = wanted.rsplit('.').next().unwrap_or(&wanted);
    let mut elsewhere = KEYS.iter().filter(|key| key.parts().1 == name);
    match (elsewhere.next(), elsewhere.next()) {
        (Some(only), None) => Some(only.name),
        _ => values::nearest(&wanted, KEYS.iter().map(|key| key.name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_found_by_its_letters_and_in_another_section() {
        assert_eq!(key("pace.intervall"), Some("pace.interval"));
        assert_eq!(key("Pace.Interval"), Some("pace.interval"));
        assert_eq!(key("k2hr3.api_url"), Some("k2hr3.api_uri"));
        assert_eq!(key("k2hr3.interval"), Some("pace.interval"));
        assert_eq!(key("interval"), Some("pace.interval"));
        // Both [node] and [chmpx] have one: the letters decide.
        assert_eq!(key("nod.cuk"), Some("node.cuk"));
        assert_eq!(key("colour.of_the_sky"), None);
    }
}
