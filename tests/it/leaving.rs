//! Taking a node out of its role where K2HR3 does not do what it says.

use sim::k2hr3::{Fault, Route};

use crate::support::Node;

/// Has the node taken out of its role while K2HR3 misbehaves on these requests: this is told, and
/// the node goes on trying until it is out.
async fn leaves_in_spite_of(fault: Fault, on: Route, trouble: &str) {
    let node = Node::settled().await;
    node.k2hr3.fault(fault).on(on).await.unwrap();
    let left = node.run(&["unregister"]).await;
    let said = String::from_utf8_lossy(&left.stdout);
    assert_eq!(left.status.code(), Some(75), "{said}");
    assert!(said.contains(&format!("\ntrouble    {trouble}")), "{said}");
    assert!(said.contains("\nnode       i-test-0001, registered; "), "{said}");

    node.k2hr3.clear_faults().await.unwrap();
    node.until("it is out", |report| report.troubles.is_empty() && !report.registered).await;
    assert!(node.cluster.slaves().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_removal_that_k2hr3_confirms_and_does_not_make_is_told_and_made_again() {
    let trouble = "taking this node out of its role: \
        K2HR3 still lists this node after it was removed\n";
    leaves_in_spite_of(Fault::status(204), Route::Unregister, trouble).await;
}

#[tokio::test]
async fn a_removal_that_k2hr3_fails_at_is_made_again() {
    let trouble = "taking this node out of its role: K2HR3 answered 500";
    leaves_in_spite_of(Fault::status(500), Route::Unregister, trouble).await;
}

#[tokio::test]
async fn a_removal_that_cannot_be_read_back_is_not_believed() {
    let trouble = "reading back whether it is out: K2HR3 answered 500";
    leaves_in_spite_of(Fault::status(500), Route::Read, trouble).await;
}
