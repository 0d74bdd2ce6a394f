//! An answer as Express writes it: which headers, in which order, and when it is a 304.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha1::{Digest as _, Sha1};

use super::json::Json;
use super::request::Request;

const JSON: &str = "application/json; charset=utf-8";

/// An answer before it is put on the wire.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// What Express adds to a body: `Content-Length` and `ETag`.
    tagged: bool,
    /// A bodiless answer other than 204 ends with `Content-Length: 0` as its last header.
    pub(crate) ends_empty: bool,
    /// A template that loops for ever blocks the worker that was to answer.
    pub(crate) never: bool,
}

impl Response {
    pub(crate) fn json(status: u16, body: &impl Serialize) -> Self {
        // Serialising our own types cannot fail; an empty body would show in every test.
        Self::bytes(status, JSON, serde_json::to_vec(body).unwrap_or_default())
    }

    pub(crate) fn bytes(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        Self { body, tagged: true, ..Self::bare(status) }.with("Content-Type", content_type)
    }

    /// `{"result":true,"message":null, …}`
    pub(crate) fn done<const N: usize>(status: u16, members: [(&str, Json); N]) -> Self {
        let mut all = crate::k2hr3::json::Members::default();
        all.set("result", true.into());
        all.set("message", Json::Null);
        for (name, value) in members {
            all.set(name, value);
        }
        Self::json(status, &all)
    }

    /// `{"result":false,"message":…}`
    pub(crate) fn failed(status: u16, message: &str) -> Self {
        Self::json(status, &Json::object([("result", false.into()), ("message", message.into())]))
    }

    pub(crate) fn no_content() -> Self {
        Self::bare(204)
    }

    /// A refusal without a body, as HEAD and DELETE give it.
    pub(crate) fn bodiless(status: u16) -> Self {
        Self { ends_empty: true, ..Self::bare(status) }.with("Content-Type", JSON)
    }

    /// Never answered.
    pub(crate) fn never() -> Self {
        Self { never: true, ..Self::bare(0) }
    }

    pub(crate) fn bare(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            tagged: false,
            ends_empty: false,
            never: false,
        }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds what Express adds when it sends, and turns a fresh answer into a 304.
    pub(crate) fn finished(mut self, request: &Request) -> Self {
        let is_read = request.method == "GET" || request.method == "HEAD";
        if self.tagged {
            let tag = etag(&self.body);
            let fresh = is_read && (200..300).contains(&self.status) && is_fresh(request, &tag);
            if fresh {
                self = Self::bare(304);
            } else {
                self = self.sized();
            }
            self = self.with("ETag", &tag);
        }
        if request.method == "HEAD" {
            self.body.clear();
            self.ends_empty = false;
        }
        self
    }

    fn sized(self) -> Self {
        let length = self.body.len().to_string();
        self.with("Content-Length", &length)
    }
}

/// The weak tag that Express computes: the length in hexadecimal and 27 characters of a SHA-1.
pub(crate) fn etag(body: &[u8]) -> String {
    let sum = STANDARD.encode(Sha1::digest(body));
    let sum: String = sum.chars().take(27).collect();
    format!("W/\"{:x}-{sum}\"", body.len())
}

/// As the `fresh` module of Express 5 decides it.
fn is_fresh(request: &Request, tag: &str) -> bool {
    let no_cache = request
        .header("cache-control")
        .is_some_and(|value| value.split(',').any(|part| part.trim() == "no-cache"));
    let Some(wanted) = request.header("if-none-match") else {
        // `If-Modified-Since` alone never matches: no answer has a `Last-Modified`.
        return false;
    };
    let strong = tag.strip_prefix("W/").unwrap_or(tag);
    !no_cache
        && (wanted.trim() == "*"
            || wanted.split(',').any(|one| {
                let one = one.trim();
                one.strip_prefix("W/").unwrap_or(one) == strong
            }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: &str, headers: &[(&str, &str)]) -> Request {
        Request {
            method: method.to_owned(),
            target: "/".to_owned(),
            headers: headers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            body: Vec::new(),
            peer: std::net::Ipv4Addr::LOCALHOST.into(),
            keep_alive: true,
        }
    }

    #[test]
    fn the_tag_is_the_one_that_express_computes() {
        // Bodies and tags as a real server sent them.
        let seen = [
            (r#"{"result":true,"message":null}"#, r#"W/"1e-76ytJ67rlNiryno+8dHo7N0G2f0""#),
            (r#"{"version":["v1"]}"#, r#"W/"12-xJAXDxNN6dHZloyDSOYZx3NAvM0""#),
        ];
        for (body, tag) in seen {
            assert_eq!(etag(body.as_bytes()), tag);
        }
    }

    #[test]
    fn a_known_tag_is_answered_with_304_unless_no_cache_is_asked_for() {
        let answer = || Response::done(200, []);
        let tag = etag(&answer().body);
        let strong = tag.trim_start_matches("W/").to_owned();
        let listed = format!("\"a\", {tag}");
        for known in [tag.as_str(), "*", strong.as_str(), listed.as_str()] {
            let fresh = answer().finished(&asked("GET", &[("If-None-Match", known)]));
            assert_eq!((fresh.status, fresh.body.len()), (304, 0), "{known}");
        }
        let headers = [("If-None-Match", tag.as_str()), ("Cache-Control", "no-cache")];
        assert_eq!(answer().finished(&asked("GET", &headers)).status, 200);
        let put = answer().finished(&asked("PUT", &[("If-None-Match", &tag)]));
        assert_eq!(put.status, 200);
        let since = [("If-Modified-Since", "Sun, 22 Nov 2026 14:37:07 GMT")];
        assert_eq!(answer().finished(&asked("GET", &since)).status, 200);
    }

    #[test]
    fn an_error_is_never_a_304() {
        let answer = Response::failed(404, "x");
        let tag = etag(&answer.body);
        assert_eq!(answer.finished(&asked("GET", &[("If-None-Match", &tag)])).status, 404);
    }
}
