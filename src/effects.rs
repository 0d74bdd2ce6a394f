//! The agent's neighbours, one each. None of them knows another, nor decides anything.
//!
//! Those that are no neighbour's own are tools, which all may use: `access`, `clock`, `command`,
//! `disk`, `process`, `resolver` and `small_file`.
pub mod access;
pub mod chmpx;
pub mod clock;
pub mod command;
pub mod disk;
pub mod helper;
pub mod host;
pub mod host_step;
pub mod k2hr3;
pub mod latitude;
pub mod lock;
pub mod packages;
pub mod process;
pub mod resolver;
pub mod rival;
pub mod small_file;
pub mod socket;
pub mod state;
pub mod supervisor;
pub mod survey;
pub mod systemd;
pub mod watch;
