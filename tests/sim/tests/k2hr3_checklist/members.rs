//! Registering and leaving, with the loose matching that both use.

use sim::k2hr3::{Host, Quirks};

use crate::stage::{As, Stage, token, told};

/// Addresses, ports and CUKs as stored, those that nobody can see included.
async fn stored(stage: &Stage) -> Vec<String> {
    let hosts = stage.cluster.slaves().await.unwrap();
    hosts.into_iter().map(|Host { ip, port, cuk, .. }| format!("{ip} {port} {cuk}")).collect()
}

#[tokio::test]
async fn a_registration_is_201_also_when_nothing_changes() {
    let stage = Stage::set().await;
    for _ in 0..2 {
        let answer = stage.node("10.0.0.1").register("cuk=a&tag=t&extra=openstack-auto-v1").await;
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (201, r#"{"result":true,"message":null}"#)
        );
    }
    assert_eq!(stored(&stage).await, ["10.0.0.1 0 a"]);
}

#[tokio::test]
async fn a_post_registers_with_ports_as_number_or_text() {
    let stage = Stage::set().await;
    for (ip, port) in [("10.0.0.1", "8031"), ("10.0.0.2", "\"8031\"")] {
        let body = format!(r#"{{"host":{{"port":{port},"cuk":"a","tag":"t","extra":7}}}}"#);
        let answer = stage.node(ip).ask("POST", &stage.role_path(), &stage.role(), &body).await;
        assert_eq!(answer.status, 201);
    }
    assert_eq!(stored(&stage).await, ["10.0.0.1 8031 a", "10.0.0.2 8031 a"]);
    let body = r#"{"host":{"host":"10.0.0.9","cuk":"z"}}"#;
    let node = stage.node("10.0.0.3");
    assert_eq!(node.ask("POST", &stage.role_path(), &stage.role(), body).await.status, 201);
    assert!(stored(&stage).await.contains(&"10.0.0.9 0 z".to_owned()));
    let broken = stage.node("10.0.0.1").ask("POST", &stage.role_path(), &stage.role(), "{").await;
    assert_eq!(told(&broken), (400, "Internal server error".to_owned()));
}

#[tokio::test]
async fn bare_registrations_and_bare_removals_wipe_the_whole_address() {
    let stage = Stage::set().await;
    let node = stage.node("10.0.0.1");
    for query in ["cuk=a", "cuk=b&port=1"] {
        node.register(query).await;
    }
    stage.node("10.0.0.2").register("cuk=a").await;
    node.register("").await;
    assert_eq!(stored(&stage).await, ["10.0.0.1 0 ", "10.0.0.2 0 a"]);
    node.register("cuk=a").await;
    assert_eq!(node.leave("").await.status, 204);
    assert_eq!(stored(&stage).await, ["10.0.0.2 0 a"]);
}

#[tokio::test]
async fn leaving_reaches_into_the_roles_below() {
    let stage = Stage::set().await;
    let below = format!("{}/sub", stage.cluster.role());
    stage.k2hr3.add_host(&below, Host::at("10.0.0.1").cuk("a")).await.unwrap();
    let node = stage.node("10.0.0.1");
    assert!(node.is_member("cuk=a").await);
    assert_eq!(node.leave("cuk=a").await.status, 204);
    assert!(stage.k2hr3.hosts(&below).await.unwrap().is_empty());
}

#[tokio::test]
async fn leaving_twice_is_403_and_has_no_body() {
    let stage = Stage::set().await;
    let node = stage.node("10.0.0.1");
    node.register("cuk=a").await;
    for (query, status) in [("cuk=wrong", 403), ("cuk=a&port=9", 204), ("cuk=a", 403)] {
        let answer = node.leave(query).await;
        assert_eq!((answer.status, answer.body.len()), (status, 0), "{query}");
    }
    let short = node.ask("DELETE", "/v1/role/mycluster/slave", &As::Nobody, "").await;
    assert_eq!(short.status, 400);
}

#[tokio::test]
async fn a_cuk_with_a_space_makes_a_ghost_that_only_a_user_can_clear() {
    let stage = Stage::set().await;
    let node = stage.node("10.0.0.1");
    assert_eq!(node.register("cuk=a+b").await.status, 201);
    assert!(!node.is_member("cuk=a%20b").await && !node.is_member("").await);
    assert_eq!(node.leave("cuk=a%20b").await.status, 403);
    assert_eq!(stored(&stage).await, ["10.0.0.1 0 a b"]);

    let target = format!("{}?clear_ips=true", stage.role_path());
    assert_eq!(node.ask("PUT", &target, &stage.user().await, "").await.status, 201);
    assert!(stored(&stage).await.is_empty());
}

#[tokio::test]
async fn an_ipv6_member_says_204_to_its_removal_and_stays() {
    let stage = Stage::set().await;
    for (ip, stays) in [("2001:db8::10", true), ("2001:db8::1", false)] {
        let node = stage.node(ip);
        node.register("cuk=a").await;
        assert_eq!(node.leave("cuk=a").await.status, 204);
        assert_eq!(node.is_member("cuk=a").await, stays, "{ip}");
    }
    // Registering anew replaces the entry as it should.
    stage.node("2001:db8::10").register("cuk=a&tag=new").await;
    assert_eq!(stage.cluster.slaves().await.unwrap()[0].tag, "new");
    assert_eq!(stored(&stage).await, ["2001:db8::10 0 a"]);

    stage.k2hr3.quirks(&Quirks { ipv6_stays: false, ..Quirks::default() }).await.unwrap();
    assert_eq!(stage.node("2001:db8::10").leave("cuk=a").await.status, 204);
    assert!(stored(&stage).await.is_empty());
}

#[tokio::test]
async fn an_unknown_extra_hides_a_member_from_lookups_with_its_cuk() {
    let stage = Stage::set().await;
    let node = stage.node("10.0.0.1");
    node.register("cuk=a&extra=custom").await;
    assert!(node.is_member("").await && !node.is_member("cuk=a").await);
    assert_eq!(node.leave("cuk=a").await.status, 403);
}

#[tokio::test]
async fn a_kubernetes_registration_with_another_cuk_fails_and_loses_the_old_entry() {
    let stage = Stage::set().await;
    let node = stage.node("10.0.0.1");
    node.register("cuk=a").await;
    let answer = node.register("cuk=a&extra=k8s-auto-v1").await;
    let text = format!("could not set enable value to {}/hosts key", stage.cluster.role());
    assert_eq!(told(&answer), (400, text));
    assert!(stored(&stage).await.is_empty());
}

#[tokio::test]
async fn a_digits_only_tag_is_a_server_error_unless_the_server_is_an_old_one() {
    let stage = Stage::set().await;
    let node = stage.node("10.0.0.1");
    assert_eq!(node.register("cuk=a&tag=123").await.status, 500);
    assert_eq!(node.register("cuk=a&tag=%22123%22").await.status, 201);
    let extra = node.register("cuk=a&extra=123").await;
    let text = "PUT request has extra which is not string: \"123\"";
    assert_eq!(told(&extra), (400, text.to_owned()));
    let body = r#"{"host":{"cuk":"a","tag":"123"}}"#;
    let post = node.ask("POST", &stage.role_path(), &stage.role(), body).await;
    assert_eq!(told(&post), (400, "POST request has tag which is not string: \"123\"".to_owned()));

    stage.k2hr3.quirks(&Quirks { numbers_are_refused: false, ..Quirks::default() }).await.unwrap();
    assert_eq!(node.register("cuk=a&tag=123").await.status, 201);
    assert_eq!(stage.cluster.slaves().await.unwrap()[0].tag, "123");
}

#[tokio::test]
async fn a_role_token_registers_anywhere_in_its_tenant_even_where_no_role_is() {
    let stage = Stage::set().await;
    let node = stage.node("10.0.0.1");
    let nowhere = "yrn:yahoo:::tenant1:role:no/such";
    let path = format!("/v1/role/{nowhere}?cuk=a");
    assert_eq!(node.ask("PUT", &path, &stage.role(), "").await.status, 201);
    assert_eq!(node.ask("HEAD", &path, &As::Nobody, "").await.status, 204);
    // What tells: no token can be had there, no policy is found, and no list shows it.
    let answer = node.ask("GET", &format!("/v1/role/token/{nowhere}?cuk=a"), &As::Nobody, "").await;
    let text = format!("could not get role id({nowhere}/id) value, or it is wrong value(\"\").");
    assert_eq!(told(&answer), (404, text));
    let answer = node.read(&format!("role={nowhere}&cuk=a"), &As::Nobody).await;
    let text = "could not get role(no/such) in tenant(tenant1) policy data.";
    assert_eq!(told(&answer), (404, text.to_owned()));
    let list = node.ask("GET", "/v1/list/role", &stage.user().await, "").await;
    assert!(list.text().contains("mycluster") && !list.text().contains("such"), "{}", list.text());
}

#[tokio::test]
async fn a_user_made_token_may_add_other_hosts_and_a_host_made_one_may_not() {
    let stage = Stage::set().await;
    let node = stage.node("10.0.0.1");
    assert_eq!(node.register("host=10.0.0.9&cuk=z").await.status, 201);
    assert_eq!(stored(&stage).await, ["10.0.0.9 0 z"]);
    node.register("cuk=a").await;
    let own = As::Role(token(&node.own_token("cuk=a").await));
    let target = format!("{}?host=10.0.0.8&cuk=y", stage.role_path());
    let text = "parameters are wrong : user=null, tenant=\"tenant1\"";
    assert_eq!(told(&node.ask("PUT", &target, &own, "").await), (400, text.to_owned()));
}

#[tokio::test]
async fn members_of_one_role_may_remove_hosts_everywhere_by_cuk() {
    let stage = Stage::set().await;
    let admin = "yrn:yahoo:::tenant1:role:remover";
    // Only hosts with one of the known extras are indexed by their CUK.
    for (ip, query) in [
        ("10.0.0.1", "cuk=a&extra=openstack-auto-v1"),
        ("10.0.0.2", "cuk=a&extra=openstack-auto-v1"),
        ("10.0.0.3", "cuk=a"),
    ] {
        stage.node(ip).register(query).await;
    }
    let remove = |ip, target: &'static str| {
        let node = stage.node(ip);
        async move { node.ask("DELETE", target, &As::Nobody, "").await.status }
    };
    assert_eq!(remove("10.0.0.7", "/v1/role?cuk=a").await, 400);
    stage.k2hr3.remover_role(admin).await.unwrap();
    stage.k2hr3.add_host(admin, Host::at("10.0.0.7")).await.unwrap();
    assert_eq!(remove("10.0.0.8", "/v1/role?cuk=a").await, 400);
    assert_eq!(remove("10.0.0.7", "/v1/role?cuk=a&host=10.0.0.1").await, 204);
    assert_eq!(stored(&stage).await, ["10.0.0.2 0 a", "10.0.0.3 0 a"]);
    assert_eq!(remove("10.0.0.7", "/v1/role?cuk=a").await, 204);
    assert_eq!(stored(&stage).await, ["10.0.0.3 0 a"]);
}

