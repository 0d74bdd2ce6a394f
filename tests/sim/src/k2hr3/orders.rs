//! What an administrator sends to `/sim/…` and gets back; both sides of the wire use these.

use serde::{Deserialize, Serialize};

use super::host::Host;
use super::json::Members;
use super::resources::Resource;
use super::state::{Backend, Policy, Script};
use super::tokens::Maker;

/// `POST /sim/tenants`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewTenant {
    /// The tenant.
    pub tenant: String,
    /// A user who belongs to it.
    pub user: String,
    /// That user's password.
    pub password: String,
}

/// `POST /sim/user-tokens`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewUserToken {
    /// Whose.
    pub user: String,
    /// Scoped to it; unscoped when absent.
    pub tenant: Option<String>,
    /// The token's text; drawn when absent.
    pub token: Option<String>,
}

/// `POST /sim/tokens`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewToken {
    /// The role's full name.
    pub role: String,
    /// Who makes it.
    pub maker: Maker,
    /// Seconds to live, for users; 0 is ten years.
    #[serde(default)]
    pub expire: Option<i64>,
    /// The token's text; drawn when absent.
    #[serde(default)]
    pub token: Option<String>,
}

/// A token as text.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenText {
    /// Without a prefix.
    pub token: String,
}

/// `POST /sim/roles`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewRole {
    /// Its full name.
    pub role: String,
    /// Full names of its policies.
    pub policies: Vec<String>,
    /// Full names of its aliases.
    pub aliases: Vec<String>,
}

/// `POST /sim/policies`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewPolicy {
    /// Its full name.
    pub name: String,
    /// The policy.
    pub policy: Policy,
}

/// `POST /sim/resources`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewResource {
    /// Its full name.
    pub name: String,
    /// The resource.
    pub resource: Resource,
}

/// `POST /sim/hosts`, and with DELETE, where an empty CUK is any.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RoleHost {
    /// The role's full name.
    pub role: String,
    /// The host.
    pub host: Host,
}

/// `POST /sim/clusters`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct NewCluster {
    /// Its name; its roles and resources are `<name>`, `<name>/server` and `<name>/slave`.
    pub name: String,
    /// Where it is.
    pub tenant: String,
    /// Who makes it.
    pub user: String,
    /// The servers' port.
    pub port: u16,
    /// The servers' control port.
    pub ctlport: u16,
    /// The slaves' control port.
    pub slave_ctlport: u16,
    /// `CUSTOM`, `CUK`, `HOSTNAME`, `NAME` …
    pub chmpxidtype: String,
    /// Where a node's NAME comes from.
    pub named_by: NamedBy,
    /// How many servers to begin with.
    pub servers: u8,
    /// The text of the main resource instead of the built-in template.
    pub template: Option<String>,
    /// More keys of the main resource.
    pub keys: Members,
}

impl Default for NewCluster {
    fn default() -> Self {
        Self {
            name: "mycluster".to_owned(),
            tenant: "tenant1".to_owned(),
            user: "test".to_owned(),
            port: 8020,
            ctlport: 8021,
            slave_ctlport: 8031,
            chmpxidtype: "CUSTOM".to_owned(),
            named_by: NamedBy::Tag,
            servers: 0,
            template: None,
            keys: Members::default(),
        }
    }
}

/// Where the NAME of a node comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NamedBy {
    /// From the tag; a host without one has an empty NAME, as with the `DBaaS` template.
    Tag,
    /// From the tag, or the address of a host without one.
    TagOrIp,
    /// From the address.
    Ip,
}

/// `POST /sim/clock`
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ClockOrder {
    /// Seconds to go forward, or back.
    pub advance: i64,
    /// Seconds since 1970 to set it to, before going forward.
    pub set: Option<i64>,
    /// Whether it stops, or runs on; as before when absent.
    pub stop: Option<bool>,
}

/// The server's clock.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ClockTime {
    /// Seconds since 1970.
    pub now: i64,
}

/// `POST /sim/backend`
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct BackendOrder {
    /// How it is doing.
    pub mode: Backend,
    /// How late answers are while all servers are dead; as before when absent.
    pub dead_after_ms: Option<u64>,
}

/// `POST /sim/scripts`: user data is made from those named `cc`, `script` and `error`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewScript {
    /// Whether it is one of the ext data and not of the user data.
    pub extdata: bool,
    /// Its name.
    pub name: String,
    /// The script.
    pub script: Script,
}

/// `POST /sim/listeners`
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct DoorOrder {
    /// Whether the API's addresses accept connections.
    pub open: bool,
}
