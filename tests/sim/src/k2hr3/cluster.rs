//! A cluster in the shape that K2HDKC `DBaaS` gives it: three roles, a policy, three resources.

use super::host::Host;
use super::json::{Json, Members};
use super::orders::{NamedBy, NewCluster};
use super::resources::Resource;
use super::state::{Policy, State};
use super::yrn::Yrn;

/// Written for this stand-in; it renders what the `DBaaS` template renders.
const TEMPLATE: &str = include_str!("cluster.template");

pub(crate) fn make(state: &mut State, order: &NewCluster) {
    let NewCluster { name, tenant, user, servers, .. } = order;
    let name_of =
        |kind: &str, below: &str| Yrn::new(tenant, kind, &format!("{name}{below}")).text();

    state.users.add(user, "password", tenant);
    let policy = Policy {
        effect: "allow".to_owned(),
        action: vec!["yrn:yahoo::::action:read".to_owned()],
        resource: vec![name_of("resource", "/server"), name_of("resource", "/slave")],
    };
    state.policies.insert(name_of("policy", ""), policy);

    state.roles.make(&name_of("role", "")).policies = vec![name_of("policy", "")];
    state.roles.make(&name_of("role", "/server"));
    state.roles.make(&name_of("role", "/slave"));

    state.resources.insert(name_of("resource", ""), main_resource(order));
    for (below, mode) in [("/server", "SERVER"), ("/slave", "SLAVE")] {
        state.resources.insert(name_of("resource", below), of_mode(mode));
    }
    for number in 1..=*servers {
        state.roles.register(&name_of("role", "/server"), server(number));
    }
}

/// The server with this number, as tests know it.
pub(crate) fn server(number: u8) -> Host {
    Host::at(format!("127.0.1.{number}"))
        .cuk(format!("server-cuk-{number}"))
        .tag(format!("server-{number}"))
}

fn main_resource(order: &NewCluster) -> Resource {
    let NewCluster { name, tenant, .. } = order;
    let hosts = |below: &str| format!("{}/hosts/ip", Yrn::new(tenant, "role", name).text() + below);
    let template = order.template.as_deref().unwrap_or(TEMPLATE);
    let text = template
        .replace("SERVER-HOSTS", &hosts("/server"))
        .replace("SLAVE-HOSTS", &hosts("/slave"));
    let named_by = match order.named_by {
        NamedBy::Tag => "tag",
        NamedBy::TagOrIp => "tag-or-ip",
        NamedBy::Ip => "ip",
    };
    let port = |port: u16| Json::from(u32::from(port));
    let mut keys = Members::default();
    for (key, value) in [
        ("cluster-name", name.as_str().into()),
        ("chmpx-server-port", port(order.port)),
        ("chmpx-server-ctlport", port(order.ctlport)),
        ("chmpx-slave-ctlport", port(order.slave_ctlport)),
        ("chmpx-idtype", order.chmpxidtype.as_str().into()),
        ("chmpx-named-by", named_by.into()),
    ] {
        keys.set(key, value);
    }
    keys.merge(&order.keys);
    Resource { string: Some(text), keys: Some(keys), ..Resource::default() }
}

fn of_mode(mode: &str) -> Resource {
    let keys = [
        ("chmpx-mode".to_owned(), mode.into()),
        ("k2hr3-init-packages".to_owned(), "".into()),
        ("k2hr3-init-packagecloud-packages".to_owned(), "chmpx".into()),
        ("k2hr3-init-systemd-packages".to_owned(), "chmpx.service".into()),
    ];
    Resource { keys: Some(keys.into_iter().collect()), ..Resource::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(order: &NewCluster, hosts: &[Host]) -> String {
        let mut state = State::default();
        let name = Yrn::new(&order.tenant, "resource", "mycluster/slave");
        let role = Yrn::new(&order.tenant, "role", "mycluster/slave").text();
        make(&mut state, order);
        for host in hosts {
            state.roles.register(&role, host.clone());
        }
        let mut merged = state.merged(&name).unwrap();
        state.expand(&name, &mut merged).unwrap();
        merged.string.unwrap()
    }

    /// The keys and values of the sections of one name, without blanks.
    fn sections(text: &str, name: &str) -> Vec<Vec<String>> {
        let ours = text.split('[').filter_map(|part| part.strip_prefix(name));
        let lines = |part: &str| {
            part.lines()
                .skip(1)
                .map(|line| line.replace(' ', ""))
                .filter(|line| !line.is_empty() && !line.starts_with('#'))
                .collect()
        };
        ours.map(lines).collect()
    }

    #[test]
    fn without_a_slave_there_is_a_dummy_one() {
        let text = rendered(&NewCluster { servers: 3, ..NewCluster::default() }, &[]);
        assert_eq!(sections(&text, "SVRNODE").len(), 3);
        let dummy = ["NAME=127.0.0.1", "CUK=dummy_cuk", "CTLPORT=8031", "SSL=no"];
        assert_eq!(sections(&text, "SLVNODE"), [dummy]);
    }

    #[test]
    fn a_node_is_named_by_its_tag() {
        let host = Host::at("127.0.0.9").cuk("c").tag("agent-host-1");
        let text = rendered(&NewCluster { servers: 1, ..NewCluster::default() }, &[host]);
        let expected =
            ["NAME=agent-host-1", "CUK=c", "CTLPORT=8031", "CUSTOM_ID_SEED=agent-host-1", "SSL=no"];
        assert_eq!(sections(&text, "SLVNODE"), [expected]);
        assert!(text.contains("\nSELFCUK             = __SELF_INSTANCE_ID__\n"), "{text}");
        assert!(text.contains("\nMODE                = SLAVE\n"), "{text}");
    }

    #[test]
    fn a_host_without_a_tag_has_an_empty_name_unless_addresses_are_wanted() {
        let named = |named_by| {
            let order =
                NewCluster { named_by, chmpxidtype: "CUK".to_owned(), ..NewCluster::default() };
            let text = rendered(&order, &[Host::at("127.0.0.9").cuk("c")]);
            sections(&text, "SLVNODE")[0][0].clone()
        };
        assert_eq!(named(NamedBy::Tag), "NAME=");
        assert_eq!(named(NamedBy::TagOrIp), "NAME=127.0.0.9");
        assert_eq!(named(NamedBy::Ip), "NAME=127.0.0.9");
    }
}
