//! From node sections to nodes: defaults, expansion, and which of them are one.
use super::{
    config::{IdType, Node},
    dialect::{NodeSections, Section},
    expand::{self, host_ports},
    host::Host,
    load::Refusal,
    numbers::port_number,
    tls,
};

/// The servers of a file, expanded and without duplicates.
pub fn servers(
    sections: &NodeSections,
    global: &Section,
    id_type: IdType,
    host: &Host,
) -> Result<Vec<Node>, Refusal> {
    let mut servers: Vec<Node> = Vec::new();
    for section in sections.values() {
        let port = port("PORT", section, global)?;
        let node =
            Node { port, tls: tls::server(section, global)?, ..common(section, global, port)? };
        require(section, required_of_servers(id_type))?;
        let names = match expand::names(&node.name) {
            Some(names) if !node.name.is_empty() => names,
            _ => return Err(Refusal("Failed to expand simple regex.".to_owned())),
        };
        for name in names {
            let name = match name.as_str() {
                "localhost" | "127.0.0.1" | "::1" => host.own_name(),
                _ => name,
            };
            add(&mut servers, Node { name, ..node.clone() });
        }
    }
    none_left(&servers, "SVRNODE")?;
    Ok(servers)
}

/// The list of slaves. Their names stay as they are: each may be an expression.
pub fn slaves(
    sections: &NodeSections,
    global: &Section,
    id_type: IdType,
) -> Result<Vec<Node>, Refusal> {
    let mut slaves = Vec::new();
    for section in sections.values() {
        let node = Node { tls: tls::slave(section, global)?, ..common(section, global, 0)? };
        require(section, required_of_slaves(id_type))?;
        add(&mut slaves, node);
    }
    none_left(&slaves, "SLVNODE")?;
    Ok(slaves)
}

fn common(section: &Section, global: &Section, port: i16) -> Result<Node, Refusal> {
    let text = |key: &str| section.get(key).cloned().unwrap_or_default();
    let ctlport = self::port("CTLPORT", section, global)?;
    Ok(Node {
        name: text("NAME"),
        ctlport,
        cuk: text("CUK"),
        seed: text("CUSTOM_ID_SEED"),
        endpoints: host_ports(&text("ENDPOINTS"), port),
        ctlendpoints: host_ports(&text("CTLENDPOINTS"), ctlport),
        forward_peers: host_ports(&text("FORWARD_PEERS"), 0),
        reverse_peers: host_ports(&text("REVERSE_PEERS"), 0),
        ..Node::default()
    })
}

fn port(key: &str, section: &Section, global: &Section) -> Result<i16, Refusal> {
    let text = section.get(key).or_else(|| global.get(key));
    text.map(|text| port_number(text))
        .ok_or_else(|| Refusal(format!("a node has no \"{key}\", and neither has [GLOBAL].")))
}

/// Presence is all that loading asks for: an empty value is caught by the next start only.
fn require(section: &Section, keys: &[&str]) -> Result<(), Refusal> {
    match keys.iter().find(|key| !section.contains_key(**key)) {
        Some(key) => Err(Refusal(format!("CHMPXIDTYPE needs \"{key}\", which a node lacks."))),
        None => Ok(()),
    }
}

fn required_of_servers(id_type: IdType) -> &'static [&'static str] {
    match id_type {
        IdType::Name => &[],
        IdType::Cuk => &["CUK"],
        IdType::CtlEndpoints => &["ENDPOINTS", "CTLENDPOINTS"],
        IdType::Custom => &["CUSTOM_ID_SEED"],
    }
}

fn required_of_slaves(id_type: IdType) -> &'static [&'static str] {
    match id_type {
        // Since 1.0.76 a slave may lack its seed while loading. Its own entry fails at the start.
        IdType::Name | IdType::Custom => &[],
        IdType::Cuk => &["CUK"],
        IdType::CtlEndpoints => &["CTLENDPOINTS"],
    }
}

/// Nodes that agree in name, control port and CUK are one; the first stays.
fn add(nodes: &mut Vec<Node>, node: Node) {
    let same = |other: &Node| {
        (&other.name, other.ctlport, &other.cuk) == (&node.name, node.ctlport, &node.cuk)
    };
    if !nodes.iter().any(same) {
        nodes.push(node);
    }
}

fn none_left(nodes: &[Node], section: &str) -> Result<(), Refusal> {
    if nodes.is_empty() {
        return Err(Refusal(format!("does not have [{section}] section.")));
    }
    Ok(())
}
