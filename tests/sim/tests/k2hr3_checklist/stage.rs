//! A server with a cluster, and nodes that talk to it.

use serde_json::Value;
use sim::k2hr3::{Admin, Cluster, Options, Raw};

/// A server with a cluster of three servers.
pub(crate) struct Stage {
    pub(crate) k2hr3: Admin,
    pub(crate) cluster: Cluster,
}

/// What tells who asks.
#[derive(Clone)]
pub(crate) enum As {
    Nobody,
    Role(String),
    User(String),
}

impl Stage {
    pub(crate) async fn set() -> Self {
        Self::set_with(Options::default()).await
    }

    pub(crate) async fn set_with(options: Options) -> Self {
        let k2hr3 = Admin::here(options).unwrap();
        let cluster = k2hr3.cluster("mycluster").servers(3).await.unwrap();
        Self { k2hr3, cluster }
    }

    /// The role token that everybody shares.
    pub(crate) fn role(&self) -> As {
        As::Role(self.cluster.token().to_owned())
    }

    pub(crate) async fn user(&self) -> As {
        As::User(self.k2hr3.user_token("test", "tenant1").await.unwrap())
    }

    /// A node at this address.
    pub(crate) fn node<'a>(&'a self, ip: &'a str) -> Node<'a> {
        Node { stage: self, ip }
    }

    /// Path of the slaves' role.
    pub(crate) fn role_path(&self) -> String {
        format!("/v1/role/{}", self.cluster.role())
    }

    /// Path of the slaves' resource.
    pub(crate) fn resource_path(&self) -> String {
        format!("/v1/resource/{}", self.cluster.resource())
    }
}

/// A node that K2HR3 sees at an address of its own.
pub(crate) struct Node<'a> {
    stage: &'a Stage,
    ip: &'a str,
}

impl Node<'_> {
    pub(crate) async fn ask(&self, method: &str, target: &str, who: &As, body: &str) -> Raw {
        let token = match who {
            As::Nobody => String::new(),
            As::Role(token) => format!("R={token}"),
            As::User(token) => format!("U={token}"),
        };
        let mut headers = vec![("X-Forwarded-For", self.ip), ("Content-Type", "application/json")];
        if !token.is_empty() {
            headers.push(("x-auth-token", &token));
        }
        self.stage.k2hr3.raw(method, target, &headers, body).await.unwrap()
    }

    /// Registers with the shared role token.
    pub(crate) async fn register(&self, query: &str) -> Raw {
        let target = format!("{}?{query}", self.stage.role_path());
        self.ask("PUT", &target, &self.stage.role(), "").await
    }

    /// Unregisters without a token.
    pub(crate) async fn leave(&self, query: &str) -> Raw {
        let target = format!("{}?{query}", self.stage.role_path());
        self.ask("DELETE", &target, &As::Nobody, "").await
    }

    /// Whether K2HR3 says that the node is a member.
    pub(crate) async fn is_member(&self, query: &str) -> bool {
        let target = format!("{}?{query}", self.stage.role_path());
        self.ask("HEAD", &target, &As::Nobody, "").await.status == 204
    }

    /// Reads the resource.
    pub(crate) async fn read(&self, query: &str, who: &As) -> Raw {
        let target = format!("{}?{query}", self.stage.resource_path());
        self.ask("GET", &target, who, "").await
    }

    /// A role token for its address.
    pub(crate) async fn own_token(&self, query: &str) -> Raw {
        let target = format!("/v1/role/token/{}?{query}", self.stage.cluster.role());
        self.ask("GET", &target, &As::Nobody, "").await
    }
}

pub(crate) fn json(answer: &Raw) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

/// Status and message.
pub(crate) fn told(answer: &Raw) -> (u16, String) {
    (answer.status, json(answer)["message"].as_str().unwrap_or_default().to_owned())
}

/// The token that was made.
pub(crate) fn token(answer: &Raw) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    json(answer)["token"].as_str().unwrap().to_owned()
}
