//! Sets the stand-in up as the recorded server was, and repeats what was done between recordings.

use std::fs;
use std::path::Path;

use sim::k2hr3::{
    Admin, Backend, Host, Json, Maker, Members, NewPolicy, NewResource, NewRole, NewTenant,
    NewToken, NewUserToken, Policy, Resource,
};

const SLAVE: &str = "yrn:yahoo:::tenant1:role:mycluster/slave";
const SERVER: &str = "yrn:yahoo:::tenant1:role:mycluster/server";
const SELF: &str = "127.0.0.1";

/// User tokens that were got without a recording.
const USER_TOKENS: [&str; 7] = [
    "f8f83022601dc51a879242263d4b97ed4abc77bffdf21202ddacb38dab1b103f",
    "c65907bede01f19649639fc56fc4356bd2ff196ad02e89b59fb4262ebc8761ab",
    "e725e4c9d11b6bea0de12e453fdf7bb72465dd7ef4236436e0635f2b0e40851e",
    "836318ad81653c8b0b581746775574a1f42587116f50348d7e21935843642fc6",
    "be722e43fcfa0f795945af3373756bf6b219305882d0a31162d4925ccf778218",
    "2055c769782afcb51233d71d6833a9e95a616a3f4e7858f342d86ef17d40271d",
    "822c12d2a2299ad4bfca47e920891b986abb01ecb14354db867233c34b543e29",
];

/// The role token of most recordings, made half a minute before the first.
const FIRST_TOKEN: &str = "4c3deed9338c47a93f00ffe4ae463c0ce8b1be56173aee741af6b035b668b93e";
const EXPIRED_TOKEN: &str = "994edc48c00ec37ecc5b0ec0780699239d2e9e2a5c4aad1058e49aa9a1ee2226";
const REVOKED_TOKEN: &str = "87b6ca533dd5d84a971229daf9edb9fabaa9a05f0f2e35d73b5aa9fb706cb638";
const DEAD_TIME_TOKEN: &str = "a5e3dc169c404942843fdb2d6a9c2c2e5187a0adfc12c4bbbd62411a4615b61a";
const LATER_TOKEN: &str = "7102362ac3c22d3758a129be16aab4c5aca5c39b0a7eb203975303adc2d03580";
const ODD_TOKEN: &str = "db7d24ed432ef7a29ada6ff10e98fdc11e8bbd1d9cdbfceb434e3a76f5d5988d";
const LAST_TOKEN: &str = "6eac146b418a87ca06cd58e46db183e669f69239bf13338fea481915c212efa1";

/// 14:34:05 on the day.
const BEGIN: i64 = 1_795_358_045;

fn agent() -> Host {
    Host::at(SELF).cuk("agent-cuk-0001").tag("agent-host-1")
}

fn name(kind: &str, path: &str) -> String {
    format!("yrn:yahoo:::tenant1:{kind}:{path}")
}

/// The server as it was at 14:34:05.
pub(crate) async fn set(k2hr3: &Admin, folder: &Path) {
    k2hr3.stop_clock().await.unwrap();
    k2hr3.set_clock(BEGIN).await.unwrap();
    let (tenant, user, password) = ("tenant1".into(), "test".into(), "password".into());
    k2hr3.tenant(&NewTenant { tenant, user, password }).await.unwrap();
    for token in USER_TOKENS {
        let (user, tenant) = ("test".to_owned(), Some("tenant1".to_owned()));
        let order = NewUserToken { user, tenant, token: Some(token.to_owned()) };
        k2hr3.user_token_as(&order).await.unwrap();
    }
    readable(k2hr3, "mycluster", &["mycluster/server", "mycluster/slave"]).await;
    for role in [SLAVE, SERVER] {
        let order = NewRole { role: role.to_owned(), ..NewRole::default() };
        k2hr3.role(&order).await.unwrap();
    }
    for number in 1..=3 {
        k2hr3.add_host(SERVER, server(number, &format!("rig-cuk-server-{number}"))).await.unwrap();
    }
    resources(k2hr3, folder).await;
    odd_resources(k2hr3, folder).await;
    token(k2hr3, FIRST_TOKEN, SLAVE, 0).await;
}

fn server(number: u8, cuk: &str) -> Host {
    Host::at(format!("127.0.0.2{number}")).cuk(cuk).tag(format!("rig-server-{number}"))
}

