//! Resources: who may read one, how it is merged from its parents and expanded.

use serde::{Deserialize, Serialize};

use super::json::{Json, Members};
use super::state::{Refusal, State, refused};
use super::template::{Broken, expanded};
use super::yrn::Yrn;

const READ: &str = "yrn:yahoo::::action:read";

/// A resource as stored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Resource {
    /// Its text, which may be a template.
    pub string: Option<String>,
    /// Its object.
    pub object: Option<Json>,
    /// Its keys; absent is not the same as empty.
    pub keys: Option<Members>,
    /// Full names of other resources laid under this one.
    pub aliases: Vec<String>,
}

/// A read that gives no value.
#[derive(Debug)]
pub(crate) enum Unreadable {
    Refused(Refusal),
    /// The template loops for ever, and so the server never answers.
    Endless,
}

impl From<Refusal> for Unreadable {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl State {
    /// Whether the policies of `role` let it read `resource`; the last one that counts decides.
    pub(crate) fn may_read(&self, role: &Yrn, resource: &str) -> Result<(), Refusal> {
        let policies = self.policies_of(role);
        let Yrn { tenant, path, .. } = role;
        if policies.is_empty() || !self.backend.has_policies() {
            let text = format!("could not get role({path}) in tenant({tenant}) policy data.");
            return refused(404, text);
        }
        let verdict = policies
            .iter()
            .filter_map(|name| self.policies.get(name))
            .filter(|policy| policy.action.iter().any(|action| action == READ))
            .rfind(|policy| policy.resource.iter().any(|listed| listed == resource));
        if verdict.is_some_and(|policy| policy.effect == "allow") {
            return Ok(());
        }
        let text = format!(
            "role({path}) in tenant({tenant}) does not allow to read access to \
             resource({resource})."
        );
        refused(404, text)
    }

    /// Parents first, then aliases, then the role's own.
    fn policies_of(&self, role: &Yrn) -> Vec<String> {
        let own = role.text();
        let aliases = self.roles.0.get(&own).map(|role| role.aliases.clone()).unwrap_or_default();
        role.parents()
            .into_iter()
            .chain(aliases)
            .chain([own])
            .filter_map(|name| self.roles.0.get(&name))
            .flat_map(|role| role.policies.iter().cloned())
            .collect()
    }

    /// The resource with its parents and aliases merged in; a missing one of those fails it all.
    pub(crate) fn merged(&self, name: &Yrn) -> Result<Resource, Refusal> {
        let missing = || format!("Could not get resource data for resource yrn: {}", name.text());
        let own = match self.resources.get(&name.text()) {
            Some(own) if self.backend.has_policies() => own,
            Some(_) | None => return refused(404, missing()),
        };
        let mut merged = Resource::default();
        for under in name.parents().iter().chain(&own.aliases) {
            match self.resources.get(under) {
                Some(resource) => merged.lay_over(resource),
                None => return refused(404, missing()),
            }
        }
        merged.lay_over(own);
        Ok(merged)
    }

    /// Expands the text of a merged resource in place; the template's variables join the keys.
    pub(crate) fn expand(&self, name: &Yrn, merged: &mut Resource) -> Result<(), Unreadable> {
        let Some(text) = merged.string.clone() else { return Ok(()) };
        let quoted = Json::from(text.as_str());
        let failed = || {
            format!(
                "failed to expand \"{}\" and to execute template engine. there is something wrong \
                 in template string : {quoted}",
                name.text()
            )
        };
        if merged.keys.is_none() && self.quirks.keyless_strings_fail {
            return Ok(refused(404, failed())?);
        }
        let mut variables = merged.keys.take().unwrap_or_default();
        let special = |special: &str| self.special(&name.tenant, special);
        match expanded(&text, &mut variables, &special) {
            Ok(text) => merged.string = Some(text),
            Err(Broken::Endless) => return Err(Unreadable::Endless),
            Err(Broken::Run) => return Ok(refused(404, failed())?),
            Err(Broken::Load) => {
                let text = format!("Could not load resource for template engine: {quoted}");
                return Ok(refused(404, text)?);
            }
        }
        merged.keys = Some(variables);
        Ok(())
    }

    /// The variables that are not keys: other resources, and the hosts of roles of the same tenant.
    fn special(&self, tenant: &str, name: &str) -> Option<Json> {
        if let Some((role, kind)) = name.split_once("/hosts/").filter(|(r, _)| r.contains(":role:"))
        {
            let same_tenant = Yrn::parse(role, "role").is_some_and(|role| role.tenant == tenant);
            return Some(if same_tenant { self.collection(role, kind) } else { empty() });
        }
        if let Some((resource, key)) = name.split_once("/keys/") {
            return self.keys(resource)?.find(key).cloned();
        }
        self.resources.get(name)?.string.as_deref().map(Json::from)
    }

