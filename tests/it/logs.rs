//! What the log says, how often, and what the journal makes of it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use k2hdkc_slave_agent::log::{EVENTS, kinds, message_id};
use sim::k2hr3::{Cluster, Route};

use crate::support::{LIMIT, Node};

/// A settled node whose agent says what it says by default.
async fn settled(arguments: &[&str]) -> Node {
    let mut node = Node::new().await;
    node.set("chmpx.hold", "0s");
    node.start_chmpx();
    node.start(node.agent(arguments));
    node.until("it is good", |report| report.settled && report.good.is_some()).await;
    node
}

/// Waits for so many looks at K2HR3.
async fn looks(node: &Node, count: u64) {
    let reads = node.k2hr3.counts().await.unwrap().of(Route::Read);
    node.k2hr3.until(|counts| counts.of(Route::Read) >= reads + count).await.unwrap();
}

#[tokio::test]
async fn a_settled_node_says_nothing_and_a_change_is_one_line() {
    let node = settled(&["run"]).await;
    looks(&node, 2).await;
    let before = node.log();
    looks(&node, 10).await;
    assert_eq!(node.log(), before);

    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    node.until("it has grown", |report| {
        report.settled && report.good.as_ref().is_some_and(|good| good.generation == 2)
    })
    .await;
    looks(&node, 2).await;
    let log = node.log();
    let lines: Vec<_> = log.strip_prefix(&before).unwrap().lines().collect();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    for field in [
        "chmpx has adopted another file",
        "from=1 to=2",
        "impact=\"live\"",
        "servers=4",
        "added=\"127.0.1.4\"",
        "adopted_after_ms=",
    ] {
        assert!(lines[0].contains(field), "{field}: {}", lines[0]);
    }
}

#[tokio::test]
async fn an_outage_is_told_at_its_beginning_now_and_then_and_at_its_end() {
    let node = settled(&["run"]).await;
    let before = node.log();
    node.k2hr3.down().await.unwrap();
    node.until("it was tried often", |report| report.failures >= 11).await;
    node.k2hr3.up().await.unwrap();
    node.until_settled("it is over").await;
    looks(&node, 2).await;

    let log = node.log();
    let lines: Vec<_> = log.strip_prefix(&before).unwrap().lines().collect();
    assert_eq!(lines.len(), 4, "{lines:#?}");
    assert!(lines[0].contains("WARN") && lines[0].contains("waiting for K2HR3: "), "{lines:#?}");
    assert!(lines[0].contains("help=\"check the network to K2HR3"), "{lines:#?}");
    assert!(lines[1].contains("still in trouble") && lines[1].contains("count=10"), "{lines:#?}");
    let ends: Vec<_> =
        lines[2..].iter().filter(|line| line.contains("the trouble is over")).collect();
    assert!(ends[0].contains("lasted_s="), "{lines:#?}");
    assert!(lines[2..].iter().any(|line| line.contains("settled: 3 servers")), "{lines:#?}");
}

#[tokio::test]
async fn as_json_each_line_is_an_object_with_its_fields() {
    let node = settled(&["--log-json", "run"]).await;
    let lines: Vec<serde_json::Value> =
        node.log().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let adopted = lines.iter().find(|line| line["fields"]["event"] == "adopted").unwrap();
    assert_eq!(adopted["level"], "INFO");
    assert_eq!(adopted["fields"]["to"], 1);
    assert_eq!(adopted["fields"]["servers"], 3);
}

/// The same command in a mount namespace where the journal listens in `directory`; `None` where
/// such a thing cannot be made.
fn beside_journal(command: &Command, directory: &Path) -> Option<Command> {
    let made = Command::new("unshare").args(["--mount", "true"]).output().ok()?;
    made.status.success().then(|| {
        let script = "mount -t tmpfs tmpfs /run && mkdir /run/systemd \
            && ln -s \"$0\" /run/systemd/journal && exec \"$@\"";
        let mut beside = Command::new("unshare");
        beside.args(["--mount", "sh", "-c", script]).arg(directory);
        beside.arg(command.get_program()).args(command.get_args());
        beside
    })
}

