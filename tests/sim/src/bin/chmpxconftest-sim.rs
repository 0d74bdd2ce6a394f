//! A look-alike of chmpxconftest.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is what the tool is for")]
use std::{env, process::ExitCode};

use sim::chmpx::conftest;

fn main() -> ExitCode {
    let outcome = conftest::run(env::args().skip(1));
    print!("{}", outcome.stdout);
    eprint!("{}", outcome.stderr);
    ExitCode::from(outcome.code)
}
