//! Being a member of the role, for life.

use std::fs;

use k2hdkc_slave_agent::model::memory::Memory;
use nix::sys::signal::Signal;
use sim::k2hr3::{Cluster, Fault, Route};

use crate::support::{CUK, Node, own_address};

async fn is_listed(node: &Node, cuk: &str) -> bool {
    node.cluster.slaves().await.unwrap().iter().any(|host| host.cuk == cuk)
}

async fn registrations(node: &Node) -> u64 {
    node.k2hr3.counts().await.unwrap().of(Route::Register)
}

/// Waits until K2HR3 was read so many times more.
async fn looks(node: &Node, more: u64) {
    let before = node.k2hr3.counts().await.unwrap().of(Route::Read);
    node.k2hr3.until(|counts| counts.of(Route::Read) >= before + more).await.unwrap();
}

#[tokio::test]
async fn a_mistyped_role_is_found_out_and_told() {
    let mut node = Node::new().await;
    let resource = node.cluster.resource();
    // The token reads by its own role, and K2HR3 registers into any: nothing else shows it.
    node.set("k2hr3.resource", &resource);
    node.set("k2hr3.role", &node.cluster.role().replace("slave", "slaev"));
    node.start_chmpx();
    node.start_agent();
    let report = node.until_code("no-such-role").await;
    assert!(report.verdict.help.unwrap().contains("spelling"));
    assert!(!report.registered);
    looks(&node, 4).await;
    assert_eq!(registrations(&node).await, 1, "it is not repeated");
}

#[tokio::test]
async fn a_copy_of_the_disk_that_gets_its_own_instance_id_registers_as_itself() {
    let mut node = Node::new().await;
    let id = node.path("root/var/lib/cloud/data/instance-id");
    fs::create_dir_all(id.parent().unwrap()).unwrap();
    fs::write(&id, "i-original").unwrap();
    node.unset("node.cuk");
    node.start_chmpx();
    node.start_agent();
    node.until("registered as the original", |report| report.registered).await;
    assert!(is_listed(&node, "i-original").await);

    fs::write(&id, "i-copy").unwrap();
    node.k2hr3.until(|counts| counts.of(Route::Register) == 2).await.unwrap();
    assert!(is_listed(&node, "i-copy").await);
}

#[tokio::test]
async fn a_registration_that_k2hr3_lost_is_made_again() {
    let mut node = Node::new().await;
    // Two that overlap both get 201, and one is gone.
    node.k2hr3.fault(Fault::LostRegistration).on(Route::Register).times(1).await.unwrap();
    node.start_chmpx();
    node.start_agent();
    node.until_settled("registered at last").await;
    assert_eq!(registrations(&node).await, 2);
}

#[tokio::test]
async fn a_list_with_only_the_dummy_slave_brings_a_node_back_and_changes_no_file() {
    let node = Node::settled().await;
    let good = node.installed();
    let template = node.template().await;
    let dummy = "[SLVNODE]\nNAME = 127.0.0.1\nCTLPORT = 8031\n";
    let servers = good.split("[SLVNODE]").next().unwrap();
    node.cluster.publish(format!("{servers}{dummy}")).await.unwrap();
    node.k2hr3.until(|counts| counts.of(Route::Register) == 2).await.unwrap();
    assert_eq!(node.installed(), good);

    node.cluster.publish(template).await.unwrap();
    node.until_settled("listed again").await;
}

#[tokio::test]
async fn a_refused_token_is_told_while_the_node_goes_on_by_its_address() {
    let node = Node::settled().await;
    node.k2hr3.revoke(node.cluster.token()).await.unwrap();
    let report = node
        .until("the token is refused", |report| {
            report.situations.iter().any(|also| also.code.as_str() == "token-refused")
        })
        .await;
    assert!(report.settled, "it unsettles nothing");
    let told = report.situations.iter().find(|also| also.code.as_str() == "token-refused").unwrap();
    assert!(told.help.as_ref().unwrap().contains("new role token"));

    node.write_token(&node.cluster.user_made_token(0).await.unwrap());
    node.until("the new token is accepted", |report| report.situations.is_empty()).await;
    assert_eq!(registrations(&node).await, 1);
}

#[tokio::test]
async fn a_node_that_moved_registers_anew_and_leaves_no_entry_behind() {
    let mut node = Node::with_k2hr3(&["--listen", "0.0.0.0:0"]).await;
    let port = node.k2hr3.url().rsplit(':').next().unwrap().to_owned();
    node.set("k2hr3.api_uri", &format!("http://127.0.0.1:{port}"));
    node.start_chmpx();
    node.start_agent();
    node.until_settled("at the first address").await;
    // The address is noted when K2HR3 has answered a read without the token.
    node.until("the address is known", |_| memory(&node).address.is_some()).await;
    node.stop_agent(Signal::SIGTERM).await;

    let address = own_address();
    node.set("k2hr3.api_uri", &format!("http://{address}:{port}"));
    node.start_agent();
    node.k2hr3.until(|counts| counts.of(Route::Register) == 2).await.unwrap();
    node.until("at the new address", |report| {
        report.settled && memory(&node).address.is_some_and(|known| known.to_string() == address)
    })
    .await;

    let members = node.cluster.slaves().await.unwrap();
    let known: Vec<_> = members.iter().map(|host| (host.ip.as_str(), host.cuk.as_str())).collect();
    assert_eq!(known, [(address.as_str(), CUK)]);
    looks(&node, 4).await;
    assert_eq!(registrations(&node).await, 2, "once is enough");
}

fn memory(node: &Node) -> Memory {
    let path = node.path("root/var/lib/k2hdkc-slave-agent/state.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap_or_default()).unwrap_or_default()
}

#[tokio::test]
async fn another_role_in_the_settings_is_registered_into_at_once() {
    let mut node = Node::settled().await;
    let ctlport = node.ctlport;
    let other = node.k2hr3.cluster("c2").servers(2).ports(8020, 8021, ctlport).await.unwrap();
    node.stop_agent(Signal::SIGTERM).await;
    node.set("k2hr3.role", &other.role());
    node.write_token(other.token());
    node.start_agent();
    node.k2hr3.until(|counts| counts.of(Route::Register) == 2).await.unwrap();
    assert_eq!(other.slaves().await.unwrap().len(), 1);
}

#[tokio::test]
async fn registering_in_vain_does_not_keep_a_node_from_following_the_cluster() {
    let node = Node::settled().await;
    node.cluster.remove_slave(&node.cluster.slaves().await.unwrap()[0].ip).await.unwrap();
    node.k2hr3.fault(Fault::LostRegistration).on(Route::Register).await.unwrap();
    node.k2hr3.until(|counts| counts.of(Route::Register) == 2).await.unwrap();
    node.k2hr3.clear_faults().await.unwrap();
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    node.until_settled("registered again").await;
}
