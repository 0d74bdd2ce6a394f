//! Everything the stand-in remembers, and the refusals with which its routes answer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::host::{Host, Wanted};
use super::json::Members;
use super::resources::Resource;
use super::roles::{Role, Roles};
use super::tokens::Tokens;
use super::users::Users;

/// Why a request is not served; how it is put on the wire depends on the method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) message: String,
}

pub(crate) fn refused<T>(status: u16, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { status, message: message.into() })
}

/// How the K2HDKC cluster behind the API is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Backend {
    /// It answers.
    #[default]
    Up,
    /// One server was killed, and it held the tokens: 401 at once.
    OneKilled401,
    /// One server was killed, and it held the policies: reads are 404, registration works.
    OneKilled404,
    /// All servers are dead: 401, 404 and 403 after a delay.
    AllDead,
    /// The API's own chmpx is dead: 500 at once.
    OwnChmpxDead,
    /// The API's process is stopped: connections are accepted and never answered until it goes on.
    Stopped,
}

impl Backend {
    pub(crate) fn has_tokens(self) -> bool {
        !matches!(self, Self::OneKilled401 | Self::AllDead)
    }

    pub(crate) fn has_policies(self) -> bool {
        self.has_tokens() && self != Self::OneKilled404
    }
}

/// Defects of 2.0.3 that can be switched off. All are on at the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches, each named by a test")]
pub struct Quirks {
    /// A string resource without keys anywhere is unreadable.
    pub keyless_strings_fail: bool,
    /// A number as `extra` is 400 and as PUT's `tag` 500; else it is stored, as in 1.x.
    pub numbers_are_refused: bool,
    /// Removing an IPv6 host by its role path is 204 without effect.
    pub ipv6_stays: bool,
    /// DELETE on the role path with a role token deletes the token.
    pub delete_kills_token: bool,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            keyless_strings_fail: true,
            numbers_are_refused: true,
            ipv6_stays: true,
            delete_kills_token: true,
        }
    }
}

/// Which resources a policy lets whom read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// `allow` or `deny`.
    pub effect: String,
    /// Full names of actions.
    pub action: Vec<String>,
    /// Full names of resources.
    pub resource: Vec<String>,
}

/// A template served under `/v1/extdata/<name>/…`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Script {
    /// The text with its five literal tokens.
    pub template: String,
    /// The `User-Agent` that may have it; empty for any.
    pub useragent: String,
    /// Its content type.
    pub contenttype: String,
}

/// The whole server.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) clock: Clock,
    pub(crate) users: Users,
    pub(crate) roles: Roles,
    pub(crate) tokens: Tokens,
    pub(crate) policies: BTreeMap<String, Policy>,
    pub(crate) resources: BTreeMap<String, Resource>,
    pub(crate) backend: Backend,
    pub(crate) quirks: Quirks,
    /// The role whose members may remove hosts by CUK.
    pub(crate) remover_role: String,
    /// User data: what `k2hr3-init.sh`, its cloud-config and its error script are made from.
    pub(crate) userdata: BTreeMap<String, Script>,
    pub(crate) extdata: BTreeMap<String, Script>,
    pub(crate) base_uri: String,
}

impl State {
    /// Looks a host up; a backend that cannot be read has none.
    pub(crate) fn member(&self, role: &str, wanted: Wanted<'_>) -> Option<&Host> {
        self.roles.find(role, wanted).filter(|_| self.backend.has_tokens())
    }

    pub(crate) fn role(&self, name: &str) -> Option<&Role> {
        self.roles.0.get(name).filter(|_| self.backend.has_tokens())
    }

    /// The keys of a resource that has some.
    pub(crate) fn keys(&self, resource: &str) -> Option<&Members> {
        self.resources.get(resource)?.keys.as_ref()
    }
}
