#![no_main]
mod pace;

use k2hdkc_slave_agent_fuzz as targets;
use libfuzzer_sys::Corpus;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| -> Corpus { pace::read(targets::published::read, bytes) });
