//! Rules about the numbers of `[GLOBAL]`, which chmpx reads with `atoi` and mostly believes.

use super::{Code, Findings};
use crate::model::conf::{Conf, Entry, Text};

/// How chmpx treats a number below the least that makes sense.
#[derive(Clone, Copy)]
enum Below {
    /// It refuses the file (`CHMIniConf::LoadConfiguration`).
    NoLoad,
    /// It fails or crashes when it starts (measured).
    NoStart,
    /// It runs, and does harm (measured).
    Harm,
    /// It takes another number.
    Corrected,
}

struct Number {
    key: &'static str,
    least: i32,
    most: i32,
    below: Below,
    why: &'static str,
}

const fn number(
    key: &'static str,
    least: i32,
    most: i32,
    below: Below,
    why: &'static str,
) -> Number {
    Number { key, least, most, below, why }
}

const NUMBERS: &[Number] = &[
    number("MAXCHMPX", 1, 32768, Below::NoStart, "chmpx crashes at its start"),
    number("REPLICA", 0, 32768, Below::Corrected, "chmpx takes it as it is"),
    number("MAXMQSERVER", 1, 128, Below::Harm, "no queue is there to carry messages"),
    number("MAXMQCLIENT", 1, 32640, Below::Harm, "client processes crash"),
    number("MQPERATTACH", 1, 128, Below::Harm, "client processes cannot attach"),
    number("MAXQPERSERVERMQ", 1, 128, Below::NoStart, "chmpx cannot open its queues"),
    number("MAXQPERCLIENTMQ", 1, 128, Below::Corrected, "client processes expect at least one"),
    number("MAXMQPERCLIENT", 1, 128, Below::Corrected, "client processes expect at least one"),
    number("MAXHISTLOG", 0, 32768, Below::Corrected, "there is no log to trace"),
    number("RETRYCNT", -1, i32::MAX, Below::Corrected, "chmpx takes its default"),
    number("RWTIMEOUT", 0, i32::MAX, Below::Corrected, "chmpx takes its default"),
    number("CONTIMEOUT", 0, i32::MAX, Below::Corrected, "chmpx takes its default"),
    number("MQRETRYCNT", -1, i32::MAX, Below::Corrected, "chmpx takes its default"),
    number("MQRWTIMEOUT", 0, i32::MAX, Below::Corrected, "chmpx takes its default"),
    number("MERGETIMEOUT", 0, i32::MAX, Below::Corrected, "chmpx takes its default"),
    number("SOCKTHREADCNT", 0, i32::MAX, Below::NoLoad, "chmpx refuses a negative number"),
    number("MQTHREADCNT", 0, i32::MAX, Below::NoLoad, "chmpx refuses a negative number"),
    number("MAXSOCKPOOL", 1, i32::MAX, Below::NoLoad, "chmpx refuses less than one"),
    number("SOCKPOOLTIMEOUT", 0, i32::MAX, Below::NoLoad, "chmpx refuses a negative number"),
    number("K2HMASKBIT", 2, 28, Below::NoStart, "chmpx cannot create its hash file"),
    number("K2HCMASKBIT", 0, i32::MAX, Below::Harm, "no client process can attach"),
    number("K2HMAXELE", 1, i32::MAX, Below::NoStart, "chmpx cannot create its hash file"),
];

pub(super) fn look(conf: &Conf, findings: &mut Findings) {
    for number in NUMBERS {
        if let Some(entry) = conf.global(number.key) {
            look_at(number, entry, findings);
        }
    }
    look_at_queues(conf, findings);
    look_at_sizes(conf, findings);
    look_at_ports(conf, findings);
}

fn look_at(number: &Number, entry: &Entry, findings: &mut Findings) {
    let Number { key, least, most, below, why } = number;
    let (value, read) = (&entry.value, entry.value.int());
    let line = Some(entry.line);
    if read < *least {
        let code = match below {
            Below::NoLoad => Code::BadNumber,
            Below::NoStart => Code::FatalNumber,
            Below::Harm => Code::HarmfulNumber,
            Below::Corrected => Code::OddNumber,
        };
        findings.add(
            code,
            line,
            format_args!("chmpx reads {key} `{}` as {read}: {why}", value.brief()),
        );
    } else if read > *most {
        // MAXCHMPX and its like are cut; a mask of more than 28 bits fails like one of 64 (measured).
        let (code, then) = match *key {
            "K2HMASKBIT" => (Code::FatalNumber, *why),
            _ => (Code::OddNumber, "chmpx takes the most that it allows"),
        };
        findings.add(code, line, format_args!("{key} {read} is more than {most}: {then}"));
    } else if without_zeros(value) != read.to_string() {
        findings.add(
            Code::OddNumber,
            line,
            format_args!("chmpx reads {key} `{}` as {read}", value.brief()),
        );
    }
}

fn without_zeros(value: &Text) -> String {
    let text = value.to_string();
    let digits = text.trim_start_matches('0');
    if digits.is_empty() && !text.is_empty() { "0".to_owned() } else { digits.to_owned() }
}

