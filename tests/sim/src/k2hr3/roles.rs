//! Roles and the hosts in them, with the loose matching by which 2.0.3 finds and removes hosts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::json::{Json, Members};
use super::{k8s, random};

const OPENSTACK: &str = "openstack-auto-v1";
const KUBERNETES: &str = "k8s-auto-v1";

/// A host in a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Host {
    /// The address it registered from.
    pub ip: String,
    /// The port as JavaScript writes the number; `0` is any.
    pub port: String,
    /// The instance id; may be empty.
    pub cuk: String,
    /// What kind of host registered.
    pub extra: String,
    /// Free text; templates use it as a name.
    pub tag: String,
    /// The address to reach it by; may be empty.
    pub inboundip: String,
    /// The address it comes from; may be empty.
    pub outboundip: String,
    /// Fresh with each registration: tokens issued to the host die with it.
    #[serde(skip)]
    pub(crate) id: String,
}

impl Default for Host {
    fn default() -> Self {
        let empty = String::new;
        Self {
            ip: empty(),
            port: "0".to_owned(),
            cuk: empty(),
            extra: OPENSTACK.to_owned(),
            tag: empty(),
            inboundip: empty(),
            outboundip: empty(),
            id: empty(),
        }
    }
}

impl Host {
    /// A host as the official script registers it, without CUK and tag.
    pub fn at(ip: impl Into<String>) -> Self {
        Self { ip: ip.into(), ..Self::default() }
    }

    /// With this CUK.
    #[must_use]
    pub fn cuk(self, cuk: impl Into<String>) -> Self {
        Self { cuk: cuk.into(), ..self }
    }

    /// With this tag.
    #[must_use]
    pub fn tag(self, tag: impl Into<String>) -> Self {
        Self { tag: tag.into(), ..self }
    }

    /// With this port.
    #[must_use]
    pub fn port(self, port: u16) -> Self {
        Self { port: port.to_string(), ..self }
    }

    /// With this extra.
    #[must_use]
    pub fn extra(self, extra: impl Into<String>) -> Self {
        Self { extra: extra.into(), ..self }
    }

    pub(crate) fn key(&self) -> String {
        let port = if self.port == "0" { "*" } else { &self.port };
        format!("{} {port} {}", self.ip, self.cuk)
    }

    /// The server splits keys at spaces, so a CUK with one is stored and never found again.
    fn is_ghost(&self) -> bool {
        self.cuk.contains(' ')
    }

    /// The line in `GET /v1/role/…?expand=false`: empty fields collapse, an unknown extra is hidden.
    fn line(&self) -> String {
        let extra = if is_known(&self.extra) { self.extra.as_str() } else { "" };
        [extra, &self.tag, &self.inboundip, &self.outboundip]
            .into_iter()
            .filter(|field| !field.is_empty())
            .fold(self.key(), |line, field| line + " " + field)
    }

    /// The value in a template's `…/hosts/ip` collection.
    pub(crate) fn as_json(&self) -> Json {
        let mut all: Members = [
            ("host".to_owned(), self.ip.as_str().into()),
            ("port".to_owned(), Json::Number(self.port.parse().unwrap_or_default())),
            ("extra".to_owned(), Json::text_or_null(&self.extra)),
            ("cuk".to_owned(), Json::text_or_null(&self.cuk)),
            ("tag".to_owned(), Json::text_or_null(&self.tag)),
            ("inboundip".to_owned(), Json::text_or_null(&self.inboundip)),
            ("outboundip".to_owned(), Json::text_or_null(&self.outboundip)),
        ]
        .into_iter()
        .collect();
        if self.extra == KUBERNETES {
            all.merge(&k8s::fields(&self.cuk).unwrap_or_default());
        }
        Json::Object(all)
    }
}

fn is_known(extra: &str) -> bool {
    extra == OPENSTACK || extra == KUBERNETES
}

/// Which host is meant; an empty CUK and port `0` mean any.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) ip: &'a str,
    pub(crate) port: &'a str,
    pub(crate) cuk: &'a str,
}

