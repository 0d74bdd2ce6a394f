//! What the agent keeps its hands off.

use nix::sys::signal::Signal;

use super::{running, settled};

#[tokio::test]
async fn a_chmpx_that_would_end_with_the_file_is_not_connected_to() {
    let pretends = [("CHMPX_SIM_IGNORE_CHANGES", "1")];
    let mut node = settled(&pretends, &[("target.drift", "report")]).await;
    let pid = running(&node);
    node.stop_agent(Signal::SIGTERM).await;
    let bad = node.installed().replace("= SLAVE", "= SERVER");
    assert_ne!(bad, node.installed());
    node.edit_target(&bad, 0o644);

    node.start_agent();
    node.until_code("drifted").await;
    let doctor = node.run(&["doctor"]).await;
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("would read the installed file"));
    assert_eq!(running(&node), pid, "{}", node.log());
}
