//! What K2HR3 answers is bad or hostile: the last good file stays in force, chmpx is not touched,
//! and the status says what is wrong.

use sim::chmpx::events::Kind;
use sim::k2hr3::{At, Cluster, Fault, Route};

use crate::support::Node;

/// A way to publish something bad, and what the operator is told.
type Poison = (&'static str, fn(&str) -> String, &'static str);

const POISONS: [Poison; 9] = [
    ("nothing at all", |_| " ".to_owned(), "refused"),
    ("a web page", |_| "<html><body>Log in</body></html>".to_owned(), "refused"),
    ("half of it", |text| text[..text.len() / 2].to_owned(), "refused"),
    ("no servers", |text| text.replace("[SVRNODE]", "[SVR]"), "refused"),
    (
        "a server without a name",
        |text| format!("{text}\n[SVRNODE]\nNAME =\nPORT = 1\nCTLPORT = 2\n"),
        "refused",
    ),
    (
        "a number that crashes chmpx",
        |text| text.replace("MQPERATTACH         = 8", "MQPERATTACH = 0"),
        "refused",
    ),
    (
        "a boolean that chmpx does not know",
        |text| text.replace("MQACK               = no", "MQACK = 0"),
        "refused",
    ),
    ("a section with a remark", |text| text.replace("[GLOBAL]", "[GLOBAL] # here"), "refused"),
    (
        "a server's file",
        |text| text.replace("MODE                = SLAVE", "MODE = SERVER"),
        "refused",
    ),
];

#[tokio::test]
async fn a_poisoned_publication_is_refused_and_a_mended_one_is_taken() {
    let node = Node::settled().await;
    let template = node.template().await;
    let good = node.installed();
    for (what, poison, code) in POISONS {
        // Of the rendered text: a template that is cut in half is already too much for K2HR3.
        let poisoned = poison(&good);
        assert_ne!(poisoned, good, "{what} is not poisoned");
        node.cluster.publish(poisoned).await.unwrap();
        let report = node.until(what, |report| report.verdict.code.as_str() == code).await;
        assert_eq!(node.installed(), good, "{what}");
        assert!(report.verdict.help.is_some(), "{what}");
        node.cluster.publish(template.clone()).await.unwrap();
        node.until_settled(what).await;
    }
    assert_eq!(node.count(Kind::Started), 1, "chmpx was not touched");
}

/// An answer that is not what was asked for, and a part of what the operator is told.
fn faults() -> Vec<(&'static str, Fault, &'static str)> {
    vec![
        ("a login page", Fault::LoginPage, "not K2HR3's JSON"),
        (
            "a redirect",
            Fault::Redirect { status: 302, location: "http://127.0.0.1:1/".to_owned() },
            "answered 302",
        ),
        ("packed", Fault::Gzip, "packed with gzip"),
        ("too long", Fault::Oversized { bytes: 2 << 20 }, "longer than 1 MiB"),
        ("endless", Fault::Endless, "longer than 1 MiB"),
        ("cut short", Fault::truncated(), "broke off"),
        ("reset", Fault::Reset { at: At::InBody }, "broke off"),
        ("hanging", Fault::Hang, "did not answer in time"),
        ("dripping", Fault::Drip { ms: 200 }, "did not answer in time"),
        ("an error with 200", Fault::ErrorWith200, "answered 200"),
        ("no text", Fault::resource(sim::k2hr3::Json::Null), "no text for the resource"),
        ("a number", Fault::resource(7), "no text for the resource"),
        ("no JSON", Fault::InvalidJson, "not K2HR3's JSON"),
        ("reset at once", Fault::Reset { at: At::BeforeHeaders }, "broke off"),
        ("reset after the headers", Fault::Reset { at: At::AfterHeaders }, "broke off"),
        ("longer than it says", Fault::ContentLength { off_by: -10 }, "not K2HR3's JSON"),
        ("a bomb", Fault::GzipBomb { bytes: 64 << 20 }, "packed with gzip"),
        ("dripping from the start", Fault::DripAll { ms: 200 }, "did not answer in time"),
        ("400", Fault::status(400), "answered 400"),
        ("401", Fault::status(401), "answered 401"),
        ("408", Fault::status(408), "answered 408"),
        ("409", Fault::status(409), "answered 409"),
        ("413", Fault::status(413), "answered 413"),
        ("431", Fault::status(431), "answered 431"),
        ("403", Fault::status(403), "answered 403"),
        ("404", Fault::status(404), "answered 404"),
        ("429", Fault::retry_after(429, 1), "answered 429"),
        ("500", Fault::status(500), "answered 500"),
        ("503", Fault::retry_after(503, 1), "answered 503"),
    ]
}

