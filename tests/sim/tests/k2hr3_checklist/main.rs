//! Each behaviour of K2HR3 2.0.3 that the agent may rely on or must survive, over real sockets.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's helpers")]

mod answers;
mod faults;
mod members;
mod names;
mod process;
mod resources;
mod stage;
mod tokens;
mod userdata;
