//! `/v1/role…`: registering, unregistering, membership, and what a user may see and change.

use super::member::{Registration, number_text};
use super::{Answer, made, no_such_route, of_tenant};
use crate::k2hr3::host::{Host, Wanted};
use crate::k2hr3::json::Json;
use crate::k2hr3::request::{Request, Token};
use crate::k2hr3::response::Response;
use crate::k2hr3::state::{Refusal, State, refused};
use crate::k2hr3::tokens::{Holder, Maker};
use crate::k2hr3::yrn::{Named, Yrn, is_ip};

pub(super) fn route(state: &mut State, request: &Request, path: &str) -> Answer {
    // A trailing slash is dropped.
    let path = path.strip_suffix('/').unwrap_or(path);
    match (request.method.as_str(), path) {
        ("PUT" | "POST", "") => made::role(state, request),
        ("PUT" | "POST", path) => register(state, request, path),
        ("DELETE", "") => remove_cuk(state, request),
        ("DELETE", path) => unregister(state, request, path),
        ("HEAD", path) => membership(state, request, path),
        ("GET", path) => shown(state, request, path),
        _ => no_such_route(),
    }
}

fn register(state: &mut State, request: &Request, path: &str) -> Answer {
    let (tenant, maker) = match request.token() {
        Token::None => return refused(400, "There is no x-auth-token header"),
        Token::Role(token) => {
            let holder = state.holder(&token, &request.client_ip())?;
            (holder.role.tenant, holder.maker)
        }
        Token::User(token) => {
            let acting = state.acting(&token)?;
            (acting.tenant, Maker::User(acting.user))
        }
    };
    // The token's own role is not compared, and the role need not exist.
    let role = of_tenant(path, "role", &tenant)?.text();
    let registration = Registration::of(request, state.quirks.numbers_are_refused)?;
    for name in &registration.cleared {
        made::clear(state, &role, name);
    }
    for named in &registration.named {
        if matches!(maker, Maker::Host(_)) {
            let text = format!("parameters are wrong : user=null, tenant=\"{tenant}\"");
            return refused(400, text);
        }
        if is_ip(named) {
            let host = Host { ip: named.clone(), ..registration.host.clone() };
            stored(state, &role, host)?;
        } else {
            state.roles.0.entry(role.clone()).or_default().hostnames.insert(named.clone());
        }
    }
    if registration.is_self() {
        let host = Host { ip: request.client_ip(), ..registration.host };
        stored(state, &role, host)?;
    }
    Ok(Response::done(201, []))
}

fn stored(state: &mut State, role: &str, host: Host) -> Result<(), Refusal> {
    if state.roles.register(role, host) {
        return Ok(());
    }
    refused(400, format!("could not set enable value to {role}/hosts key"))
}

fn unregister(state: &mut State, request: &Request, path: &str) -> Answer {
    match request.token() {
        Token::None => leave(state, request, path),
        Token::Role(token) => {
            let holder = state.holder(&token, &request.client_ip())?;
            revoke(state, request, path, &token, &holder)
        }
        Token::User(token) => {
            let tenant = state.acting(&token)?.tenant;
            let role = of_tenant(path, "role", &tenant)?.text();
            Ok(made::remove_members(state, request, &role))
        }
    }
}

/// Without a token: the caller's own address leaves the role and those below it.
fn leave(state: &mut State, request: &Request, path: &str) -> Answer {
    let Named::Full(role) = Named::of(&path.to_lowercase(), "role") else {
        return refused(400, "DELETE request role name is not full yrn");
    };
    let (ip, query) = (request.client_ip(), request.query());
    let port = number_text(query.one("port"));
    let cuk = query.one("cuk").unwrap_or_default().trim();
    let (role, wanted) = (role.text(), Wanted { ip: &ip, port: &port, cuk });
    if state.member(&role, wanted).is_none() {
        return refused(403, "not a member");
    }
    // An address that the server does not recognise is taken for a host name that is not there.
    if state.quirks.ipv6_stays && !is_ip(&ip) && ip.contains(':') {
        return Ok(Response::no_content());
    }
    match state.roles.remove(&role, |host| wanted.removes(host)) {
        0 => refused(403, "not removed"),
        _ => Ok(Response::no_content()),
    }
}

