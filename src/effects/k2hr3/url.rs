//! The addresses of K2HR3's API, in the spelling that it reads back as meant.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use reqwest::Url;

use super::Unusable;
use crate::model::identity::Identity;
use crate::model::observed::Carrier;

/// In a path `:` and `/` have to stay as they are: K2HR3 2.0.3 never decodes `%3A` and `%2F`, nor
/// the escapes of the other reserved characters.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b'/')
    .remove(b'@')
    .remove(b'&')
    .remove(b'=')
    .remove(b'+')
    .remove(b'$')
    .remove(b',')
    .remove(b';');
/// In a query everything else is decoded; `+` would become a blank.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What makes K2HR3's own watcher take the node for an OpenStack instance.
const EXTRA: &str = "openstack-auto-v1";

/// Where the text of the RESOURCE is: it is what K2HR3 gives when no type is named.
pub(super) fn resource(base: &str, who: &Identity, by: Carrier) -> Result<Url, Unusable> {
    let path = utf8_percent_encode(&who.resource, PATH);
    let url = match by {
        Carrier::Token => format!("{base}/v1/resource/{path}"),
        Carrier::Address => format!("{base}/v1/resource/{path}?{}", address(who)),
    };
    Url::parse(&url).map_err(|error| Unusable::Address { url, why: error.to_string() })
}

/// Where one key of the RESOURCE is.
pub(super) fn key(base: &str, who: &Identity, by: Carrier, name: &str) -> String {
    let path = utf8_percent_encode(&who.resource, PATH);
    let url = format!("{base}/v1/resource/{path}?type=keys&keyname={}", query(name));
    match by {
        Carrier::Token => url,
        Carrier::Address => format!("{url}&{}", address(who)),
    }
}

/// What a read without a token has to name.
fn address(who: &Identity) -> String {
    let role = who.role.to_string();
    format!("role={}&cuk={}", query(&role), query(who.cuk.as_str()))
}

pub(super) fn registration(base: &str, who: &Identity) -> String {
    // As JSON strings: text that happens to be JSON, such as a host called 123, is parsed
    // otherwise, and refused with 400 or 500.
    let mut url = format!("{}&extra={}", member(base, who), query(&json_string(EXTRA)));
    if let Some(tag) = &who.tag {
        url.push_str("&tag=");
        url.extend(query(&json_string(tag.as_str())));
    }
    url
}

/// Always with the unique key: without it every member with the address of this node would go.
pub(super) fn removal(base: &str, who: &Identity) -> String {
    member(base, who)
}

/// Where a member gets a token of its own, without any.
pub(super) fn token(base: &str, who: &Identity) -> String {
    let role = who.role.to_string();
    let path = utf8_percent_encode(&role, PATH);
    format!("{base}/v1/role/token/{path}?cuk={}", query(who.cuk.as_str()))
}

fn member(base: &str, who: &Identity) -> String {
    let role = who.role.to_string();
    let path = utf8_percent_encode(&role, PATH);
    format!("{base}/v1/role/{path}?cuk={}", query(who.cuk.as_str()))
}

fn query(text: &str) -> percent_encoding::PercentEncode<'_> {
    utf8_percent_encode(text, QUERY)
}

fn json_string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::identity::{Cuk, Role, Tag};

    fn node(cuk: &str, tag: &str) -> Identity {
        let role = Role::parse("yrn:yahoo:::t 1:role:c/slave").unwrap();
        Identity {
            resource: role.resource(),
            role,
            cuk: Cuk::parse(cuk).unwrap(),
            tag: Some(Tag::parse(tag).unwrap()),
        }
    }

    #[test]
    fn colons_and_slashes_stay_literal_in_a_path() {
        let url = resource("http://h", &node("i", "t"), Carrier::Token).unwrap().to_string();
        assert_eq!(url, "http://h/v1/resource/yrn:yahoo:::t%201:resource:c/slave");
    }

    #[test]
    fn what_is_no_address_is_an_error_at_the_start() {
        for base in ["http://h:99999", "http://größe.example", "http://a b"] {
            assert!(resource(base, &node("i", "t"), Carrier::Token).is_err(), "{base}");
        }
    }

    #[test]
    fn a_key_is_named_beside_its_type() {
        let url = key("http://h", &node("i", "t"), Carrier::Token, "k2hr3-init-packages");
        assert!(url.ends_with("?type=keys&keyname=k2hr3-init-packages"), "{url}");
    }

    #[test]
    fn only_a_read_without_token_names_role_and_key() {
        let url = resource("http://h", &node("a+b", "t"), Carrier::Address).unwrap().to_string();
        let query = "?role=yrn%3Ayahoo%3A%3A%3At%201%3Arole%3Ac%2Fslave&cuk=a%2Bb";
        assert!(url.ends_with(query), "{url}");
    }

    #[test]
    fn a_tag_is_sent_as_a_json_string_even_when_it_is_a_number() {
        let url = registration("http://h", &node("i&x", "123"));
        assert!(url.ends_with("?cuk=i%26x&extra=%22openstack-auto-v1%22&tag=%22123%22"), "{url}");
    }

    #[test]
    fn a_removal_always_names_the_key() {
        assert!(removal("http://h", &node("i", "t")).ends_with("role:c/slave?cuk=i"));
    }
}
