//! Everything that can be made to go wrong, as a client meets it.

mod outages;

use std::io::{self, Read as _};

use sim::k2hr3::{Conversation, Fault, Json, Raw, Route};

use crate::stage::{Stage, json, told};

async fn read(stage: &Stage) -> Raw {
    stage.cluster.published().await.unwrap()
}

/// A read over a connection that the test holds.
async fn conversation(stage: &Stage) -> Conversation {
    Conversation::open(stage.k2hr3.url(), None).await.unwrap()
}

async fn ask(stage: &Stage, conversation: &mut Conversation) -> io::Result<Raw> {
    let token = format!("x-auth-token: R={}\r\n", stage.cluster.token());
    conversation.get(&stage.resource_path(), &token).await
}

#[tokio::test]
async fn two_bad_answers_and_then_a_good_one() {
    let stage = Stage::set().await;
    stage.k2hr3.fault(Fault::retry_after(503, 7)).on(Route::Read).times(2).await.unwrap();
    let answers = [read(&stage).await, read(&stage).await, read(&stage).await];
    assert_eq!(answers.each_ref().map(|answer| answer.status), [503, 503, 200]);
    assert_eq!(answers[0].header("retry-after"), Some("7"));
    let counts = stage.k2hr3.counts().await.unwrap();
    assert_eq!((counts.with(503), counts.with(200), counts.of(Route::Read)), (2, 1, 3));
}

#[tokio::test]
async fn a_fault_meets_only_the_requests_it_is_meant_for() {
    let stage = Stage::set().await;
    let node = stage.node("10.0.0.1");
    node.register("cuk=a").await;
    for (route, hit) in [
        (Route::Register, [502, 200, 204, 200, 204]),
        (Route::Read, [201, 502, 204, 200, 204]),
        (Route::Head, [201, 200, 502, 200, 204]),
        (Route::Token, [201, 200, 204, 502, 204]),
        (Route::Unregister, [201, 200, 204, 200, 502]),
        (Route::All, [502; 5]),
    ] {
        stage.k2hr3.fault(Fault::status(502)).on(route).await.unwrap();
        let statuses = [
            node.register("cuk=a").await.status,
            node.read("", &stage.role()).await.status,
            if node.is_member("cuk=a").await { 204 } else { 502 },
            node.own_token("cuk=a").await.status,
            node.leave("cuk=a").await.status,
        ];
        stage.k2hr3.clear_faults().await.unwrap();
        assert_eq!(statuses, hit, "{route:?}");
        node.register("cuk=a").await;
    }
}

#[tokio::test]
async fn any_status_can_come_with_any_body_and_headers() {
    let stage = Stage::set().await;
    for status in [400, 401, 403, 404, 408, 409, 413, 429, 431, 500, 502, 503] {
        stage.k2hr3.fault(Fault::status(status)).times(1).await.unwrap();
        assert_eq!(told(&read(&stage).await), (status, "Internal server error".to_owned()));
    }
    let headers = vec![("Server".to_owned(), "proxy".to_owned())];
    let body = Some("busy".to_owned());
    stage.k2hr3.fault(Fault::Status { status: 504, body, headers }).times(1).await.unwrap();
    let answer = read(&stage).await;
    assert_eq!((answer.status, answer.text().as_str()), (504, "busy"));
    assert_eq!(answer.header("server"), Some("proxy"));
}

#[tokio::test]
async fn pages_and_redirections_that_are_not_from_k2hr3() {
    let stage = Stage::set().await;
    stage.k2hr3.fault(Fault::LoginPage).times(1).await.unwrap();
    let page = read(&stage).await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let location = "http://portal.example/login".to_owned();
    stage.k2hr3.fault(Fault::Redirect { status: 302, location }).times(1).await.unwrap();
    let moved = read(&stage).await;
    assert_eq!(
        (moved.status, moved.header("location")),
        (302, Some("http://portal.example/login"))
    );
}

#[tokio::test]
async fn bodies_that_are_well_formed_and_wrong() {
    let stage = Stage::set().await;
    for value in ["null", "7", "[]", "{}", "\"\"", "true"] {
        let value: Json = value.parse().unwrap();
        stage.k2hr3.fault(Fault::resource(value.clone())).times(1).await.unwrap();
        let answer = read(&stage).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.text().parse::<Json>().unwrap().member("resource"), Some(&value));
    }
    stage.k2hr3.fault(Fault::ErrorWith200).times(1).await.unwrap();
    let answer = read(&stage).await;
    assert_eq!((answer.status, json(&answer)["result"].as_bool()), (200, Some(false)));
    stage.k2hr3.fault(Fault::InvalidJson).times(1).await.unwrap();
    let answer = read(&stage).await;
    assert!(serde_json::from_slice::<serde_json::Value>(&answer.body).is_err());
}

#[tokio::test]
async fn a_content_length_may_lie_in_both_directions() {
    let stage = Stage::set().await;
    let whole = read(&stage).await;
    for off_by in [10, -10] {
        stage.k2hr3.fault(Fault::ContentLength { off_by }).times(1).await.unwrap();
        let answer = read(&stage).await;
        let claimed: i64 = answer.header("content-length").unwrap().parse().unwrap();
        assert_eq!(answer.body, whole.body);
        assert_eq!(claimed, i64::try_from(whole.body.len()).unwrap() + off_by);
    }
    stage.k2hr3.fault(Fault::truncated()).times(1).await.unwrap();
    let mut conversation = conversation(&stage).await;
    let error = ask(&stage, &mut conversation).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
}

#[tokio::test]
async fn too_much_of_everything() {
    let stage = Stage::set().await;
    stage.k2hr3.fault(Fault::Oversized { bytes: 2 << 20 }).times(1).await.unwrap();
    let answer = read(&stage).await;
    assert_eq!(json(&answer)["resource"].as_str().unwrap().len(), 2 << 20);

    stage.k2hr3.fault(Fault::GzipBomb { bytes: 8 << 20 }).times(1).await.unwrap();
    let bomb = read(&stage).await;
    assert_eq!(bomb.header("content-encoding"), Some("gzip"));
    assert!(bomb.body.len() < 100_000, "{}", bomb.body.len());

    stage.k2hr3.fault(Fault::Endless).times(1).await.unwrap();
    let mut conversation = conversation(&stage).await;
    let answer = ask(&stage, &mut conversation).await.unwrap();
    assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
    drop(conversation);
    // The server stops sending once nobody listens.
    stage.k2hr3.until(|counts| counts.with(200) == 3).await.unwrap();
}

#[tokio::test]
async fn gzip_comes_without_being_asked_for() {
    let stage = Stage::set().await;
    let plain = read(&stage).await;
    stage.k2hr3.fault(Fault::Gzip).times(1).await.unwrap();
    let zipped = read(&stage).await;
    assert_eq!(zipped.header("content-encoding"), Some("gzip"));
    let length = zipped.body.len().to_string();
    assert_eq!(zipped.header("content-length"), Some(length.as_str()));
    let mut text = String::new();
    flate2::read::GzDecoder::new(zipped.body.as_slice()).read_to_string(&mut text).unwrap();
    assert_eq!(text, plain.text());
}
