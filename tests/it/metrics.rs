//! The figures, as Prometheus gets them.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use k2hdkc_slave_agent::model::report::Report;
use sim::k2hr3::{Cluster, Route};

use crate::support::{LIMIT, Node};

const PREFIX: &str = "k2hdkc_slave_agent_";

/// What the command `metrics` prints.
async fn metrics(node: &Node) -> String {
    let output = node.run(&["metrics"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The value of one figure; none when it is not there.
fn value(text: &str, figure: &str) -> Option<f64> {
    let begin = format!("{PREFIX}{figure} ");
    text.lines().find_map(|line| line.strip_prefix(&begin)?.parse().ok())
}

fn passes_promtool(text: &str) {
    let mut promtool = Command::new("promtool");
    promtool.args(["check", "metrics"]).stdin(Stdio::piped());
    promtool.stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut running) = promtool.spawn() else {
        sim::skip("there is no promtool (Debian: prometheus) to judge the figures");
        return;
    };
    running.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let ended = running.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stdout) + String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success() && said.is_empty(), "{said}\n{text}");
}

#[tokio::test]
async fn the_figures_of_a_running_agent_are_those_of_its_node() {
    let node = Node::settled().await;
    let connected = |report: &Report| report.chmpx.servers.iter().all(|server| server.connected);
    node.until("chmpx is connected", |report| report.settled && connected(report)).await;
    let first = metrics(&node).await;
    passes_promtool(&first);
    let figure = |text: &str, name: &str| value(text, name).unwrap_or_else(|| panic!("no {name}"));
    for (name, expected) in [
        ("settled", 1.0),
        ("verdict_info{code=\"settled\"}", 1.0),
        ("published_servers", 3.0),
        ("installed_generation", 1.0),
        ("adopted_generation", 1.0),
        ("chmpx_up", 1.0),
        ("chmpx_generation", 1.0),
        ("servers{state=\"connected\"}", 3.0),
        ("registered", 1.0),
        ("registrations_total", 1.0),
        ("carrier{by=\"token\"}", 1.0),
        ("installations_total{occasion=\"first\"}", 1.0),
        ("adoption_seconds_count", 1.0),
        ("adoption_seconds_bucket{le=\"+Inf\"}", 1.0),
        ("failed_steps_total", 0.0),
    ] {
        assert!((figure(&first, name) - expected).abs() < 0.1, "{name} in\n{first}");
    }
    let (unchanged, received) = ("looks_total{result=\"unchanged\"}", "received_bytes_total");
    let reads = node.k2hr3.counts().await.unwrap().of(Route::Read);
    node.k2hr3.until(|counts| counts.of(Route::Read) > reads + 4).await.unwrap();
    let later = metrics(&node).await;
    assert!(figure(&later, unchanged) >= figure(&first, unchanged) + 4.0, "{first}{later}");
    assert!(figure(&later, "requests_total") >= figure(&first, "requests_total") + 4.0);
    assert!((figure(&later, received) - figure(&first, received)).abs() < 0.1, "{first}{later}");

    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    node.until_settled("four servers").await;
    let changed = metrics(&node).await;
    let results = "looks_total{result=\"changed\"}";
    assert!(figure(&changed, results) > figure(&later, results), "{changed}");
    assert!((figure(&changed, "adoption_seconds_count") - 2.0).abs() < 0.1, "{changed}");
    assert!(figure(&changed, "adoption_seconds_sum") < 40.0, "{changed}");
}

#[tokio::test]
async fn the_figures_of_an_outage_pass_promtool_and_say_so() {
    let node = Node::settled().await;
    node.k2hr3.down().await.unwrap();
    node.until_code("trouble").await;
    // Failures alone are no news for the status file.
    let start = tokio::time::Instant::now();
    let mut text = metrics(&node).await;
    while value(&text, "consecutive_failures").unwrap() < 2.0 && start.elapsed() < LIMIT {
        text = metrics(&node).await;
    }
    passes_promtool(&text);
    assert!(value(&text, "looks_total{result=\"unreachable\"}").unwrap() > 1.0, "{text}");
    assert_eq!(value(&text, "verdict_info{code=\"trouble\"}"), Some(1.0), "{text}");
    assert_eq!(value(&text, "settled"), Some(0.0), "{text}");
}

/// The files for monitoring, and what the figures are called in them.
fn monitoring(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/monitoring");
    fs::read_to_string(folder.join(name)).unwrap()
}

