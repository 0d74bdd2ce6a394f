//! A host in a role, and the loose matching by which 2.0.3 finds one.

use serde::{Deserialize, Serialize};

use super::json::{Json, Members};
use super::k8s;

const OPENSTACK: &str = "openstack-auto-v1";
pub(crate) const KUBERNETES: &str = "k8s-auto-v1";

/// A host in a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Host {
    /// The address it registered from.
    pub ip: String,
    /// The port as JavaScript writes the number; `0` is any.
    pub port: String,
    /// The instance id; may be empty.
    pub cuk: String,
    /// What kind of host registered.
    pub extra: String,
    /// Free text; templates use it as a name.
    pub tag: String,
    /// The address to reach it by; may be empty.
    pub inboundip: String,
    /// The address it comes from; may be empty.
    pub outboundip: String,
    /// Fresh with each registration: tokens issued to the host die with it.
    #[serde(skip)]
    pub(crate) id: String,
}

impl Default for Host {
    fn default() -> Self {
        let empty = String::new;
        Self {
            ip: empty(),
            port: "0".to_owned(),
            cuk: empty(),
            extra: OPENSTACK.to_owned(),
            tag: empty(),
            inboundip: empty(),
            outboundip: empty(),
            id: empty(),
        }
    }
}

impl Host {
    /// A host as the official script registers it, without CUK and tag.
    pub fn at(ip: impl Into<String>) -> Self {
        Self { ip: ip.into(), ..Self::default() }
    }

    /// With this CUK.
    #[must_use]
    pub fn cuk(self, cuk: impl Into<String>) -> Self {
        Self { cuk: cuk.into(), ..self }
    }

    /// With this tag.
    #[must_use]
    pub fn tag(self, tag: impl Into<String>) -> Self {
        Self { tag: tag.into(), ..self }
    }

    /// With this port.
    #[must_use]
    pub fn port(self, port: u16) -> Self {
        Self { port: port.to_string(), ..self }
    }

    /// With this extra.
    #[must_use]
    pub fn extra(self, extra: impl Into<String>) -> Self {
        Self { extra: extra.into(), ..self }
    }

    pub(crate) fn key(&self) -> String {
        let port = if self.port == "0" { "*" } else { &self.port };
        format!("{} {port} {}", self.ip, self.cuk)
    }

    /// The server splits keys at spaces, so a CUK with one is stored and never found again.
    pub(crate) fn is_ghost(&self) -> bool {
        self.cuk.contains(' ')
    }

    /// The line that a user sees: empty fields collapse, and an unknown extra is hidden.
    pub(crate) fn line(&self) -> String {
        let extra = if is_known(&self.extra) { self.extra.as_str() } else { "" };
        [extra, &self.tag, &self.inboundip, &self.outboundip]
            .into_iter()
            .filter(|field| !field.is_empty())
            .fold(self.key(), |line, field| line + " " + field)
    }

    /// The value in a template's `…/hosts/ip` collection.
    pub(crate) fn as_json(&self) -> Json {
        let mut all: Members = [
            ("host".to_owned(), self.ip.as_str().into()),
            ("port".to_owned(), Json::Number(self.port.parse().unwrap_or_default())),
            ("extra".to_owned(), Json::text_or_null(&self.extra)),
            ("cuk".to_owned(), Json::text_or_null(&self.cuk)),
            ("tag".to_owned(), Json::text_or_null(&self.tag)),
            ("inboundip".to_owned(), Json::text_or_null(&self.inboundip)),
            ("outboundip".to_owned(), Json::text_or_null(&self.outboundip)),
        ]
        .into_iter()
        .collect();
        if self.extra == KUBERNETES {
            all.merge(&k8s::fields(&self.cuk).unwrap_or_default());
        }
        Json::Object(all)
    }
}

pub(crate) fn is_known(extra: &str) -> bool {
    extra == OPENSTACK || extra == KUBERNETES
}

/// Which host is meant; an empty CUK and port `0` mean any.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) ip: &'a str,
    pub(crate) port: &'a str,
    pub(crate) cuk: &'a str,
}

impl Wanted<'_> {
    /// The extra is derived from the CUK and not what the request said.
    fn extra(&self) -> &'static str {
        match self.cuk {
            "" => "",
            cuk if k8s::fields(cuk).is_some() => KUBERNETES,
            _ => OPENSTACK,
        }
    }

    pub(crate) fn finds(&self, host: &Host) -> bool {
        let loosely = |wanted: &str, stored: &str, any: &str| {
            wanted == stored || wanted == any || stored == any
        };
        host.ip == self.ip
            && !host.is_ghost()
            && loosely(self.port, &host.port, "0")
            && loosely(self.cuk, &host.cuk, "")
            && loosely(self.extra(), &host.extra, "")
    }

    /// A Kubernetes host goes only when all of it is named.
    pub(crate) fn removes(&self, host: &Host) -> bool {
        let named = self.extra() == KUBERNETES && self.cuk == host.cuk && self.port == host.port;
        self.finds(host) && (host.extra != KUBERNETES || named)
    }
}
