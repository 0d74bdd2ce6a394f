//! What an operator does about adoption by hand: going back, going forth, asking the doctor.

use std::fs;

use nix::sys::signal::Signal;

use super::{LIVE, publish, settled, until_adopted, until_good};

#[tokio::test]
async fn an_operator_goes_back_while_k2hr3_is_away_and_while_no_agent_runs() {
    let mut node = settled(&[], &[("chmpx.hold", "1s")]).await;
    until_good(&node).await;
    publish(&node, LIVE).await;
    until_adopted(&node, LIVE.1).await;
    node.k2hr3.down().await.unwrap();
    let back = node.run(&["rollback"]).await;
    assert_eq!(back.status.code(), Some(0), "{}", String::from_utf8_lossy(&back.stderr));
    assert!(node.installed().contains(LIVE.0));

    node.k2hr3.up().await.unwrap();
    let forth = node.run(&["refresh", "--force", "--wait", "adopted"]).await;
    assert_eq!(forth.status.code(), Some(0), "{}", String::from_utf8_lossy(&forth.stdout));
    until_good(&node).await;
    node.stop_agent(Signal::SIGTERM).await;
    let back = node.run(&["rollback"]).await;
    assert_eq!(back.status.code(), Some(0), "{}", String::from_utf8_lossy(&back.stderr));
    assert!(node.installed().contains(LIVE.0));
    let forth = node.run(&["refresh", "--force"]).await;
    assert_eq!(forth.status.code(), Some(0), "{}", String::from_utf8_lossy(&forth.stdout));
    assert!(node.installed().contains(LIVE.1), "one cycle, and it was forced");
}

#[tokio::test]
async fn an_operator_goes_back_and_forth() {
    let node = settled(&[], &[("chmpx.hold", "1s")]).await;
    until_good(&node).await;
    let vain = node.run(&["rollback"]).await;
    assert_eq!(vain.status.code(), Some(73), "there is nothing before the first file");

    publish(&node, LIVE).await;
    until_adopted(&node, LIVE.1).await;
    let back = node.run(&["rollback"]).await;
    assert_eq!(back.status.code(), Some(0), "{}", String::from_utf8_lossy(&back.stderr));
    node.until_code("rolled-back").await;
    assert!(node.installed().contains(LIVE.0));

    let forth = node.run(&["refresh", "--force", "--wait", "adopted"]).await;
    assert_eq!(forth.status.code(), Some(0), "{}", String::from_utf8_lossy(&forth.stdout));
    assert!(node.installed().contains(LIVE.1));
}

#[tokio::test]
async fn a_damaged_copy_is_not_gone_back_to() {
    let node = settled(&[], &[("chmpx.hold", "1s")]).await;
    until_good(&node).await;
    publish(&node, LIVE).await;
    until_adopted(&node, LIVE.1).await;
    // By now it may be the last good one, and the one before it what is gone back to.
    let state = node.path("root/var/lib/k2hdkc-slave-agent");
    for copy in ["last-known-good.ini", "good-before.ini"].map(|name| state.join(name)) {
        if let Ok(text) = fs::read_to_string(&copy) {
            fs::write(&copy, text.replace("= SLAVE", "= SLAV")).unwrap();
        }
    }
    let vain = node.run(&["rollback"]).await;
    assert_eq!(vain.status.code(), Some(73), "{}", String::from_utf8_lossy(&vain.stdout));
    assert!(node.installed().contains(LIVE.1));
}

#[tokio::test]
async fn the_doctor_finds_what_is_wrong_and_says_how_to_mend_it() {
    let node = settled(&[("CHMPX_SIM_IGNORE_CHANGES", "1")], &[("chmpx.on_change", "none")]).await;
    publish(&node, LIVE).await;
    node.until_code("blind").await;
    let output = node.run(&["doctor", "--json"]).await;
    let findings: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let finding = |code: &str| {
        let mut all = findings.as_array().unwrap().iter();
        all.find(|finding| finding["code"] == code).unwrap_or_else(|| panic!("no {code}")).clone()
    };
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(finding("adopted")["level"], "fault");
    assert!(finding("adopted")["what"].as_str().unwrap().contains("generation 1 in force"));
    assert_eq!(finding("watch")["level"], "fault");
    assert_eq!(finding("membership")["level"], "fine");
    assert!(finding("control-port")["what"].as_str().unwrap().contains("Version"));
    for finding in findings.as_array().unwrap() {
        assert_eq!(finding["help"].is_string(), finding["level"] != "fine", "{finding}");
    }
    let shown = node.run(&["doctor"]).await;
    assert!(String::from_utf8_lossy(&shown.stdout).contains("do         restart chmpx"));
}

#[tokio::test]
async fn going_back_is_done_also_where_what_is_published_is_refused() {
    let node = settled(&[], &[("chmpx.hold", "1s")]).await;
    until_good(&node).await;
    publish(&node, LIVE).await;
    until_adopted(&node, LIVE.1).await;
    publish(&node, ("{{= %chmpx-mode% }}", "SERVER")).await;
    node.until_code("refused").await;
    let back = node.run(&["rollback"]).await;
    assert_eq!(back.status.code(), Some(0), "{}", String::from_utf8_lossy(&back.stderr));
    assert!(node.installed().contains(LIVE.0));
}
