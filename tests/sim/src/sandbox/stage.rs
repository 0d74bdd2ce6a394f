//! Everything a scene is played with: K2HR3 with a cluster, chmpx with its helper, the node.

use std::fs::File;
use std::net::IpAddr;

use nix::ifaddrs::getifaddrs;
use nix::sys::socket::SockaddrStorage;

use super::mishap::Mishap;
use super::node::{Node, Papers};
use super::programs::Programs;
use super::root::Root;
use super::supervised::{GROUP, Supervised};
use crate::chmpx::free_port;
use crate::k2hr3::{Admin, Cluster, Host};

/// The stage.
#[derive(Debug)]
pub(super) struct Stage {
    /// K2HR3.
    pub(super) k2hr3: Admin,
    /// The cluster in it.
    pub(super) cluster: Cluster,
    /// The node with the agent. Dropped, and so ended, before chmpx.
    pub(super) node: Node,
    /// chmpx.
    pub(super) chmpx: Supervised,
    /// Somebody who holds the file open.
    pub(super) reader: Option<File>,
    /// Servers that were stopped after they had left.
    pub(super) stopped: Vec<String>,
}

impl Stage {
    /// Starts all but the agent: a cluster without servers, a helper that waits for a file.
    pub(super) async fn set(root: &Root, programs: &Programs) -> Result<Self, Mishap> {
        let root = root.path();
        let port = || free_port().map_err(Mishap::when("find a free port"));
        let ctlport = port()?;
        let k2hr3 = Admin::spawn(&programs.k2hr3, &[]).await;
        let k2hr3 = k2hr3.map_err(Mishap::when("start K2HR3"))?;
        let plan = k2hr3.cluster(GROUP).servers(0).ports(port()?, port()?, ctlport);
        let cluster = plan.await.map_err(Mishap::when("make a cluster in K2HR3"))?;

        let target = Node::target_path(root);
        let chmpx =
            Supervised::start(&target, &root.join("chmpx"), ctlport, programs.real.as_ref())?;
        let papers = Papers {
            api_uri: k2hr3.url(),
            role: &cluster.role(),
            token: cluster.token(),
            tag: &own_name()?,
        };
        let node = Node::prepare(root, &programs.agent, &papers, &chmpx.access())?;
        Ok(Self { k2hr3, cluster, node, chmpx, reader: None, stopped: Vec::new() })
    }

    /// Ends everything, the agent first: it must not see the others go.
    pub(super) async fn clear(mut self) {
        self.node.stop().await;
        self.chmpx.stop().await;
    }
}

/// The server with this number. Nobody listens there, and nothing has to be resolved: what is shown
/// does not depend on the names that this machine knows.
pub(super) fn server(number: u8) -> Host {
    let address = format!("127.0.1.{}", 10 + u16::from(number));
    Host::at(&address).cuk(format!("server-{number}")).tag(address)
}

/// A name by which any chmpx finds itself on this host: an address of a real interface, since it
/// compares with those. The host's name is the last resort; a loopback address would not do where
/// there is no other.
fn own_name() -> Result<String, Mishap> {
    let interfaces = getifaddrs().map_err(Mishap::when("list the addresses of this host"))?;
    let addresses: Vec<IpAddr> = interfaces.filter_map(|one| address(one.address?)).collect();
    let is_fit = |address: &&IpAddr| match address {
        IpAddr::V4(v4) => !v4.is_loopback() && !v4.is_link_local(),
        IpAddr::V6(v6) => !v6.is_loopback() && !v6.is_unicast_link_local(),
    };
    let fit = || addresses.iter().filter(is_fit);
    if let Some(address) = fit().find(|address| address.is_ipv4()).or_else(|| fit().next()) {
        return Ok(address.to_string());
    }
    let name = nix::unistd::gethostname().map_err(Mishap::when("ask for the host's name"))?;
    Ok(name.to_string_lossy().into_owned())
}

fn address(of: SockaddrStorage) -> Option<IpAddr> {
    let v4 = of.as_sockaddr_in().map(|v4| IpAddr::V4(v4.ip()));
    v4.or_else(|| of.as_sockaddr_in6().map(|v6| IpAddr::V6(v6.ip())))
}
