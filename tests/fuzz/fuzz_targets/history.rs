#![no_main]
mod compares;

use k2hdkc_slave_agent_fuzz as targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::history::read(bytes));
