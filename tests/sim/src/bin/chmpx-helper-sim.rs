//! A look-alike of chmpx-service-helper: `--conf F --pid-dir DIR [--settings DIR] [--chmpx PATH]
//! [--interval-ms N] [--startup-ms N] [--grace-ms N] [--tied] [-- OPTIONS FOR CHMPX]`.
#![expect(clippy::print_stderr, reason = "this is how a program tells what went wrong")]
use std::{env, process::ExitCode};

use sim::chmpx::helper::Helper;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let helper = match Helper::parse(env::args().skip(1)) {
        Ok(helper) => helper,
        Err(reason) => {
            eprintln!("[ERROR] {reason}");
            return ExitCode::FAILURE;
        }
    };
    match helper.run().await {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("[ERROR] {error}");
            ExitCode::FAILURE
        }
    }
}
