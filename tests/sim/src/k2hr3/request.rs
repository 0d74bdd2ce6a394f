//! A request as the server's routes see it.

use std::net::IpAddr;

use super::json::Json;
use super::yrn::hex;

/// One HTTP request, complete.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query as sent.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) peer: IpAddr,
    /// Whether the client means to use the connection again.
    pub(crate) keep_alive: bool,
}

/// What the `x-auth-token` header holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    None,
    Role(String),
    User(String),
}

impl Request {
    /// A header; several of one name are joined as Node joins them.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let mut values = self
            .headers
            .iter()
            .filter(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str());
        let first = values.next()?.to_owned();
        Some(values.fold(first, |all, value| all + ", " + value))
    }

    pub(crate) fn path(&self) -> &str {
        self.target.split_once('?').map_or(self.target.as_str(), |(path, _)| path)
    }

    pub(crate) fn query(&self) -> Query {
        Query::parse(self.target.split_once('?').map_or("", |(_, query)| query))
    }

    /// Only the exact prefixes `R=` and `U=` count; all else is a user token as a whole.
    pub(crate) fn token(&self) -> Token {
        let Some(value) = self.header("x-auth-token").filter(|value| !value.is_empty()) else {
            return Token::None;
        };
        if let Some(token) = value.strip_prefix("R=") {
            return Token::Role(token.to_owned());
        }
        Token::User(value.strip_prefix("U=").unwrap_or(&value).to_owned())
    }

    /// The address the server believes: the peer, or what a peer on loopback says it forwards for.
    ///
    /// This lets one test process play many nodes.
    pub(crate) fn client_ip(&self) -> String {
        let mut hops = vec![plain(&self.peer.to_canonical().to_string())];
        if let Some(forwarded) = self.header("x-forwarded-for") {
            hops.extend(forwarded.split(',').rev().map(|hop| plain(hop.trim())));
        }
        let untrusted = hops.iter().find(|hop| !is_loopback(hop));
        untrusted.or(hops.last()).cloned().unwrap_or_default()
    }

    /// The body as JSON, when the client says that it is.
    pub(crate) fn json(&self) -> Option<Result<Json, serde_json::Error>> {
        let content_type = self.header("content-type")?;
        let is_json = content_type.to_ascii_lowercase().starts_with("application/json");
        (is_json && !self.body.is_empty()).then(|| serde_json::from_slice(&self.body))
    }
}

fn plain(address: &str) -> String {
    address.strip_prefix("::ffff:").unwrap_or(address).to_owned()
}

fn is_loopback(address: &str) -> bool {
    address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The parameters of a query, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        Self(pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(unescaped).collect())
    }

    /// A parameter; one that is given twice is an array to the server, which then ignores it.
    pub(crate) fn one(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(found, _)| found == name);
        let value = values.next().map(|(_, value)| value.as_str());
        if values.next().is_some() { None } else { value }
    }

    /// A parameter that is given once and not empty.
    pub(crate) fn some(&self, name: &str) -> Option<&str> {
        self.one(name).filter(|value| !value.is_empty())
    }
}

fn unescaped((name, value): (&str, &str)) -> (String, String) {
    (form_text(name), form_text(value))
}

/// Malformed escapes stay as they are, as in Node's querystring.
fn form_text(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        let escaped = match rest {
            [high, low, ..] if *first == b'%' => hex(*high).zip(hex(*low)),
            _ => None,
        };
        match escaped {
            Some((high, low)) => {
                out.push(high << 4 | low);
                rest = rest.get(2..).unwrap_or_default();
            }
            None if *first == b'+' => out.push(b' '),
            None => out.push(*first),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(peer: &str, headers: &[(&str, &str)]) -> Request {
        Request {
            method: "GET".to_owned(),
            target: "/?cuk=a+b%2Bc&cuk2=%zz&type=a&type=b&empty=".to_owned(),
            headers: headers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            body: Vec::new(),
            peer: peer.parse().unwrap(),
            keep_alive: true,
        }
    }

    #[test]
    fn only_the_exact_prefixes_tell_a_role_token_from_a_user_token() {
        let token = |value| request("127.0.0.1", &[("X-Auth-Token", value)]).token();
        assert_eq!(token("R=abc"), Token::Role("abc".to_owned()));
        assert_eq!(token("U=abc"), Token::User("abc".to_owned()));
        assert_eq!(token("abc"), Token::User("abc".to_owned()));
        assert_eq!(token("r=abc"), Token::User("r=abc".to_owned()));
        assert_eq!(token("R= abc"), Token::Role(" abc".to_owned()));
        assert_eq!(token(""), Token::None);
        assert_eq!(request("127.0.0.1", &[]).token(), Token::None);
    }

    #[test]
    fn a_repeated_header_is_one_joined_value() {
        let twice = request("127.0.0.1", &[("x-auth-token", "R=a"), ("X-Auth-Token", "R=b")]);
        assert_eq!(twice.token(), Token::Role("a, R=b".to_owned()));
    }

    #[test]
    fn forwarded_addresses_count_only_from_a_peer_on_loopback() {
        let forwarded = |peer, list| request(peer, &[("x-forwarded-for", list)]).client_ip();
        assert_eq!(forwarded("127.0.0.1", "10.9.9.9"), "10.9.9.9");
        assert_eq!(forwarded("127.0.0.1", "10.1.1.1, 10.2.2.2, 127.0.0.9"), "10.2.2.2");
        assert_eq!(forwarded("127.0.0.1", "garbage"), "garbage");
        assert_eq!(forwarded("192.0.2.7", "10.9.9.9"), "192.0.2.7");
        assert_eq!(request("::ffff:192.0.2.7", &[]).client_ip(), "192.0.2.7");
        assert_eq!(request("127.0.0.55", &[]).client_ip(), "127.0.0.55");
    }

    #[test]
    fn a_plus_in_the_query_is_a_space_and_a_repeated_parameter_is_none() {
        let query = request("127.0.0.1", &[]).query();
        assert_eq!(query.one("cuk"), Some("a b+c"));
        assert_eq!(query.one("cuk2"), Some("%zz"));
        assert_eq!(query.one("type"), None);
        assert_eq!(query.one("empty"), Some(""));
        assert_eq!(query.some("empty"), None);
    }
}