/// A role whose policy lets it and the roles below it read these.
async fn readable(k2hr3: &Admin, path: &str, resources: &[&str]) {
    let policy = Policy {
        effect: "allow".to_owned(),
        action: vec!["yrn:yahoo::::action:read".to_owned()],
        resource: resources.iter().map(|path| name("resource", path)).collect(),
    };
    let NewPolicy { name: policy_name, policy } = NewPolicy { name: name("policy", path), policy };
    k2hr3.policy(&policy_name, policy).await.unwrap();
    let role = name("role", path);
    let order = NewRole { role, policies: vec![policy_name], aliases: Vec::new() };
    k2hr3.role(&order).await.unwrap();
}

async fn token(k2hr3: &Admin, text: &str, role: &str, expire: i64) {
    let order = NewToken {
        role: role.to_owned(),
        maker: Maker::User("test".to_owned()),
        expire: Some(expire),
        token: Some(text.to_owned()),
    };
    k2hr3.role_token_as(&order).await.unwrap();
}

async fn put(k2hr3: &Admin, path: &str, string: Option<String>, keys: &str) {
    let keys: Members = serde_json::from_str(keys).unwrap();
    let resource = Resource { string, keys: Some(keys), ..Resource::default() };
    let NewResource { name, resource } = NewResource { name: name("resource", path), resource };
    k2hr3.set_resource(&name, resource).await.unwrap();
}

async fn resources(k2hr3: &Admin, folder: &Path) {
    let main = r#"{"cluster-name":"mycluster","chmpx-server-port":8020,
        "chmpx-server-ctlport":8021,"chmpx-slave-ctlport":8031}"#;
    put(k2hr3, "mycluster", None, main).await;
    let slave = r#"{"chmpx-mode":"SLAVE","k2hr3-init-packages":"",
        "k2hr3-init-packagecloud-packages":"k2hdkc-dbaas-override-conf,k2hr3-get-resource,chmpx",
        "k2hr3-init-systemd-packages":"chmpx.service,k2hr3-get-resource.timer"}"#;
    let text = template(folder, "30-resource-ok");
    put(k2hr3, "mycluster/slave", Some(text), slave).await;
    let text = template(folder, "47-resource-server");
    put(k2hr3, "mycluster/server", Some(text), r#"{"chmpx-mode":"SERVER"}"#).await;
}

/// What a recording says the resource is.
fn resource_in(folder: &Path, recording: &str) -> String {
    let text = fs::read_to_string(folder.join(recording).with_extension("txt")).unwrap();
    let body = text.lines().find(|line| line.starts_with("{\"")).unwrap();
    let body: Json = body.parse().unwrap();
    body.member("resource").and_then(Json::as_text).unwrap().to_owned()
}

/// Makes a template again from a text that it rendered with three servers and one slave, and from
/// the one without a slave.
///
/// The text itself stays in the recordings; what is added are the control lines, placed where the
/// recorded texts have the blanks that such lines leave behind.
fn template(folder: &Path, recording: &str) -> String {
    let text = resource_in(folder, recording);
    let without_slave = resource_in(folder, "10-resource-before-registration");
    let slaves = "# SLAVE NODES SECTION\n#\n";
    let (_, dummy) = without_slave.split_once(slaves).unwrap();
    let dummy = dummy.split("\n\n\n\n").next().unwrap();

    let (head, rest) = text.split_once("\n    \n[SVRNODE]").unwrap();
    let (server, rest) = rest.split_once("\n    \n    \n").unwrap();
    let (_, rest) = rest.split_once("\n\n#\n# SLAVE").unwrap();
    let (between, rest) = rest.split_once("\n    \n        \n[SLVNODE]").unwrap();
    let (slave, tail) = rest.split_once("\n        \n        \n    \n").unwrap();

    let server = open_fields(server, "rig-server-1", "rig-cuk-server-1");
    let slave = open_fields(slave, "agent-host-1", "agent-cuk-0001");
    format!(
        "{head}{{{{ foreach %host_key% in %{SERVER}/hosts/ip% }}}}\n    \
         {{{{ %one_host% = %{SERVER}/hosts/ip%{{%host_key%}}; }}}}\n[SVRNODE]{server}\n    \
         \n    \n{{{{ done }}}}\n\n#\n# SLAVE{between}\
         {{{{ if %{SLAVE}/hosts/ip%.length }}}}\n    \
         {{{{ foreach %host_key% in %{SLAVE}/hosts/ip% }}}}\n        \
         {{{{ %one_host% = %{SLAVE}/hosts/ip%{{%host_key%}}; }}}}\n[SLVNODE]{slave}\n        \
         \n        \n    {{{{ done }}}}\n{{{{ else }}}}{dummy}\n{{{{ endif }}}}{tail}"
    )
}

