//! The agent's neighbours, one each. None of them knows another, nor decides anything.
pub mod chmpx;
pub mod clock;
pub mod command;
pub mod disk;
pub mod helper;
pub mod host;
pub mod k2hr3;
pub mod latitude;
pub mod lock;
pub mod packages;
pub mod process;
pub mod rival;
pub mod socket;
pub mod state;
pub mod supervisor;
pub mod survey;
pub mod watch;
