//! From every state in which chmpx can be found, to the published file in force or healed.

mod by_hand;
mod copies;
mod left_alone;
mod restart;
mod target;

use k2hdkc_slave_agent::model::conf::Conf;
use k2hdkc_slave_agent::model::memory::Mark;
use k2hdkc_slave_agent::model::report::Report;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sim::chmpx::events::Kind;

use crate::support::Node;

/// A change that chmpx takes while it runs, and one that it takes only by a restart.
const LIVE: (&str, &str) = ("RWTIMEOUT           = 10000", "RWTIMEOUT           = 9000");
const COLD: (&str, &str) = ("MAXCHMPX            = 256", "MAXCHMPX            = 128");

/// A settled node whose chmpx pretends something, with these settings.
async fn settled(pretends: &[(&'static str, &str)], settings: &[(&str, &str)]) -> Node {
    let mut node = Node::new().await;
    for (key, value) in settings {
        node.set(key, value);
    }
    node.start_chmpx_that(pretends);
    node.start_agent();
    node.until_settled("the first time").await;
    node
}

async fn publish(node: &Node, change: (&str, &str)) -> String {
    let text = node.template().await;
    assert!(text.contains(change.0), "{} is not in the template", change.0);
    node.cluster.publish(text.replace(change.0, change.1)).await.unwrap();
    text
}

/// Waits until chmpx is proven to have a file with this text in force.
async fn until_adopted(node: &Node, text: &str) -> Report {
    let generation = |mark: &Option<Mark>| mark.as_ref().map(|mark| mark.generation);
    let on_disk = || Conf::read(node.installed().as_bytes()).file_version().map(|v| v.value);
    let in_force = |report: &Report| {
        report.settled
            && generation(&report.installed) == on_disk()
            && report.chmpx.generation == generation(&report.installed)
            && generation(&report.adopted) == generation(&report.installed)
            && node.installed().contains(text)
    };
    node.until(text, in_force).await
}

/// Lets the present file become the last good one.
async fn until_good(node: &Node) {
    node.until("it is good", |_| node.log().contains("chmpx lives with the file")).await;
}

fn running(node: &Node) -> Pid {
    let pid = node.chmpx().chmpx_pid().unwrap().unwrap();
    Pid::from_raw(i32::try_from(pid).unwrap())
}

#[tokio::test]
async fn a_file_that_ends_chmpx_is_taken_back_and_kept_away_until_another_is_published() {
    let node = settled(&[("CHMPX_SIM_DIE_IF", LIVE.1)], &[("chmpx.hold", "1s")]).await;
    until_good(&node).await;
    let good = publish(&node, LIVE).await;
    let report = node.until_code("quarantined").await;
    assert!(!node.installed().contains(LIVE.1));
    assert!(report.verdict.help.is_some());
    node.until("chmpx is back", |report| report.chmpx.state == "up").await;

    node.cluster.publish(good.replace(LIVE.0, "RWTIMEOUT = 8000")).await.unwrap();
    until_adopted(&node, "RWTIMEOUT = 8000").await;
}

#[tokio::test]
async fn a_chmpx_that_dies_twice_after_it_took_a_file_gets_the_one_before_back() {
    let pretends = [("CHMPX_SIM_DIE_IF", LIVE.1), ("CHMPX_SIM_DIE_AFTER_ADOPT_MS", "1500")];
    let node = settled(&pretends, &[("chmpx.hold", "6s")]).await;
    until_good(&node).await;
    publish(&node, LIVE).await;
    node.until("it was adopted", |report| {
        report.adopted.as_ref().is_some_and(|a| a.generation > 1)
    })
    .await;
    node.until_code("quarantined").await;
    assert!(!node.installed().contains(LIVE.1));
    assert!(node.count(Kind::Crashed) >= 2, "the first death was forgiven");
}

#[tokio::test]
async fn a_chmpx_that_somebody_kills_after_it_took_a_file_keeps_the_file() {
    let node = settled(&[], &[("chmpx.hold", "5s")]).await;
    publish(&node, LIVE).await;
    until_adopted(&node, LIVE.1).await;
    let pid = running(&node);
    kill(pid, Signal::SIGKILL).unwrap();
    let another = |report: &Report| report.chmpx.pid.is_some_and(|now| now != pid.as_raw());
    node.until("another chmpx runs", another).await;
    until_adopted(&node, LIVE.1).await;
    until_good(&node).await;
    assert!(!node.log().contains("rolled back"), "{}", node.log());
}

#[tokio::test]
async fn a_chmpx_that_cannot_start_with_a_cold_change_gets_the_one_before_back() {
    const PRETENDS: [(&str, &str); 1] = [("CHMPX_SIM_REFUSE_START_IF", COLD.1)];
    let settings = [("chmpx.hold", "1s"), ("chmpx.start_within", "4s")];
    let mut node = settled(&PRETENDS, &settings).await;
    until_good(&node).await;
    publish(&node, COLD).await;
    node.until_code("quarantined").await;
    assert!(!node.installed().contains(COLD.1));
    // A helper whose chmpx does not start ends itself, and systemd starts it again.
    node.start_chmpx_that(&PRETENDS);
    node.until("chmpx is back", |report| report.chmpx.state == "up").await;
}

#[tokio::test]
async fn a_busy_chmpx_is_waited_for_and_not_restarted() {
    let node = settled(&[("CHMPX_SIM_SLOW_MS", "9000")], &[("chmpx.adopt_within", "3s")]).await;
    let pid = running(&node);
    publish(&node, LIVE).await;
    node.until_code("busy").await;
    let report = until_adopted(&node, LIVE.1).await;
    assert_eq!(running(&node), pid, "{}", node.log());
    assert_eq!(report.adopted.unwrap().generation, 2, "it was written once");
}

#[tokio::test]
async fn a_blind_chmpx_is_restarted() {
    let node = settled(&[("CHMPX_SIM_IGNORE_CHANGES", "1")], &[]).await;
    let pid = running(&node);
    publish(&node, LIVE).await;
    // The helper's pid file may be behind; who has the file in force is not.
    let report = until_adopted(&node, LIVE.1).await;
    assert_ne!(report.chmpx.pid, Some(pid.as_raw()), "{}", node.log());
}

#[tokio::test]
async fn what_keeps_a_chmpx_blind_is_told_where_it_may_not_be_touched() {
    let node = settled(&[("CHMPX_SIM_IGNORE_CHANGES", "1")], &[("chmpx.on_change", "none")]).await;
    publish(&node, LIVE).await;
    let report = node.until_code("blind").await;
    assert!(report.verdict.sentence.contains("lost its watch"), "{}", report.verdict.sentence);
}

#[tokio::test]
async fn a_swallowed_change_is_written_once_more() {
    let node = settled(&[("CHMPX_SIM_NOTICE_MS", "400")], &[]).await;
    let pid = running(&node);
    publish(&node, LIVE).await;
    node.until("it is in place", |_| node.installed().contains(LIVE.1)).await;
    // A connection before chmpx has noticed: it reads the file without applying it.
    let _answer = sim::chmpx::Chmpx::control(node.ctlport, "SELFSTATUS").await;
    let report = until_adopted(&node, LIVE.1).await;
    assert_eq!(running(&node), pid);
    assert_eq!(node.count(Kind::Swallowed), 1);
    assert!(report.adopted.unwrap().generation > 2);
}

#[tokio::test]
async fn a_change_that_a_running_chmpx_refuses_is_told() {
    const OTHER: (&str, &str) = ("{{= %chmpx-idtype% }}", "NAME");
    let node = settled(&[], &[("chmpx.on_change", "none")]).await;
    publish(&node, OTHER).await;
    node.until_code("restart-owed").await;
    node.run(&["refresh", "--force"]).await;
    let report = node.until_code("refused-by-chmpx").await;
    assert!(report.verdict.sentence.contains("CHMPXIDTYPE"), "{}", report.verdict.sentence);
}

#[tokio::test]
async fn a_removed_server_that_is_up_is_draining_until_it_goes_down() {
    let node = settled(&[], &[]).await;
    node.cluster.remove_server("127.0.1.3").await.unwrap();
    let report = node.until_code("draining").await;
    assert!(report.settled);
    assert!(report.verdict.sentence.contains("127.0.1.3"), "{}", report.verdict.sentence);

    node.chmpx().ring("127.0.1.3 DOWN\n* UP\n").unwrap();
    node.until("it is gone", |report| {
        report.verdict.code.as_str() == "settled" && report.chmpx.servers.len() == 2
    })
    .await;
}