impl Wanted<'_> {
    /// The extra is derived from the CUK and not what the request said.
    fn extra(&self) -> &'static str {
        match self.cuk {
            "" => "",
            cuk if k8s::fields(cuk).is_some() => KUBERNETES,
            _ => OPENSTACK,
        }
    }

    fn finds(&self, host: &Host) -> bool {
        let loosely = |wanted: &str, stored: &str, any: &str| {
            wanted == stored || wanted == any || stored == any
        };
        host.ip == self.ip
            && !host.is_ghost()
            && loosely(self.port, &host.port, "0")
            && loosely(self.cuk, &host.cuk, "")
            && loosely(self.extra(), &host.extra, "")
    }

    /// A Kubernetes host goes only when all of it is named.
    pub(crate) fn removes(&self, host: &Host) -> bool {
        let named = self.extra() == KUBERNETES && self.cuk == host.cuk && self.port == host.port;
        self.finds(host) && (host.extra != KUBERNETES || named)
    }
}

/// A role. One without an id was never made: somebody only registered into it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Role {
    pub(crate) id: Option<String>,
    pub(crate) policies: Vec<String>,
    pub(crate) aliases: Vec<String>,
    pub(crate) hosts: BTreeMap<String, Host>,
    pub(crate) hostnames: BTreeSet<String>,
}

impl Role {
    pub(crate) fn lines(&self) -> Vec<String> {
        self.hosts.values().filter(|host| !host.is_ghost()).map(Host::line).collect()
    }
}

/// All roles by full name.
#[derive(Debug, Default)]
pub(crate) struct Roles(pub(crate) BTreeMap<String, Role>);

impl Roles {
    pub(crate) fn make(&mut self, name: &str) -> &mut Role {
        let role = self.0.entry(name.to_owned()).or_default();
        role.id.get_or_insert_with(random::id);
        role
    }

    /// The id of a role that was made.
    pub(crate) fn id(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.id.as_deref()
    }

    /// The role and all below it.
    pub(crate) fn tree(&self, name: &str) -> Vec<&Role> {
        let here = self.0.iter().filter(|(found, _)| is_at_or_below(found, name));
        here.map(|(_, role)| role).collect()
    }

    fn tree_mut<'a>(&'a mut self, name: &'a str) -> impl Iterator<Item = &'a mut Role> {
        self.0.iter_mut().filter(move |(found, _)| is_at_or_below(found, name)).map(|(_, r)| r)
    }

    /// The hosts of the role, of those below it and of its aliases.
    pub(crate) fn hosts(&self, name: &str) -> Vec<&Host> {
        let aliases = self.0.get(name).map(|role| role.aliases.as_slice()).unwrap_or_default();
        std::iter::once(name)
            .chain(aliases.iter().map(String::as_str))
            .flat_map(|one| self.tree(one))
            .flat_map(|role| role.hosts.values())
            .filter(|host| !host.is_ghost())
            .collect()
    }

    pub(crate) fn find(&self, name: &str, wanted: Wanted<'_>) -> Option<&Host> {
        self.tree(name)
            .into_iter()
            .flat_map(|role| role.hosts.values())
            .find(|host| wanted.finds(host))
    }

    /// Removes what matches, here and below, and says how many hosts went.
    pub(crate) fn remove(&mut self, name: &str, goes: impl Fn(&Host) -> bool) -> usize {
        let mut gone = 0;
        for role in self.tree_mut(name) {
            let before = role.hosts.len();
            role.hosts.retain(|_, host| !goes(host));
            gone += before - role.hosts.len();
        }
        gone
    }

    /// Adds a host after removing what matches it loosely; false when the host cannot be stored.
    ///
    /// The removal comes first and stays when storing fails, as on the real server.
    pub(crate) fn register(&mut self, name: &str, host: Host) -> bool {
        let wanted = Wanted { ip: &host.ip, port: &host.port, cuk: &host.cuk };
        self.remove(name, |old| wanted.removes(old));
        if host.extra == KUBERNETES && !k8s::belongs(&host.cuk, &host.ip) {
            return false;
        }
        let role = self.0.entry(name.to_owned()).or_default();
        role.hosts.insert(host.key(), Host { id: random::id(), ..host });
        true
    }

