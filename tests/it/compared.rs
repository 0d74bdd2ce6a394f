//! What docs/compared.md says of the agent is shown by tests that are there.

use std::fs;
use std::path::Path;

use crate::support::Node;

#[test]
fn every_test_that_the_comparison_names_is_there() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(top.join("docs/compared.md")).unwrap();
    let named: Vec<_> = text.split('`').filter_map(|word| word.split_once("::")).collect();
    assert!(named.len() > 15, "only {named:?}");
    for (file, name) in named {
        let source = fs::read_to_string(top.join(format!("tests/it/{file}.rs"))).unwrap();
        assert!(source.contains(&format!("fn {name}()")), "{file}::{name}");
    }
}

#[tokio::test]
async fn an_awkward_key_and_an_awkward_text_reach_the_file_as_they_are() {
    const CUK: &str = "i/a&b";
    const REMARK: &str = "# say \"hi\",\t{\"k\":\"v\"} or C:\\temp\\new\n";
    let mut node = Node::new().await;
    node.set("node.cuk", CUK);
    node.start_chmpx();
    node.start_agent();
    node.until_settled("the first time").await;
    let template = node.template().await;
    node.cluster.publish(format!("{REMARK}{template}")).await.unwrap();
    node.until("the remark is installed", |_| node.installed().contains("temp")).await;

    assert!(node.installed().starts_with(REMARK), "{}", node.installed());
    let keys: Vec<_> =
        node.installed().lines().filter(|it| it.ends_with(CUK)).map(str::to_owned).collect();
    assert!(!keys.is_empty(), "{}", node.installed());
}
