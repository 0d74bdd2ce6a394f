//! Replays exchanges with a real K2HR3 REST API 2.0.3 against the stand-in.
//!
//! The recordings are not part of this repository: they are looked for in `../shared/data` beside
//! it, or where `K2HDKC_SHARED_DATA` says, and without them the tests say so and pass.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's helpers")]

mod matrix;
mod recording;
mod stage;

use std::collections::BTreeMap;
use std::path::Path;

use recording::{Exchange, Recording};
use serde_json::Value;
use sim::k2hr3::{Admin, Backend, Conversation, Options, Raw};

/// Recordings that are not replayed, each with its reason.
const NOT_REPLAYED: [(&str, &str); 0] = [];

/// Text files that are no exchange in curl's words; the first two have tests of their own.
const NO_EXCHANGES: [&str; 3] = ["19-reregister-matrix", "bd-one-backend-killed-matrix", "INDEX"];

#[tokio::test]
async fn every_recorded_request_is_answered_as_it_was() {
    let Some(folder) = recording::folder() else {
        sim::skip("there is no folder of recordings");
        return;
    };
    let k2hr3 = Admin::here(Options::default()).unwrap();
    stage::set(&k2hr3, &folder).await;

    let mut tokens = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut replayed = 0;
    for recording in recording::all(&folder) {
        if NOT_REPLAYED.iter().any(|(name, _)| *name == recording.name) {
            continue;
        }
        stage::before(&k2hr3, &recording.name).await;
        replayed += 1;
        if let Err(difference) = replay(&k2hr3, &recording, &mut tokens).await {
            wrong.push(format!("{}: {difference}", recording.name));
        }
    }
    assert!(wrong.is_empty(), "{} of {replayed}:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(replayed + NOT_REPLAYED.len() + NO_EXCHANGES.len(), text_files(&folder));
}

fn text_files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|e| e == "txt"))
        .count()
}

type Tokens = BTreeMap<String, String>;

async fn replay(k2hr3: &Admin, recording: &Recording, tokens: &mut Tokens) -> Result<(), String> {
    let from = recording.from.as_ref().map(|from| from.parse().unwrap());
    let opened = Conversation::open(k2hr3.url(), from).await;
    if recording.exchanges[0].request_head.is_empty() {
        return if opened.is_err() { Ok(()) } else { Err("a connection was accepted".to_owned()) };
    }
    let mut conversation = opened.unwrap();
    for exchange in &recording.exchanges {
        let date = exchange.headers().into_iter().find(|(name, _)| name == "Date");
        let now = date.map_or(recording.at, |(_, date)| recording::date_seconds(&date));
        k2hr3.set_clock(now).await.unwrap();
        conversation.send(bytes(exchange, tokens).as_bytes()).await.unwrap();
        if exchange.answer_head.is_empty() {
            return unanswered(k2hr3, &mut conversation).await;
        }
        let answer = conversation.answer(exchange.method()).await.unwrap();
        learn(exchange, &answer, tokens);
        compare(exchange, &answer, tokens)?;
    }
    Ok(())
}

/// The request as sent, with the tokens that the stand-in gave for those recorded.
fn bytes(exchange: &Exchange, tokens: &Tokens) -> String {
    let head = exchange.request_head.join("\r\n") + "\r\n\r\n";
    translated(&(head + &exchange.request_body), tokens)
}

fn translated(text: &str, tokens: &Tokens) -> String {
    tokens.iter().fold(text.to_owned(), |text, (theirs, ours)| text.replace(theirs, ours))
}

/// A stopped server answers nothing until it goes on.
async fn unanswered(k2hr3: &Admin, conversation: &mut Conversation) -> Result<(), String> {
    let is_last_pending =
        || async { k2hr3.requests().await.unwrap().last().is_some_and(|seen| seen.status == 0) };
    while !is_last_pending().await {}
    k2hr3.backend(Backend::Up).await.unwrap();
    let answer = conversation.answer("GET").await.unwrap();
    if answer.status == 200 { Ok(()) } else { Err(format!("afterwards: {}", answer.status)) }
}

/// Notes which token the stand-in gave for the one recorded.
fn learn(exchange: &Exchange, answer: &Raw, tokens: &mut Tokens) {
    let token = |text: &str| {
        let body: Value = serde_json::from_str(text).ok()?;
        Some(body.get("token")?.as_str()?.to_owned())
    };
    if let Some((theirs, ours)) = token(&exchange.answer_body).zip(token(&answer.text())) {
        tokens.insert(theirs, ours);
    }
}

fn compare(exchange: &Exchange, answer: &Raw, tokens: &Tokens) -> Result<(), String> {
    if exchange.status() != Some(answer.status) {
        return Err(format!("{:?}, not {}", exchange.status(), answer.status) + &answer.text());
    }
    let ours = answer.text();
    let expected = translated(&exchange.answer_body, tokens);
    let is_volatile = expected.contains("\"registerpath\"") || expected.contains("\"tokens\":[");
    if exchange.method() != "HEAD" && !is_volatile && expected != ours {
        return Err(format!("the bodies differ:\n{expected}\n{ours}"));
    }
    if is_volatile && comparable_json(&expected) != comparable_json(&ours) {
        return Err(format!("the JSON differs:\n{expected}\n{ours}"));
    }
    // A tag and a length say something about the body, and that may hold other tokens.
    let is_same = expected == exchange.answer_body && !is_volatile;
    let comparable = |headers: Vec<(String, String)>| -> Vec<(String, String)> {
        let volatile = |name: &str| name == "ETag" || name == "Content-Length";
        let hidden = |(name, value): (String, String)| {
            let value = if !is_same && volatile(&name) { String::new() } else { value };
            (name, value)
        };
        headers.into_iter().map(hidden).collect()
    };
    let (expected, ours) = (comparable(exchange.headers()), comparable(answer.headers.clone()));
    if expected == ours {
        Ok(())
    } else {
        Err(format!("the headers differ:\n{expected:?}\n{ours:?}"))
    }
}

/// Paths differ every time they are made, and lists of tokens are sorted by what is drawn.
fn comparable_json(text: &str) -> Value {
    fn strip(value: &mut Value) {
        if let Value::Object(members) = value {
            members.remove("registerpath");
            members.values_mut().for_each(strip);
        } else if let Value::Array(items) = value {
            items.sort_by_key(Value::to_string);
        }
    }
    let mut value = serde_json::from_str(text).unwrap();
    strip(&mut value);
    value
}
