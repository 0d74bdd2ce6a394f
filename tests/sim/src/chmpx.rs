//! A stand-in for a chmpx 1.0.113 slave process, and look-alikes of the tools around it.
//!
//! Everything here was built from what the real programs were seen to do, and is held against a
//! corpus of recorded verdicts by `tests/chmpx_corpus.rs`. The stand-in is a real process with a
//! real inotify watch, a real control port and real signals; only the servers of the cluster and
//! the shared memory are pretended ([`ring`], [`state`]).
//!
//! [`Chmpx`] is one that a test started:
//!
//! ```no_run
//! # async fn test(conf: &std::path::Path, folder: &std::path::Path) -> std::io::Result<()> {
//! let mut chmpx = sim::chmpx::Builder::new(conf, folder)
//!     .hosts("192.0.2.10 slv1.example\n192.0.2.101 srv1.example\n")?
//!     .host("slv1.example", "127.0.0.1,192.0.2.10")
//!     .start()
//!     .await?;
//! chmpx.ring("srv1.example UP IN\n")?;
//! // Replace the file, then:
//! chmpx.wait_adopted(2).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Servers must not have addresses of this machine, such as 127.0.0.1, where swallowed changes
//! matter: a connection from the address of a server makes chmpx read nothing.
pub mod antpickax;
pub mod builder;
pub mod config;
pub mod conftest;
pub mod control;
pub mod date;
pub mod dialect;
pub mod ere;
pub mod events;
pub mod expand;
pub mod handle;
pub mod helper;
pub mod host;
pub mod identity;
pub mod load;
pub mod nodes;
pub mod numbers;
pub mod options;
pub mod place;
pub mod process;
pub mod ring;
pub mod start;
pub mod state;
pub mod status;
pub mod table;
pub mod tls;
pub mod watch;

pub use builder::Builder;
pub use handle::Chmpx;
pub use place::{free_port, program};
