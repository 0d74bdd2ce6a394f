//! Too little even to start with.

use std::process::{Command, Stdio};

use crate::support::{AGENT, Node};

#[tokio::test]
async fn however_few_descriptors_there_are_a_command_ends_with_words_and_not_with_a_panic() {
    let node = Node::new().await;
    let mut wanting = 0;
    for most in 4..20 {
        let mut command = Command::new("prlimit");
        command.arg(format!("--nofile={most}")).arg(AGENT).arg("--root").arg(node.path("root"));
        let Ok(output) = command.arg("plan").stdin(Stdio::null()).output() else {
            sim::skip("the program prlimit is not there");
            return;
        };
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked"), "{most}: {said}");
        if said.contains("could not start: Too many open files") {
            assert_eq!(output.status.code(), Some(73), "{most}: {said}");
            wanting += 1;
        }
    }
    assert!(wanting > 1, "some of these are too few to start with");
}
