//! Decisions without effects: no disk, no socket, no process, no clock.
pub mod candidate;
pub mod conf;
pub mod failure;
pub mod helper;
pub mod host;
pub mod identity;
pub mod impact;
mod injection;
pub mod memory;
pub mod observed;
pub mod pace;
pub mod packages;
pub mod plan;
mod posix;
pub mod report;
pub mod rules;
pub mod settings;
pub mod trial;
