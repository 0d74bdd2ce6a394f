//! Reading: policies, merging, templates, and the forms of a value.

use sim::k2hr3::{Json, Policy, Quirks, Resource};

use crate::stage::{As, Stage, json, told};

fn text(text: &str) -> Resource {
    let keys = [("k".to_owned(), "v".into())].into_iter().collect();
    Resource { string: Some(text.to_owned()), keys: Some(keys), ..Resource::default() }
}

async fn shown(stage: &Stage, query: &str) -> (u16, String) {
    let answer = stage.node("10.0.0.1").read(query, &stage.role()).await;
    (answer.status, answer.text())
}

async fn publish(stage: &Stage, resource: Resource) {
    stage.k2hr3.set_resource(&stage.cluster.resource(), resource).await.unwrap();
    let empty = Resource::default();
    stage.k2hr3.set_resource(&stage.cluster.main_resource(), empty).await.unwrap();
}

fn resource_body(value: &str) -> (u16, String) {
    (200, format!(r#"{{"result":true,"message":null,"resource":{value}}}"#))
}

#[tokio::test]
async fn membership_changes_the_text_and_comes_back_with_its_tag() {
    let stage = Stage::set().await;
    let read = || async { stage.cluster.published().await.unwrap() };
    let before = read().await;
    stage.cluster.add_server(sim::k2hr3::Cluster::server(4)).await.unwrap();
    let between = read().await;
    assert_eq!(between.text().matches("[SVRNODE]").count(), 4);
    assert_ne!(between.header("etag"), before.header("etag"));
    assert_eq!(stage.cluster.remove_server("127.0.1.4").await.unwrap(), 1);
    assert_eq!(read().await.header("etag"), before.header("etag"));
}

#[tokio::test]
async fn a_node_reads_by_its_address_while_it_is_a_member() {
    let stage = Stage::set().await;
    let node = stage.node("10.0.0.1");
    let role = stage.cluster.role();
    let query = format!("role={role}&cuk=a");
    let refusal = format!("ip:port(\"10.0.0.1\":0) is not role(\"{role}\") member.");
    assert_eq!(told(&node.read(&query, &As::Nobody).await), (404, refusal.clone()));
    node.register("cuk=a").await;
    assert_eq!(node.read(&query, &As::Nobody).await.status, 200);
    let wrong = node.read(&format!("role={role}&cuk=b"), &As::Nobody).await;
    assert_eq!(told(&wrong), (404, refusal));
    let not_full = "role yrn(\"slave\") is not full yrn, or wrong role yrn.".to_owned();
    assert_eq!(told(&node.read("role=slave", &As::Nobody).await), (404, not_full));
}

#[tokio::test]
async fn a_token_and_an_identity_together_are_refused() {
    let stage = Stage::set().await;
    let text = "GET resource:port/cuk/role field is specified, but it is not allowed by no token : \
                port=\"1\", cuk=\"a\", role=undefined";
    let answer = stage.node("10.0.0.1").read("port=1&cuk=a", &stage.role()).await;
    assert_eq!(told(&answer), (400, text.to_owned()));
}

#[tokio::test]
async fn only_the_exact_resource_is_allowed_and_the_last_policy_decides() {
    let stage = Stage::set().await;
    let node = stage.node("10.0.0.1");
    let main = format!("/v1/resource/{}", stage.cluster.main_resource());
    let refusal = format!(
        "role(mycluster/slave) in tenant(tenant1) does not allow to read access to resource({}).",
        stage.cluster.main_resource()
    );
    assert_eq!(told(&node.ask("GET", &main, &stage.role(), "").await), (404, refusal));

    let policy = Policy {
        effect: "deny".to_owned(),
        action: vec!["yrn:yahoo::::action:read".to_owned()],
        resource: vec![stage.cluster.resource()],
    };
    let name = "yrn:yahoo:::tenant1:policy:no";
    stage.k2hr3.policy(name, policy).await.unwrap();
    let (role, policies) = (stage.cluster.role(), vec![name.to_owned()]);
    stage.k2hr3.role(&sim::k2hr3::NewRole { role, policies, aliases: vec![] }).await.unwrap();
    assert_eq!(node.read("", &stage.role()).await.status, 404);
}

#[tokio::test]
async fn a_text_without_keys_is_unreadable_unless_the_server_is_an_old_one() {
    let stage = Stage::set().await;
    publish(&stage, Resource { string: Some("x\n".to_owned()), ..Resource::default() }).await;
    let failed = format!(
        "failed to expand \"{}\" and to execute template engine. there is something wrong in \
         template string : \"x\\n\"",
        stage.cluster.resource()
    );
    let answer = stage.node("10.0.0.1").read("", &stage.role()).await;
    assert_eq!(told(&answer), (404, failed));
    stage.k2hr3.quirks(&Quirks { keyless_strings_fail: false, ..Quirks::default() }).await.unwrap();
    assert_eq!(shown(&stage, "").await, resource_body(r#""x\n""#));
}

#[tokio::test]
async fn a_broken_template_is_404_for_every_type_and_echoes_its_text_but_not_for_head() {
    let stage = Stage::set().await;
    publish(&stage, text("SECRET {{ if }}")).await;
    let failed = "Could not load resource for template engine: \"SECRET {{ if }}\"".to_owned();
    let node = stage.node("10.0.0.1");
    for query in ["", "type=object", "type=keys&keyname=k"] {
        assert_eq!(told(&node.read(query, &stage.role()).await), (404, failed.clone()), "{query}");
    }
    let head = node.ask("HEAD", &stage.resource_path(), &stage.role(), "").await;
    assert_eq!(head.status, 204);
}

#[tokio::test]
async fn a_missing_parent_is_404() {
    let stage = Stage::set().await;
    publish(&stage, text("x")).await;
    let name = stage.cluster.resource();
    let deeper = format!("{name}/a/b");
    stage.k2hr3.set_resource(&deeper, text("y")).await.unwrap();
    let target = format!("/v1/resource/{deeper}");
    let user = stage.user().await;
    let answer = stage.node("10.0.0.1").ask("GET", &target, &user, "").await;
    let refusal = format!("Could not get resource data for resource yrn: {deeper}");
    assert_eq!(told(&answer), (404, refusal));
}

#[tokio::test]
async fn braces_and_escapes_come_out_as_the_engine_leaves_them() {
    let stage = Stage::set().await;
    publish(&stage, text(r#"j={"a":{"b":{"c":1}}};k={{= %k% }}"#)).await;
    assert_eq!(shown(&stage, "").await, resource_body(r#""j={\"a\":{\"b\":{\"c\":1}};k=v""#));
    publish(&stage, text("q\" b\\ t\t é あ \u{1} \r\n")).await;
    let expected = "\"q\\\" b\\\\ t\\t é あ \\u0001 \\r\\n\"";
    assert_eq!(shown(&stage, "").await, resource_body(expected));
}

#[tokio::test]
async fn keys_keep_their_type_and_null_counts_as_missing() {
    let stage = Stage::set().await;
    for value in ["8031", "0", "false", "\"\"", "[1,\"a\"]", r#"{"a":null}"#, "1.5"] {
        stage.cluster.set_key("k", value.parse::<Json>().unwrap()).await.unwrap();
        assert_eq!(shown(&stage, "type=KEYS&keyname=k").await, resource_body(value));
    }
    stage.cluster.set_key("k", Json::Null).await.unwrap();
    let missing = format!(
        "resource({}) by role(mycluster/slave) in tenant(tenant1) does not have value for \
         type(keys[k]) data.",
        stage.cluster.resource()
    );
    let answer = stage.node("10.0.0.1").read("type=keys&keyname=k", &stage.role()).await;
    assert_eq!(told(&answer), (404, missing));
}

#[tokio::test]
async fn an_empty_text_is_an_answer_and_a_missing_object_is_none() {
    let stage = Stage::set().await;
    publish(&stage, text("")).await;
    assert_eq!(shown(&stage, "").await, resource_body("\"\""));
    assert_eq!(shown(&stage, "type=object").await.0, 404);
    let object = Resource { object: Some("[1,{}]".parse().unwrap()), ..Resource::default() };
    publish(&stage, object).await;
    assert_eq!(shown(&stage, "type=object").await, resource_body("[1,{}]"));
    assert_eq!(shown(&stage, "type=string").await.0, 404);
    // A repeated type is no type.
    assert_eq!(shown(&stage, "type=object&type=object").await.0, 404);
}

#[tokio::test]
async fn a_user_sees_all_parts_and_the_raw_text_if_wanted() {
    let stage = Stage::set().await;
    publish(&stage, text("{{= %k% }}")).await;
    let (node, user) = (stage.node("10.0.0.1"), stage.user().await);
    let expanded = json(&node.read("", &user).await);
    assert_eq!(expanded["resource"]["string"], "v");
    assert_eq!(expanded["resource"]["keys"]["k"], "v");
    let raw = json(&node.read("expand=false", &user).await);
    assert_eq!(raw["resource"]["string"], "{{= %k% }}");
    assert_eq!(raw["resource"]["aliases"], serde_json::json!([]));
}
