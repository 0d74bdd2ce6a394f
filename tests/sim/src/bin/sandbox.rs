//! The sandbox: the agent at work between K2HR3 and chmpx, in one terminal.
#![expect(clippy::print_stderr, reason = "this is how a program tells what went wrong")]
use std::{env, process::ExitCode};

use clap::Parser as _;
use sim::sandbox::{self, Arguments};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    // The alias `cargo sandbox` ends in `--` already; whoever writes it once more means the same.
    let mut given: Vec<_> = env::args_os().collect();
    if given.get(1).is_some_and(|first| first == "--") {
        given.remove(1);
    }
    match sandbox::run(Arguments::parse_from(given)).await {
        Ok(code) => code,
        Err(mishap) => {
            eprintln!("sandbox: {mishap:#}");
            ExitCode::FAILURE
        }
    }
}