    /// Removes the hosts indexed under a CUK from all roles.
    pub(crate) fn remove_cuk(&mut self, cuk: &str, ips: &[String]) {
        for role in self.0.values_mut() {
            role.hosts.retain(|_, host| {
                let indexed = host.cuk == cuk && is_known(&host.extra) && !host.is_ghost();
                !(indexed && (ips.is_empty() || ips.contains(&host.ip)))
            });
        }
    }

    /// Whether a host of this tenant with this id is registered.
    pub(crate) fn has_host(&self, id: &str) -> bool {
        self.0.values().flat_map(|role| role.hosts.values()).any(|host| host.id == id)
    }
}

fn is_at_or_below(found: &str, name: &str) -> bool {
    found.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: &str = "yrn:yahoo:::t:role:r";

    fn registered(hosts: &[Host]) -> Roles {
        let mut roles = Roles::default();
        for host in hosts {
            assert!(roles.register(ROLE, host.clone()), "{host:?}");
        }
        roles
    }

    fn keys(roles: &Roles) -> Vec<&String> {
        roles.0.get(ROLE).unwrap().hosts.keys().collect()
    }

    fn host() -> Host {
        Host::at("10.0.0.1").cuk("A").tag("t")
    }

    #[test]
    fn the_same_cuk_is_replaced_and_another_is_kept_beside_it() {
        let roles = registered(&[host(), host().tag("new"), host().cuk("B")]);
        assert_eq!(keys(&roles), ["10.0.0.1 * A", "10.0.0.1 * B"]);
    }

    #[test]
    fn a_changed_port_leaves_the_old_entry_and_no_port_replaces_it() {
        let ports = [host().port(9000), host().port(9001)];
        assert_eq!(keys(&registered(&ports)), ["10.0.0.1 9000 A", "10.0.0.1 9001 A"]);
        assert_eq!(keys(&registered(&[host().port(9000), host()])), ["10.0.0.1 * A"]);
    }

    #[test]
    fn a_bare_registration_wipes_all_entries_of_its_address() {
        let roles = registered(&[host(), host().cuk("B").port(1), host().cuk("")]);
        assert_eq!(keys(&roles), ["10.0.0.1 * "]);
    }

    #[test]
    fn registering_in_a_role_removes_the_host_from_the_roles_below_it() {
        let mut roles = Roles::default();
        let below = format!("{ROLE}/sub");
        roles.register(&below, host());
        roles.register(ROLE, host());
        assert_eq!(roles.0.get(&below).unwrap().hosts.len(), 0);
    }

    #[test]
    fn a_cuk_with_a_space_is_stored_but_never_found() {
        let roles = registered(&[host().cuk("a b")]);
        let wanted = Wanted { ip: "10.0.0.1", port: "0", cuk: "" };
        assert_eq!(keys(&roles).len(), 1);
        assert!(roles.find(ROLE, wanted).is_none());
        assert!(roles.hosts(ROLE).is_empty());
        assert!(roles.0.get(ROLE).unwrap().lines().is_empty());
    }

    #[test]
    fn an_unknown_extra_is_found_only_without_the_cuk() {
        let roles = registered(&[host().extra("custom")]);
        let found = |cuk| roles.find(ROLE, Wanted { ip: "10.0.0.1", port: "0", cuk }).is_some();
        assert!(found(""));
        assert!(!found("A"));
    }

    #[test]
    fn a_kubernetes_extra_with_another_cuk_fails_after_the_old_entry_is_gone() {
        let mut roles = registered(&[host()]);
        assert!(!roles.register(ROLE, host().extra(KUBERNETES)));
        assert!(keys(&roles).is_empty());
    }
}
