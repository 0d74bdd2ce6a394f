//! Names: how a path becomes a YRN, and what the server takes for an IP address.

/// What the rest of a route's path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Named {
    Full(Yrn),
    Short(String),
}

/// `yrn:yahoo:<service>::<tenant>:<kind>:<path>`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Yrn {
    pub(crate) service: String,
    pub(crate) tenant: String,
    pub(crate) kind: String,
    pub(crate) path: String,
}

impl Yrn {
    pub(crate) fn new(tenant: &str, kind: &str, path: &str) -> Self {
        Self {
            service: String::new(),
            tenant: tenant.to_owned(),
            kind: kind.to_owned(),
            path: path.to_owned(),
        }
    }

    /// Only a full name of the wanted kind: one of another kind is a short name to the server.
    pub(crate) fn parse(text: &str, kind: &str) -> Option<Self> {
        let mut parts = text.splitn(7, ':');
        let (scheme, domain, service) = (parts.next()?, parts.next()?, parts.next()?);
        let (region, tenant, found, path) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let is_full = scheme == "yrn"
            && domain == "yahoo"
            && region.is_empty()
            && found == kind
            && !tenant.is_empty()
            && !path.is_empty();
        is_full.then(|| Self { service: service.to_owned(), ..Self::new(tenant, kind, path) })
    }

    pub(crate) fn text(&self) -> String {
        let Self { service, tenant, kind, path } = self;
        format!("yrn:yahoo:{service}::{tenant}:{kind}:{path}")
    }

    /// The names above this one, top-most first.
    pub(crate) fn parents(&self) -> Vec<String> {
        self.path
            .match_indices('/')
            .filter_map(|(at, _)| self.path.get(..at))
            .map(|path| Self { path: path.to_owned(), ..self.clone() }.text())
            .collect()
    }
}

impl Named {
    pub(crate) fn of(path: &str, kind: &str) -> Self {
        match Yrn::parse(path, kind) {
            Some(yrn) => Self::Full(yrn),
            None => Self::Short(path.to_owned()),
        }
    }
}

/// A path with its percent escapes resolved, except those of `;/?:@&=+$,#`.
///
/// The server uses JavaScript's `decodeURI`, so `%3A` and `%2F` are never turned back. None for a
/// malformed escape, which is a 500 there.
pub(crate) fn decode_path(path: &str) -> Option<String> {
    decode(path, b";/?:@&=+$,#")
}

/// A path with all its percent escapes resolved.
pub(crate) fn decode_all(path: &str) -> Option<String> {
    decode(path, b"")
}

fn decode(path: &str, kept: &[u8]) -> Option<String> {
    let mut out = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            out.push(*first);
            continue;
        }
        let [high, low, after @ ..] = rest else { return None };
        let byte = hex(*high)? << 4 | hex(*low)?;
        if kept.contains(&byte) {
            out.extend([b'%', *high, *low]);
        } else {
            out.push(byte);
        }
        rest = after;
    }
    String::from_utf8(out).ok()
}

pub(crate) fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// What the server takes for an IP address.
///
/// IPv4 is as everywhere. IPv6 is any sequence of (hexadecimal digits and a colon) before exactly
/// one hexadecimal digit: `fe80::12` is none, and the word `a` is one.
pub(crate) fn is_ip(text: &str) -> bool {
    is_ipv4(text) || is_ipv6(text)
}

fn is_ipv4(text: &str) -> bool {
    let octets: Vec<&str> = text.split('.').collect();
    octets.len() == 4
        && octets
            .iter()
            .all(|octet| octet.parse::<u8>().is_ok_and(|value| value.to_string() == *octet))
}

fn is_ipv6(text: &str) -> bool {
    let last = text.rsplit(':').next().unwrap_or_default();
    last.len() == 1
        && last.bytes().all(|byte| byte.is_ascii_hexdigit())
        && text.bytes().all(|byte| byte == b':' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_escapes_stay_as_they_are_and_others_are_resolved() {
        assert_eq!(decode_path("a%3Ab%2fc%20d%E3%81%82").unwrap(), "a%3Ab%2fc dあ");
        assert_eq!(decode_all("a%3Ab%2fc").unwrap(), "a:b/c");
    }

    #[test]
    fn a_malformed_escape_is_an_error() {
        for path in ["%", "a%2", "%zz", "%ff"] {
            assert_eq!(decode_path(path), None, "{path}");
        }
    }

    #[test]
    fn a_full_name_of_another_kind_is_a_short_name() {
        let name = "yrn:yahoo:::t:role:a/b";
        assert_eq!(Named::of(name, "resource"), Named::Short(name.to_owned()));
        assert_eq!(Named::of(name, "role"), Named::Full(Yrn::new("t", "role", "a/b")));
    }

    #[test]
    fn parents_come_top_most_first() {
        let parents = Yrn::new("t", "resource", "a/b/c").parents();
        assert_eq!(parents, ["yrn:yahoo:::t:resource:a", "yrn:yahoo:::t:resource:a/b"]);
    }

    #[test]
    fn what_is_an_address_follows_the_servers_odd_rule() {
        for address in ["127.0.0.1", "255.0.0.9", "fe80::1", "::1", "a", "7"] {
            assert!(is_ip(address), "{address}");
        }
        for other in ["fe80::12", "2001:db8::10", "256.0.0.1", "01.2.3.4", "host", "1.2.3", ""] {
            assert!(!is_ip(other), "{other}");
        }
    }
}
