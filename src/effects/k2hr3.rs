//! K2HR3: register, read, leave. Says what came back and draws no conclusions.

pub mod answer;
mod connect;
mod dated;
mod trust;
mod url;

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, Url};

use crate::effects::clock;
use crate::model::date;
use crate::model::failure::{Class, Failure, Request, classify};
use crate::model::identity::{Identity, RoleToken};
use crate::model::memory::Seconds;
use crate::model::observed::Carrier;
use crate::model::report::Traffic;
use crate::model::settings::K2hr3 as Reach;

pub use connect::Unusable;

/// The User-Agent of every request.
const AGENT: &str = concat!("k2hdkc-slave-agent/", env!("CARGO_PKG_VERSION"));
/// The header in which K2HR3 takes tokens.
const TOKEN: &str = "x-auth-token";

/// By what right the RESOURCE is read.
#[derive(Debug, Clone, Copy)]
pub enum By<'a> {
    /// By the role token: works from anywhere, before registration and after.
    Token(&'a RoleToken),
    /// By the address of a registered node: works for ever, without any token.
    Address,
}

/// What K2HR3 publishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The same as under the tag that was sent along.
    Same,
    /// A text, and the tag to ask for it again.
    Text {
        /// The text.
        text: String,
        /// Its tag.
        etag: Option<String>,
    },
}

/// A connection to one K2HR3.
#[derive(Debug)]
pub struct K2hr3 {
    way: connect::Connector,
    base: String,
    who: Identity,
    /// Where the text of the RESOURCE is, by token and by address: made out once, as it is what is
    /// asked for at every look.
    text: [Url; 2],
    dated: dated::Dated,
    requests: AtomicU64,
    received: AtomicU64,
}

impl K2hr3 {
    /// Prepares connections for the node `who`; makes none.
    pub fn new(reach: &Reach, who: &Identity) -> Result<Self, Unusable> {
        Self::over(reach, who, None)
    }

    /// Prepares connections that come from `address`, which this host has to have.
    pub fn coming_from(reach: &Reach, who: &Identity, address: IpAddr) -> Result<Self, Unusable> {
        Self::over(reach, who, Some(address))
    }

    fn over(reach: &Reach, who: &Identity, from: Option<IpAddr>) -> Result<Self, Unusable> {
        let way = connect::Connector::new(reach, AGENT, from)?;
        let (base, who) = (reach.api_uri.clone(), who.clone());
        let text_by = |carrier| url::resource(&base, &who, carrier);
        let text = [text_by(Carrier::Token)?, text_by(Carrier::Address)?];
        Ok(Self {
            way,
            base,
            who,
            text,
            dated: dated::Dated::default(),
            requests: AtomicU64::new(0),
            received: AtomicU64::new(0),
        })
    }

    /// What was exchanged so far.
    pub fn traffic(&self) -> Traffic {
        Traffic {
            requests: self.requests.load(Ordering::Relaxed),
            received: self.received.load(Ordering::Relaxed),
        }
    }

    /// The address of this host in its last exchange with K2HR3. Behind a NAT K2HR3 sees another
    /// one; but when this one changes, that may have changed, too.
    pub fn own_address(&self) -> Option<IpAddr> {
        self.way.pin().own_address()
    }

    /// How many seconds the clock of this host is ahead of K2HR3's, as of its last answer.
    pub fn clock_ahead(&self) -> Option<i64> {
        self.dated.ahead()
    }

    /// Reads the RESOURCE, unless it still is the one with the tag `etag`.
    pub async fn read(&self, by: By<'_>, etag: Option<&str>) -> Result<Answer, Failure> {
        let [by_token, by_address] = &self.text;
        let (request, url) = match by {
            // With a token, port, cuk and role are forbidden: 400.
            By::Token(_) => (Request::ReadByToken, by_token),
            By::Address => (Request::ReadByAddress, by_address),
        };
        let ask = || {
            let mut ask = self.way.http().request(Method::GET, url.clone());
            if let By::Token(token) = by {
                ask = ask.header(TOKEN, token.header());
            }
            match etag {
                Some(etag) => ask.header("if-none-match", etag),
                None => ask,
            }
        };
        // The server closes an idle connection after five seconds, which may cross our request.
        let response = match self.send(ask).await {
            Err(failure) if failure.class == Class::Unreachable => self.send(ask).await?,
            result => result?,
        };
        let token = match by {
            By::Token(token) => Some(token),
            By::Address => None,
        };
        if response.status().as_u16() == 304 && etag.is_some() {
            return Ok(Answer::Same);
        }
        answer::published(request, response, token).await
    }

