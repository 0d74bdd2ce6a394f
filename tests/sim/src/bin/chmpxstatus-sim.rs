//! A look-alike of chmpxstatus.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is what the tool is for")]
use std::{env, process::ExitCode};

use sim::chmpx::status::Question;

fn main() -> ExitCode {
    let answer = Question::parse(env::args().skip(1)).and_then(|question| question.answer());
    match answer {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(reason) => {
            // The waiting form says its result where the other one shows its text.
            if reason == "FAILED" {
                println!("{reason}");
            } else {
                eprintln!("[ERR] {reason}");
            }
            ExitCode::FAILURE
        }
    }
}
