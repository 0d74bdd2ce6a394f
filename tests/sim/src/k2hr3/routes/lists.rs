//! `/v1/list/…`: the names of roles, resources and policies that were made.

use super::{Answer, no_such_route};
use crate::k2hr3::json::Json;
use crate::k2hr3::request::{Request, Token};
use crate::k2hr3::response::Response;
use crate::k2hr3::state::{State, refused};
use crate::k2hr3::yrn::Yrn;

pub(super) fn route(state: &mut State, request: &Request, kind: &str) -> Answer {
    if request.method != "GET" {
        return no_such_route();
    }
    let Token::User(token) = request.token() else {
        return refused(400, "There is no x-auth-token header");
    };
    let tenant = state.acting(&token)?.tenant;
    let names: Vec<&String> = match kind {
        // A role into which somebody only registered is not one that was made.
        "role" => state.roles.0.iter().filter(|(_, r)| r.id.is_some()).map(|(n, _)| n).collect(),
        "resource" => state.resources.keys().collect(),
        "policy" => state.policies.keys().collect(),
        _ => return no_such_route(),
    };
    let paths: Vec<String> = names
        .into_iter()
        .filter_map(|name| Yrn::parse(name, kind))
        .filter(|name| name.tenant == tenant)
        .map(|name| name.path)
        .collect();
    Ok(Response::done(200, [("children", children(&paths, ""))]))
}

/// The names right below `prefix`, each with those below it.
fn children(paths: &[String], prefix: &str) -> Json {
    let mut names: Vec<&str> = paths
        .iter()
        .filter_map(|path| path.strip_prefix(prefix)?.split('/').next())
        .filter(|name| !name.is_empty())
        .collect();
    names.sort_unstable();
    names.dedup();
    let shown = |name: &str| {
        let below = children(paths, &format!("{prefix}{name}/"));
        Json::object([("name", name.into()), ("children", below)])
    };
    Json::List(names.into_iter().map(shown).collect())
}