fn open_fields(block: &str, tag: &str, cuk: &str) -> String {
    block.replace(cuk, "{{= %one_host%{'cuk'} }}").replace(tag, "{{= %one_host%{'tag'} }}")
}

/// The resources of c0 to c3 and c8, and the role that may read them.
async fn odd_resources(k2hr3: &Admin, folder: &Path) {
    let paths = ["brka", "brkb", "brkc", "brkd", "brke"];
    readable(k2hr3, "brk", &paths).await;
    let texts = [
        "{{#!k2hr3template }}\nA={{= %k% }}\n{{ foreach %x in broken }}\nB\n".to_owned(),
        "plain text no template {{= %k% }}\n[GLOBAL]\n".to_owned(),
        "A={{= %undefined% }}\nB={{= 1 + 1 }}\n".to_owned(),
        String::new(),
        resource_in(folder, "c8-escapes"),
    ];
    for (path, text) in paths.into_iter().zip(texts) {
        put(k2hr3, path, Some(text), r#"{"k":"v"}"#).await;
    }
}

/// What was done, without a recording, right before the one of this name.
pub(crate) async fn before(k2hr3: &Admin, recording: &str) {
    match recording {
        "28-register-expired-token" => {
            k2hr3.set_clock(BEGIN + 82).await.unwrap();
            token(k2hr3, EXPIRED_TOKEN, SLAVE, 3).await;
        }
        "30-resource-ok" => {
            k2hr3.remove_host(SERVER, SELF).await.unwrap();
        }
        "73-unregister-ok" | "83-roletoken-byip" => k2hr3.add_host(SLAVE, agent()).await.unwrap(),
        "75-unregister-with-roletoken" => {
            k2hr3.add_host(SLAVE, agent()).await.unwrap();
            token(k2hr3, REVOKED_TOKEN, SLAVE, 0).await;
        }
        "99-hosttoken-after-unregister" => {
            k2hr3.remove_host(SLAVE, SELF).await.unwrap();
        }
        "b0-one-backend-killed-get" => k2hr3.backend(Backend::OneKilled404).await.unwrap(),
        "b3-all-k2hdkc-dead-get" => {
            token(k2hr3, DEAD_TIME_TOKEN, SLAVE, 0).await;
            // It took 18 s there; what is looked at is the answer.
            k2hr3.backend_dead(std::time::Duration::ZERO).await.unwrap();
        }
        "b8-slave-dead-get" => k2hr3.backend(Backend::OwnChmpxDead).await.unwrap(),
        "bb-api-stopped" => {
            token(k2hr3, LATER_TOKEN, SLAVE, 0).await;
            k2hr3.backend(Backend::Stopped).await.unwrap();
        }
        "bc-api-down" => k2hr3.down().await.unwrap(),
        "c4-before-membership" => {
            k2hr3.up().await.unwrap();
            k2hr3.remove_host(SLAVE, SELF).await.unwrap();
        }
        "c5-after-membership-inm" => k2hr3.add_host(SERVER, server(4, "c-24")).await.unwrap(),
        "c6-after-removal-inm" => {
            k2hr3.remove_host(SERVER, "127.0.0.24").await.unwrap();
        }
        "c7-tag-newline-injection" => {
            let evil = Host::at(SELF).cuk("inj").tag("evil\n[SVRNODE]\nNAME = 10.6.6.6");
            k2hr3.add_host(SLAVE, evil).await.unwrap();
        }
        "c0-template-broken" => token(k2hr3, ODD_TOKEN, &name("role", "brk"), 0).await,
        "d0-register-xff" => {
            k2hr3.remove_host(SLAVE, SELF).await.unwrap();
            token(k2hr3, LAST_TOKEN, SLAVE, 0).await;
        }
        _ => {}
    }
}
