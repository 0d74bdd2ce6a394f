//! `/sim/…`: the administrator's side of the server, JSON in and JSON out.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::cluster;
use super::faults::Armed;
use super::host::{Host, Wanted};
use super::json::Json;
use super::orders::{
    BackendOrder, ClockOrder, ClockTime, DoorOrder, NewCluster, NewPolicy, NewResource, NewRole,
    NewScript, NewTenant, NewToken, NewUserToken, RoleHost, TokenText,
};
use super::request::Request;
use super::response::Response;
use super::shared::{Shared, Sim};
use super::state::{Refusal, State, refused};
use super::tokens::Maker;

type Answer = Result<Response, Refusal>;

pub(crate) fn is_for(request: &Request) -> bool {
    request.path() == "/sim" || request.path().starts_with("/sim/")
}

pub(crate) async fn answer(shared: &Shared, request: &Request) -> Response {
    let outcome = if request.path() == "/sim/listeners" {
        match order::<DoorOrder>(request) {
            Ok(DoorOrder { open }) => {
                shared.open_doors(open).await;
                done(&())
            }
            Err(refusal) => Err(refusal),
        }
    } else {
        routed(&mut shared.sim(), request)
    };
    shared.changes.send_modify(|number| *number = number.wrapping_add(1));
    let response =
        outcome.unwrap_or_else(|refusal| Response::failed(refusal.status, &refusal.message));
    response.finished(request)
}

fn order<T: DeserializeOwned>(request: &Request) -> Result<T, Refusal> {
    let body = if request.body.is_empty() { b"{}".as_slice() } else { &request.body };
    serde_json::from_slice(body).or_else(|error| refused(400, error.to_string()))
}

#[expect(clippy::unnecessary_wraps, reason = "every arm of the routing ends in one of these")]
fn done(value: &impl Serialize) -> Answer {
    Ok(Response::json(200, value))
}

fn routed(sim: &mut Sim, request: &Request) -> Answer {
    let query = request.query();
    let asked = |name: &str| query.one(name).unwrap_or_default().to_owned();
    match (request.method.as_str(), request.path()) {
        ("GET", "/sim/counts") => done(&sim.log.counts),
        ("DELETE", "/sim/counts") => {
            sim.log.clear();
            done(&())
        }
        ("GET", "/sim/requests") => done(&sim.log.seen),
        ("GET", "/sim/faults") => done(&sim.faults.0),
        ("POST", "/sim/faults") => {
            sim.faults.0.push(order::<Armed>(request)?);
            done(&())
        }
        ("DELETE", "/sim/faults") => {
            sim.faults.0.clear();
            done(&())
        }
        ("POST", "/sim/backend") => {
            let BackendOrder { mode, dead_after_ms } = order(request)?;
            sim.state.backend = mode;
            sim.dead_after = dead_after_ms.map_or(sim.dead_after, Duration::from_millis);
            done(&())
        }
        ("GET", "/sim/hosts") => done(&hosts(&sim.state, &asked("role"))),
        ("GET", "/sim/tokens") => done(&tokens(&sim.state)),
        ("GET", "/sim/resources") => done(&sim.state.resources.get(&asked("name"))),
        ("GET", "/sim/clock") => done(&ClockTime { now: sim.state.clock.now() }),
        ("POST", _) => made(&mut sim.state, request),
        ("DELETE", _) => unmade(&mut sim.state, request),
        _ => unknown(request),
    }
}

fn unknown(request: &Request) -> Answer {
    refused(404, format!("there is no {} {}", request.method, request.path()))
}

fn made(state: &mut State, request: &Request) -> Answer {
    match request.path() {
        "/sim/tenants" => {
            let NewTenant { tenant, user, password } = order(request)?;
            state.users.add(&user, &password, &tenant);
        }
        "/sim/user-tokens" => {
            let NewUserToken { user, tenant, token } = order(request)?;
            let now = state.clock.now();
            let token = state.users.issue(token, &user, tenant, now);
            return done(&TokenText { token });
        }
        "/sim/clusters" => cluster::make(state, &order::<NewCluster>(request)?),
        "/sim/roles" => {
            let NewRole { role, policies, aliases } = order(request)?;
            let made = state.roles.make(&role);
            made.policies = policies;
            made.aliases = aliases;
        }
        "/sim/policies" => {
            let NewPolicy { name, policy } = order(request)?;
            state.policies.insert(name, policy);
        }
        "/sim/resources" => {
            let NewResource { name, resource } = order(request)?;
            state.resources.insert(name, resource);
        }
        "/sim/hosts" => {
            let RoleHost { role, host } = order(request)?;
            if !state.roles.register(&role, host) {
                return refused(400, "the host cannot be stored");
            }
        }
        "/sim/tokens" => return issued(state, order(request)?),
        "/sim/clock" => {
            let ClockOrder { advance, set, stop } = order(request)?;
            if let Some(stops) = stop {
                state.clock.stop(stops);
            }
            if let Some(seconds) = set {
                state.clock.set(seconds);
            }
            state.clock.advance(advance);
            return done(&ClockTime { now: state.clock.now() });
        }
        "/sim/quirks" => state.quirks = order(request)?,
        "/sim/remover" => state.remover_role = order::<NewRole>(request)?.role,
        "/sim/scripts" => {
            let NewScript { extdata, name, script } = order(request)?;
            let scripts = if extdata { &mut state.extdata } else { &mut state.userdata };
            scripts.insert(name, script);
        }
        _ => return unknown(request),
    }
    done(&())
}

fn unmade(state: &mut State, request: &Request) -> Answer {
    match request.path() {
        "/sim/tokens" => {
            state.tokens.0.remove(&order::<TokenText>(request)?.token);
        }
        "/sim/hosts" => {
            let RoleHost { role, host } = order(request)?;
            let gone = state.roles.remove(&role, |found| {
                found.ip == host.ip && (host.cuk.is_empty() || found.cuk == host.cuk)
            });
            return done(&gone);
        }
        "/sim/roles" => {
            state.roles.0.remove(&order::<NewRole>(request)?.role);
        }
        "/sim/resources" => {
            state.resources.remove(&order::<NewResource>(request)?.name);
        }
        _ => return unknown(request),
    }
    done(&())
}

fn issued(state: &mut State, order: NewToken) -> Answer {
    let NewToken { role, maker, expire, token } = order;
    let maker = match maker {
        Maker::User(user) => Maker::User(user),
        Maker::Host(host) => {
            let wanted = Wanted { ip: &host.ip, port: &host.port, cuk: &host.cuk };
            match state.roles.find(&role, wanted) {
                Some(found) => Maker::Host(found.clone()),
                None => return refused(404, format!("{} is not in {role}", host.ip)),
            }
        }
    };
    let token = state.issue(token, &role, maker, expire)?;
    done(&TokenText { token })
}

/// All of the role's own hosts, those that nobody can find included.
fn hosts(state: &State, role: &str) -> Vec<Host> {
    let found = state.roles.0.get(role);
    found.map(|role| role.hosts.values().cloned().collect()).unwrap_or_default()
}

fn tokens(state: &State) -> Json {
    let shown = |(token, known): (&String, &super::tokens::RoleToken)| {
        let maker = match &known.maker {
            Maker::User(user) => ("user", user.as_str().into()),
            Maker::Host(host) => ("host", host.as_json()),
        };
        Json::object([
            ("token", token.as_str().into()),
            ("role", known.role.as_str().into()),
            ("alive", state.is_alive(known).into()),
            maker,
        ])
    };
    Json::List(state.tokens.0.iter().map(shown).collect())
}
