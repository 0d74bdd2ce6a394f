//! What lets ten million inputs be read in an hour.

use std::time::{Duration, Instant};

use libfuzzer_sys::Corpus;

/// Few inputs take a tenth of it.
const LONG: Duration = Duration::from_micros(300);

/// Reads an input. One that takes long, as a name that stands for thousands, is not bred from: its
/// children would take as long, and there would soon be no others.
pub fn read(read: fn(&[u8]), bytes: &[u8]) -> Corpus {
    let start = Instant::now();
    read(bytes);
    if start.elapsed() > LONG { Corpus::Reject } else { Corpus::Keep }
}

/// libFuzzer looks into every compare of memory for words to put into an input. That takes up to
/// two fifths of the time, and what there is to be found is in the dictionary.
#[unsafe(no_mangle)]
extern "C" fn __sanitizer_weak_hook_memcmp() {}
