//! Decisions without effects: no disk, no socket, no process, no clock.
pub mod conf;
pub mod host;
pub mod impact;
mod injection;
mod posix;
pub mod rules;
