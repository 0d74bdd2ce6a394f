//! A stand-in for a chmpx 1.0.113 slave process, and look-alikes of the tools around it.
//!
//! Everything here was built from what the real programs were seen to do, and is held against a
//! corpus of recorded verdicts by `tests/chmpx_corpus.rs`. The stand-in is a real process with a
//! real inotify watch, a real control port and real signals; only the servers of the cluster and
//! the shared memory are pretended ([`ring`], [`state`]).
//!
//! [`Chmpx`] starts one for a test.
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

pub use handle::{Builder, Chmpx};
pub use place::{free_port, program};
