//! What the numbers do together: queues that overlap, and memory beyond reason.

use super::{Code, Findings};
use crate::model::conf::Conf;

/// Threads that a start may bring along without trouble.
const MOST_THREADS: i32 = 1024;

/// Bytes of shared memory, or of hash file, that a host may be expected to have room for.
const MOST_BYTES: u64 = 1 << 30;

/// What the numbers of queues do to each other (`ChmIMData::InitializeShmEx`, `MAX_CLTPROCLIST_COUNT`).
pub(super) fn look_at_queues(conf: &Conf, findings: &mut Findings) {
    let read = |key| conf.global(key).map(|entry| (entry.value.int(), Some(entry.line)));
    if let Some((0, line)) = read("MQPERATTACH") {
        findings.add(
            Code::FatalNumber,
            line,
            "MQPERATTACH is 0: chmpx divides by it and crashes at its start",
        );
    }
    // Its own queues come out of one heap with those of the clients, which is then too small.
    if let Some((clients @ ..0, line)) = read("MAXMQCLIENT") {
        findings.add(
            Code::FatalNumber,
            line,
            format_args!("MAXMQCLIENT is {clients}: chmpx has too few queues to start"),
        );
    }
    // A single one less was seen to start; what more of them overlap is anyone's guess.
    for key in ["MAXMQSERVER", "MQPERATTACH", "MAXHISTLOG", "K2HCMASKBIT"] {
        if let Some((count @ ..-1, line)) = read(key) {
            findings.add(
                Code::HugeNumber,
                line,
                format_args!("{key} is {count}: chmpx lays out its memory with a negative size"),
            );
        }
    }
}

/// chmpx writes its areas full of zeros when it starts, whatever their size.
pub(super) fn look_at_sizes(conf: &Conf, findings: &mut Findings) {
    for key in ["SOCKTHREADCNT", "MQTHREADCNT"] {
        let Some(entry) = conf.global(key) else { continue };
        let threads = entry.value.int();
        if threads > MOST_THREADS {
            findings.add(
                Code::HugeNumber,
                Some(entry.line),
                format_args!("chmpx starts {threads} threads for {key}"),
            );
        }
    }

    let read = |key, default: u64| match conf.global(key) {
        Some(entry) => u64::try_from(entry.value.int()).unwrap_or_default(),
        None => default,
    };
    let slots = read("MAXCHMPX", 1024).min(32768);
    let shared = slots.saturating_mul(26_776 + 48 * read("MAXSOCKPOOL", 1));
    if shared >= MOST_BYTES {
        let line = conf.global("MAXSOCKPOOL").map(|entry| entry.line);
        findings.add(
            Code::HugeNumber,
            line,
            format_args!("MAXCHMPX and MAXSOCKPOOL make chmpx write {} MiB", shared >> 20),
        );
    }

    // Eight pages of 4 KiB for each of the initial indexes (`K2HShm::InitializeFile` in k2hash).
    let bits = read("K2HMASKBIT", 8).min(64) + read("K2HCMASKBIT", 4).min(64);
    if bits + 15 > u64::from(MOST_BYTES.ilog2()) {
        let line = conf.global("K2HMASKBIT").or_else(|| conf.global("K2HCMASKBIT"));
        findings.add(
            Code::HugeNumber,
            line.map(|entry| entry.line),
            format_args!(
                "K2HMASKBIT and K2HCMASKBIT make {bits} bits: chmpx writes 2^{} bytes",
                bits + 15
            ),
        );
    }
}
