//! K2HR3 over TLS: who it is has to be proven, and nothing is sent to anybody else.

use k2hdkc_slave_agent::model::failure::Outlook;
use nix::sys::signal::Signal;
use sim::k2hr3::{Cluster, Papers, Route, Validity};

use crate::support::Node;

/// A node whose K2HR3 shows a certificate for `name`, and the papers behind it.
async fn node(name: &str, validity: Validity) -> (Node, Papers) {
    node_that(&[], name, validity).await
}

/// The same with a K2HR3 that is started with more arguments.
async fn node_that(more: &[&str], name: &str, validity: Validity) -> (Node, Papers) {
    let folder = tempfile::tempdir().unwrap().keep();
    let papers = Papers::issue(&folder, &[name], validity).unwrap();
    let path = |path: &std::path::Path| path.display().to_string();
    let (certificate, key) = (path(&papers.certificate), path(&papers.key));
    let tls = ["--tls-cert", certificate.as_str(), "--tls-key", key.as_str()];
    (Node::with_k2hr3(&[&tls, more].concat()).await, papers)
}

async fn is_never_trusted(mut node: Node, outlook: Outlook, advice: &str) -> Node {
    node.start_chmpx();
    node.start_agent();
    let report = node.until_code("trouble").await;
    assert_eq!(report.troubles[0].outlook, outlook, "{report:#?}");
    assert!(report.verdict.help.unwrap().contains(advice));
    assert_eq!(node.k2hr3.counts().await.unwrap().of(Route::All), 0, "nothing was sent");
    assert_eq!(node.installed(), "");
    node
}

#[tokio::test]
async fn an_unknown_authority_is_not_trusted_until_its_certificate_is_named() {
    let (node, papers) = node("127.0.0.1", Validity::Good).await;
    let mut node = is_never_trusted(node, Outlook::Lasting, "never ignored").await;

    node.set("k2hr3.ca_file", &papers.authority.display().to_string());
    node.signal_agent(Signal::SIGHUP);
    node.until_settled("over TLS").await;
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    node.until_settled("a change over TLS").await;
}

#[tokio::test]
async fn an_authority_that_is_mended_on_disk_is_trusted_without_a_restart() {
    let (mut node, papers) = node("127.0.0.1", Validity::Good).await;
    let others = tempfile::tempdir().unwrap();
    let others = Papers::issue(others.path(), &["127.0.0.1"], Validity::Good).unwrap();
    let named = papers.authority.with_file_name("named.pem");
    std::fs::copy(&others.authority, &named).unwrap();
    node.set("k2hr3.ca_file", &named.display().to_string());
    let node = is_never_trusted(node, Outlook::Lasting, "never ignored").await;

    std::fs::copy(&papers.authority, &named).unwrap();
    // It would look again by itself, at the pace of what does not mend by waiting.
    assert!(node.agent(&["refresh"]).output().unwrap().status.success());
    node.until_settled("over TLS").await;
}

#[tokio::test]
async fn a_host_without_any_certificates_speaks_http_all_the_same() {
    let node = Node::new().await;
    let mut plan = tokio::process::Command::from(node.agent(&["plan"]));
    plan.env("SSL_CERT_FILE", "/nonexistent").env("SSL_CERT_DIR", "/nonexistent");
    let ended = plan.output().await.unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(2), "{said}");
}

#[tokio::test]
async fn a_certificate_that_is_its_own_authority_is_trusted_once_it_is_named() {
    let (node, papers) = node("127.0.0.1", Validity::SignsItself).await;
    let mut node = is_never_trusted(node, Outlook::Lasting, "never ignored").await;

    node.set("k2hr3.ca_file", &papers.certificate.display().to_string());
    node.signal_agent(Signal::SIGHUP);
    node.until_settled("over TLS").await;
}

#[tokio::test]
async fn a_certificate_that_is_its_own_authority_has_to_be_the_very_one_and_for_this_name() {
    let (mut other, _) = node("127.0.0.1", Validity::SignsItself).await;
    let (mut elsewhere, papers) = node("k2hr3.example", Validity::SignsItself).await;
    other.set("k2hr3.ca_file", &papers.certificate.display().to_string());
    is_never_trusted(other, Outlook::Lasting, "never ignored").await;
    elsewhere.set("k2hr3.ca_file", &papers.certificate.display().to_string());
    is_never_trusted(elsewhere, Outlook::Lasting, "never ignored").await;
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_trusted() {
    let (mut node, papers) = node("k2hr3.example", Validity::Good).await;
    node.set("k2hr3.ca_file", &papers.authority.display().to_string());
    is_never_trusted(node, Outlook::Lasting, "never ignored").await;
}

#[tokio::test]
async fn an_expired_certificate_is_not_trusted() {
    let (mut node, papers) = node("127.0.0.1", Validity::Expired).await;
    node.set("k2hr3.ca_file", &papers.authority.display().to_string());
    // So it looks to a node whose clock is wrong as well, and clocks are set after the start.
    is_never_trusted(node, Outlook::Passing, "set the clock, or renew the certificate").await;
}

#[tokio::test]
async fn a_certificate_whose_time_has_not_come_is_not_trusted_and_told_with_both_times() {
    let (mut node, papers) = node("127.0.0.1", Validity::NotYet).await;
    node.set("k2hr3.ca_file", &papers.authority.display().to_string());
    let advice = "set the clock, or renew the certificate";
    let node = is_never_trusted(node, Outlook::Passing, advice).await;
    let said = node.report().unwrap().verdict.sentence;
    let times = "is not valid before 2099-01-01 00:00:00 UTC, and the clock of this node says 20";
    assert!(said.contains(times), "{said}");
}

#[tokio::test]
async fn a_k2hr3_that_speaks_nothing_newer_than_tls_1_2_is_trusted_as_any_other() {
    for validity in [Validity::Good, Validity::SignsItself] {
        let (mut node, papers) = node_that(&["--old-tls"], "127.0.0.1", validity).await;
        node.set("k2hr3.ca_file", &papers.authority.display().to_string());
        let seen = node.run(&["plan"]).await;
        let said = String::from_utf8_lossy(&seen.stdout);
        assert!(said.starts_with("register this node in its role\n"), "{seen:?}");
    }
}
