//! Tenants, users and user tokens: only what is needed to administer roles.

use std::collections::{BTreeMap, BTreeSet};

use super::random;
use super::state::{Refusal, State, refused};
use super::tokens::not_existed;

const LIFE: i64 = 86_400;

#[derive(Debug)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) password: String,
    pub(crate) tenants: BTreeSet<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct UserToken {
    pub(crate) user: String,
    pub(crate) tenant: Option<String>,
    expires: i64,
}

/// Users and their tokens.
#[derive(Debug, Default)]
pub(crate) struct Users {
    pub(crate) users: BTreeMap<String, User>,
    tokens: BTreeMap<String, UserToken>,
}

/// A user acting for a tenant.
#[derive(Debug, Clone)]
pub(crate) struct Acting {
    pub(crate) user: String,
    pub(crate) tenant: String,
}

impl Users {
    pub(crate) fn add(&mut self, name: &str, password: &str, tenant: &str) {
        let user = self.users.entry(name.to_owned()).or_insert_with(|| User {
            id: random::id(),
            password: password.to_owned(),
            tenants: BTreeSet::new(),
        });
        user.tenants.insert(tenant.to_owned());
    }

    pub(crate) fn id(&self, name: &str) -> Option<&str> {
        self.users.get(name).map(|user| user.id.as_str())
    }

    pub(crate) fn issue(
        &mut self,
        token: Option<String>,
        user: &str,
        tenant: Option<String>,
        now: i64,
    ) -> String {
        let token = token.unwrap_or_else(random::token);
        let stored = UserToken { user: user.to_owned(), tenant, expires: now + LIFE };
        self.tokens.insert(token.clone(), stored);
        token
    }
}

impl State {
    pub(crate) fn user_token(&self, token: &str) -> Result<UserToken, Refusal> {
        match self.users.tokens.get(token) {
            Some(known) if known.expires >= self.clock.now() && self.backend.has_tokens() => {
                Ok(known.clone())
            }
            Some(_) | None => refused(401, not_existed(token)),
        }
    }

    pub(crate) fn acting(&self, token: &str) -> Result<Acting, Refusal> {
        let known = self.user_token(token)?;
        match known.tenant {
            Some(tenant) => Ok(Acting { user: known.user, tenant }),
            None => refused(401, format!("token({token}) is not scoped.")),
        }
    }
}