#[tokio::test]
async fn alerts_and_dashboard_name_figures_that_there_are_and_pass_the_real_tools() {
    let node = Node::settled().await;
    // It unsettles nothing, and is what the alerts look at: a situation.
    node.k2hr3.revoke(node.cluster.token()).await.unwrap();
    let told = |report: &Report| report.settled && !report.situations.is_empty();
    let is_connected = |report: &Report| report.chmpx.servers.iter().all(|one| one.connected);
    node.until("it is told", |report| told(report) && is_connected(report)).await;
    let text = metrics(&node).await;
    for file in ["alerts.yml", "alerts-test.yml", "dashboard.json"] {
        let content = monitoring(file);
        let named = content.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        for name in named.filter(|word| word.starts_with(PREFIX)) {
            let is_there = |end| text.contains(&format!("\n{name}{end}"));
            assert!(is_there(' ') || is_there('{'), "{file} names {name}, which is not in\n{text}");
        }
    }
    let is_there = |tool: &str| {
        let mut ask = Command::new(tool);
        ask.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    if !["promtool", "prometheus", "python3"].into_iter().all(is_there) {
        sim::skip("no prometheus (Debian: prometheus) to load alerts and dashboard");
        return;
    }
    let file = node.path("metrics");
    fs::write(&file, &text).unwrap();
    let check = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/monitoring/check");
    let checked = tokio::process::Command::new(check).arg(&file).output().await.unwrap();
    let said = String::from_utf8_lossy(&checked.stdout) + String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success(), "{said}");
    assert!(said.contains("queries of the dashboard"), "{said}");
}

#[tokio::test]
async fn new_settings_do_not_set_the_counters_back() {
    let node = Node::settled().await;
    let before = value(&metrics(&node).await, "requests_total").unwrap();
    node.signal_agent(nix::sys::signal::Signal::SIGHUP);
    let reads = node.k2hr3.counts().await.unwrap().of(Route::Read);
    node.k2hr3.until(|counts| counts.of(Route::Read) > reads + 2).await.unwrap();
    let after = metrics(&node).await;
    assert!(value(&after, "requests_total").unwrap() > before, "{after}");
    assert_eq!(value(&after, "registrations_total"), Some(1.0), "{after}");
}

#[tokio::test]
async fn a_textfile_is_there_for_a_node_exporter_whole_and_readable() {
    let mut node = Node::new().await;
    let directory = node.path("root/textfiles");
    fs::create_dir(&directory).unwrap();
    let file = directory.join("k2hdkc.prom");
    node.set("metrics.textfile", &file.display().to_string());
    node.start_chmpx();
    node.start_agent();
    node.until_settled("the first time").await;
    let written = || fs::read_to_string(&file).unwrap_or_default();
    node.until("it is written", |_| value(&written(), "settled") == Some(1.0)).await;

    passes_promtool(&written());
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o644);
    // A node exporter reads whatever ends so, also half a file under another name.
    let seen: Vec<_> = fs::read_dir(&directory).unwrap().map(|e| e.unwrap().path()).collect();
    let all = seen.iter().filter(|path| path.extension().is_some_and(|end| end == "prom"));
    assert_eq!(all.count(), 1, "{seen:?}");
    let before = value(&written(), "requests_total");
    node.until("it is written after each look", |_| value(&written(), "requests_total") > before)
        .await;
}

#[tokio::test]
async fn a_textfile_that_cannot_be_written_is_told_once_and_harms_nothing() {
    let mut node = Node::new().await;
    let directory = node.path("root/not-yet");
    node.set("metrics.textfile", &directory.join("k2hdkc.prom").display().to_string());
    node.start_chmpx();
    node.start_agent();
    node.until_settled("the first time").await;
    node.cluster.add_server(Cluster::server(4)).await.unwrap();
    let report: Report = node.until_settled("four servers").await;
    assert!(report.troubles.is_empty(), "{report:#?}");
    assert_eq!(node.log().matches("the metrics are not written").count(), 1, "{}", node.log());

    fs::create_dir(&directory).unwrap();
    node.until("it is written", |_| node.log().contains("the metrics are written again")).await;
    assert!(directory.join("k2hdkc.prom").is_file());
}

#[tokio::test]
async fn without_an_agent_there_are_no_figures_and_that_is_said() {
    let node = Node::new().await;
    let output = node.run(&["metrics"]).await;
    assert_eq!(output.status.code(), Some(69));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("help: ask as root, and start the agent"), "{said}");
    assert!(output.stdout.is_empty());
}
