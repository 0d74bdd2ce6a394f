//! `/v1/role/token/…`: making, renewing, listing and deleting role tokens.

use super::member::number_text;
use super::{Answer, no_such_route, of_tenant, stringified};
use crate::k2hr3::host::{Host, Wanted};
use crate::k2hr3::json::Json;
use crate::k2hr3::registerpath;
use crate::k2hr3::request::{Request, Token};
use crate::k2hr3::response::Response;
use crate::k2hr3::state::{Refusal, State, refused};
use crate::k2hr3::tokens::{Holder, Maker};
use crate::k2hr3::yrn::{Named, Yrn};

pub(super) fn route(state: &mut State, request: &Request, path: &str) -> Answer {
    match request.method.as_str() {
        "GET" => made(state, request, path),
        "DELETE" => deleted(state, request, path),
        _ => no_such_route(),
    }
}

fn made(state: &mut State, request: &Request, path: &str) -> Answer {
    match request.token() {
        Token::User(token) => {
            let acting = state.acting(&token)?;
            let role = own_role(path, &acting.tenant)?;
            let query = request.query();
            let expire = query.one("expire").and_then(|seconds| seconds.parse().ok());
            issued(state, &role, Maker::User(acting.user), expire)
        }
        Token::Role(token) => {
            let holder = state.holder(&token, &request.client_ip())?;
            renewed(state, &token, &holder, path)
        }
        Token::None => {
            let Named::Full(role) = Named::of(&path.to_lowercase(), "role") else {
                let text = "GET request role name which is not full yrn, and not token. role name \
                            must be full yrn, if token is not specified.";
                return refused(400, text);
            };
            let (ip, query) = (request.client_ip(), request.query());
            let port = number_text(query.one("port"));
            let cuk = query.one("cuk").unwrap_or_default().trim();
            let host = member(state, &role, Wanted { ip: &ip, port: &port, cuk })?;
            issued(state, &role, Maker::Host(host), None)
        }
    }
}

fn own_role(path: &str, tenant: &str) -> Result<Yrn, Refusal> {
    match Named::of(&path.to_lowercase(), "role") {
        Named::Full(role) if role.tenant != tenant => refused(
            400,
            format!(
                "GET request query has wrong tenant yrn full path(tenant={}) or not specify \
                 tenant.",
                role.tenant
            ),
        ),
        Named::Full(role) => Ok(role),
        Named::Short(path) => Ok(Yrn::new(tenant, "role", &path)),
    }
}

/// Only a host-made token can renew itself; the old one dies at once.
fn renewed(state: &mut State, token: &str, holder: &Holder, path: &str) -> Answer {
    let Maker::Host(host) = &holder.maker else {
        return refused(400, "GET request ip address and role token are not same.");
    };
    let role = own_role(path, &holder.role.tenant)?;
    let wanted = Wanted { ip: &host.ip, port: &host.port, cuk: &host.cuk };
    let host = member(state, &role, wanted)?;
    state.tokens.0.remove(token);
    issued(state, &role, Maker::Host(host), None)
}

fn member(state: &State, role: &Yrn, wanted: Wanted<'_>) -> Result<Host, Refusal> {
    if let Some(host) = state.member(&role.text(), wanted) {
        return Ok(host.clone());
    }
    let cuk = Some(wanted.cuk).filter(|cuk| !cuk.is_empty());
    let text = format!(
        "Not found ip({}) with port({}) and cuk({}) in tenant({}) + role({})",
        wanted.ip,
        wanted.port,
        stringified(cuk, "null"),
        role.tenant,
        role.path
    );
    refused(404, text)
}

fn issued(state: &mut State, role: &Yrn, maker: Maker, expire: Option<i64>) -> Answer {
    let role = role.text();
    let token = state.issue(None, &role, maker, expire)?;
    let path = registerpath::encoded(&role, &token);
    Ok(Response::done(200, [("token", token.into()), ("registerpath", path.into())]))
}

/// `GET /v1/role/token/list/…`, for users only.
pub(super) fn list(state: &mut State, request: &Request, path: &str) -> Answer {
    if request.method != "GET" {
        return no_such_route();
    }
    let token = match request.token() {
        Token::User(token) => token,
        Token::None => return refused(400, "There is no x-auth-token header"),
        Token::Role(token) => {
            let tenant = state.holder(&token, &request.client_ip())?.role.tenant;
            let role = own_role(path, &tenant)?.text();
            let text = format!(
                "GET request without UserToken for getting list of role({role}) tokens, need User \
                 Token."
            );
            return refused(400, text);
        }
    };
    let tenant = state.acting(&token)?.tenant;
    let role = of_tenant(path, "role", &tenant)?.text();
    if state.roles.id(&role).is_none() {
        return refused(404, format!("role(\"{role}\") does not exist"));
    }
    let tokens = match request.query().one("expand") {
        None | Some("true") => Json::Object(state.token_list(&role)),
        // Not filtered: dead ones stay until a failed check makes the server clean up.
        Some("false") => {
            let of_role = state.tokens.0.iter().filter(|(_, known)| known.role == role);
            Json::List(of_role.map(|(token, _)| token.as_str().into()).collect())
        }
        Some(other) => return refused(400, format!("GET request expand({other}) is wrong.")),
    };
    Ok(Response::done(200, [("tokens", tokens)]))
}

fn deleted(state: &mut State, request: &Request, token: &str) -> Answer {
    let Token::User(user) = request.token() else { return refused(400, "need User Token") };
    let tenant = state.acting(&user)?.tenant;
    let is_own = state
        .tokens
        .0
        .get(token)
        .filter(|known| state.is_alive(known))
        .and_then(|known| Yrn::parse(&known.role, "role"))
        .is_some_and(|role| role.tenant == tenant);
    if !is_own {
        return refused(403, "no such token");
    }
    state.tokens.0.remove(token);
    Ok(Response::no_content())
}
