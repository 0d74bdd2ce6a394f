//! Paths, tokens in headers, and who the client is.

use crate::stage::{As, Stage, told};

#[tokio::test]
async fn reserved_escapes_in_a_path_are_never_turned_back() {
    let stage = Stage::set().await;
    let escaped = stage.resource_path().replace(':', "%3A").replace("mycluster/", "mycluster%2F");
    let answer = stage.node("10.0.0.1").ask("GET", &escaped, &stage.role(), "").await;
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("yrn%3ayahoo%3a%3a%3atenant1"), "{}", answer.text());
}

#[tokio::test]
async fn other_escapes_in_a_path_are_resolved_and_all_is_lower_case() {
    let stage = Stage::set().await;
    let path = stage.resource_path().replace("slave", "%53LAVE");
    let answer = stage.node("10.0.0.1").ask("GET", &path, &stage.role(), "").await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_malformed_escape_is_a_server_error() {
    let stage = Stage::set().await;
    for path in ["/v1/role/a%", "/v1/resource/a%zz", "/v1/role/token/%ff"] {
        let answer = stage.node("10.0.0.1").ask("GET", path, &stage.role(), "").await;
        assert_eq!(told(&answer), (500, "Internal server error".to_owned()), "{path}");
    }
}

#[tokio::test]
async fn the_role_in_a_query_must_be_in_lower_case() {
    let stage = Stage::set().await;
    let node = stage.node("10.0.0.1");
    node.register("cuk=a").await;
    let asked = |role: String| format!("role={role}&cuk=a");
    let lower = node.read(&asked(stage.cluster.role()), &As::Nobody).await;
    let upper =
        node.read(&asked(stage.cluster.role().replace("slave", "SLAVE")), &As::Nobody).await;
    assert_eq!((lower.status, upper.status), (200, 404));
}

#[tokio::test]
async fn route_names_are_case_sensitive_and_a_trailing_slash_is_dropped() {
    let stage = Stage::set().await;
    let node = stage.node("10.0.0.1");
    let answer = node.ask("GET", "/v1/RESOURCE/x", &stage.role(), "").await;
    assert_eq!(told(&answer), (404, "Internal server error".to_owned()));
    let target = format!("{}/?cuk=a", stage.role_path());
    assert_eq!(node.ask("PUT", &target, &stage.role(), "").await.status, 201);
    assert!(node.is_member("cuk=a").await);
}

#[tokio::test]
async fn a_role_token_without_its_prefix_is_an_unknown_user_token() {
    let stage = Stage::set().await;
    let token = stage.cluster.token();
    let asked = |value: String| {
        let (k2hr3, path) = (stage.k2hr3.clone(), stage.resource_path());
        async move { k2hr3.raw("GET", &path, &[("x-auth-token", &value)], "").await.unwrap() }
    };
    assert_eq!(asked(format!("R={token}")).await.status, 200);
    for wrong in
        [token.to_owned(), format!("r={token}"), format!("U={token}"), format!("R= {token}")]
    {
        let shown = wrong.trim_start_matches("R=").trim_start_matches("U=");
        let text = format!("token({shown}) is not existed, because it is expired or not set yet.");
        assert_eq!(told(&asked(wrong.clone()).await), (401, text), "{wrong}");
    }
    let headers = [("x-auth-token", format!("R={token}")), ("X-Auth-Token", format!("R={token}"))];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let twice = stage.k2hr3.raw("GET", &stage.resource_path(), &headers, "").await.unwrap();
    assert_eq!(twice.status, 401);
}

#[tokio::test]
async fn an_empty_token_is_no_token() {
    let stage = Stage::set().await;
    let headers = [("x-auth-token", "")];
    let answer = stage.k2hr3.raw("GET", &stage.resource_path(), &headers, "").await.unwrap();
    let text = "GET request does not have role yrn in post data.";
    assert_eq!(told(&answer), (400, text.to_owned()));
}

#[tokio::test]
async fn one_test_plays_many_nodes_by_forwarded_addresses() {
    let stage = Stage::set().await;
    for ip in ["10.0.0.1", "10.0.0.2", "garbage"] {
        stage.node(ip).register("cuk=c").await;
    }
    let ips: Vec<String> =
        stage.cluster.slaves().await.unwrap().into_iter().map(|host| host.ip).collect();
    assert_eq!(ips, ["10.0.0.1", "10.0.0.2", "garbage"]);
}

/// A request, and the refusal that it meets.
type Refused<'a> = (&'a str, &'a str, &'a As, u16, &'a str);

async fn all_are(stage: &Stage, refused: &[Refused<'_>]) {
    for (method, target, who, status, text) in refused {
        let answer = stage.node("10.0.0.1").ask(method, target, who, "").await;
        assert_eq!(told(&answer), (*status, (*text).to_owned()), "{method} {target}");
    }
}

#[tokio::test]
async fn wrong_roles_are_refused_in_the_servers_words() {
    let stage = Stage::set().await;
    let (role, user) = (stage.role(), stage.user().await);
    let refused = [
        (
            "PUT",
            "/v1/role/yrn:yahoo:::other:role:r",
            &role,
            400,
            "role(yrn:yahoo:::other:role:r) yrn has service() and tenant(other), but it is not \
             specified service(null) and tenant(tenant1)",
        ),
        ("PUT", "/v1/role/r", &As::Nobody, 400, "There is no x-auth-token header"),
        ("POST", "/v1/role/r", &role, 400, "POST body does not have host data"),
        (
            "GET",
            "/v1/role/token/r",
            &As::Nobody,
            400,
            "GET request role name which is not full yrn, and not token. role name must be full \
             yrn, if token is not specified.",
        ),
        (
            "GET",
            "/v1/role/token/yrn:yahoo:::other:role:r",
            &user,
            400,
            "GET request query has wrong tenant yrn full path(tenant=other) or not specify tenant.",
        ),
        ("PATCH", "/v1/role/r", &role, 404, "Internal server error"),
    ];
    all_are(&stage, &refused).await;
}

#[tokio::test]
async fn wrong_resources_are_refused_in_the_servers_words() {
    let stage = Stage::set().await;
    let role = stage.role();
    let refused = [
        (
            "GET",
            "/v1/resource/r",
            &As::Nobody,
            400,
            "Request query does not have yrn full path to resource",
        ),
        (
            "GET",
            "/v1/resource/",
            &role,
            400,
            "Default resource name is not specified or wrong value : null",
        ),
        (
            "GET",
            "/v1/resource/yrn:yahoo:::other:resource:r",
            &role,
            400,
            "Request query has wrong yrn full path(tenant=other) to resource(tenant=tenant1)",
        ),
        (
            "GET",
            "/v1/resource/yrn:yahoo:s::tenant1:resource:r?service=x",
            &role,
            400,
            "Request query has service name(x) and path has service name(s), but both are not \
             same service name.",
        ),
    ];
    all_are(&stage, &refused).await;
}
