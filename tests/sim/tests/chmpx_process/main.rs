//! The chmpx stand-in as a process, held against what a real chmpx was seen to do.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail like tests do")]
mod control;
mod helper;
mod lifetime;
mod slave;
mod start;
mod table;
mod tools;
mod watch;
