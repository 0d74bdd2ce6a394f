//! Rules about the numbers of `[GLOBAL]`, which chmpx reads with `atoi` and mostly believes.

mod sizes;

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
    sizes::look_at_queues(conf, findings);
    sizes::look_at_sizes(conf, findings);
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

#[cfg(test)]
mod tests;
