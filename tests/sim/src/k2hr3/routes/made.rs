//! What users make and remove: roles, policies, resources and members.

use super::member::number_text;
use super::{Answer, no_such_route, of_tenant};
use crate::k2hr3::host::Wanted;
use crate::k2hr3::json::Json;
use crate::k2hr3::request::{Request, Token};
use crate::k2hr3::resources::Resource;
use crate::k2hr3::response::Response;
use crate::k2hr3::state::{Policy, Refusal, State, refused};
use crate::k2hr3::yrn::is_ip;

/// The tenant of a user token; nothing else may make things.
fn tenant_of_user(state: &State, request: &Request) -> Result<String, Refusal> {
    match request.token() {
        Token::User(token) => Ok(state.acting(&token)?.tenant),
        Token::Role(_) => refused(400, "x-auth-token header token is not role token"),
        Token::None => refused(400, "There is no x-auth-token header"),
    }
}

/// The parameters: the member `kind` of a POST body, or the query of a PUT.
fn parameters(request: &Request, kind: &str) -> Result<Json, Refusal> {
    if request.method == "POST" {
        let body = match request.json() {
            Some(Ok(body)) => body,
            Some(Err(_)) => return refused(400, "Internal server error"),
            None => Json::Null,
        };
        return match body.member(kind) {
            Some(found) => Ok(found.clone()),
            None => refused(400, format!("POST body does not have {kind} data")),
        };
    }
    let query = request.query();
    let names =
        ["name", "policies", "alias", "effect", "action", "resource", "type", "data", "keys"];
    let given = names.iter().filter_map(|name| Some((*name, query.one(name)?)));
    let parsed = |value: &str| value.parse().unwrap_or_else(|_| Json::from(value));
    Ok(Json::Object(given.map(|(name, value)| (name.to_owned(), parsed(value))).collect()))
}

fn texts(value: Option<&Json>) -> Vec<String> {
    match value {
        Some(Json::List(items)) => {
            items.iter().filter_map(Json::as_text).map(str::to_owned).collect()
        }
        Some(Json::Text(text)) if !text.is_empty() => vec![text.clone()],
        Some(Json::Text(_) | Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_))
        | None => Vec::new(),
    }
}

/// One name, or a JSON array of them.
pub(super) fn names(text: &str) -> Vec<String> {
    let parsed = text.parse::<Json>().ok().filter(|json| matches!(json, Json::List(_)));
    texts(Some(&parsed.unwrap_or_else(|| text.into())))
}

fn name_in(parameters: &Json, kind: &str) -> Result<String, Refusal> {
    match parameters.member("name").and_then(Json::as_text) {
        Some(name) if !name.is_empty() => Ok(name.to_owned()),
        Some(_) | None => refused(400, format!("{kind} name is not specified")),
    }
}

pub(super) fn role(state: &mut State, request: &Request) -> Answer {
    let tenant = tenant_of_user(state, request)?;
    let given = parameters(request, "role")?;
    let name = of_tenant(&name_in(&given, "role")?, "role", &tenant)?.text();
    let role = state.roles.make(&name);
    role.policies = texts(given.member("policies"));
    role.aliases = texts(given.member("alias"));
    Ok(Response::done(201, []))
}

pub(super) fn policy(state: &mut State, request: &Request, path: &str) -> Answer {
    let tenant = tenant_of_user(state, request)?;
    match request.method.as_str() {
        "PUT" | "POST" => {
            let given = parameters(request, "policy")?;
            let name = of_tenant(&name_in(&given, "policy")?, "policy", &tenant)?.text();
            let effect = given.member("effect").and_then(Json::as_text).unwrap_or("deny");
            let policy = Policy {
                effect: effect.to_lowercase(),
                action: texts(given.member("action")),
                resource: texts(given.member("resource")),
            };
            state.policies.insert(name, policy);
            Ok(Response::done(201, []))
        }
        "DELETE" => {
            let name = of_tenant(path, "policy", &tenant)?.text();
            state.policies.remove(&name);
            Ok(Response::no_content())
        }
        "GET" => {
            let name = of_tenant(path, "policy", &tenant)?.text();
            let Some(policy) = state.policies.get(&name) else {
                return refused(404, format!("Could not get policy data for {name}"));
            };
            let list = |items: &[String]| {
                Json::List(items.iter().map(|item| item.as_str().into()).collect())
            };
            let shown = Json::object([
                ("name", name.into()),
                ("effect", policy.effect.as_str().into()),
                ("action", list(&policy.action)),
                ("resource", list(&policy.resource)),
                ("condition", Json::List(Vec::new())),
                ("alias", Json::List(Vec::new())),
            ]);
            Ok(Response::done(200, [("policy", shown)]))
        }
        _ => no_such_route(),
    }
}

pub(super) fn resource(state: &mut State, request: &Request, path: &str) -> Answer {
    let tenant = tenant_of_user(state, request)?;
    let given = parameters(request, "resource")?;
    let name = if path.is_empty() { name_in(&given, "resource")? } else { path.to_owned() };
    let name = of_tenant(&name, "resource", &tenant)?.text();
    let data = given.member("data").filter(|data| **data != Json::Null).cloned();
    let is_object = given.member("type").and_then(Json::as_text) == Some("object");
    let made = state.resources.entry(name).or_default();
    // What is not given stays as it was.
    let keys = match given.member("keys") {
        Some(Json::Object(keys)) => Some(keys.clone()),
        Some(Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_))
        | None => made.keys.take(),
    };
    let aliases = match given.member("alias") {
        Some(Json::Null) | None => std::mem::take(&mut made.aliases),
        listed @ Some(_) => texts(listed),
    };
    *made = match data {
        Some(data) if is_object => Resource { object: Some(data), keys, aliases, string: None },
        Some(Json::Text(text)) => Resource { string: Some(text), keys, aliases, object: None },
        Some(_) | None => Resource { keys, aliases, ..made.clone() },
    };
    Ok(Response::done(201, []))
}

pub(super) fn drop_resource(state: &mut State, request: &Request, path: &str) -> Answer {
    let tenant = tenant_of_user(state, request)?;
    let name = of_tenant(path, "resource", &tenant)?.text();
    match state.resources.remove(&name) {
        Some(_) => Ok(Response::no_content()),
        None => refused(403, "no such resource"),
    }
}

/// Removes the members named by `host`; without one, the whole role.
pub(super) fn remove_members(state: &mut State, request: &Request, role: &str) -> Response {
    let query = request.query();
    let Some(named) = query.some("host") else {
        state.roles.0.remove(role);
        return Response::no_content();
    };
    let port = number_text(query.one("port"));
    let cuk = query.one("cuk").unwrap_or_default().trim();
    for name in names(named) {
        if is_ip(&name) || !state.quirks.ipv6_stays {
            let wanted = Wanted { ip: &name, port: &port, cuk };
            state.roles.remove(role, |host| wanted.removes(host));
        } else if let Some(role) = state.roles.0.get_mut(role) {
            role.hostnames.remove(&name);
        }
    }
    Response::no_content()
}

/// The one way in which a user gets rid of hosts that cannot be found.
pub(super) fn clear(state: &mut State, role: &str, what: &str) {
    let Some(role) = state.roles.0.get_mut(role) else { return };
    if what == "ips" {
        role.hosts.clear();
    } else {
        role.hostnames.clear();
    }
}
