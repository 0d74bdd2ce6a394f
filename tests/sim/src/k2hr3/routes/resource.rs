//! `/v1/resource/…`: reading a resource with a role token, by address, or with a user token.

use super::{Answer, no_such_route, stringified};
use crate::k2hr3::host::Wanted;
use crate::k2hr3::json::{Json, Members};
use crate::k2hr3::request::{Query, Request, Token};
use crate::k2hr3::resources::{Resource, Unreadable};
use crate::k2hr3::response::Response;
use crate::k2hr3::routes::made;
use crate::k2hr3::routes::member::number_text;
use crate::k2hr3::state::{Refusal, State, refused};
use crate::k2hr3::yrn::{Named, Yrn};

pub(super) fn route(state: &mut State, request: &Request, path: &str) -> Answer {
    match request.method.as_str() {
        "GET" | "HEAD" => read(state, request, path),
        "PUT" | "POST" => made::resource(state, request, path),
        "DELETE" => made::drop_resource(state, request, path),
        _ => no_such_route(),
    }
}

/// Who reads: a role, through its policies, or a user, who sees all of the tenant.
enum Reader {
    Role(Yrn),
    User,
}

fn read(state: &mut State, request: &Request, path: &str) -> Answer {
    let query = request.query();
    let (reader, tenant) = match request.token() {
        Token::Role(token) => {
            let holder = state.holder(&token, &request.client_ip())?;
            (Some(Reader::Role(holder.role.clone())), Some(holder.role.tenant))
        }
        Token::User(token) => (Some(Reader::User), Some(state.acting(&token)?.tenant)),
        Token::None => (None, None),
    };
    let name = resource_name(path, &query, tenant.as_deref())?;
    let reader = match reader {
        Some(reader) => {
            refuse_identity(&query)?;
            reader
        }
        None => Reader::Role(member_role(state, request, &query)?),
    };
    let outcome = match reader {
        Reader::User => user_read(state, request, &query, &name),
        Reader::Role(role) => role_read(state, request, &query, &role, &name),
    };
    match outcome {
        Ok(response) => Ok(response),
        Err(Unreadable::Refused(refusal)) => Err(refusal),
        Err(Unreadable::Endless) => Ok(Response::never()),
    }
}

fn resource_name(path: &str, query: &Query, tenant: Option<&str>) -> Result<Yrn, Refusal> {
    if path.is_empty() {
        return refused(400, "Default resource name is not specified or wrong value : null");
    }
    let service = query.some("service").map(str::trim).unwrap_or_default();
    match (Named::of(&path.to_lowercase(), "resource"), tenant) {
        (Named::Short(_), None) => {
            refused(400, "Request query does not have yrn full path to resource")
        }
        (Named::Short(path), Some(tenant)) => {
            Ok(Yrn { service: service.to_lowercase(), ..Yrn::new(tenant, "resource", &path) })
        }
        (Named::Full(name), Some(tenant)) if name.tenant != tenant => refused(
            400,
            format!(
                "Request query has wrong yrn full path(tenant={}) to resource(tenant={tenant})",
                name.tenant
            ),
        ),
        (Named::Full(name), _) if !service.is_empty() && name.service != service => refused(
            400,
            format!(
                "Request query has service name({service}) and path has service name({}), but \
                 both are not same service name.",
                name.service
            ),
        ),
        (Named::Full(name), _) => Ok(name),
    }
}

/// With a token, nothing else may tell who asks.
fn refuse_identity(query: &Query) -> Result<(), Refusal> {
    let [port, cuk, role] = ["port", "cuk", "role"].map(|name| query.one(name));
    if port.or(cuk).or(role).is_none() {
        return Ok(());
    }
    let text = format!(
        "GET resource:port/cuk/role field is specified, but it is not allowed by no token : \
         port={}, cuk={}, role={}",
        stringified(port, "undefined"),
        stringified(cuk, "undefined"),
        stringified(role, "undefined")
    );
    refused(400, text)
}

