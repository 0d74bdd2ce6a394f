//! What a test makes, changes and takes away in the server.

use super::{Admin, Done};
use crate::k2hr3::host::Host;
use crate::k2hr3::orders::{
    NewPolicy, NewResource, NewRole, NewScript, NewTenant, NewToken, NewUserToken, RoleHost,
    TokenText,
};
use crate::k2hr3::resources::Resource;
use crate::k2hr3::state::{Policy, Quirks};
use crate::k2hr3::tokens::Maker;

impl Admin {
    /// Switches defects of 2.0.3 off or on.
    pub async fn quirks(&self, quirks: &Quirks) -> Done {
        self.post("/sim/quirks", quirks).await
    }

    /// Makes a user of a tenant.
    pub async fn tenant(&self, order: &NewTenant) -> Done {
        self.post("/sim/tenants", order).await
    }

    /// Issues a user token, scoped to a tenant.
    pub async fn user_token(&self, user: &str, tenant: &str) -> Done<String> {
        let (user, tenant) = (user.to_owned(), Some(tenant.to_owned()));
        self.user_token_as(&NewUserToken { user, tenant, token: None }).await
    }

    /// Issues a user token, with all there is to say about it.
    pub async fn user_token_as(&self, order: &NewUserToken) -> Done<String> {
        let TokenText { token } = self.post("/sim/user-tokens", order).await?;
        Ok(token)
    }

    /// Makes a role.
    pub async fn role(&self, order: &NewRole) -> Done {
        self.post("/sim/roles", order).await
    }

    /// Removes a role; all its tokens die.
    pub async fn remove_role(&self, role: &str) -> Done {
        let order = NewRole { role: role.to_owned(), ..NewRole::default() };
        self.delete("/sim/roles", &order).await
    }

    /// Makes the members of a role those who may remove hosts by CUK.
    pub async fn remover_role(&self, role: &str) -> Done {
        let order = NewRole { role: role.to_owned(), ..NewRole::default() };
        self.post("/sim/remover", &order).await
    }

    /// Makes a policy.
    pub async fn policy(&self, name: &str, policy: Policy) -> Done {
        self.post("/sim/policies", &NewPolicy { name: name.to_owned(), policy }).await
    }

    /// Replaces a resource by anything.
    pub async fn set_resource(&self, name: &str, resource: Resource) -> Done {
        self.post("/sim/resources", &NewResource { name: name.to_owned(), resource }).await
    }

    /// A resource as stored.
    pub async fn resource(&self, name: &str) -> Done<Option<Resource>> {
        self.get(&format!("/sim/resources?name={name}")).await
    }

    /// Registers a host without asking for a token.
    pub async fn add_host(&self, role: &str, host: Host) -> Done {
        self.post("/sim/hosts", &RoleHost { role: role.to_owned(), host }).await
    }

    /// Removes all entries of an address from a role and those below it; gives how many there were.
    pub async fn remove_host(&self, role: &str, ip: &str) -> Done<usize> {
        self.delete("/sim/hosts", &RoleHost { role: role.to_owned(), host: Host::at(ip) }).await
    }

    /// All entries of a role, those included that no other request shows.
    pub async fn hosts(&self, role: &str) -> Done<Vec<Host>> {
        self.get(&format!("/sim/hosts?role={role}")).await
    }

    /// Issues a role token; the lifetime in seconds counts for users, and 0 is ten years.
    pub async fn role_token(&self, role: &str, maker: Maker, expire: Option<i64>) -> Done<String> {
        let order = NewToken { role: role.to_owned(), maker, expire, token: None };
        self.role_token_as(&order).await
    }

    /// Issues a role token, with all there is to say about it.
    pub async fn role_token_as(&self, order: &NewToken) -> Done<String> {
        let TokenText { token } = self.post("/sim/tokens", order).await?;
        Ok(token)
    }

    /// Revokes a role token.
    pub async fn revoke(&self, token: &str) -> Done {
        self.delete("/sim/tokens", &TokenText { token: token.to_owned() }).await
    }

    /// Sets a template of the user data or of ext data.
    pub async fn script(&self, order: &NewScript) -> Done {
        self.post("/sim/scripts", order).await
    }
}
