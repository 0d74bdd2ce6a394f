//! A stand-in for the REST API of K2HR3 2.0.3, in memory and on loopback.
//!
//! It answers as the real one was seen to answer, its defects included; `/sim/…` on the same
//! addresses makes clusters, moves the clock and arms faults. [`Admin`] drives it from a test:
//!
//! ```
//! # use sim::k2hr3::{Admin, Cluster, Fault, Options, Route};
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let k2hr3 = Admin::here(Options::default())?;
//! let cluster = k2hr3.cluster("mycluster").servers(3).await?;
//! cluster.add_server(Cluster::server(4)).await?;
//! k2hr3.fault(Fault::status(503)).on(Route::Read).times(2).await?;
//!
//! let statuses =
//!     [cluster.published().await?, cluster.published().await?, cluster.published().await?]
//!         .map(|answer| answer.status);
//! assert_eq!(statuses, [503, 503, 200]);
//! assert_eq!(k2hr3.counts().await?.of(Route::Read), 3);
//! # Ok::<_, Box<dyn std::error::Error>>(()) })?;
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

mod admin;
mod clock;
mod cluster;
mod connection;
mod control;
mod faults;
mod host;
mod json;
mod k8s;
mod log;
mod mischief;
mod orders;
mod papers;
mod random;
mod registerpath;
mod request;
mod resources;
mod response;
mod roles;
mod routes;
mod server;
mod shared;
mod state;
mod template;
mod tokens;
mod users;
mod wire;
mod yrn;

pub use admin::{Admin, AdminError, Cluster, ClusterPlan, Conversation, FaultPlan, Raw};
pub use faults::{Armed, At, Fault};
pub use host::Host;
pub use json::{Json, Members};
pub use log::{Counts, Seen};
pub use orders::{
    BackendOrder, ClockOrder, ClockTime, DoorOrder, NamedBy, NewCluster, NewPolicy, NewResource,
    NewRole, NewScript, NewTenant, NewToken, NewUserToken, RoleHost, TokenText,
};
pub use papers::{Papers, Validity};
pub use resources::Resource;
pub use routes::Route;
pub use server::{Options, Server};
pub use state::{Backend, Policy, Quirks, Script};
pub use tokens::Maker;