#[tokio::test]
async fn an_answer_that_is_none_leaves_everything_as_it_is() {
    let node = Node::settled().await;
    let mut number = 3;
    for (what, fault, told) in faults() {
        let good = node.installed();
        node.k2hr3.fault(fault).on(Route::Read).await.unwrap();
        // Something new to tell: an answer without a body could hardly be bad.
        number += 1;
        node.cluster.add_server(Cluster::server(number)).await.unwrap();
        let report = node
            .until(what, |report| {
                report.troubles.iter().any(|trouble| trouble.cause.contains(told))
            })
            .await;
        assert_eq!(node.installed(), good, "{what}");
        assert_eq!(report.verdict.code.as_str(), "trouble", "{what}");
        assert!(report.verdict.sentence.contains(told), "{what}: {}", report.verdict.sentence);
        assert!(report.verdict.help.is_some(), "{what}");
        node.k2hr3.clear_faults().await.unwrap();
        node.until_settled(what).await;
    }
    assert_eq!(node.count(Kind::Started), 1, "chmpx was not touched");
}

#[tokio::test]
async fn a_reset_of_an_idle_connection_is_no_trouble() {
    let node = Node::settled().await;
    node.k2hr3.fault(Fault::ResetReused).await.unwrap();
    let reads = node.k2hr3.counts().await.unwrap().of(Route::Read);
    node.k2hr3.until(|counts| counts.of(Route::Read) > reads + 6).await.unwrap();
    assert!(!node.log().contains("broke off"), "{}", node.log());
}

#[tokio::test]
async fn an_answer_for_another_group_is_refused() {
    let node = Node::settled().await;
    let good = node.installed();
    let other = good.replace("GROUP               = ", "GROUP = other-");
    assert_ne!(other, good);
    node.cluster.publish(other).await.unwrap();
    node.until_code("refused").await;
    assert_eq!(node.installed(), good);
}

#[tokio::test]
async fn an_injected_server_is_refused_with_the_entry_that_did_it() {
    let node = Node::settled().await;
    let good = node.installed();
    // A line break in a tag adds sections to everybody's file (recorded).
    let tag = "evil\nCTLPORT = 8031\nCUK = x\n\n[GLOBAL]\nGROUP = other";
    let mut host = sim::k2hr3::Host::at("192.0.2.66");
    host.cuk = "evil".to_owned();
    host.tag = tag.to_owned();
    node.cluster.add_slave(host).await.unwrap();
    let report = node.until_code("refused").await;
    assert_eq!(node.installed(), good);
    assert!(report.verdict.sentence.contains("line"), "{}", report.verdict.sentence);

    node.cluster.remove_slave("192.0.2.66").await.unwrap();
    node.until_settled("without the intruder").await;
}

#[tokio::test]
async fn a_file_that_somebody_removes_comes_back_while_what_is_published_is_refused() {
    let node = Node::settled().await;
    let good = node.installed();
    node.cluster.publish(good.replace("[SVRNODE]", "[SVR]")).await.unwrap();
    node.until_code("refused").await;
    let text = |installed: String| {
        installed
            .lines()
            .filter(|line| !line.contains("FILEVERSION"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    for spoil in [None, Some(good.replace("RWTIMEOUT", "MQRWTIMEOUT"))] {
        let before = node.report().unwrap().installed.unwrap().generation;
        match spoil {
            None => std::fs::remove_file(node.target()).unwrap(),
            Some(spoilt) => node.edit_target(&format!("{spoilt}\n[SVRNODE]\nNAME = x\n"), 0o644),
        }
        node.until("it is back and in force", |report| {
            report.verdict.code.as_str() == "refused"
                && report.adopted.as_ref().is_some_and(|adopted| adopted.generation > before)
        })
        .await;
        assert_eq!(text(node.installed()), text(good.clone()));
    }
}
