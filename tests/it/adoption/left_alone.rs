//! What the agent keeps its hands off.

use std::fs;
use std::time::Duration;

use nix::sys::signal::Signal;
use sim::chmpx::Builder;
use sim::chmpx::events::Kind;

use super::{running, settled};
use crate::support::Node;

#[tokio::test]
async fn a_chmpx_that_reads_another_file_is_named_and_not_restarted() {
    let mut node = Node::new().await;
    node.start_agent();
    node.until_code("no-chmpx").await;
    let elsewhere = node.path("elsewhere.ini");
    fs::copy(node.target(), &elsewhere).unwrap();
    let interval = Duration::from_millis(300);
    let builder = Builder::new(&elsewhere, node.path("chmpx"));
    let chmpx = builder.helped(interval, Duration::ZERO, Duration::ZERO).start().await.unwrap();

    let report = node.until_code("reads-elsewhere").await;
    assert!(report.verdict.sentence.contains("elsewhere.ini"), "{report:#?}");
    assert!(!report.settled, "the same generation in another file is no proof");
    assert_eq!(chmpx.events().unwrap().iter().filter(|it| it.event == Kind::Started).count(), 1);
}

#[tokio::test]
async fn a_chmpx_that_would_end_with_the_file_is_not_connected_to() {
    let pretends = [("CHMPX_SIM_IGNORE_CHANGES", "1")];
    let mut node = settled(&pretends, &[("target.drift", "report")]).await;
    let pid = running(&node);
    node.stop_agent(Signal::SIGTERM).await;
    let bad = node.installed().replace("= SLAVE", "= SERVER");
    assert_ne!(bad, node.installed());
    let staged = node.path("root/edited.ini");
    fs::write(&staged, bad).unwrap();
    fs::rename(staged, node.target()).unwrap();

    node.start_agent();
    node.until_code("drifted").await;
    let doctor = node.run(&["doctor"]).await;
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("would read the installed file"));
    assert_eq!(running(&node), pid, "{}", node.log());
}
