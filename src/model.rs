//! Decisions without effects: no disk, no socket, no process, no clock.
pub mod conf;
pub mod impact;
pub mod rules;
