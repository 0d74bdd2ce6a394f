//! A stand-in for chmpx: takes chmpx's own options and `--sim-*` ones (see `sim::chmpx::options`).
#![expect(clippy::print_stderr, reason = "this is how a program tells that its options are wrong")]
use std::{env, process::ExitCode};

use sim::chmpx::{options::Options, process};

fn main() -> ExitCode {
    match Options::parse(env::args().skip(1)) {
        Ok(options) => ExitCode::from(process::run(&options)),
        Err(reason) => {
            eprintln!("[ERR] {reason}");
            ExitCode::FAILURE
        }
    }
}
