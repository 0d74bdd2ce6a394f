//! Replays the two recordings that are tables and not exchanges.

use std::fs;
use std::path::Path;

use serde_json::Value;
use sim::k2hr3::{Admin, Backend, Cluster, Options};

use super::recording;

/// What the labels of the table stand for: the parameters by which each was sent. The table tells
/// the label, the answer and the hosts; the rest is read from those.
const PARAMETERS: [(&str, &str); 28] = [
    ("base", "cuk=agent-cuk-0001&extra=openstack-auto-v1&tag=agent-host-1"),
    ("newtag", "cuk=agent-cuk-0001&extra=openstack-auto-v1&tag=agent-host-2"),
    ("newtag-slash", "cuk=agent-cuk-0001&extra=openstack-auto-v1&tag=a%2Fb"),
    ("newtag-space", "cuk=agent-cuk-0001&extra=openstack-auto-v1&tag=with%20space"),
    ("newextra", "cuk=agent-cuk-0001&extra=k8s-auto-v1&tag=agent-host-1"),
    ("notag", "cuk=agent-cuk-0001&extra=openstack-auto-v1"),
    ("noextra", "cuk=agent-cuk-0001&tag=agent-host-1"),
    ("nothing", "cuk=agent-cuk-0001"),
    ("nocuk", ""),
    ("othercuk", "cuk=other-cuk&extra=openstack-auto-v1&tag=agent-host-1"),
    ("cuk-json", "cuk=%7B%22a%22%3A1%7D&extra=openstack-auto-v1&tag=agent-host-1"),
    ("cuk-space", "cuk=a%20b&extra=openstack-auto-v1&tag=agent-host-1"),
    ("cuk-comma", "cuk=c%2Cd&extra=openstack-auto-v1&tag=agent-host-1"),
    ("cuk-upper", "cuk=UPPER-Cuk&extra=openstack-auto-v1&tag=Tag-Upper"),
    ("tag-json", "cuk=agent-cuk-0001&extra=openstack-auto-v1&tag=%22quoted%20tag%22"),
    ("tag-utf8", "cuk=utf8&extra=openstack-auto-v1&tag=%E3%81%82"),
    ("tag-newline", "cuk=nl&extra=openstack-auto-v1&tag=a%0Ab"),
    ("port", "cuk=agent-cuk-0001&extra=openstack-auto-v1&tag=agent-host-1&port=8031"),
    (
        "inout",
        "cuk=inout&extra=openstack-auto-v1&tag=agent-host-1&inboundip=10.0.0.1&outboundip=10.0.0.2",
    ),
    ("extra-other", "cuk=agent-cuk-0001&extra=other&tag=agent-host-1"),
    ("extra-trove", "cuk=agent-cuk-0001&extra=openstack-auto-v1&tag=agent-host-1"),
    ("tag-number", "cuk=agent-cuk-0001&extra=openstack-auto-v1&tag=123"),
    ("tag-true", "cuk=agent-cuk-0001&extra=openstack-auto-v1&tag=true"),
    ("tag-object", "cuk=agent-cuk-0001&extra=openstack-auto-v1&tag=%7B%22a%22%3A1%7D"),
    ("tag-empty", "cuk=agent-cuk-0001&extra=openstack-auto-v1&tag="),
    ("cuk-number", "cuk=12345&extra=openstack-auto-v1&tag=n"),
    ("cuk-slash", "cuk=c%2Fd&extra=openstack-auto-v1&tag=agent-host-1"),
    ("cuk-trim", "cuk=%20trimmed%20&extra=openstack-auto-v1&tag=%20tagtrim"),
];

async fn cluster() -> (Admin, Cluster) {
    let k2hr3 = Admin::here(Options::default()).unwrap();
    let cluster = k2hr3.cluster("mycluster").servers(3).await.unwrap();
    (k2hr3, cluster)
}

fn table(name: &str) -> Option<String> {
    let Some(folder) = recording::folder() else {
        sim::skip("there is no folder of recordings");
        return None;
    };
    Some(fs::read_to_string(Path::new(&folder).join(name)).unwrap())
}

async fn register(k2hr3: &Admin, cluster: &Cluster, query: &str) -> (u16, String) {
    let target = format!("/v1/role/{}?{query}", cluster.role());
    let token = format!("R={}", cluster.token());
    let answer = k2hr3.raw("PUT", &target, &[("x-auth-token", &token)], "").await.unwrap();
    (answer.status, answer.text())
}

async fn shown(k2hr3: &Admin, cluster: &Cluster) -> Value {
    let token = format!("U={}", k2hr3.user_token("test", "tenant1").await.unwrap());
    let target = format!("/v1/role/{}?expand=false", cluster.role());
    let answer = k2hr3.raw("GET", &target, &[("x-auth-token", &token)], "").await.unwrap();
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    body["role"]["hosts"]["ips"].clone()
}

#[tokio::test]
async fn registrations_leave_the_hosts_that_the_table_shows() {
    let Some(table) = table("19-reregister-matrix.txt") else { return };
    let (k2hr3, cluster) = cluster().await;
    for row in table.lines() {
        let Some((label, rest)) = row.strip_prefix('[').and_then(|row| row.split_once("] ")) else {
            // The second table began with an empty role.
            k2hr3.remove_host(&cluster.role(), "127.0.0.1").await.unwrap();
            continue;
        };
        let (answer, hosts) = rest.split_once("  -> ").unwrap();
        let (_, query) = PARAMETERS.iter().find(|(known, _)| *known == label).unwrap();
        let (status, body) = register(&k2hr3, &cluster, query).await;

        assert_eq!(format!("{status} {body}"), answer, "{label}");
        let expected: Value = serde_json::from_str(hosts).unwrap();
        assert_eq!(shown(&k2hr3, &cluster).await, expected, "{label}");
    }
}

#[tokio::test]
async fn one_killed_server_of_the_backend_shows_as_in_the_table() {
    let Some(table) = table("bd-one-backend-killed-matrix.txt") else { return };
    let (k2hr3, cluster) = cluster().await;
    let statuses =
        |text: &str| -> Vec<u16> { text.split(' ').filter_map(|word| word.parse().ok()).collect() };
    for row in table.lines().filter(|row| row.starts_with("kill ")) {
        let (reads, put) = row.split_once("| PUT ").unwrap();
        let reads: Vec<u16> =
            reads.split('|').skip(1).filter_map(|read| statuses(read).first().copied()).collect();
        let mode = if reads[0] == 401 { Backend::OneKilled401 } else { Backend::OneKilled404 };

        k2hr3.backend(mode).await.unwrap();
        for status in reads {
            assert_eq!(cluster.published().await.unwrap().status, status, "{row}");
        }
        let (status, body) = register(&k2hr3, &cluster, "cuk=c").await;
        let expected = put.replace("\"}", "");
        assert_eq!(Some(&status), statuses(put).first(), "{row}");
        assert!(format!("{status} {body}").starts_with(expected.split("token(").next().unwrap()));
        k2hr3.backend(Backend::Up).await.unwrap();
    }
}
