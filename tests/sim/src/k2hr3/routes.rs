//! Which route a request is for, and how a refusal looks for its method.

mod lists;
mod made;
mod member;
mod resource;
mod role;
mod token;
mod user;
mod userdata;

use serde::{Deserialize, Serialize};

use super::json::Json;
use super::request::Request;
use super::response::Response;
use super::state::{Backend, Refusal, State, refused};
use super::yrn::{Named, Yrn, decode_path};

pub(crate) use userdata::gzip;

/// An answer, or why there is none.
pub(crate) type Answer = Result<Response, Refusal>;

/// What a request is about, as far as faults and counts tell requests apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// PUT or POST on a role: a host registers.
    Register,
    /// GET of a resource.
    Read,
    /// DELETE on a role.
    Unregister,
    /// Role tokens and user tokens.
    Token,
    /// Any HEAD.
    Head,
    /// User data and ext data.
    Userdata,
    /// Anything else.
    Other,
    /// All of these; never a request's own.
    All,
}

impl Route {
    pub(crate) fn of(request: &Request) -> Self {
        let path = request.path();
        let under = |prefix: &str| path.starts_with(prefix);
        match request.method.as_str() {
            "HEAD" => Self::Head,
            _ if under("/v1/role/token/") || under("/v1/user/tokens") => Self::Token,
            "PUT" | "POST" if under("/v1/role/") => Self::Register,
            "DELETE" if under("/v1/role") => Self::Unregister,
            "GET" if under("/v1/resource") => Self::Read,
            _ if under("/v1/userdata") || under("/v1/extdata") => Self::Userdata,
            _ => Self::Other,
        }
    }
}

/// The limit of Express's JSON parser.
const MOST_JSON: usize = 100 << 10;

/// What the real server would answer.
pub(crate) fn answer(state: &mut State, request: &Request) -> Response {
    let needs_backend = !matches!(request.path(), "/" | "/v1" | "/v1/");
    let answer = if needs_backend && state.backend == Backend::OwnChmpxDead {
        refused(500, "Internal server error")
    } else if request.body.len() > MOST_JSON && request.json().is_some() {
        refused(413, "Internal server error")
    } else {
        routed(state, request)
    };
    let response = answer.unwrap_or_else(|refusal| shown(request, &refusal));
    debugged(request, response).finished(request)
}

/// GET, PUT and POST explain; HEAD and DELETE have no body, and HEAD knows no 404.
fn shown(request: &Request, refusal: &Refusal) -> Response {
    let known = ["/v1/role", "/v1/resource", "/v1/user/tokens"]
        .iter()
        .any(|route| request.path().starts_with(route));
    match request.method.as_str() {
        "HEAD" if known && refusal.status == 404 => Response::bodiless(403),
        "HEAD" | "DELETE" if known && refusal.status < 500 => Response::bodiless(refusal.status),
        _ => Response::failed(refusal.status, &refusal.message),
    }
}

/// Repeats the error in a header when the client wants to debug.
fn debugged(request: &Request, response: Response) -> Response {
    let wanted = request.header("x-k2hr3-debug").is_some_and(|value| {
        ["on", "ok", "debug", "dbg", "1"].contains(&value.to_lowercase().as_str())
    });
    if !wanted || response.status < 400 {
        return response;
    }
    let error = if response.body.is_empty() {
        format!("{{\"status\":{}}}", response.status)
    } else {
        String::from_utf8_lossy(&response.body).into_owned()
    };
    // Node refuses to send such a header, and so the error becomes another one.
    if error.chars().any(|character| u32::from(character) > 0xff) {
        return Response::failed(500, "Internal server error");
    }
    response.with("x-k2hr3-error", &error)
}

fn routed(state: &mut State, request: &Request) -> Answer {
    let raw = request.path();
    // User data paths keep their escapes: `%2F` is not `/` in them.
    for (prefix, route) in
        [("/v1/userdata", userdata::userdata as Handler), ("/v1/extdata", userdata::extdata)]
    {
        if let Some(rest) = below(raw, prefix) {
            return route(state, request, rest);
        }
    }
    let Some(path) = decode_path(raw) else { return refused(500, "Internal server error") };
    for (prefix, route) in [
        ("/v1/role/token/list", token::list as Handler),
        ("/v1/role/token", token::route),
        ("/v1/role", role::route),
        ("/v1/resource", resource::route),
        ("/v1/policy", made::policy),
        ("/v1/user/tokens", user::route),
        ("/v1/list", lists::route),
    ] {
        if let Some(rest) = below(&path, prefix) {
            return route(state, request, rest);
        }
    }
    version(request, &path)
}

type Handler = fn(&mut State, &Request, &str) -> Answer;

/// The rest of the path; empty for the route itself.
fn below<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(prefix)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

fn version(request: &Request, path: &str) -> Answer {
    let names = |names: &[&str]| Json::List(names.iter().map(|name| (*name).into()).collect());
    match (request.method.as_str(), path) {
        ("GET" | "HEAD", "/") => {
            Ok(Response::json(200, &Json::object([("version", names(&["v1"]))])))
        }
        ("GET" | "HEAD", "/v1" | "/v1/") => {
            let routes = ["host", "service", "role", "resource", "policy", "list", "user/tokens"];
            let verbs = || names(&["HEAD", "GET", "POST", "PUT", "DELETE"]);
            let map = routes.iter().map(|name| (format!("/v1/{name}"), verbs())).collect();
            Ok(Response::json(200, &Json::object([("version", Json::Object(map))])))
        }
        ("OPTIONS", _) => {
            let verbs = "GET,HEAD,PUT,POST,DELETE";
            let text = Response::bytes(200, "text/html; charset=utf-8", verbs.into());
            Ok(text.with("Allow", verbs))
        }
        _ => no_such_route(),
    }
}

/// No such path, or no such method on it.
fn no_such_route() -> Answer {
    refused(404, "Internal server error")
}

/// A role's or policy's full name, from a path in the tenant of a token.
fn of_tenant(path: &str, kind: &str, tenant: &str) -> Result<Yrn, Refusal> {
    match Named::of(&path.to_lowercase(), kind) {
        Named::Short(path) => Ok(Yrn::new(tenant, kind, &path)),
        Named::Full(yrn) if yrn.tenant == tenant && yrn.service.is_empty() => Ok(yrn),
        Named::Full(yrn) => refused(
            400,
            format!(
                "{kind}({}) yrn has service({}) and tenant({}), but it is not specified \
                 service(null) and tenant({tenant})",
                yrn.text(),
                yrn.service,
                yrn.tenant
            ),
        ),
    }
}

/// `JSON.stringify` of a parameter that may be absent.
fn stringified(value: Option<&str>, absent: &str) -> String {
    value.map_or_else(|| absent.to_owned(), |value| Json::from(value).to_string())
}