    /// An object keyed `<host>,<port>,<cuk>`.
    fn collection(&self, role: &str, kind: &str) -> Json {
        let mut all = Members::default();
        if kind == "ip" || kind == "all" {
            for host in self.roles.hosts(role) {
                all.set(&format!("{},{},{}", host.ip, host.port, host.cuk), host.as_json());
            }
        }
        if kind == "name" || kind == "all" {
            for name in self.roles.tree(role).into_iter().flat_map(|role| role.hostnames.iter()) {
                all.set(&format!("{name},0,"), Json::object([("host", name.as_str().into())]));
            }
        }
        Json::Object(all)
    }
}

fn empty() -> Json {
    Json::object([])
}

impl Resource {
    fn lay_over(&mut self, upper: &Self) {
        if let Some(text) = &upper.string {
            self.string.get_or_insert_default().push_str(text);
        }
        if let Some(object) = &upper.object {
            self.object = Some(match (self.object.take(), object) {
                (Some(Json::Object(mut lower)), Json::Object(upper)) => {
                    lower.merge(upper);
                    Json::Object(lower)
                }
                (Some(Json::List(mut lower)), Json::List(upper)) => {
                    let added = upper.iter().filter(|item| !lower.contains(item)).cloned();
                    lower.extend(added.collect::<Vec<_>>());
                    Json::List(lower)
                }
                (_, upper) => upper.clone(),
            });
        }
        if let Some(keys) = &upper.keys {
            self.keys.get_or_insert_default().merge(keys);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::k2hr3::state::Policy;

    fn name(path: &str) -> Yrn {
        Yrn::new("t", "resource", path)
    }

    fn state(resources: &[(&str, &str)]) -> State {
        let mut state = State::default();
        for (path, json) in resources {
            state.resources.insert(name(path).text(), serde_json::from_str(json).unwrap());
        }
        state
    }

    #[test]
    fn strings_are_concatenated_from_the_top_then_aliases_then_own() {
        let state = state(&[
            ("a", r#"{"string":"1","keys":{"k":1,"l":1}}"#),
            ("a/b", r#"{"string":"2","object":[1,2],"keys":{"l":2}}"#),
            ("x", r#"{"string":"3"}"#),
            ("a/b/c", r#"{"string":"4","object":[2,3],"aliases":["yrn:yahoo:::t:resource:x"]}"#),
        ]);
        let merged = state.merged(&name("a/b/c")).unwrap();
        assert_eq!(merged.string.unwrap(), "1234");
        assert_eq!(merged.object.unwrap().to_string(), "[1,2,3]");
        assert_eq!(Json::Object(merged.keys.unwrap()).to_string(), r#"{"k":1,"l":2}"#);
    }

    #[test]
    fn a_missing_parent_fails_the_whole_read() {
        let refusal = state(&[("a/b", r#"{"string":"x"}"#)]).merged(&name("a/b")).unwrap_err();
        let text = "Could not get resource data for resource yrn: yrn:yahoo:::t:resource:a/b";
        assert_eq!((refusal.status, refusal.message.as_str()), (404, text));
    }

    #[test]
    fn a_string_without_keys_is_unreadable_unless_the_quirk_is_off() {
        let mut state = state(&[("a", r#"{"string":"x"}"#)]);
        let read = |state: &State| {
            let mut merged = state.merged(&name("a")).unwrap();
            state.expand(&name("a"), &mut merged).map(|()| merged.string.unwrap())
        };
        assert!(matches!(read(&state), Err(Unreadable::Refused(Refusal { status: 404, .. }))));
        state.quirks.keyless_strings_fail = false;
        assert_eq!(read(&state).unwrap(), "x");
    }

    #[test]
    fn the_last_policy_that_names_the_resource_decides() {
        let mut state = State::default();
        let role = Yrn::new("t", "role", "r/s");
        let policy = |effect: &str| Policy {
            effect: effect.to_owned(),
            action: vec![READ.to_owned()],
            resource: vec![name("a").text()],
        };
        state.policies.insert("no".to_owned(), policy("deny"));
        state.policies.insert("yes".to_owned(), policy("allow"));
        let message = |state: &State| state.may_read(&role, &name("a").text()).unwrap_err().message;

        assert!(message(&state).starts_with("could not get role(r/s) in tenant(t) policy data"));
        state.roles.make("yrn:yahoo:::t:role:r").policies = vec!["yes".to_owned()];
        state.roles.make("yrn:yahoo:::t:role:r/s").policies = vec!["no".to_owned()];
        assert!(message(&state).contains("does not allow to read access"));
        state.roles.make("yrn:yahoo:::t:role:r/s").policies.push("yes".to_owned());
        assert_eq!(state.may_read(&role, &name("a").text()), Ok(()));
        assert!(state.may_read(&role, &name("a/b").text()).is_err(), "no inheritance to children");
    }
}
