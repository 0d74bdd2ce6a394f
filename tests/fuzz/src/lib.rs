//! What holds of everything that the agent reads from somebody else, whatever the bytes.
//!
//! Each function is a fuzz target, and is run over its seeds and their mutations by `cargo test`.

pub mod chmpx_output;
pub mod config;
pub mod history;
pub mod left_behind;
pub mod published;
pub mod settings_file;
pub mod socket_request;
pub mod state_file;

/// Reads bytes, and panics where something does not hold.
pub type Read = fn(&[u8]);

/// Every target with its name.
pub const ALL: [(&str, Read); 8] = [
    ("chmpx_output", chmpx_output::read),
    ("config", config::read),
    ("history", history::read),
    ("left_behind", left_behind::read),
    ("published", published::read),
    ("settings_file", settings_file::read),
    ("socket_request", socket_request::read),
    ("state_file", state_file::read),
];

/// Whether `text` can be shown on one line of any terminal.
fn is_plain(text: &str) -> bool {
    !text.contains(char::is_control)
}

/// The pieces of an input that stands for several files.
fn pieces<const N: usize>(bytes: &[u8]) -> [&[u8]; N] {
    let mut pieces = bytes.split(|byte| *byte == 0);
    [(); N].map(|()| pieces.next().unwrap_or_default())
}
