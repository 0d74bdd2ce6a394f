//! Lists of `host[:port]`: ENDPOINTS, CTLENDPOINTS and the two kinds of peers.

use std::net::IpAddr;

use super::text::{Text, trim};

/// One place that a node can be reached at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Endpoint {
    /// Host name or address.
    pub host: String,
    /// Its port, or the default that was given.
    pub port: i16,
}

/// No more items than this are kept; chmpx has room for four of each kind in its table.
const MOST_ITEMS: usize = 64;

/// Reads a list as chmpx does (`CvtHostPortStringToList` in its lib/chmconf.cc).
///
/// Items that chmpx cannot read are left out of the list; the number of them comes second.
pub fn endpoints(list: &Text, default_port: i16) -> (Vec<Endpoint>, usize) {
    let list = list.as_bytes();
    // `getline` sees nothing after the last separator.
    let list = list.strip_suffix(b",").unwrap_or(list);
    if list.is_empty() {
        return (Vec::new(), 0);
    }
    let (mut read, mut wrong) = (Vec::new(), 0);
    for item in list.split(|byte| *byte == b',') {
        match endpoint(trim(item), default_port) {
            Some(found) => read.push(found),
            None => wrong += 1,
        }
        if read.len() == MOST_ITEMS {
            break;
        }
    }
    (read, wrong)
}

/// `ChmNetDb::ParseHostPortString` in lib/chmnetdb.cc.
fn endpoint(item: &[u8], default_port: i16) -> Option<Endpoint> {
    let item = std::str::from_utf8(item).ok()?;
    let item = without_zone(item);
    let item = trim_str(&item);
    if is_ipv6(item) {
        return Some(Endpoint { host: unmapped(item), port: default_port });
    }
    let item = item.replacen(" port ", " ", 1);
    let item = trim_str(&item);

    let host = item.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let digits = item.get(host.len()..).unwrap_or_default();
    let separator = host.chars().next_back().filter(|sign| ":#p(\\.) ".contains(*sign));
    let host = separator.and_then(|sign| host.strip_suffix(sign)).filter(|host| !host.is_empty());

    match (host, separator) {
        (Some(host), Some(_)) if !digits.is_empty() && host.contains(':') => {
            let host = trim_str(host);
            let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
            let host = trim_str(bare.unwrap_or(host));
            is_ipv6(host)
                .then(|| Endpoint { host: unmapped(host), port: Text::from(digits).port() })
        }
        (Some(host), Some(':')) if !digits.is_empty() => {
            let host = trim_str(host);
            (is_ipv4(host) || is_host_name(host))
                .then(|| Endpoint { host: host.to_owned(), port: Text::from(digits).port() })
        }
        _ => (is_ipv4(item) || is_host_name(item))
            .then(|| Endpoint { host: item.to_owned(), port: default_port }),
    }
}

fn trim_str(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n'])
}

/// Cuts `%zone`, but keeps what looks like a port behind it (`CheckZoneIndexString`).
fn without_zone(item: &str) -> String {
    let Some((address, zone)) = item.rsplit_once('%') else { return item.to_owned() };
    let port = zone.find([' ', '#', ':', '.', 'p']).and_then(|at| zone.get(at..));
    format!("{address}{}", port.unwrap_or_default())
}

/// As loose as chmpx's own look (`CheckStringIPv6Format`): `ab:80` passes.
fn is_ipv6(text: &str) -> bool {
    let (groups, quad) = match text.split_once('.') {
        Some(_) => text.rsplit_once(':').map_or((text, ""), |(groups, quad)| (groups, quad)),
        None => (text, ""),
    };
    let colons = groups.matches(':').count() + usize::from(!quad.is_empty());
    let hex = |group: &str| {
        group.bytes().all(|byte| byte.is_ascii_hexdigit())
            && (group.is_empty() || u32::from_str_radix(group, 16).is_ok_and(|n| n <= 0xffff))
    };
    groups.split(':').all(hex)
        && if quad.is_empty() { (1..8).contains(&colons) } else { colons < 7 && is_ipv4(quad) }
}

fn is_ipv4(text: &str) -> bool {
    let mut parts = 0;
    let valid = text.split('.').all(|part| {
        parts += 1;
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        digits && part.parse::<u64>().is_ok_and(|number| number <= 255)
    });
    valid && parts == 4
}

fn is_host_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// An IPv4 address in IPv6 clothes is undressed.
fn unmapped(address: &str) -> String {
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V6(six)) if address.starts_with("::ffff:") => match six.to_ipv4_mapped() {
            Some(four) => four.to_string(),
            None => address.to_owned(),
        },
        Ok(_) | Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests;
