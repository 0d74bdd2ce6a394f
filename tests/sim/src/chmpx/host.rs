//! What a chmpx knows about the host that it runs on: its name, its addresses, and other names.
use std::{
    env, fs, io,
    net::{IpAddr, ToSocketAddrs as _},
    path::Path,
};

/// The host that chmpx believes to be on.
///
/// Addresses are read once, when the process starts: one that is added later is not local.
#[derive(Debug, Clone)]
pub struct Host {
    name: String,
    addresses: Vec<IpAddr>,
    /// Lines of a hosts file, or `None` for the resolver of this machine.
    hosts: Option<Vec<Line>>,
}

type Line = (IpAddr, Vec<String>);

impl Host {
    /// This machine, with what was given on the command line in place of the real thing.
    pub fn new(hosts: Option<&Path>, name: Option<&str>, addresses: &[IpAddr]) -> io::Result<Self> {
        let name = match name {
            Some(name) => name.to_owned(),
            None => nix::unistd::gethostname()?.to_string_lossy().into_owned(),
        };
        let hosts = hosts.map(fs::read_to_string).transpose()?.map(|text| lines(&text));
        let addresses =
            if addresses.is_empty() { interface_addresses()? } else { addresses.to_vec() };
        Ok(Self { name, addresses, hosts })
    }

    /// The host that the environment describes: for tools that are called with chmpx's own
    /// options only.
    pub fn from_environment() -> io::Result<Self> {
        let hosts = env::var_os("CHMPX_SIM_HOSTS");
        let name = env::var("CHMPX_SIM_HOSTNAME").ok();
        let addresses: Vec<IpAddr> = env::var("CHMPX_SIM_ADDRESS")
            .unwrap_or_default()
            .split(',')
            .filter_map(|address| address.trim().parse().ok())
            .collect();
        Self::new(hosts.as_deref().map(Path::new), name.as_deref(), &addresses)
    }

    /// A host made up from the text of a hosts file.
    pub fn made_up(name: &str, addresses: &[IpAddr], hosts: &str) -> Self {
        Self { name: name.to_owned(), addresses: addresses.to_vec(), hosts: Some(lines(hosts)) }
    }

    /// The addresses of the interfaces.
    pub fn addresses(&self) -> &[IpAddr] {
        &self.addresses
    }

    /// The names by which this host knows itself.
    ///
    /// The kernel's name counts only if a strict DNS query finds it, which a hosts file never
    /// answers. The reverse names of its addresses count, except one that equals it.
    pub fn names(&self) -> Vec<String> {
        self.resolve(&self.name)
            .iter()
            .filter_map(|address| self.reverse(*address))
            .filter(|name| *name != self.name)
            .collect()
    }

    /// What chmpx writes for a server that the file calls `localhost`.
    pub fn own_name(&self) -> String {
        let address = self.addresses.iter().find(|address| !address.is_loopback());
        self.names()
            .into_iter()
            .next()
            .or_else(|| address.map(ToString::to_string))
            .unwrap_or_else(|| "127.0.0.1".to_owned())
    }

    /// Whether the name, or an address that it resolves to, is this host. Case does not matter.
    pub fn is_self(&self, name: &str) -> bool {
        self.names().iter().any(|own| own.eq_ignore_ascii_case(name))
            || self.resolve(name).iter().any(|address| self.addresses.contains(address))
    }

    /// Every text by which an expression may find this host.
    pub fn texts(&self) -> Vec<String> {
        let mut texts = self.names();
        texts.extend(self.addresses.iter().map(ToString::to_string));
        texts
    }

    /// The addresses of a name or of an address in text.
    pub fn resolve(&self, name: &str) -> Vec<IpAddr> {
        if let Ok(address) = name.parse() {
            return vec![address];
        }
        if let Some(hosts) = &self.hosts {
            let named = |names: &[String]| names.iter().any(|n| n.eq_ignore_ascii_case(name));
            return hosts.iter().filter(|(_, names)| named(names)).map(|(ip, _)| *ip).collect();
        }
        // The resolver is not asked about what cannot be a host name.
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Vec::new();
        }
        (name, 0).to_socket_addrs().map_or(Vec::new(), |found| found.map(|a| a.ip()).collect())
    }

    /// The first name of an address. Without a hosts file of its own this asks `/etc/hosts` only.
    pub fn reverse(&self, address: IpAddr) -> Option<String> {
        let find = |hosts: &[Line]| {
            hosts
                .iter()
                .find(|(ip, _)| *ip == address)
                .and_then(|(_, names)| names.first().cloned())
        };
        match &self.hosts {
            Some(hosts) => find(hosts),
            None => find(&lines(&fs::read_to_string("/etc/hosts").unwrap_or_default())),
        }
    }

    /// The name that nodes are compared by: the reverse name, else the address, else the text.
    pub fn resolved(&self, name: &str) -> String {
        match self.resolve(name).first() {
            Some(address) => self.reverse(*address).unwrap_or_else(|| address.to_string()),
            None => name.to_owned(),
        }
    }
}

fn lines(text: &str) -> Vec<Line> {
    text.lines()
        .filter_map(|line| {
            let mut words = line.split('#').next()?.split_whitespace();
            let address = words.next()?.parse().ok()?;
            Some((address, words.map(ToOwned::to_owned).collect()))
        })
        .collect()
}

fn interface_addresses() -> io::Result<Vec<IpAddr>> {
    let mut addresses = Vec::new();
    for interface in nix::ifaddrs::getifaddrs()? {
        let Some(address) = interface.address else { continue };
        if let Some(v4) = address.as_sockaddr_in() {
            addresses.push(IpAddr::from(v4.ip()));
        } else if let Some(v6) = address.as_sockaddr_in6() {
            addresses.push(IpAddr::from(v6.ip()));
        }
    }
    Ok(addresses)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(name: &str) -> Host {
        let addresses = ["127.0.0.1", "192.0.2.10"].map(|a| a.parse().unwrap());
        let hosts = "127.0.0.1 localhost\n192.0.2.10 slv1.example slv1 vm # me\n127.0.1.1 trap";
        Host::made_up(name, &addresses, hosts)
    }

    #[test]
    fn a_host_known_through_a_hosts_file_only_has_no_name() {
        assert_eq!(host("slv1.example").names(), Vec::<String>::new());
        assert_eq!(host("slv1.example").own_name(), "192.0.2.10");
        assert_eq!(host("vm").names(), ["slv1.example"]);
    }

    #[test]
    fn self_is_what_resolves_to_an_address_of_an_interface() {
        for name in ["SLV1.example", "vm", "192.0.2.10", "localhost"] {
            assert!(host("vm").is_self(name), "{name}");
        }
        // The line that Debian writes for a host without a fixed address.
        assert!(!host("vm").is_self("trap"));
        assert!(!host("vm").is_self("other.example"));
    }
}
