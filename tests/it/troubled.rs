//! Twelve broken states: whoever only has a terminal finds the cause of each, and what to do, in
//! `status` and `doctor`. What they see is recorded in docs/troubleshooting.md:
//!
//! ```sh
//! K2AGENT_RECORD=docs/troubleshooting.md cargo test --test it troubled -- --test-threads 1
//! ```

mod chmpx;
mod host;
mod k2hr3;
mod terminal;
