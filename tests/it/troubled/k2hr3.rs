//! The cause is at K2HR3, or in how this node is known there.

use std::fs;
use std::time::Duration;

use nix::sys::signal::Signal;
use sim::k2hr3::{Backend, Cluster, Papers, Validity};

use super::terminal::finds;
use crate::support::Node;

#[tokio::test]
async fn a_role_token_that_expired_before_the_first_boot_is_to_be_issued_anew() {
    let mut node = Node::new().await;
    node.k2hr3.revoke(node.cluster.token()).await.unwrap();
    node.start_chmpx();
    node.start_agent();
    node.until_code("trouble").await;
    let causes = ["K2HR3 does not accept the role token", "answered 401"];
    finds(&node, "expired-token", &causes, &["issue a new role token in K2HR3"]).await;

    node.write_token(&node.cluster.user_made_token(0).await.unwrap());
    node.until_settled("with a new token").await;
}

#[tokio::test]
async fn a_role_token_that_expires_is_told_while_the_member_reads_by_its_address() {
    let node = Node::settled().await;
    node.k2hr3.revoke(node.cluster.token()).await.unwrap();
    node.until("it is told", |report| !report.situations.is_empty()).await;
    let causes = ["it expired or was taken back; this node reads by its address instead"];
    finds(&node, "token-of-a-member", &causes, &["put a fresh role token into the token file"])
        .await;
}

#[tokio::test]
async fn a_role_with_a_mistyped_name_sends_the_operator_to_its_spelling() {
    let mut node = Node::new().await;
    let role = node.cluster.role();
    node.set("k2hr3.resource", &node.cluster.resource());
    node.set("k2hr3.role", &role.replace("slave", "slaev"));
    node.start_chmpx();
    node.start_agent();
    node.until_code("no-such-role").await;
    let causes = ["a role that it does not know"];
    finds(&node, "role-typo", &causes, &["check the spelling of k2hr3.role"]).await;

    let left = node.run(&["unregister"]).await;
    assert_eq!(left.status.code(), Some(0), "{}", String::from_utf8_lossy(&left.stderr));
    node.set("k2hr3.role", &role);
    node.signal_agent(Signal::SIGHUP);
    node.until_settled("with the right role").await;
}

#[tokio::test]
async fn a_k2hr3_that_is_down_sends_the_operator_to_the_network() {
    let node = Node::settled().await;
    node.k2hr3.down().await.unwrap();
    node.until_code("trouble").await;
    let causes = ["could not connect to K2HR3: Connection refused"];
    finds(&node, "k2hr3-down", &causes, &["check the network to K2HR3"]).await;

    node.k2hr3.up().await.unwrap();
    node.until_settled("K2HR3 is up").await;
}

#[tokio::test]
async fn a_k2hr3_whose_storage_is_down_is_told_from_one_that_refuses_the_node() {
    let node = Node::settled().await;
    let neither = "and by the address of this node: K2HR3 answered 404";
    let (storage, log) = ("look at K2HR3's storage", "look at K2HR3 and at its storage");
    for (mode, name, cause, advice) in [
        (Backend::OneKilled401, "storage-down", neither, storage),
        (Backend::OneKilled404, "storage-down-404", "K2HR3 answered 404: could not get", storage),
        (Backend::OwnChmpxDead, "storage-down-500", "K2HR3 answered 500", log),
    ] {
        node.k2hr3.backend(mode).await.unwrap();
        node.until(name, |report| report.verdict.code.as_str() == "trouble").await;
        finds(&node, name, &[cause], &[advice]).await;
        node.k2hr3.backend(Backend::Up).await.unwrap();
        node.until_settled(name).await;
    }
}

#[tokio::test]
async fn a_node_that_was_taken_out_of_its_role_and_has_no_token_asks_for_one() {
    let node = Node::settled().await;
    fs::remove_file(node.token_file()).unwrap();
    let address = node.cluster.slaves().await.unwrap()[0].ip.clone();
    node.cluster.remove_slave(&address).await.unwrap();
    node.until_code("no-token").await;
    let causes = ["this node is not in its role and has no role token to register with"];
    finds(&node, "not-in-the-role", &causes, &["put a role token of the slave role into"]).await;

    node.write_token(&node.cluster.user_made_token(0).await.unwrap());
    node.until_settled("back in its role").await;
}

#[tokio::test]
async fn a_resource_that_chmpx_could_not_live_with_is_told_with_its_value() {
    let node = Node::settled().await;
    let template = node.template().await;
    let poison = template.replace("MQACK               = no", "MQACK = 0");
    assert_ne!(poison, template);
    node.cluster.publish(poison).await.unwrap();
    node.until_code("refused").await;
    let causes = ["what is published is refused", "MQACK `0` is neither ON nor OFF"];
    finds(&node, "poisoned-resource", &causes, &["write ON, YES, OFF or NO"]).await;

    node.cluster.publish(template).await.unwrap();
    node.until_settled("mended").await;
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_with_its_difference() {
    let node = Node::settled().await;
    node.k2hr3.advance(Duration::from_secs(3 * 3600)).await.unwrap();
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    node.until_settled("which harms nothing at once").await;
    let causes = ["the clock of this node is 3 h behind that of K2HR3"];
    finds(&node, "clock-off", &causes, &["set the wrong one, and keep it right"]).await;
}

#[tokio::test]
async fn a_certificate_that_has_expired_is_told_with_its_time_and_that_of_this_node() {
    let folder = tempfile::tempdir().unwrap();
    let papers = Papers::issue(folder.path(), &["127.0.0.1"], Validity::Expired).unwrap();
    let path = |path: &std::path::Path| path.display().to_string();
    let (certificate, key) = (path(&papers.certificate), path(&papers.key));
    let tls = ["--tls-cert", certificate.as_str(), "--tls-key", key.as_str()];
    let mut node = Node::with_k2hr3(&tls).await;
    node.set("k2hr3.ca_file", &path(&papers.authority));
    node.start_agent();
    node.until_code("trouble").await;
    let causes = [
        "the certificate of K2HR3 expired at 2001-01-01 00:00:00 UTC, and the clock of this node says",
    ];
    let advice = ["set the clock, or renew the certificate of K2HR3"];
    finds(&node, "clock-off-tls", &causes, &advice).await;
}
