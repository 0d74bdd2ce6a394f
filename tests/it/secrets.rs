//! The role token is looked for wherever it must not be.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support::Node;

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
