//! A network that breaks: the agent in a network namespace of its own, with a cable to K2HR3.

use std::process::{Command, Stdio};

use sim::k2hr3::{At, Cluster, Fault, Route};

use crate::support::Node;

/// A namespace with one cable; both are gone when this is.
struct Cable {
    name: String,
    net: String,
}

impl Cable {
    /// `None`, with the reason on standard error, where this process may not make one.
    fn new(number: u32) -> Option<Self> {
        let name = format!("k2agent-{}-{number}", std::process::id());
        // What an earlier run may have left, for want of time to clear up, is in nobody's way.
        let place = std::process::id() + number;
        let net = format!("198.{}.{}", 18 + place / 256 % 2, place % 256);
        let cable = Self { name, net };
        let made = ip(&format!("netns add {}", cable.name))
            && ip(&format!(
                "link add {} type veth peer name eth0 netns {}",
                cable.end(),
                cable.name
            ))
            && ip(&format!("addr add {}.1/24 dev {}", cable.net, cable.end()))
            && ip(&format!("link set {} up", cable.end()))
            && ip(&format!("-n {} addr add {}.2/24 dev eth0", cable.name, cable.net))
            && ip(&format!("-n {} link set lo up", cable.name))
            && ip(&format!("-n {} link set eth0 up", cable.name));
        if !made {
            sim::skip("network namespaces need root and the program `ip`");
        }
        made.then_some(cable)
    }

    /// This side's end of the cable.
    fn end(&self) -> String {
        let (_, unique) = self.name.split_once('-').unwrap();
        format!("k2a{unique}")
    }

    /// A node behind this cable that has its file. No chmpx runs there.
    async fn node(&self) -> Node {
        let mut node = Node::with_k2hr3(&["--listen", "0.0.0.0:0"]).await;
        let port = node.k2hr3.url().rsplit(':').next().unwrap().to_owned();
        node.set("k2hr3.api_uri", &format!("http://{}.1:{port}", self.net));
        node.set("k2hr3.connect_timeout", "500ms");
        node.set("k2hr3.timeout", "1s");
        node.set("node.tag", &format!("{}.2", self.net));
        node.namespace = Some(self.name.clone());
        node.start_agent();
        node.until("it has its file", |report| report.settled && servers(&node) == 3).await;
        node
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        ip(&format!("netns del {}", self.name));
        ip(&format!("link del {}", self.end()));
    }
}

fn ip(arguments: &str) -> bool {
    let mut command = Command::new("ip");
    command.args(arguments.split(' ')).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn must(arguments: &str) {
    assert!(ip(arguments), "ip {arguments}");
}

fn servers(node: &Node) -> usize {
    node.installed().matches("[SVRNODE]").count()
}

/// Something is published while the network is broken, and arrives when it is mended.
async fn survives(node: &Node, number: u8, breaks: &str, mends: &str) {
    let good = node.installed();
    must(breaks);
    node.until_code("trouble").await;
    node.cluster.add_server(Cluster::server(number)).await.unwrap();
    assert_eq!(node.installed(), good, "{breaks}");
    must(mends);
    let expected = usize::from(number);
    node.until("mended", |report| report.settled && servers(node) == expected).await;
}

#[tokio::test]
async fn a_node_survives_a_cut_cable_and_answers_that_do_not_arrive() {
    let Some(cable) = Cable::new(11) else { return };
    let node = cable.node().await;
    let (end, net) = (cable.end(), cable.net.clone());
    let (down, up) = (format!("link set {end} down"), format!("link set {end} up"));
    survives(&node, 4, &down, &up).await;
    // Requests arrive at K2HR3, its answers go nowhere.
    let lost = format!("route add blackhole {net}.2/32");
    let found = format!("route del blackhole {net}.2/32");
    survives(&node, 5, &lost, &found).await;
    assert_eq!(node.k2hr3.counts().await.unwrap().of(Route::Register), 1);
}

#[tokio::test]
async fn a_node_survives_a_storm_of_resets() {
    let Some(cable) = Cable::new(13) else { return };
    let node = cable.node().await;
    let good = node.installed();
    node.k2hr3.fault(Fault::Reset { at: At::BeforeHeaders }).await.unwrap();
    node.until_code("trouble").await;
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    let resets = node.k2hr3.counts().await.unwrap().with(0);
    node.k2hr3.until(|counts| counts.with(0) >= resets + 10).await.unwrap();
    assert_eq!(node.installed(), good);
    node.k2hr3.clear_faults().await.unwrap();
    node.until("the storm is over", |report| report.settled && servers(&node) == 4).await;
}

#[tokio::test]
async fn a_node_whose_address_changes_registers_under_the_new_one() {
    let Some(cable) = Cable::new(12) else { return };
    let node = cable.node().await;
    let (name, net) = (cable.name.clone(), cable.net.clone());
    let members = node.cluster.slaves().await.unwrap();
    assert_eq!(members[0].ip, format!("{net}.2"));

    must(&format!("-n {name} addr del {net}.2/24 dev eth0"));
    must(&format!("-n {name} addr add {net}.3/24 dev eth0"));
    node.k2hr3.until(|counts| counts.of(Route::Register) == 2).await.unwrap();
    let members = node.cluster.slaves().await.unwrap();
    assert!(members.iter().any(|member| member.ip == format!("{net}.3")), "{members:?}");
    // Only the old address could take the old entry out, and this host has it no more.
    node.until("told", |_| node.log().contains("may still list this node at its old address"))
        .await;
}