#[tokio::test]
async fn the_journal_gets_fields_and_an_id_for_each_kind() {
    let mut node = Node::new().await;
    let directory = node.path("journal");
    fs::create_dir(&directory).unwrap();
    let journal = UnixDatagram::bind(directory.join("socket")).unwrap();
    journal.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    fs::write(node.path("log"), "").unwrap();
    let log = fs::metadata(node.path("log")).unwrap();
    let Some(mut command) = beside_journal(&node.agent(&["run"]), &directory) else {
        sim::skip("mount namespaces need root and the program `unshare`");
        return;
    };
    command.env("JOURNAL_STREAM", format!("{}:{}", log.dev(), log.ino()));
    node.start_chmpx();
    node.start(command);
    let lines = tokio::task::spawn_blocking(move || {
        let mut lines = Vec::new();
        let start = std::time::Instant::now();
        let mut bytes = vec![0; 65536];
        while start.elapsed() < LIMIT {
            let Ok(length) = journal.recv(&mut bytes) else { continue };
            lines.push(String::from_utf8(bytes[..length].to_vec()).unwrap());
            if lines.last().unwrap().contains("K2HDKC_CODE=settled\n") {
                break;
            }
        }
        lines
    });
    let lines = lines.await.unwrap();

    let line = |kind: &str| {
        let id = format!("MESSAGE_ID={}\n", message_id(kind));
        lines.iter().find(|line| line.contains(&id)).unwrap_or_else(|| panic!("{kind}: {lines:#?}"))
    };
    assert!(line("agent-starts").contains("SYSLOG_IDENTIFIER=k2hdkc-slave-agent\n"));
    assert!(line("adopted").contains("PRIORITY=6\n") && line("adopted").contains("K2HDKC_TO=1\n"));
    assert!(line("settled").starts_with("MESSAGE=settled: 3 servers, generation 1 adopted code="));
    assert_eq!(node.log(), "", "nothing is said twice");
}

fn packaging(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging").join(name)
}

#[test]
fn the_catalog_explains_every_kind_of_message_and_no_other() {
    let text = fs::read_to_string(packaging("k2hdkc-slave-agent.catalog")).unwrap();
    let ids: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("-- ")).collect();
    let known: BTreeSet<_> = kinds().map(message_id).collect();
    assert_eq!(known.len(), kinds().count(), "no two kinds have the same name");
    assert_eq!(ids.len(), known.len());
    assert_eq!(ids.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>(), known);
    for entry in text.split("\n-- ").skip(1) {
        let (header, explanation) = entry.split_once("\n\n").unwrap();
        assert!(header.contains("\nSubject: "), "{entry}");
        assert!(explanation.trim().contains("\n\n"), "what it means, and what to do: {entry}");
    }
}

#[test]
fn the_journal_takes_the_catalog() {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("usr/lib/systemd/catalog");
    fs::create_dir_all(&directory).unwrap();
    fs::create_dir_all(root.path().join("var/lib/systemd/catalog")).unwrap();
    let name = "k2hdkc-slave-agent.catalog";
    fs::copy(packaging(name), directory.join(name)).unwrap();
    let journalctl = |argument: &str| {
        Command::new("journalctl").arg("--root").arg(root.path()).arg(argument).output()
    };
    // A host without systemd has no journal either.
    let Ok(updated) = journalctl("--update-catalog") else {
        sim::skip("there is no journalctl");
        return;
    };
    assert!(updated.status.success() && updated.stderr.is_empty(), "{updated:?}");
    let listed = String::from_utf8(journalctl("--list-catalog").unwrap().stdout).unwrap();
    assert_eq!(listed.lines().count(), kinds().count(), "{listed}");
}

#[test]
fn every_event_that_is_logged_is_known_and_every_known_one_is_logged() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut logged = BTreeSet::new();
    let mut directories = vec![source];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let text = fs::read_to_string(path).unwrap();
            let shipped = text.split("#[cfg(test)]").next().unwrap();
            let named = shipped.split("event = \"").skip(1);
            logged.extend(named.map(|rest| rest.split('"').next().unwrap().to_owned()));
        }
    }
    assert_eq!(logged, EVENTS.iter().map(|event| (*event).to_owned()).collect());
}