#[tokio::test]
async fn deleting_with_a_role_token_kills_the_token_and_leaves_the_host() {
    let stage = Stage::set().await;
    let node = stage.node("10.0.0.1");
    let outsider = stage.node("10.0.0.2");
    node.register("cuk=a").await;
    let (path, shared) = (stage.role_path(), stage.role());

    assert_eq!(outsider.ask("DELETE", &path, &shared, "").await.status, 403);
    let other = path.replace("slave", "server");
    assert_eq!(node.ask("DELETE", &other, &shared, "").await.status, 400);
    assert_eq!(node.ask("DELETE", &path, &shared, "").await.status, 204);
    assert_eq!(node.read("", &shared).await.status, 401);
    assert!(node.is_member("cuk=a").await);
}

#[tokio::test]
async fn a_sane_server_would_remove_the_host_instead() {
    let stage = Stage::set().await;
    stage.k2hr3.quirks(&Quirks { delete_kills_token: false, ..Quirks::default() }).await.unwrap();
    let node = stage.node("10.0.0.1");
    node.register("cuk=a").await;
    let path = stage.role_path();
    assert_eq!(node.ask("DELETE", &path, &stage.role(), "").await.status, 204);
    assert_eq!(node.read("", &stage.role()).await.status, 200);
    assert!(!node.is_member("cuk=a").await);
}
