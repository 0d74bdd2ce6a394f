//! Answers that are late, cut off, or never come.

use std::io;
use std::time::Duration;

use sim::k2hr3::{At, Backend, Conversation, Fault, Route};

use super::{ask, conversation, read};
use crate::stage::{As, Stage};

#[tokio::test]
async fn slow_answers_are_complete_in_the_end() {
    let stage = Stage::set().await;
    stage.cluster.publish("short").await.unwrap();
    let whole = read(&stage).await;
    for fault in [Fault::Drip { ms: 1 }, Fault::DripAll { ms: 1 }, Fault::Delay { ms: 20 }] {
        let begun = std::time::Instant::now();
        stage.k2hr3.fault(fault.clone()).times(1).await.unwrap();
        assert_eq!(read(&stage).await.body, whole.body, "{fault:?}");
        assert!(begun.elapsed() >= Duration::from_millis(20), "{fault:?}");
    }
}

#[tokio::test]
async fn a_request_hangs_until_the_faults_are_cleared() {
    let stage = Stage::set().await;
    stage.k2hr3.fault(Fault::Hang).await.unwrap();
    let mut conversation = conversation(&stage).await;
    let waiting = async {
        stage.k2hr3.until(|counts| counts.of(Route::Read) == 1).await.unwrap();
        stage.k2hr3.clear_faults().await.unwrap();
    };
    let (answer, ()) = tokio::join!(ask(&stage, &mut conversation), waiting);
    assert_eq!(answer.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    assert_eq!(stage.k2hr3.requests().await.unwrap()[0].status, 0);
}

#[tokio::test]
async fn connections_are_reset_before_and_after_the_headers() {
    let stage = Stage::set().await;
    for at in [At::BeforeHeaders, At::AfterHeaders, At::InBody] {
        stage.k2hr3.fault(Fault::Reset { at }).times(1).await.unwrap();
        let mut conversation = conversation(&stage).await;
        let error = ask(&stage, &mut conversation).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset, "{at:?}");
    }
}

#[tokio::test]
async fn only_a_reused_connection_is_reset() {
    let stage = Stage::set().await;
    stage.k2hr3.fault(Fault::ResetReused).await.unwrap();
    for _ in 0..2 {
        let mut conversation = conversation(&stage).await;
        assert_eq!(ask(&stage, &mut conversation).await.unwrap().status, 200);
        let error = ask(&stage, &mut conversation).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    }
    assert_eq!(stage.k2hr3.counts().await.unwrap().connections, 2);
}

#[tokio::test]
async fn a_lost_registration_is_201_and_not_stored() {
    let stage = Stage::set().await;
    stage.k2hr3.fault(Fault::LostRegistration).on(Route::Register).times(1).await.unwrap();
    let node = stage.node("10.0.0.1");
    assert_eq!(node.register("cuk=a").await.status, 201);
    assert!(!node.is_member("cuk=a").await);
    node.register("cuk=a").await;
    assert!(node.is_member("cuk=a").await);
}

#[tokio::test]
async fn a_dead_backend_looks_like_wrong_tokens_and_missing_members() {
    let stage = Stage::set().await;
    let node = stage.node("10.0.0.1");
    node.register("cuk=a").await;
    let by_address = format!("role={}&cuk=a", stage.cluster.role());
    let statuses = async || {
        [
            node.read("", &stage.role()).await.status,
            node.read(&by_address, &As::Nobody).await.status,
            node.register("cuk=a").await.status,
            node.own_token("cuk=a").await.status,
            node.ask("HEAD", &stage.role_path(), &As::Nobody, "").await.status,
            node.leave("cuk=a").await.status,
            node.ask("GET", "/", &As::Nobody, "").await.status,
        ]
    };
    stage.k2hr3.backend(Backend::OneKilled401).await.unwrap();
    assert_eq!(statuses().await, [401, 404, 401, 404, 403, 403, 200]);
    stage.k2hr3.backend_dead(Duration::from_millis(5)).await.unwrap();
    assert_eq!(statuses().await, [401, 404, 401, 404, 403, 403, 200]);
    stage.k2hr3.backend(Backend::OwnChmpxDead).await.unwrap();
    assert_eq!(statuses().await, [500, 500, 500, 500, 500, 500, 200]);
    stage.k2hr3.backend(Backend::OneKilled404).await.unwrap();
    assert_eq!(statuses().await, [404, 404, 201, 200, 204, 204, 200]);
    // It recovers by itself, and nothing that was stored is lost by it.
    stage.k2hr3.backend(Backend::Up).await.unwrap();
    assert_eq!(read(&stage).await.status, 200);
}

#[tokio::test]
async fn a_stopped_server_answers_when_it_goes_on() {
    let stage = Stage::set().await;
    stage.k2hr3.backend(Backend::Stopped).await.unwrap();
    let mut conversation = conversation(&stage).await;
    let waiting = async {
        stage.k2hr3.until(|counts| counts.of(Route::Read) == 1).await.unwrap();
        assert_eq!(stage.k2hr3.requests().await.unwrap()[0].status, 0);
        stage.k2hr3.backend(Backend::Up).await.unwrap();
    };
    let (answer, ()) = tokio::join!(ask(&stage, &mut conversation), waiting);
    assert_eq!(answer.unwrap().status, 200);
}

#[tokio::test]
async fn a_server_that_is_down_refuses_connections_and_forgets_nothing() {
    let stage = Stage::set().await;
    let mut before = conversation(&stage).await;
    ask(&stage, &mut before).await.unwrap();
    stage.k2hr3.down().await.unwrap();
    before.end().await.unwrap();
    let refused = Conversation::open(stage.k2hr3.url(), None).await.unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    stage.k2hr3.up().await.unwrap();
    assert_eq!(read(&stage).await.status, 200);
}

#[tokio::test]
async fn a_template_that_loops_for_ever_is_never_answered() {
    let stage = Stage::set().await;
    stage.cluster.publish("{{ while 1 }}x{{ done }}").await.unwrap();
    let mut conversation = conversation(&stage).await;
    let token = format!("x-auth-token: R={}\r\n", stage.cluster.token());
    let request = format!("GET {} HTTP/1.1\r\n{token}\r\n", stage.resource_path());
    conversation.send(request.as_bytes()).await.unwrap();
    stage.k2hr3.until(|counts| counts.of(Route::Read) == 1).await.unwrap();
    drop(conversation);
    stage.k2hr3.until(|counts| counts.with(0) == 1).await.unwrap();
}
