//! What a registration says about the host, and how 2.0.3 takes it.

use super::made;
use crate::k2hr3::host::Host;
use crate::k2hr3::json::Json;
use crate::k2hr3::request::{Query, Request};
use crate::k2hr3::state::{Refusal, refused};
use crate::k2hr3::yrn::is_ip;

/// A registration as sent.
#[derive(Debug, Default)]
pub(super) struct Registration {
    /// All but the address, when the caller means itself.
    pub(super) host: Host,
    /// Hosts named by a user; none means the caller itself.
    pub(super) named: Vec<String>,
    /// What to clear first: `hostname` or `ips`.
    pub(super) cleared: Vec<&'static str>,
}

/// Where the parameters of a registration are.
enum Source {
    Put(Query),
    Post(Json),
}

impl Registration {
    pub(super) fn of(request: &Request, numbers_are_refused: bool) -> Result<Self, Refusal> {
        let source = Source::of(request)?;
        let tag = source.text("tag", numbers_are_refused)?;
        let extra = source.text("extra", numbers_are_refused)?;
        let host = Host {
            ip: String::new(),
            port: number_text(source.raw("port").as_deref()),
            cuk: source.raw("cuk").unwrap_or_default().trim().to_owned(),
            extra,
            tag,
            inboundip: source.address("inboundip", "inbound")?,
            outboundip: source.address("outboundip", "outbound")?,
            id: String::new(),
        };
        let cleared = [("clear_hostname", "hostname"), ("clear_ips", "ips")]
            .into_iter()
            .filter(|(name, _)| source.raw(name).is_some_and(|value| value == "true"))
            .map(|(_, what)| what)
            .collect();
        let named = made::names(&source.raw("host").unwrap_or_default());
        Ok(Self { host, named, cleared })
    }

    /// Whether the caller registers its own address.
    pub(super) fn is_self(&self) -> bool {
        self.named.is_empty() && self.cleared.is_empty()
    }
}

impl Source {
    fn of(request: &Request) -> Result<Self, Refusal> {
        if request.method == "PUT" {
            return Ok(Self::Put(request.query()));
        }
        match request.json() {
            Some(Err(_)) => refused(400, "Internal server error"),
            Some(Ok(body)) if body.member("host").is_some() => Ok(Self::Post(body)),
            Some(Ok(_)) | None => refused(400, "POST body does not have host data"),
        }
    }

    fn verb(&self) -> &'static str {
        match self {
            Self::Put(_) => "PUT",
            Self::Post(_) => "POST",
        }
    }

    /// A parameter as text; in a body, a value of another type than string is dropped, but ports.
    fn raw(&self, name: &str) -> Option<String> {
        match self {
            Self::Put(query) => query.one(name).map(str::to_owned),
            Self::Post(body) => {
                let is_outside = name.starts_with("clear_");
                let holder = if is_outside { body } else { body.member("host")? };
                let value = holder.member(name)?;
                match value {
                    Json::Text(text) => Some(text.clone()),
                    Json::Number(number) if name == "port" => Some(number.to_string()),
                    Json::Bool(value) if is_outside => Some(value.to_string()),
                    Json::List(_) if name == "host" => Some(value.to_string()),
                    Json::Null
                    | Json::Bool(_)
                    | Json::Number(_)
                    | Json::List(_)
                    | Json::Object(_) => None,
                }
            }
        }
    }

    /// `tag` or `extra`: a value that happens to be JSON must be a non-empty string in it.
    fn text(&self, name: &str, numbers_are_refused: bool) -> Result<String, Refusal> {
        let sent = self.raw(name).unwrap_or_default();
        match sent.parse::<Json>() {
            Err(_) => Ok(sent),
            Ok(Json::Text(text)) if !text.is_empty() => Ok(text),
            Ok(Json::Number(_)) if !numbers_are_refused => Ok(sent),
            // The path to the error message dereferences a body, which a PUT does not have.
            Ok(_) if name == "tag" && self.verb() == "PUT" => refused(500, "Internal server error"),
            Ok(_) => {
                let (verb, sent) = (self.verb(), Json::from(sent));
                refused(400, format!("{verb} request has {name} which is not string: {sent}"))
            }
        }
    }

    fn address(&self, name: &str, kind: &str) -> Result<String, Refusal> {
        let sent = self.raw(name).unwrap_or_default();
        if sent.is_empty() || is_ip(&sent) {
            return Ok(sent);
        }
        let (verb, sent) = (self.verb(), Json::from(sent));
        let text = format!(
            "{verb} request has {kind} ip address which is not ignore ip address string: {sent}"
        );
        refused(400, text)
    }
}

/// A port as JavaScript writes it; what is no number means any, which is 0.
pub(super) fn number_text(sent: Option<&str>) -> String {
    let number = sent.and_then(|sent| sent.trim().parse::<f64>().ok());
    number.filter(|number| number.is_finite()).unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(query: &str) -> Result<Registration, Refusal> {
        let request = Request {
            method: "PUT".to_owned(),
            target: format!("/v1/role/r?{query}"),
            headers: Vec::new(),
            body: Vec::new(),
            peer: std::net::Ipv4Addr::LOCALHOST.into(),
            keep_alive: true,
        };
        Registration::of(&request, true)
    }

    #[test]
    fn ports_are_stored_as_javascript_writes_them() {
        for (sent, stored) in
            [("8031", "8031"), ("-5", "-5"), ("1.5", "1.5"), ("1e3", "1000"), ("x", "0"), ("", "0")]
        {
            assert_eq!(number_text(Some(sent)), stored);
        }
        assert_eq!(number_text(None), "0");
    }

    #[test]
    fn a_tag_or_extra_that_is_json_must_be_a_string_in_it() {
        assert_eq!(put("tag=%22abc%22").unwrap().host.tag, "abc");
        assert_eq!(put("tag=%20a%20b&extra=x").unwrap().host.tag, " a b");
        for value in ["123", "1e5", "true", "null", "{}", "[]", "%22%22"] {
            let tag = put(&format!("tag={value}")).unwrap_err();
            assert_eq!((tag.status, tag.message.as_str()), (500, "Internal server error"));
            assert_eq!(put(&format!("extra={value}")).unwrap_err().status, 400);
        }
        let text = "PUT request has extra which is not string: \"123\"";
        assert_eq!(put("extra=123").unwrap_err().message, text);
    }

    #[test]
    fn a_cuk_is_trimmed_and_one_given_twice_is_none() {
        assert_eq!(put("cuk=%20a%20").unwrap().host.cuk, "a");
        assert_eq!(put("cuk=a&cuk=b").unwrap().host.cuk, "");
    }

    #[test]
    fn inbound_and_outbound_must_be_what_the_server_takes_for_addresses() {
        assert_eq!(put("inboundip=10.0.0.1").unwrap().host.inboundip, "10.0.0.1");
        let text =
            "PUT request has inbound ip address which is not ignore ip address string: \"None\"";
        assert_eq!(put("inboundip=None").unwrap_err().message, text);
    }
}
