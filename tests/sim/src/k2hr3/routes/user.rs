//! `/v1/user/tokens`: user tokens, as far as administering a cluster needs them.

use super::{Answer, no_such_route};
use crate::k2hr3::json::Json;
use crate::k2hr3::request::{Request, Token};
use crate::k2hr3::response::Response;
use crate::k2hr3::state::{Refusal, State, refused};

pub(super) fn route(state: &mut State, request: &Request, rest: &str) -> Answer {
    if !rest.is_empty() {
        return no_such_route();
    }
    match request.method.as_str() {
        "PUT" | "POST" => issued(state, request),
        "GET" | "HEAD" => shown(state, request),
        _ => no_such_route(),
    }
}

/// What a client shows to get a user token.
struct Credentials {
    tenant: Option<String>,
    /// Name and password.
    user: Option<(String, String)>,
}

impl Credentials {
    fn of(request: &Request) -> Result<Self, Refusal> {
        if request.method == "PUT" {
            let query = request.query();
            let text = |name| query.some(name).map(str::to_owned);
            return Ok(Self {
                tenant: text("tenantname"),
                user: text("username").map(|user| (user, text("password").unwrap_or_default())),
            });
        }
        let body = match request.json() {
            Some(Ok(body)) => body,
            Some(Err(_)) => return refused(400, "Internal server error"),
            None => return refused(400, "POST body does not have auth data"),
        };
        let Some(auth) = body.member("auth") else {
            return refused(400, "POST body does not have auth data");
        };
        let text = |from: &Json, name| from.member(name).and_then(Json::as_text).map(str::to_owned);
        let password = auth.member("passwordCredentials");
        Ok(Self {
            tenant: text(auth, "tenantName"),
            user: password.and_then(|from| {
                Some((text(from, "username")?, text(from, "password").unwrap_or_default()))
            }),
        })
    }
}

fn issued(state: &mut State, request: &Request) -> Answer {
    let Credentials { tenant, user } = Credentials::of(request)?;
    let user = match (user, request.token()) {
        (Some((name, password)), _) => {
            let known = state.users.users.get(&name).is_some_and(|user| user.password == password);
            if !known {
                return refused(401, "could not get user access token by user name and password");
            }
            name
        }
        (None, Token::User(token)) => state.user_token(&token)?.user,
        (None, Token::Role(_) | Token::None) => {
            return refused(400, "There is no x-auth-token header");
        }
    };
    let tenant = tenant.map(|tenant| tenant.to_lowercase());
    let allowed = tenant.as_ref().is_none_or(|tenant| {
        state.users.users.get(&user).is_some_and(|user| user.tenants.contains(tenant))
    });
    if !allowed {
        return refused(401, "the user does not belong to the tenant");
    }
    let scoped = tenant.is_some();
    let now = state.clock.now();
    let token = state.users.issue(None, &user, tenant, now);
    let body = Json::object([
        ("result", true.into()),
        ("message", "succeed".into()),
        ("scoped", scoped.into()),
        ("token", token.into()),
    ]);
    Ok(Response::json(201, &body))
}

fn shown(state: &State, request: &Request) -> Answer {
    let token = match request.token() {
        Token::None => return refused(400, "There is no x-auth-token header"),
        Token::Role(_) => return refused(400, "x-auth-token header token is not role token"),
        Token::User(token) => state.user_token(&token)?,
    };
    if request.method == "HEAD" {
        return Ok(Response::no_content());
    }
    let tenants = state.users.users.get(&token.user).map(|user| user.tenants.clone());
    let shown = |name: &String| {
        let text = || Json::from(name.as_str());
        Json::object([
            ("name", text()),
            ("display", text()),
            ("id", text()),
            ("description", text()),
        ])
    };
    let body = Json::object([
        ("result", true.into()),
        ("message", "succeed".into()),
        ("scoped", token.tenant.is_some().into()),
        ("user", token.user.into()),
        ("tenants", Json::List(tenants.unwrap_or_default().iter().map(shown).collect())),
    ]);
    Ok(Response::json(200, &body))
}
