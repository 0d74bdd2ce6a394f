//! The role token is looked for wherever it must not be.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{ExitStatus, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::Command;

use crate::support::{AGENT, Node};

#[tokio::test]
async fn the_role_token_is_in_no_log_no_status_no_argument_and_no_readable_file() {
    let node = Node::settled().await;
    let token = node.cluster.token().to_owned();
    // An answer that repeats the token, and a template that fails with the whole resource.
    node.k2hr3.revoke(&token).await.unwrap();
    node.until("the token is refused", |report| report.carrier.is_some()).await;
    node.k2hr3.backend(sim::k2hr3::Backend::OneKilled401).await.unwrap();
    node.until_code("trouble").await;

    let status = node.run(&["status", "--json"]).await;
    let refresh = node.run(&["-vv", "refresh", "--timeout", "5"]).await;
    let plan = node.run(&["-vv", "plan"]).await;
    for output in [&status, &refresh, &plan] {
        assert!(!String::from_utf8_lossy(&output.stdout).contains(&token));
        assert!(!String::from_utf8_lossy(&output.stderr).contains(&token));
    }
    assert!(node.log().contains("cycle"), "the log is not empty");
    assert!(!node.log().contains(&token));
    for name in ["cmdline", "environ"] {
        let of_agent = fs::read(format!("/proc/{}/{name}", node.agent_pid())).unwrap();
        assert!(!String::from_utf8_lossy(&of_agent).contains(&token), "{name}");
    }
    let mut looked = 0;
    for file in files(&node.path("root")) {
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        let text = fs::read(&file).unwrap();
        let found = text.windows(token.len()).any(|window| window == token.as_bytes());
        assert!(!found || mode.trailing_zeros() >= 6, "{} ({mode:o})", file.display());
        looked += 1;
    }
    assert!(looked > 3, "only {looked} files");
}

fn files(directory: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .filter(|path| path.is_file())
        .collect()
}

/// Every command, with arguments that lead far into it.
const COMMANDS: [&[&str]; 13] = [
    &["plan"],
    &["status"],
    &["status", "--json"],
    &["history"],
    &["metrics"],
    &["doctor"],
    &["doctor", "--json"],
    &["refresh", "--wait", "looked", "--timeout", "10"],
    &["register"],
    &["rollback"],
    &["unregister"],
    &["take-over"],
    &["bootstrap", "--timeout", "1"],
];

/// The role token is met in exactly two places: where it is read from its file, and on a connection
/// to K2HR3. Everything that any process writes, is started with or sends elsewhere is looked at.
#[tokio::test]
async fn no_system_call_of_any_command_or_its_children_passes_the_token_on() {
    if !can_trace().await {
        return;
    }
    let mut node = Node::new().await;
    node.start_chmpx();
    let token = node.cluster.token().to_owned();
    let mut met = traced(&node, &["run"], &token).await;
    for arguments in COMMANDS {
        met += traced(&node, arguments, &token).await;
    }
    // The token is refused, and the answer repeats it.
    node.k2hr3.revoke(&token).await.unwrap();
    met += traced(&node, &["refresh", "--timeout", "5"], &token).await;
    met += traced(&node, &["register"], &token).await;
    assert!(met > 20, "the token was met {met} times only: is it looked for in the right places?");
}

async fn can_trace() -> bool {
    let there = Command::new("strace").arg("-V").stdout(Stdio::null()).status().await.is_ok();
    if !there {
        sim::skip("strace is not installed, so no system call was looked at");
    }
    there
}

/// Runs a command at the highest level of detail and looks at every system call of it and of its
/// children that names a file, starts a program or carries bytes. `run` is ended when it is settled.
async fn traced(node: &Node, arguments: &[&str], token: &str) -> usize {
    // A log for each process, so that no line is cut in two by another's.
    let logs = tempfile::tempdir().unwrap();
    let mut strace = Command::new("strace");
    strace.args(["-ff", "-qq", "-v", "-yy", "-s", "100000", "-o"]).arg(logs.path().join("of"));
    strace.args(["-e", "trace=%file,%process,%network,%desc", AGENT, "-vv", "--root"]);
    strace.arg(node.path("root")).args(arguments);
    strace.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = strace.spawn().unwrap();
    if arguments == ["run"] {
        node.until_settled("under strace").await;
        end_agent(node);
    }
    let ended = child.wait_with_output().await.unwrap();
    assert!(ended.status.code().is_some_and(|code| code < 128), "{arguments:?}: {ended:?}");

    let text = |path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    let trace: String = files(logs.path()).into_iter().map(text).collect();
    let calls: Vec<_> = trace.lines().filter(|line| line.contains(token)).collect();
    for call in &calls {
        let from_its_file = call.starts_with("read(") && call.contains("/role-token>");
        let with_k2hr3 = call.split(',').next().is_some_and(|place| place.contains("<TCP:["));
        assert!(from_its_file || with_k2hr3, "{arguments:?}: {call}");
    }
    for output in [&ended.stdout, &ended.stderr] {
        assert!(!String::from_utf8_lossy(output).contains(token), "{arguments:?}");
    }
    calls.len()
}

/// Ends the agent, whose process id stands in its lock file; strace ends with it.
fn end_agent(node: &Node) {
    let lock = node.path("root/run/k2hdkc-slave-agent/lock");
    let pid = fs::read_to_string(lock).unwrap().trim().parse().unwrap();
    kill(Pid::from_raw(pid), Signal::SIGTERM).unwrap();
}

#[tokio::test]
async fn an_agent_that_crashes_leaves_no_core_dump() {
    let node = Node::new().await;
    if !aborted(&node, Command::new("sleep").arg("60")).await.core_dumped() {
        sim::skip("this machine dumps no core of anybody");
        return;
    }
    let mut agent = Command::from(node.agent(&["run"]));
    assert!(!aborted(&node, &mut agent).await.core_dumped());
}

/// Runs a command with no limit on the size of core dumps, and ends it as a crash would.
async fn aborted(node: &Node, command: &mut Command) -> ExitStatus {
    let words = command.as_std();
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "ulimit -c unlimited && exec \"$0\" \"$@\""]);
    shell.arg(words.get_program()).args(words.get_args()).current_dir(node.directory.path());
    let mut child = shell.stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let pid = i32::try_from(child.id().unwrap()).unwrap();
    // Then the shell has become the program.
    let program = Path::new(words.get_program()).file_name().unwrap().to_string_lossy();
    while !fs::read_to_string(format!("/proc/{pid}/comm")).unwrap().starts_with(&program[..5]) {
        tokio::task::yield_now().await;
    }
    if words.get_program() == AGENT {
        node.until("it has told something", |_| true).await;
    }
    kill(Pid::from_raw(pid), Signal::SIGABRT).unwrap();
    let status = child.wait().await.unwrap();
    assert_eq!(status.signal(), Some(Signal::SIGABRT as i32));
    status
}
