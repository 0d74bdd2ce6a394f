//! How chmpx finds itself among the nodes of its file.
use super::{
    config::{ANY_PORT, Config, Node},
    ere, expand,
    host::Host,
};

/// The entry that a starting slave takes as its own, servers before slaves.
pub fn own_entry<'config>(config: &'config Config, host: &Host) -> Option<&'config Node> {
    let fits = |node: &&Node| {
        port_fits(config.self_ctlport, node.ctlport) && cuk_fits(&config.self_cuk, &node.cuk)
    };
    let server = config.servers.iter().filter(fits).find(|node| host.is_self(&node.name));
    server.or_else(|| config.slaves.iter().filter(fits).find(|node| is_own_name(&node.name, host)))
}

/// Whether this host is one of the servers, as the check of MODE while loading sees it.
///
/// Unlike a start, it takes a CUK for a plain text: a server whose CUK matches only as an
/// expression passes here, and is then taken as self by [`own_entry`].
pub fn is_listed_server(servers: &[Node], self_ctlport: i16, self_cuk: &str, host: &Host) -> bool {
    servers
        .iter()
        .filter(|node| node.ctlport == self_ctlport && node.cuk == self_cuk)
        .any(|node| host.is_self(&node.name))
}

/// Whether the NAME of a slave means this host: literally, by a range, or as an expression.
pub fn is_own_name(name: &str, host: &Host) -> bool {
    let literal = expand::names(name).unwrap_or_default();
    literal.iter().any(|name| host.is_self(name))
        || host.texts().iter().any(|text| ere::is_found(name, text))
}

fn port_fits(own: i16, entry: i16) -> bool {
    own == ANY_PORT || own == entry
}

/// An entry without CUK fits only a slave without one. The other way round the CUK of the entry
/// is still tried as an expression on the empty text, so that `.*` fits.
fn cuk_fits(own: &str, entry: &str) -> bool {
    own == entry || (!entry.is_empty() && ere::is_found(entry, own))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host() -> Host {
        let addresses = ["127.0.0.1", "::1", "192.0.2.10"].map(|a| a.parse().unwrap());
        let hosts = "127.0.0.1 localhost\n::1 localhost\n192.0.2.10 slv1.example slv1 vm";
        Host::made_up("vm", &addresses, hosts)
    }

    #[test]
    fn a_slave_name_may_be_an_expression() {
        for name in [
            "slv1.example",
            "SLV1.example",
            "vm",
            "192.0.2.10",
            "slv1",
            "lv1.ex",
            "^slv1",
            "slv[1-3].example",
            "192.0.2.",
            "localhost",
            "127.0.0.1",
            "::1",
            ".*",
            "[.]*",
            "(slv1|slv2).example",
            "slv1.example,slv2.example",
            "",
        ] {
            assert!(is_own_name(name, &host()), "{name}");
        }
        for name in ["^slv1$", "slv[2-3].example", "other.example", "*", "("] {
            assert!(!is_own_name(name, &host()), "{name}");
        }
    }

    #[test]
    fn an_empty_own_cuk_fits_expressions_that_find_nothing_in_it() {
        assert!(cuk_fits("", ""));
        assert!(cuk_fits("", ".*"));
        assert!(!cuk_fits("", ".+"));
        assert!(!cuk_fits("slv-cuk-1", ""));
        assert!(cuk_fits("slv-cuk-1", "slv-.*"));
    }
}
