//! Roles with their hosts, and how hosts come and go.

use std::collections::{BTreeMap, BTreeSet};

use super::host::{Host, KUBERNETES, Wanted, is_known};
use super::{k8s, random};

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