    /// Reads one key of the RESOURCE: any JSON value, or `None` when it has no such key.
    pub async fn key(&self, by: By<'_>, name: &str) -> Result<Option<serde_json::Value>, Failure> {
        let (request, carrier, token) = match by {
            By::Token(token) => (Request::ReadByToken, Carrier::Token, Some(token)),
            By::Address => (Request::ReadByAddress, Carrier::Address, None),
        };
        let url = url::key(&self.base, &self.who, carrier, name);
        let ask = || {
            let ask = self.way.http().request(Method::GET, &url);
            match token {
                Some(token) => ask.header(TOKEN, token.header()),
                None => ask,
            }
        };
        answer::value(request, self.send(ask).await?, token).await
    }

    /// Makes this node a member of its role. Safe to repeat, but not for free: see the caller.
    pub async fn register(&self, token: &RoleToken) -> Result<(), Failure> {
        let url = url::registration(&self.base, &self.who);
        let ask = || self.way.http().request(Method::PUT, &url).header(TOKEN, token.header());
        let response = self.send(ask).await?;
        answer::done(Request::Register, 201, response, Some(token)).await
    }

    /// Whether K2HR3 knows the role that this node is a member of. It registers and lets read also
    /// where the role was never made, if only one above it may; but it gives no token for it
    /// (measured on 2.0.3). The token is not needed, and dropped.
    pub async fn knows_role(&self) -> Result<(), Failure> {
        let url = url::token(&self.base, &self.who);
        let ask = || self.way.http().request(Method::GET, &url);
        answer::done(Request::ReadByAddress, 200, self.send(ask).await?, None).await
    }

    /// Takes this node out of its role. Never with a token: that would delete the token, which all
    /// nodes of the cluster may share, and leave the node in the role.
    pub async fn unregister(&self) -> Result<(), Failure> {
        let url = url::removal(&self.base, &self.who);
        let ask = || self.way.http().request(Method::DELETE, &url);
        let response = self.send(ask).await?;
        answer::done(Request::Unregister, 204, response, None).await
    }

    /// Sends what `ask` makes; once more where the resolver's answer alone was waited for.
    async fn send(&self, ask: impl Fn() -> RequestBuilder) -> Result<Response, Failure> {
        match self.exchange(ask()).await {
            Err(_) if self.way.pin().is_resolved_late() => self.exchange(ask()).await,
            result => result,
        }
    }

    async fn exchange(&self, ask: RequestBuilder) -> Result<Response, Failure> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let response = ask.send().await.map_err(|error| self.way.failure(&error))?;
        self.way.pin().note(response.remote_addr());
        self.dated.note(&response);
        self.received.fetch_add(response.content_length().unwrap_or_default(), Ordering::Relaxed);
        Ok(response)
    }
}

fn refused(request: Request, status: u16, message: &str, shown: &str) -> Failure {
    let class = classify(request, status, message);
    let text = if shown.is_empty() {
        format!("K2HR3 answered {status}")
    } else {
        format!("K2HR3 answered {status}: {shown}")
    };
    Failure { class, text, retry_after: None }
}

/// How long the answer asks to be left alone. What hangs on a date goes by the clock that wrote it.
fn retry_after(response: &Response) -> Option<Duration> {
    let header = |name| response.headers().get(name)?.to_str().ok().map(str::trim);
    let now = || header("date").and_then(date::of_http).unwrap_or_else(clock::now);
    time_asked_for(header("retry-after")?, now)
}

/// Seconds, or a date (RFC 9110). More than can be counted is for as long as one waits at all.
fn time_asked_for(asked: &str, now: impl Fn() -> Seconds) -> Option<Duration> {
    let is_number = !asked.is_empty() && asked.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = if is_number {
        asked.parse().unwrap_or(u64::MAX)
    } else {
        date::of_http(asked)?.checked_sub(now())?
    };
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_asks_to_be_left_alone_for_seconds_or_until_a_date() {
        let asked = |text| time_asked_for(text, || 1_795_358_000).map(|asked| asked.as_secs());
        assert_eq!(asked("120"), Some(120));
        assert_eq!(asked("99999999999999999999999"), Some(u64::MAX));
        assert_eq!(asked("Sun, 22 Nov 2026 14:34:53 GMT"), Some(93));
        for text in ["", "-1", "soon", "Sun, 22 Nov 2020 14:34:53 GMT"] {
            assert_eq!(asked(text), None, "{text}");
        }
    }
}
