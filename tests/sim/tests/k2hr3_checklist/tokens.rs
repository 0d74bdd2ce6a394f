//! Role tokens: how they come, how long they live and what kills them.

use std::time::Duration;

use sim::k2hr3::{Host, Maker};

use crate::stage::{As, Stage, json, token, told};

#[tokio::test]
async fn a_registered_node_gets_a_token_with_no_token_at_all() {
    let stage = Stage::set().await;
    let node = stage.node("10.0.0.1");
    let text = "Not found ip(10.0.0.1) with port(0) and cuk(\"a\") in tenant(tenant1) + \
                role(mycluster/slave)";
    assert_eq!(told(&node.own_token("cuk=a").await), (404, text.to_owned()));
    node.register("cuk=a").await;
    let own = token(&node.own_token("cuk=a").await);
    assert_eq!(node.read("", &As::Role(own.clone())).await.status, 200);
    // It is bound to the address.
    assert_eq!(stage.node("10.0.0.2").read("", &As::Role(own)).await.status, 401);
}

#[tokio::test]
async fn registering_anew_kills_the_tokens_that_the_host_was_given() {
    let stage = Stage::set().await;
    let node = stage.node("10.0.0.1");
    node.register("cuk=a").await;
    let own = As::Role(token(&node.own_token("cuk=a").await));
    node.register("cuk=a").await;
    assert_eq!(node.read("", &own).await.status, 401);
    assert_eq!(node.read("", &stage.role()).await.status, 200);
}

#[tokio::test]
async fn leaving_kills_them_too() {
    let stage = Stage::set().await;
    let node = stage.node("10.0.0.1");
    stage.cluster.add_slave(Host::at("10.0.0.1").cuk("a")).await.unwrap();
    let host = Host::at("10.0.0.1").cuk("a");
    let own = As::Role(stage.cluster.host_made_token(host).await.unwrap());
    assert_eq!(node.read("", &own).await.status, 200);
    node.leave("cuk=a").await;
    assert_eq!(node.read("", &own).await.status, 401);
}

#[tokio::test]
async fn only_a_host_made_token_renews_itself_and_dies_of_it() {
    let stage = Stage::set().await;
    let node = stage.node("10.0.0.1");
    node.register("cuk=a").await;
    let path = format!("/v1/role/token/{}", stage.cluster.role());
    let text = "GET request ip address and role token are not same.";
    assert_eq!(told(&node.ask("GET", &path, &stage.role(), "").await), (400, text.to_owned()));

    let own = As::Role(token(&node.own_token("cuk=a").await));
    let renewed = As::Role(token(&node.ask("GET", &path, &own, "").await));
    assert_eq!(node.read("", &own).await.status, 401);
    assert_eq!(node.read("", &renewed).await.status, 200);
}

#[tokio::test]
async fn a_token_is_good_during_its_last_second_and_dead_after_it() {
    let stage = Stage::set().await;
    stage.k2hr3.stop_clock().await.unwrap();
    let short = As::Role(stage.cluster.user_made_token(60).await.unwrap());
    let node = stage.node("10.0.0.1");
    stage.k2hr3.advance(Duration::from_secs(60)).await.unwrap();
    assert_eq!(node.read("", &short).await.status, 200);
    stage.k2hr3.advance(Duration::from_secs(1)).await.unwrap();
    assert_eq!(node.read("", &short).await.status, 401);
}

#[tokio::test]
async fn lifetimes_are_a_day_or_what_a_user_asks_for() {
    let stage = Stage::set().await;
    stage.k2hr3.stop_clock().await.unwrap();
    let (node, user) = (stage.node("10.0.0.1"), stage.user().await);
    node.register("cuk=a").await;
    let made = |query: &str| format!("/v1/role/token/mycluster/slave{query}");
    let mut tokens = Vec::new();
    for query in ["", "?expire=0", "?expire=120", "?expire=x", "?expire=-1"] {
        tokens.push(token(&node.ask("GET", &made(query), &user, "").await));
    }
    // A host's wish is ignored.
    tokens.push(token(&node.own_token("cuk=a&expire=0").await));
    let lives = |seconds: u64| {
        let tokens = tokens.clone();
        let stage = &stage;
        async move {
            stage.k2hr3.advance(Duration::from_secs(seconds)).await.unwrap();
            let mut alive = Vec::new();
            for token in tokens {
                alive.push(stage.node("10.0.0.1").read("", &As::Role(token)).await.status == 200);
            }
            alive
        }
    };
    assert_eq!(lives(0).await, [true, true, true, true, false, true]);
    assert_eq!(lives(121).await, [true, true, false, true, false, true]);
    assert_eq!(lives(86_400).await, [false, true, false, false, false, false]);
    assert_eq!(lives(315_360_000).await, [false; 6]);
}

