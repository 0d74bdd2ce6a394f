//! Looking at what the official helper does, without a hand in it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{ChildStdout, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::Node;

/// Reads until a line has `part`. The child ends when the test does, so this ends, too.
fn until(lines: &mut BufReader<ChildStdout>, part: &str) -> String {
    let mut read = String::new();
    loop {
        let mut line = String::new();
        assert!(lines.read_line(&mut line).unwrap() > 0, "no line with {part:?} in:\n{read}");
        read.push_str(&line);
        if line.contains(part) {
            return read;
        }
    }
}

/// What the agent keeps, byte by byte, and which files lie beside that of chmpx.
fn files(node: &Node) -> BTreeMap<PathBuf, Vec<u8>> {
    let kept = fs::read_dir(node.path("root/var/lib/k2hdkc-slave-agent")).unwrap();
    let beside = fs::read_dir(node.path("root/etc/k2hdkc")).unwrap();
    let whole = kept.map(|entry| entry.unwrap().path()).map(|path| (path.clone(), fs::read(path)));
    let named = beside.map(|entry| (entry.unwrap().path(), Ok(Vec::new())));
    whole.chain(named).map(|(path, content)| (path, content.unwrap())).collect()
}

#[tokio::test]
async fn beside_the_helper_the_agent_tells_what_it_sees_and_writes_nothing() {
    let mut node = Node::settled().await;
    node.stop_agent(Signal::SIGTERM).await;
    let target = node.target();
    let antpickax = node.path("root/etc/antpickax");
    fs::create_dir_all(&antpickax).unwrap();
    let directory = target.parent().unwrap().display();
    let name = target.file_name().unwrap().to_str().unwrap();
    fs::write(
        antpickax.join("k2hr3-get-resource-helper.conf"),
        format!("OUTPUT_DIR = {directory}\nOUTPUT_FILE = {name}\n"),
    )
    .unwrap();
    let before = files(&node);

    let mut shadow = node.agent(&["take-over", "--shadow"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(shadow.stdout.take().unwrap());
    until(&mut lines, "the file says what is published");

    let text = node.template().await.replace("RWTIMEOUT           = 10000", "RWTIMEOUT = 9000");
    node.cluster.publish(text).await.unwrap();
    until(&mut lines, "would install what is published: live, 0 servers more, 0 fewer");

    // What `cat new > file` does first; chmpx ends on it.
    fs::write(&target, "").unwrap();
    until(&mut lines, "chmpx could not load the file as it is now");
    until(&mut lines, "chmpx is lost");

    assert_eq!(files(&node), before);
    kill(Pid::from_raw(shadow.id().try_into().unwrap()), Signal::SIGINT).unwrap();
    let end = until(&mut lines, "taking over would");
    assert!(end.contains("1  changes of what is published"), "{end}");
    assert!(end.contains("1  times the file was one that chmpx cannot load"), "{end}");
    assert_eq!(shadow.wait().unwrap().code(), Some(2));
}

#[tokio::test]
async fn it_looks_for_as_long_as_was_said_and_tells_what_it_could_not_find_out() {
    let mut node = Node::settled().await;
    node.stop_agent(Signal::SIGTERM).await;
    node.k2hr3.down().await.unwrap();
    let seen = node.run(&["take-over", "--shadow", "--for", "1"]).await;
    let said = String::from_utf8(seen.stdout).unwrap();
    let trouble = "trouble: reading what K2HR3 publishes: could not connect to K2HR3: ";
    assert!(said.lines().any(|line| line.starts_with(trouble)), "{said}");
    assert!(said.contains("taking over would"), "{said}");
}
