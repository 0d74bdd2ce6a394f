//! User data and ext data.

use std::io::Read as _;

use sim::k2hr3::{NewScript, Raw, Script};

use crate::stage::{As, Stage, json, told};

async fn fetched(stage: &Stage, target: &str, agent: &str, encoding: &str) -> Raw {
    let headers = [("User-Agent", agent), ("Accept-Encoding", encoding)];
    let headers = headers.into_iter().filter(|(_, value)| !value.is_empty());
    stage.k2hr3.raw("GET", target, &headers.collect::<Vec<_>>(), "").await.unwrap()
}

async fn registerpath(stage: &Stage) -> String {
    let user = stage.user().await;
    let path = "/v1/role/token/mycluster/slave";
    let answer = stage.node("10.0.0.1").ask("GET", path, &user, "").await;
    json(&answer)["registerpath"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn only_cloud_init_gets_user_data() {
    let stage = Stage::set().await;
    let target = format!("/v1/userdata/{}", registerpath(&stage).await);
    let refused = (400, "GET request is not allowed from your client".to_owned());
    assert_eq!(told(&fetched(&stage, &target, "curl/7", "").await), refused);
    let missing = (400, "GET request does not have User-Agent header".to_owned());
    assert_eq!(told(&fetched(&stage, &target, "", "").await), missing);
    let empty = (400, "GET request url does not have userdata path parameter".to_owned());
    assert_eq!(told(&fetched(&stage, "/v1/userdata/", "cloud-init/1", "").await), empty);
    let head = stage.node("10.0.0.1").ask("HEAD", &target, &As::Nobody, "").await;
    assert_eq!(head.status, 404);
}

#[tokio::test]
async fn user_data_is_two_parts_with_role_and_token_filled_in() {
    let stage = Stage::set().await;
    let target = format!("/v1/userdata/{}", registerpath(&stage).await);
    let answer = fetched(&stage, &target, "Cloud-Init/23.1", "").await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").unwrap().starts_with("multipart/mixed; boundary="));
    assert_eq!(answer.header("number-attachments"), Some("2"));
    let text = answer.text();
    assert!(text.starts_with("--================K2HR3INIT"), "{text}");
    assert!(text.contains("\r\nContent-Type: text/cloud-config; charset=\"us-ascii\"\r\n"));
    assert!(text.contains(&stage.cluster.role()) && text.contains(stage.k2hr3.url()), "{text}");
    assert!(!text.contains("{{="));
}

#[tokio::test]
async fn new_versions_of_cloud_init_get_gzip_whether_they_ask_or_not() {
    let stage = Stage::set().await;
    let target = format!("/v1/userdata/{}", registerpath(&stage).await);
    for (agent, encoding) in [("cloud-init/23.4.4", ""), ("cloud-init/0.7", "br, gzip")] {
        let answer = fetched(&stage, &target, agent, encoding).await;
        assert_eq!(answer.header("content-encoding"), Some("gzip"));
        assert_eq!(answer.header("content-type"), Some("application/zip"));
        let mut text = String::new();
        flate2::read::GzDecoder::new(answer.body.as_slice()).read_to_string(&mut text).unwrap();
        assert!(text.starts_with("Content-Type: multipart/mixed; boundary="), "{text}");
    }
    let weighed = fetched(&stage, &target, "cloud-init/0.7", "gzip;q=1").await;
    assert_eq!(weighed.header("content-encoding"), None);
}

#[tokio::test]
async fn an_undecodable_path_is_200_with_a_script_that_says_so() {
    let stage = Stage::set().await;
    let answer = fetched(&stage, "/v1/userdata/garbage", "cloud-init/0.7", "").await;
    assert_eq!((answer.status, answer.header("number-attachments")), (200, Some("1")));
    assert!(answer.text().contains("k2hr3-init-error.sh"));
}

#[tokio::test]
async fn ext_data_wants_its_own_agent_and_a_good_path() {
    let stage = Stage::set().await;
    let script = Script {
        template: "token={{= %K2HR3_ROLE_TOKEN% }} ${{x}}\n".to_owned(),
        useragent: "dummy-client".to_owned(),
        contenttype: "text/x-shellscript".to_owned(),
    };
    let order = NewScript { extdata: true, name: "mine".to_owned(), script };
    stage.k2hr3.script(&order).await.unwrap();
    let path = registerpath(&stage).await;
    let target = format!("/v1/extdata/mine/{path}");
    let answer = fetched(&stage, &target, "Dummy-Client", "").await;
    assert_eq!(answer.header("content-type"), Some("text/x-shellscript; charset=utf-8"));
    assert!(answer.text().starts_with("token=") && answer.text().ends_with(" ${{x}}\n"));

    let refused = (400, "GET request is not allowed from your client".to_owned());
    assert_eq!(told(&fetched(&stage, &target, "dummy-client/1.0", "").await), refused);
    let invalid = (400, "GET /extdata/mine/zzz is invalid".to_owned());
    assert_eq!(told(&fetched(&stage, "/v1/extdata/mine/zzz", "dummy-client", "").await), invalid);
    let unknown = (400, "GET request URL path(other) does not exist".to_owned());
    assert_eq!(told(&fetched(&stage, "/v1/extdata/other/zzz", "x", "").await), unknown);
}
