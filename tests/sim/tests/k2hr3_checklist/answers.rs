//! The forms of an answer: headers, tags, HEAD, and how long a connection lives.

use std::time::Duration;

use sim::k2hr3::{Conversation, Options};

use crate::stage::{As, Stage, told};

#[tokio::test]
async fn an_answer_has_the_headers_that_express_and_node_give_it() {
    let stage = Stage::set().await;
    let mut conversation = Conversation::open(stage.k2hr3.url(), None).await.unwrap();
    let answer = conversation.get("/", "").await.unwrap();
    let names: Vec<&str> = answer.headers.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "X-Powered-By",
        "Content-Type",
        "Content-Length",
        "ETag",
        "Date",
        "Connection",
        "Keep-Alive",
    ];
    assert_eq!(names, expected);
    assert_eq!(answer.text(), r#"{"version":["v1"]}"#);
    assert_eq!(answer.header("etag"), Some(r#"W/"12-xJAXDxNN6dHZloyDSOYZx3NAvM0""#));
    assert_eq!(answer.header("keep-alive"), Some("timeout=5"));
}

#[tokio::test]
async fn an_unchanged_resource_is_a_304_without_a_body() {
    let stage = Stage::set().await;
    let mut conversation = Conversation::open(stage.k2hr3.url(), None).await.unwrap();
    let token = format!("x-auth-token: R={}\r\n", stage.cluster.token());
    let first = conversation.get(&stage.resource_path(), &token).await.unwrap();
    let tag = first.header("etag").unwrap();
    let known = format!("{token}If-None-Match: {tag}\r\n");
    let second = conversation.get(&stage.resource_path(), &known).await.unwrap();
    assert_eq!((second.status, second.body.len()), (304, 0));
    assert_eq!(second.header("etag"), Some(tag));
    assert_eq!(second.header("content-type"), None);
    let forced = format!("{known}Cache-Control: no-cache\r\n");
    assert_eq!(conversation.get(&stage.resource_path(), &forced).await.unwrap().status, 200);
}

#[tokio::test]
async fn head_is_204_or_403_and_never_404() {
    let stage = Stage::set().await;
    let node = stage.node("10.0.0.1");
    let head = |path: String, who: As| {
        let node = stage.node("10.0.0.1");
        async move { node.ask("HEAD", &path, &who, "").await }
    };
    assert_eq!(head(stage.resource_path(), stage.role()).await.status, 204);
    let missing = head(stage.resource_path() + "x", stage.role()).await;
    assert_eq!((missing.status, missing.body.len()), (403, 0));
    assert_eq!(head(stage.resource_path(), As::Role("x".to_owned())).await.status, 401);
    assert_eq!(head(stage.resource_path(), As::Nobody).await.status, 400);
    // The role in the path is not compared with the token's.
    assert_eq!(head("/v1/role/no/such".to_owned(), stage.role()).await.status, 204);
    assert_eq!(node.ask("HEAD", "/", &As::Nobody, "").await.status, 200);
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_its_limit() {
    let idle = Duration::from_millis(100);
    let stage = Stage::set_with(Options { idle, ..Options::default() }).await;
    let mut conversation = Conversation::open(stage.k2hr3.url(), None).await.unwrap();
    for _ in 0..2 {
        assert_eq!(conversation.get("/", "").await.unwrap().status, 200);
    }
    let idle_since = std::time::Instant::now();
    conversation.end().await.unwrap();
    assert!(idle_since.elapsed() >= idle / 2);
    let requests = stage.k2hr3.requests().await.unwrap();
    assert_eq!(requests.iter().map(|seen| seen.reused).collect::<Vec<_>>(), [false, true]);
}

#[tokio::test]
async fn too_long_a_head_is_431_and_too_long_a_body_413() {
    let stage = Stage::set().await;
    let node = stage.node("10.0.0.1");
    let long = format!("/{}", "x".repeat(17_000));
    let answer = node.ask("GET", &long, &As::Nobody, "").await;
    assert_eq!((answer.status, answer.body.len()), (431, 0));
    let body = format!(r#"{{"host":{{"cuk":"{}"}}}}"#, "x".repeat(101 << 10));
    let answer = node.ask("POST", &stage.role_path(), &stage.role(), &body).await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn unknown_routes_and_methods_are_404_and_the_version_needs_no_backend() {
    let stage = Stage::set().await;
    stage.k2hr3.backend(sim::k2hr3::Backend::OwnChmpxDead).await.unwrap();
    let node = stage.node("10.0.0.1");
    assert_eq!(node.ask("GET", "/v1", &As::Nobody, "").await.status, 200);
    let text = "Internal server error".to_owned();
    assert_eq!(told(&node.read("", &stage.role()).await), (500, text.clone()));
    stage.k2hr3.backend(sim::k2hr3::Backend::Up).await.unwrap();
    assert_eq!(told(&node.ask("GET", "/status.html", &As::Nobody, "").await), (404, text));
}

#[tokio::test]
async fn an_error_is_repeated_in_a_header_when_asked_for_debugging() {
    let stage = Stage::set().await;
    let headers = [("x-k2hr3-debug", "on")];
    let asked =
        async |method: &str, path: &str| stage.k2hr3.raw(method, path, &headers, "").await.unwrap();
    let bodiless = asked("DELETE", &stage.role_path()).await;
    assert_eq!(bodiless.header("x-k2hr3-error"), Some(r#"{"status":403}"#));
    let told = asked("GET", "/v1/resource/a").await;
    assert_eq!(told.header("x-k2hr3-error"), Some(told.text().as_str()));
    let odd = asked("GET", "/v1/role/%E3%81%82").await;
    assert_eq!((odd.status, odd.header("x-k2hr3-error")), (500, None));
}
