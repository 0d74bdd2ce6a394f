//! A cluster in the shape of the `DBaaS`, as a test handles it.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use super::{Admin, Done};
use crate::k2hr3::host::Host;
use crate::k2hr3::json::Json;
use crate::k2hr3::orders::{NamedBy, NewCluster};
use crate::k2hr3::resources::Resource;
use crate::k2hr3::tokens::Maker;

/// A cluster to be made; await it.
#[derive(Debug)]
#[must_use = "a cluster is made when it is awaited"]
pub struct ClusterPlan {
    admin: Admin,
    order: NewCluster,
}

impl ClusterPlan {
    pub(crate) fn new(admin: Admin, name: &str) -> Self {
        let order = NewCluster { name: name.to_owned(), ..NewCluster::default() };
        Self { admin, order }
    }

    /// With servers `server-1` to `server-N` at 127.0.1.1 to 127.0.1.N.
    pub fn servers(mut self, servers: u8) -> Self {
        self.order.servers = servers;
        self
    }

    /// In another tenant than `tenant1`.
    pub fn tenant(mut self, tenant: &str) -> Self {
        tenant.clone_into(&mut self.order.tenant);
        self
    }

    /// The servers' port and control port and the slaves' control port.
    pub fn ports(mut self, port: u16, ctlport: u16, slave_ctlport: u16) -> Self {
        (self.order.port, self.order.ctlport, self.order.slave_ctlport) =
            (port, ctlport, slave_ctlport);
        self
    }

    /// `CUSTOM`, `CUK`, `HOSTNAME`, `NAME` …
    pub fn chmpxidtype(mut self, kind: &str) -> Self {
        kind.clone_into(&mut self.order.chmpxidtype);
        self
    }

    /// Where the NAME of a node comes from.
    pub fn named_by(mut self, named_by: NamedBy) -> Self {
        self.order.named_by = named_by;
        self
    }

    /// With this text instead of the built-in template.
    pub fn template(mut self, text: impl Into<String>) -> Self {
        self.order.template = Some(text.into());
        self
    }

    /// With another key in the main resource.
    pub fn key(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.order.keys.set(name, value.into());
        self
    }
}

impl IntoFuture for ClusterPlan {
    type Output = Done<Cluster>;
    type IntoFuture = Pin<Box<dyn Future<Output = Done<Cluster>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Self { admin, order } = self;
            admin.post::<()>("/sim/clusters", &order).await?;
            let NewCluster { name, tenant, user, .. } = order;
            let mut cluster = Cluster { admin, name, tenant, user, token: String::new() };
            cluster.token = cluster.user_made_token(0).await?;
            Ok(cluster)
        })
    }
}

/// A cluster that was made.
#[derive(Debug, Clone)]
pub struct Cluster {
    admin: Admin,
    name: String,
    tenant: String,
    user: String,
    token: String,
}

impl Cluster {
    /// The slaves' role, in full.
    pub fn role(&self) -> String {
        format!("yrn:yahoo:::{}:role:{}/slave", self.tenant, self.name)
    }

    /// The servers' role, in full.
    pub fn server_role(&self) -> String {
        format!("yrn:yahoo:::{}:role:{}/server", self.tenant, self.name)
    }

    /// The slaves' resource, in full.
    pub fn resource(&self) -> String {
        self.main_resource() + "/slave"
    }

    /// The resource that holds the template.
    pub fn main_resource(&self) -> String {
        format!("yrn:yahoo:::{}:resource:{}", self.tenant, self.name)
    }

    /// A role token of the slaves' role, made by a user to last ten years.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Another one, good for this many seconds; 0 is ten years.
    pub async fn user_made_token(&self, expire: i64) -> Done<String> {
        let maker = Maker::User(self.user.clone());
        self.admin.role_token(&self.role(), maker, Some(expire)).await
    }

    /// A role token as a registered slave gets it by its address: it dies when that registers anew.
    pub async fn host_made_token(&self, host: Host) -> Done<String> {
        self.admin.role_token(&self.role(), Maker::Host(host), None).await
    }

    /// Registered slaves.
    pub async fn slaves(&self) -> Done<Vec<Host>> {
        self.admin.hosts(&self.role()).await
    }

    /// Registered servers.
    pub async fn servers(&self) -> Done<Vec<Host>> {
        self.admin.hosts(&self.server_role()).await
    }

    /// The server with this number, as [`ClusterPlan::servers`] makes it.
    pub fn server(number: u8) -> Host {
        crate::k2hr3::cluster::server(number)
    }

    /// Registers a server.
    pub async fn add_server(&self, host: Host) -> Done {
        self.admin.add_host(&self.server_role(), host).await
    }

    /// Removes a server by its address; gives how many entries there were.
    pub async fn remove_server(&self, ip: &str) -> Done<usize> {
        self.admin.remove_host(&self.server_role(), ip).await
    }

    /// Registers another slave.
    pub async fn add_slave(&self, host: Host) -> Done {
        self.admin.add_host(&self.role(), host).await
    }

    /// Removes a slave by its address; gives how many entries there were.
    pub async fn remove_slave(&self, ip: &str) -> Done<usize> {
        self.admin.remove_host(&self.role(), ip).await
    }

    /// Replaces the template by any text; the keys stay.
    pub async fn publish(&self, text: impl Into<String>) -> Done {
        let name = self.main_resource();
        let stored = self.admin.resource(&name).await?.unwrap_or_default();
        self.admin.set_resource(&name, Resource { string: Some(text.into()), ..stored }).await
    }

    /// Sets a key of the slaves' resource.
    pub async fn set_key(&self, key: &str, value: impl Into<Json>) -> Done {
        let name = self.resource();
        let mut stored = self.admin.resource(&name).await?.unwrap_or_default();
        stored.keys.get_or_insert_default().set(key, value.into());
        self.admin.set_resource(&name, stored).await
    }

    /// What a slave reads with the token: the text, expanded.
    pub async fn published(&self) -> Done<super::Raw> {
        let token = format!("R={}", self.token);
        let target = format!("/v1/resource/{}", self.resource());
        self.admin.raw("GET", &target, &[("x-auth-token", &token)], "").await
    }
}
