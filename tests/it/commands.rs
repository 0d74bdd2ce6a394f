//! What an operator does by hand.

use sim::k2hr3::{Cluster, Route};

use crate::support::Node;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test]
async fn refresh_asks_the_running_agent_and_waits_until_it_is_adopted() {
    let mut node = Node::new().await;
    node.set("pace.interval", "1h");
    node.start_chmpx();
    node.start_agent();
    node.until_settled("the first time").await;
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    let output = node.run(&["refresh", "--wait", "adopted"]).await;

    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let shown = text(&output.stdout);
    assert!(shown.contains("settled: 4 servers, generation"), "{shown}");
}

#[tokio::test]
async fn refresh_without_an_agent_does_the_whole_job_itself() {
    let mut node = Node::new().await;
    node.start_chmpx();
    let output = node.run(&["refresh", "--wait", "adopted"]).await;

    assert!(node.installed().contains("[SLVNODE]"), "{}", text(&output.stderr));
    assert_eq!(node.cluster.slaves().await.unwrap().len(), 1);
}

#[tokio::test]
async fn many_refreshes_at_once_install_once() {
    let node = Node::settled().await;
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    let all = (0..20).map(|_| node.run(&["refresh", "--wait", "adopted"]));
    let outputs = futures(all).await;

    assert!(outputs.iter().all(|output| output.status.code() == Some(0)));
    assert_eq!(node.log().matches("occasion=Published").count(), 1, "{}", node.log());
}

async fn futures<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut results = Vec::new();
    let mut pinned: Vec<_> = all.map(Box::pin).collect();
    std::future::poll_fn(|context| {
        pinned.retain_mut(|one| match one.as_mut().poll(context) {
            std::task::Poll::Ready(result) => {
                results.push(result);
                false
            }
            std::task::Poll::Pending => true,
        });
        if pinned.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    results
}

#[tokio::test]
async fn plan_shows_the_difference_and_changes_nothing() {
    let mut node = Node::settled().await;
    node.stop_agent(nix::sys::signal::Signal::SIGTERM).await;
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    let before = node.installed();
    let output = node.run(&["plan"]).await;

    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(2), "{shown}{}", text(&output.stderr));
    assert!(shown.contains("+NAME                = 127.0.1.4"), "{shown}");
    assert!(shown.contains("impact: live"), "{shown}");
    assert_eq!(node.installed(), before);
    assert_eq!(node.cluster.slaves().await.unwrap().len(), 1);
}

#[tokio::test]
async fn unregister_takes_the_node_out_and_keeps_it_out_until_register() {
    let node = Node::settled().await;
    let output = node.run(&["unregister"]).await;
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(node.cluster.slaves().await.unwrap().len(), 0);

    let reads = node.k2hr3.counts().await.unwrap().of(Route::Read);
    node.k2hr3.until(|counts| counts.of(Route::Read) > reads + 5).await.unwrap();
    assert_eq!(node.cluster.slaves().await.unwrap().len(), 0);
    assert_eq!(node.report().unwrap().verdict.code.as_str(), "unregistered");

    let output = node.run(&["register"]).await;
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    node.until_settled("back in the role").await;
}

#[tokio::test]
async fn unregister_works_without_an_agent_and_without_a_token() {
    let mut node = Node::settled().await;
    node.stop_agent(nix::sys::signal::Signal::SIGTERM).await;
    std::fs::remove_file(node.token_file()).unwrap();
    let output = node.run(&["unregister"]).await;

    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(node.cluster.slaves().await.unwrap().len(), 0);
}

#[tokio::test]
async fn status_tells_the_verdict_first_and_has_a_form_for_programs() {
    let node = Node::settled().await;
    let output = node.run(&["status"]).await;
    assert_eq!(output.status.code(), Some(0));
    let first = text(&output.stdout).lines().next().unwrap().trim().to_owned();
    assert!(first.starts_with("settled: 3 servers, generation 1 adopted "), "{first}");

    let output = node.run(&["status", "--json"]).await;
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["verdict"]["code"], "settled");
}

#[tokio::test]
async fn errors_tell_what_to_do_and_have_their_codes() {
    let mut node = Node::new().await;
    let code = |output: &std::process::Output| output.status.code().unwrap();

    assert_eq!(code(&node.run(&["no-such-command"]).await), 64);
    let nobody = node.run(&["status"]).await;
    assert_eq!(code(&nobody), 69);
    assert!(text(&nobody.stderr).contains("help: start it"), "{}", text(&nobody.stderr));
    node.k2hr3.down().await.unwrap();
    assert_eq!(code(&node.run(&["plan"]).await), 69);
    node.set("pace.interval", "never");
    let settings = node.run(&["run"]).await;
    assert_eq!(code(&settings), 78);
    let told = text(&settings.stderr);
    assert!(told.contains("slave-agent.conf:18: pace.interval = never: this is no"), "{told}");
}

#[tokio::test]
async fn a_second_agent_does_not_start() {
    let node = Node::settled().await;
    let output = node.run(&["run"]).await;

    assert_eq!(output.status.code(), Some(73));
    let holder = format!("another agent is at work (process {})", node.agent_pid());
    assert!(text(&output.stderr).contains(&holder), "{}", text(&output.stderr));
}