/// With a role token it is the token that dies; the host stays.
fn revoke(
    state: &mut State,
    request: &Request,
    path: &str,
    token: &str,
    holder: &Holder,
) -> Answer {
    let role = of_tenant(path, "role", &holder.role.tenant)?;
    if role != holder.role {
        return refused(400, "the token is of another role");
    }
    let ip = request.client_ip();
    let wanted = match &holder.maker {
        Maker::Host(host) => Wanted { ip: &ip, port: &host.port, cuk: &host.cuk },
        Maker::User(_) => Wanted { ip: &ip, port: "0", cuk: "" },
    };
    let role = role.text();
    if state.member(&role, wanted).is_none() {
        return refused(403, "not a member");
    }
    if state.quirks.delete_kills_token {
        state.tokens.0.remove(token);
    } else {
        state.roles.remove(&role, |host| wanted.removes(host));
    }
    Ok(Response::no_content())
}

/// `DELETE /v1/role?cuk=…`: members of one configured role may remove hosts by CUK.
fn remove_cuk(state: &mut State, request: &Request) -> Answer {
    let (query, ip) = (request.query(), request.client_ip());
    let Some(cuk) = query.some("cuk") else { return refused(400, "no cuk") };
    let wanted = Wanted { ip: &ip, port: "0", cuk: "" };
    if state.remover_role.is_empty() || state.member(&state.remover_role, wanted).is_none() {
        return refused(400, "not allowed");
    }
    let ips = made::names(query.some("host").unwrap_or_default());
    state.roles.remove_cuk(cuk, &ips);
    Ok(Response::no_content())
}

fn membership(state: &mut State, request: &Request, path: &str) -> Answer {
    let (ip, query) = (request.client_ip(), request.query());
    match request.token() {
        Token::Role(token) => {
            let tenant = state.holder(&token, &ip)?.role.tenant;
            of_tenant(path, "role", &tenant)?;
        }
        Token::User(token) => {
            let tenant = state.acting(&token)?.tenant;
            of_tenant(path, "role", &tenant)?;
        }
        Token::None => {
            let Named::Full(role) = Named::of(&path.to_lowercase(), "role") else {
                return refused(400, "HEAD request role name is not full yrn");
            };
            let port = number_text(query.one("port"));
            let cuk = query.one("cuk").unwrap_or_default().trim();
            if state.member(&role.text(), Wanted { ip: &ip, port: &port, cuk }).is_none() {
                return refused(403, "not a member");
            }
        }
    }
    Ok(Response::no_content())
}

/// What a user sees; a role that does not exist is an empty one.
fn shown(state: &State, request: &Request, path: &str) -> Answer {
    let Token::User(token) = request.token() else {
        let name = match Named::of(&path.to_lowercase(), "role") {
            Named::Full(role) => role.text(),
            Named::Short(path) => path,
        };
        let text =
            format!("GET request without UserToken for getting role({name}), need User Token.");
        return refused(400, text);
    };
    let tenant = state.acting(&token)?.tenant;
    let role = of_tenant(path, "role", &tenant)?;
    Ok(Response::done(200, [("role", described(state, &role))]))
}

fn described(state: &State, role: &Yrn) -> Json {
    let found = state.role(&role.text()).cloned().unwrap_or_default();
    let list = |items: Vec<String>| Json::List(items.into_iter().map(Json::from).collect());
    let ips = found.lines();
    let hosts = Json::object([
        ("hostnames", list(found.hostnames.into_iter().collect())),
        ("ips", list(ips)),
    ]);
    Json::object([
        ("policies", list(found.policies)),
        ("aliases", list(found.aliases)),
        ("hosts", hosts),
    ])
}
