//! Role tokens: made by a user or by a host, and all the ways in which they die.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::clock::iso_date;
use super::host::Host;
use super::json::{Json, Members};
use super::state::{Refusal, State, refused};
use super::yrn::Yrn;
use super::{random, registerpath};

const LIFE: i64 = 86_400;
/// What `expire=0` means.
const TEN_YEARS: i64 = 315_360_000;

/// Who made a role token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Maker {
    /// A user, by name.
    User(String),
    /// A host of the role.
    Host(Host),
}

#[derive(Debug, Clone)]
pub(crate) struct RoleToken {
    pub(crate) role: String,
    pub(crate) maker: Maker,
    /// The ids of maker and role at the time of making; another id makes the token invalid.
    maker_id: String,
    role_id: String,
    created: i64,
    expires: i64,
}

/// All role tokens.
#[derive(Debug, Default)]
pub(crate) struct Tokens(pub(crate) BTreeMap<String, RoleToken>);

/// What a valid role token stands for.
#[derive(Debug, Clone)]
pub(crate) struct Holder {
    pub(crate) role: Yrn,
    pub(crate) maker: Maker,
}

pub(crate) fn not_existed(token: &str) -> String {
    format!("token({token}) is not existed, because it is expired or not set yet.")
}

impl State {
    /// Makes a token. `expire` counts for users only; 0 is ten years, and it may be negative.
    pub(crate) fn issue(
        &mut self,
        token: Option<String>,
        role: &str,
        maker: Maker,
        expire: Option<i64>,
    ) -> Result<String, Refusal> {
        let Some(role_id) = self.roles.id(role).map(str::to_owned) else {
            let text =
                format!("could not get role id({role}/id) value, or it is wrong value(\"\").");
            return refused(404, text);
        };
        let (maker_id, life) = match &maker {
            Maker::Host(host) => (host.id.clone(), LIFE),
            Maker::User(user) => (
                self.users.id(user).unwrap_or_default().to_owned(),
                expire.map_or(LIFE, |seconds| if seconds == 0 { TEN_YEARS } else { seconds }),
            ),
        };
        let token = token.unwrap_or_else(random::token);
        let created = self.clock.now();
        let made = RoleToken {
            role: role.to_owned(),
            maker,
            maker_id,
            role_id,
            created,
            expires: created.saturating_add(life),
        };
        self.tokens.0.insert(token.clone(), made);
        Ok(token)
    }

    /// What the token stands for. Every failure gives the same answer, as does a dead backend.
    pub(crate) fn holder(&mut self, token: &str, ip: &str) -> Result<Holder, Refusal> {
        let holder =
            self.tokens.0.get(token).filter(|known| self.is_alive(known)).and_then(|known| {
                let from_there = match &known.maker {
                    Maker::User(_) => true,
                    Maker::Host(host) => host.ip == ip,
                };
                let role = Yrn::parse(&known.role, "role")?;
                from_there.then(|| Holder { role, maker: known.maker.clone() })
            });
        if let Some(holder) = holder.filter(|_| self.backend.has_tokens()) {
            return Ok(holder);
        }
        self.clean_up(token);
        refused(401, not_existed(token))
    }

    /// A failed check of a known token makes the server drop all tokens that expired.
    fn clean_up(&mut self, token: &str) {
        if self.backend.has_tokens() && self.tokens.0.contains_key(token) {
            let now = self.clock.now();
            self.tokens.0.retain(|_, known| known.expires >= now);
        }
    }

    pub(crate) fn is_alive(&self, token: &RoleToken) -> bool {
        let made_by = match &token.maker {
            Maker::User(user) => self.users.id(user) == Some(&token.maker_id),
            Maker::Host(_) => self.roles.has_host(&token.maker_id),
        };
        // A token is still good during its last second.
        token.expires >= self.clock.now()
            && made_by
            && self.roles.id(&token.role) == Some(&token.role_id)
    }

    /// The expanded list: what has not expired, with all that is known about it.
    pub(crate) fn token_list(&self, role: &str) -> Members {
        let now = self.clock.now();
        self.tokens
            .0
            .iter()
            .filter(|(_, known)| known.role == role && known.expires >= now)
            .map(|(token, known)| (token.clone(), described(token, known)))
            .collect()
    }
}

fn described(token: &str, known: &RoleToken) -> Json {
    let (user, host) = match &known.maker {
        Maker::User(user) => (user.as_str().into(), None),
        Maker::Host(host) => (Json::Null, Some(host)),
    };
    let of_host = |field: fn(&Host) -> &String| {
        host.map_or(Json::Null, |host| Json::text_or_null(field(host)))
    };
    let port = host.and_then(|host| host.port.parse().ok()).unwrap_or_default();
    Json::object([
        ("user", user),
        ("hostname", Json::Null),
        ("ip", of_host(|host| &host.ip)),
        ("port", Json::Number(port)),
        ("cuk", of_host(|host| &host.cuk)),
        ("date", iso_date(known.created).into()),
        ("expire", iso_date(known.expires).into()),
        ("registerpath", registerpath::encoded(&known.role, token).into()),
    ])
}