#[tokio::test]
async fn only_users_see_when_tokens_expire() {
    let stage = Stage::set().await;
    stage.k2hr3.stop_clock().await.unwrap();
    let short = stage.cluster.user_made_token(60).await.unwrap();
    let node = stage.node("10.0.0.1");
    let list = |query: &'static str, who: As| {
        let node = stage.node("10.0.0.1");
        let path = format!("/v1/role/token/list/mycluster/slave{query}");
        async move { node.ask("GET", &path, &who, "").await }
    };
    let text = format!(
        "GET request without UserToken for getting list of role({}) tokens, need User Token.",
        stage.cluster.role()
    );
    assert_eq!(told(&list("", stage.role()).await), (400, text));
    let user = stage.user().await;
    let shown = json(&list("", user.clone()).await);
    assert_eq!(shown["tokens"][&short]["user"], "test");
    assert_eq!(shown["tokens"][&short]["expire"].as_str().map(str::len), Some(24));

    stage.k2hr3.advance(Duration::from_secs(61)).await.unwrap();
    let listed = |answer: sim::k2hr3::Raw, short: &str| answer.text().contains(short);
    assert!(!listed(list("?expand=true", user.clone()).await, &short));
    // Without details the dead are listed, until a failed check makes the server clean up.
    assert!(listed(list("?expand=false", user.clone()).await, &short));
    node.read("", &As::Role(short.clone())).await;
    assert!(!listed(list("?expand=false", user.clone()).await, &short));
    assert_eq!(list("?expand=7", user).await.status, 400);
}

#[tokio::test]
async fn a_token_dies_with_its_role_even_when_that_is_made_again() {
    let stage = Stage::set().await;
    stage.k2hr3.remove_role(&stage.cluster.role()).await.unwrap();
    let role = stage.cluster.role();
    stage.k2hr3.role(&sim::k2hr3::NewRole { role, ..Default::default() }).await.unwrap();
    assert_eq!(stage.node("10.0.0.1").read("", &stage.role()).await.status, 401);
}

#[tokio::test]
async fn a_user_can_delete_a_token_of_its_tenant() {
    let stage = Stage::set().await;
    let (node, user) = (stage.node("10.0.0.1"), stage.user().await);
    let path = format!("/v1/role/token/{}", stage.cluster.token());
    assert_eq!(node.ask("DELETE", &path, &As::Nobody, "").await.status, 400);
    assert_eq!(node.ask("DELETE", &path, &user, "").await.status, 204);
    assert_eq!(node.ask("DELETE", &path, &user, "").await.status, 403);
    assert_eq!(node.read("", &stage.role()).await.status, 401);
}

#[tokio::test]
async fn an_administrator_issues_and_revokes_tokens_of_both_kinds() {
    let stage = Stage::set().await;
    let node = stage.node("10.0.0.1");
    let user_made = stage.cluster.user_made_token(0).await.unwrap();
    stage.k2hr3.revoke(&user_made).await.unwrap();
    assert_eq!(node.read("", &As::Role(user_made)).await.status, 401);
    let nobody = Maker::Host(Host::at("10.0.0.1"));
    assert!(stage.k2hr3.role_token(&stage.cluster.role(), nobody, None).await.is_err());
}

#[tokio::test]
async fn user_tokens_are_had_for_a_password_and_scoped_with_another() {
    let stage = Stage::set().await;
    let node = stage.node("10.0.0.1");
    let post = |body: &'static str, who: As| {
        let node = stage.node("10.0.0.1");
        async move { node.ask("POST", "/v1/user/tokens", &who, body).await }
    };
    let unscoped = post(
        r#"{"auth":{"passwordCredentials":{"username":"test","password":"password"}}}"#,
        As::Nobody,
    )
    .await;
    assert_eq!((unscoped.status, json(&unscoped)["scoped"].as_bool()), (201, Some(false)));
    let unscoped = json(&unscoped)["token"].as_str().unwrap().to_owned();
    let answer = node.ask("GET", "/v1/role/r", &As::User(unscoped.clone()), "").await;
    assert_eq!(told(&answer), (401, format!("token({unscoped}) is not scoped.")));

    let scoped = post(r#"{"auth":{"tenantName":"tenant1"}}"#, As::User(unscoped)).await;
    let scoped = As::User(json(&scoped)["token"].as_str().unwrap().to_owned());
    assert_eq!(node.ask("GET", "/v1/role/r", &scoped, "").await.status, 200);
    assert_eq!(node.ask("HEAD", "/v1/user/tokens", &scoped, "").await.status, 204);
    let put = "/v1/user/tokens?tenantname=tenant1&username=test&password=wrong";
    assert_eq!(node.ask("PUT", put, &As::Nobody, "").await.status, 401);
}