/// What the numbers of queues do to each other (`ChmIMData::InitializeShmEx`, `MAX_CLTPROCLIST_COUNT`).
fn look_at_queues(conf: &Conf, findings: &mut Findings) {
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

/// Threads that a start may bring along without trouble.
const MOST_THREADS: i32 = 1024;

/// Bytes of shared memory, or of hash file, that a host may be expected to have room for.
const MOST_BYTES: u64 = 1 << 30;

/// chmpx writes its areas full of zeros when it starts, whatever their size.
fn look_at_sizes(conf: &Conf, findings: &mut Findings) {
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
    if shared > MOST_BYTES {
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

/// Ports are cut to a signed 16-bit number, and a negative one works nowhere (measured).
fn look_at_ports(conf: &Conf, findings: &mut Findings) {
    let nodes = conf.server_sections().chain(conf.slave_sections()).map(|node| &node.keys);
    for keys in [conf.global_keys()].into_iter().chain(nodes) {
        for key in ["PORT", "CTLPORT", "SELFCTLPORT"] {
            let Some(entry) = keys.get(key.as_bytes()) else { continue };
            let (value, port) = (&entry.value, entry.value.port());
            if !value.is_plain_number() || port < 1 || i32::from(port) != value.int() {
                findings.add(
                    Code::OddPort,
                    Some(entry.line),
                    format_args!("chmpx reads {key} `{}` as {port}", value.brief()),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{breaks, breaks_only, codes, verdict, with, with_global};
    use super::*;

    #[test]
    fn a_negative_number_of_threads_or_an_empty_pool_does_not_load() {
        for line in
            ["SOCKTHREADCNT = -1", "MQTHREADCNT = -1", "MAXSOCKPOOL = 0", "SOCKPOOLTIMEOUT = -1"]
        {
            breaks_only(with_global(line), Code::BadNumber);
            assert!(!verdict(with_global(line)).loads, "{line}");
        }
    }

    #[test]
    fn numbers_that_crash_chmpx_at_its_start_are_fatal() {
        for value in ["0", "-1", "abc", "", "4294967295"] {
            let text = with("MAXCHMPX = 64", &format!("MAXCHMPX = {value}"));
            breaks_only(&text, Code::FatalNumber);
            assert_eq!((verdict(&text).loads, verdict(&text).starts), (true, Some(false)));
        }
        for line in
            ["MQPERATTACH = 0", "MAXQPERSERVERMQ = 0", "MAXQPERSERVERMQ = -1", "K2HMAXELE = 0"]
        {
            breaks(with_global(line), Code::FatalNumber);
        }
        for line in ["K2HMASKBIT = 1", "K2HMASKBIT = -1", "K2HMASKBIT =", "K2HMASKBIT = 64"] {
            breaks(with_global(line), Code::FatalNumber);
        }
        breaks(with("MAXMQCLIENT = 128", "MAXMQCLIENT = -1"), Code::FatalNumber);
    }

    #[test]
    fn numbers_that_leave_clients_without_a_queue_are_harmful() {
        let texts = [
            with("MAXMQSERVER = 8", "MAXMQSERVER = 0"),
            with("MAXMQSERVER = 8", "MAXMQSERVER = -1"),
            with("MAXMQCLIENT = 128", "MAXMQCLIENT ="),
            with_global("MQPERATTACH = -1"),
            with_global("K2HCMASKBIT = -1"),
        ];
        for text in texts {
            breaks_only(&text, Code::HarmfulNumber);
            assert_eq!((verdict(&text).loads, verdict(&text).starts), (true, Some(true)));
        }
    }

    #[test]
    fn sizes_beyond_reason_leave_the_start_open() {
        for line in [
            "SOCKTHREADCNT = 100000",
            "MAXSOCKPOOL = 2147483647",
            "K2HCMASKBIT = 20",
            "MAXHISTLOG = -1000000",
        ] {
            breaks(with_global(line), Code::HugeNumber);
            assert_eq!(verdict(with_global(line)).starts, None, "{line}");
        }
    }

    #[test]
    fn a_number_that_chmpx_reads_differently_is_odd() {
        for line in [
            "RETRYCNT = ten",
            "REPLICA = 1x",
            "MAXHISTLOG = 99999",
            "RWTIMEOUT = -5",
            "MQRETRYCNT =",
        ] {
            breaks_only(with_global(line), Code::OddNumber);
        }
        assert_eq!(codes(with_global("RETRYCNT = -1")), []);
        assert_eq!(codes(with("MAXCHMPX = 64", "MAXCHMPX = 4294967360")), [Code::OddNumber]);
    }

    #[test]
    fn a_port_beyond_32767_is_negative() {
        for port in ["0", "32768", "70000", "-1", "http"] {
            let text = with("PORT = 8020", &format!("PORT = {port}"));
            breaks_only(text, Code::OddPort);
        }
    }
}
