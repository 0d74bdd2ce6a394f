//! Something is gone, and comes back: everything settles without help.

use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sim::chmpx::events::Kind;
use sim::k2hr3::{Backend, Cluster, Route};

use crate::support::Node;

#[tokio::test]
async fn a_node_survives_k2hr3_going_away_and_coming_back() {
    let node = Node::settled().await;
    let good = node.installed();
    node.k2hr3.down().await.unwrap();
    let report = node.until_code("trouble").await;
    assert!(report.verdict.sentence.contains("could not connect"), "{}", report.verdict.sentence);
    assert_eq!(node.installed(), good);

    node.k2hr3.up().await.unwrap();
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    node.until_settled("K2HR3 is back").await;
}

#[tokio::test]
async fn a_storage_that_is_down_changes_nothing_whatever_k2hr3_says() {
    let node = Node::settled().await;
    let good = node.installed();
    let modes = [
        Backend::OneKilled401,
        Backend::OneKilled404,
        Backend::OwnChmpxDead,
        // The API's process is stopped: connections are taken and never answered.
        Backend::Stopped,
    ];
    for mode in modes {
        node.k2hr3.backend(mode).await.unwrap();
        node.until(&format!("{mode:?}"), |report| !report.troubles.is_empty()).await;
        assert_eq!(node.installed(), good, "{mode:?}");
        node.k2hr3.backend(Backend::Up).await.unwrap();
        node.until_settled(&format!("after {mode:?}")).await;
    }
    node.k2hr3.backend_dead(Duration::from_millis(200)).await.unwrap();
    node.until("all are dead", |report| !report.troubles.is_empty()).await;
    assert_eq!(node.installed(), good);
    node.k2hr3.backend(Backend::Up).await.unwrap();
    node.until_settled("all are back").await;

    assert_eq!(node.k2hr3.counts().await.unwrap().of(Route::Register), 1);
}

#[tokio::test]
async fn a_chmpx_that_is_lost_is_noticed_while_k2hr3_keeps_the_agent_waiting() {
    let mut node = Node::new().await;
    node.set("k2hr3.timeout", "10min");
    node.start_chmpx();
    node.start_agent();
    let before = node.until_settled("the first time").await.chmpx.pid;
    node.k2hr3.backend(Backend::Stopped).await.unwrap();
    let log = node.log().len();
    node.until("it is asked", |_| node.log()[log..].contains("idle connection")).await;
    kill(Pid::from_raw(before.unwrap()), Signal::SIGKILL).unwrap();
    node.until("another chmpx is known", |report| {
        report.chmpx.pid.is_some_and(|now| Some(now) != before)
    })
    .await;
}

#[tokio::test]
async fn a_first_boot_into_a_storage_that_is_down_ends_well_when_it_is_back() {
    for mode in [Backend::OneKilled401, Backend::OneKilled404, Backend::OwnChmpxDead] {
        let mut node = Node::new().await;
        node.k2hr3.backend(mode).await.unwrap();
        node.start_chmpx();
        node.start_agent();
        node.until(&format!("{mode:?}"), |report| !report.troubles.is_empty()).await;
        assert_eq!(node.installed(), "", "{mode:?}");
        node.k2hr3.backend(Backend::Up).await.unwrap();
        node.until_settled(&format!("a first boot into {mode:?}")).await;
    }
}

#[tokio::test]
async fn looks_at_what_has_not_changed_are_counted_and_transfer_nothing() {
    let node = Node::settled().await;
    let socket = || async {
        let text = node.run(&["status", "--json"]).await.stdout;
        serde_json::from_slice::<k2hdkc_slave_agent::model::report::Report>(&text).unwrap().traffic
    };
    let before = socket().await;
    let reads = node.k2hr3.counts().await.unwrap().of(Route::Read);
    node.k2hr3.until(|counts| counts.of(Route::Read) > reads + 4).await.unwrap();
    let after = socket().await;
    assert!(after.requests >= before.requests + 4);
    assert_eq!(after.received, before.received);
}

#[tokio::test]
async fn a_first_boot_without_k2hr3_ends_well_when_it_comes() {
    let mut node = Node::new().await;
    node.k2hr3.down().await.unwrap();
    node.start_chmpx();
    node.start_agent();
    node.until_code("trouble").await;

    node.k2hr3.up().await.unwrap();
    node.until_settled("K2HR3 has come").await;
}

#[tokio::test]
async fn a_dead_token_does_not_freeze_a_registered_node() {
    let node = Node::settled().await;
    node.k2hr3.revoke(node.cluster.token()).await.unwrap();
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    let report = node.until_settled("by address").await;

    assert_eq!(report.carrier, Some(k2hdkc_slave_agent::model::observed::Carrier::Address));
    let fresh = node.cluster.user_made_token(0).await.unwrap();
    node.write_token(&fresh);
    node.until("the new token carries it", |report| {
        report.carrier == Some(k2hdkc_slave_agent::model::observed::Carrier::Token)
    })
    .await;
}

#[tokio::test]
async fn a_node_that_was_removed_from_its_role_comes_back() {
    let node = Node::settled().await;
    let address = node.cluster.slaves().await.unwrap()[0].ip.clone();
    node.cluster.remove_slave(&address).await.unwrap();
    node.k2hr3.until(|counts| counts.of(Route::Register) == 2).await.unwrap();
    node.until_settled("registered again").await;
}

#[tokio::test]
async fn a_chmpx_that_is_killed_and_comes_back_is_settled() {
    let node = Node::settled().await;
    let pid = node.chmpx().chmpx_pid().unwrap().unwrap();
    kill(Pid::from_raw(i32::try_from(pid).unwrap()), Signal::SIGKILL).unwrap();
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    node.until("another chmpx has it in force", |report| {
        report.settled
            && report.chmpx.pid.is_some_and(|now| u32::try_from(now) != Ok(pid))
            && report.published.as_ref().is_some_and(|published| published.servers == Some(4))
    })
    .await;
}

#[tokio::test]
async fn an_agent_that_is_killed_between_its_steps_settles_at_its_next_start() {
    let mut node = Node::settled().await;
    for (number, moment) in (4..).zip(["asked", "installed", "told"]) {
        let reads = node.k2hr3.counts().await.unwrap().of(Route::Read);
        let before = node.installed();
        node.cluster.add_server(Cluster::server(number)).await.unwrap();
        match moment {
            "asked" => {
                node.k2hr3.until(|counts| counts.of(Route::Read) > reads).await.unwrap();
            }
            "installed" => {
                node.until(moment, |_| node.installed() != before).await;
            }
            _ => {
                node.until_settled(moment).await;
            }
        }
        node.stop_agent(Signal::SIGKILL).await;
        assert!(node.installed().contains("[SLVNODE]"));
        node.start_agent();
        node.until_settled(&format!("killed when it had {moment}")).await;
    }
    assert_eq!(node.count(Kind::Started), 1, "{}", node.log());
}

#[tokio::test]
async fn an_agent_without_k2hr3_and_without_its_file_restores_it_from_memory() {
    let mut node = Node::settled().await;
    node.stop_agent(Signal::SIGTERM).await;
    node.k2hr3.down().await.unwrap();
    let good = node.installed();
    std::fs::remove_file(node.target()).unwrap();
    node.start_agent();
    node.until("it is back", |_| node.installed().contains("[SLVNODE]")).await;

    assert_eq!(node.installed().lines().count(), good.lines().count());
}