/// The role that a host claims by its address. The name is taken as it is, in upper case too.
fn member_role(state: &State, request: &Request, query: &Query) -> Result<Yrn, Refusal> {
    let Some(named) = query.some("role") else {
        return refused(400, "GET request does not have role yrn in post data.");
    };
    let Some(role) = Yrn::parse(named, "role") else {
        let text = format!("role yrn(\"{named}\") is not full yrn, or wrong role yrn.");
        return refused(404, text);
    };
    let (ip, port) = (request.client_ip(), number_text(query.one("port")));
    let cuk = query.one("cuk").unwrap_or_default().trim();
    if state.member(named, Wanted { ip: &ip, port: &port, cuk }).is_some() {
        return Ok(role);
    }
    refused(404, format!("ip:port(\"{ip}\":{port}) is not role(\"{named}\") member."))
}

fn role_read(
    state: &State,
    request: &Request,
    query: &Query,
    role: &Yrn,
    name: &Yrn,
) -> Result<Response, Unreadable> {
    let part = Part::asked(query)?;
    state.may_read(role, &name.text())?;
    let mut merged = state.merged(name)?;
    // HEAD does not expand, and so says nothing about a broken template.
    if request.method == "HEAD" {
        return Ok(Response::no_content());
    }
    state.expand(name, &mut merged)?;
    if let Some(value) = part.of(&merged) {
        return Ok(Response::done(200, [("resource", value)]));
    }
    let (Yrn { tenant, path, .. }, name) = (role, name.text());
    let text = format!(
        "resource({name}) by role({path}) in tenant({tenant}) does not have value for type({}) \
         data.",
        part.shown()
    );
    Ok(refused(404, text)?)
}

/// Which part of the resource is asked for.
enum Part {
    Text,
    Object,
    Key(String),
}

impl Part {
    fn asked(query: &Query) -> Result<Self, Refusal> {
        let kind = query.some("type").unwrap_or("string");
        match kind.to_lowercase().as_str() {
            "string" => Ok(Self::Text),
            "object" => Ok(Self::Object),
            "keys" => {
                if let Some(name) = query.some("keyname") {
                    return Ok(Self::Key(name.to_owned()));
                }
                let name = query.one("keyname").unwrap_or("undefined");
                let text =
                    format!("GET request type=keys, but keyname({name}) parameter is empty.");
                refused(400, text)
            }
            _ => refused(400, format!("GET request type({kind}) parameter is wrong.")),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Text => "string".to_owned(),
            Self::Object => "object".to_owned(),
            Self::Key(name) => format!("keys[{name}]"),
        }
    }

    /// A null counts as missing.
    fn of(&self, resource: &Resource) -> Option<Json> {
        let value = match self {
            Self::Text => resource.string.as_deref().map(Json::from),
            Self::Object => resource.object.clone(),
            Self::Key(name) => resource.keys.as_ref().and_then(|keys| keys.find(name)).cloned(),
        };
        value.filter(|value| *value != Json::Null)
    }
}

/// All parts at once; `expand=false` gives the resource's own, raw.
fn user_read(
    state: &State,
    request: &Request,
    query: &Query,
    name: &Yrn,
) -> Result<Response, Unreadable> {
    let expand = query.one("expand") != Some("false");
    let mut found = state.merged(name)?;
    if request.method == "HEAD" {
        return Ok(Response::no_content());
    }
    if expand {
        state.expand(name, &mut found)?;
    } else {
        found = state.resources.get(&name.text()).cloned().unwrap_or_default();
    }
    let mut parts = Members::default();
    parts.set("string", found.string.map(Json::from).unwrap_or_default());
    parts.set("object", found.object.unwrap_or_default());
    parts.set("keys", found.keys.map(Json::Object).unwrap_or_default());
    parts.set("expire", Json::Null);
    if !expand {
        let aliases = found.aliases.into_iter().map(Json::from).collect();
        parts.set("aliases", Json::List(aliases));
    }
    Ok(Response::done(200, [("resource", Json::Object(parts))]))
}
