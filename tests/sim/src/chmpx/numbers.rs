//! Numbers and switches: how chmpx reads them, and what it does with those out of range.
use std::collections::BTreeMap;

use super::{
    dialect::{Section, is_space},
    load::{Refusal, wrong},
};

/// How chmpx treats a number that is out of range.
#[derive(Debug, Clone, Copy)]
enum Range {
    Any,
    AtMost(i32),
    NegativeIsZero,
    RefusedBelow(i32),
}

const NUMBERS: [(&str, i32, Range); 22] = [
    ("MAXCHMPX", 1024, Range::AtMost(32768)),
    ("REPLICA", 0, Range::Any),
    ("MAXMQSERVER", 1, Range::AtMost(128)),
    ("MAXMQCLIENT", 8192, Range::AtMost(32640)),
    ("MQPERATTACH", 1, Range::AtMost(128)),
    ("MAXQPERSERVERMQ", 8, Range::AtMost(128)),
    ("MAXQPERCLIENTMQ", 1, Range::AtMost(128)),
    ("MAXMQPERCLIENT", 1, Range::AtMost(128)),
    ("MAXHISTLOG", 8192, Range::AtMost(32768)),
    ("RETRYCNT", -1, Range::Any),
    ("RWTIMEOUT", 0, Range::NegativeIsZero),
    ("CONTIMEOUT", 0, Range::NegativeIsZero),
    ("MQRETRYCNT", -1, Range::Any),
    ("MQRWTIMEOUT", 0, Range::NegativeIsZero),
    ("MERGETIMEOUT", 0, Range::NegativeIsZero),
    ("SOCKTHREADCNT", 0, Range::RefusedBelow(0)),
    ("MQTHREADCNT", 0, Range::RefusedBelow(0)),
    ("MAXSOCKPOOL", 1, Range::RefusedBelow(1)),
    ("SOCKPOOLTIMEOUT", 60, Range::RefusedBelow(0)),
    ("K2HMASKBIT", 8, Range::Any),
    ("K2HCMASKBIT", 4, Range::Any),
    ("K2HMAXELE", 32, Range::Any),
];

const SWITCHES: [(&str, bool); 6] = [
    ("MQACK", true),
    ("AUTOMERGE", false),
    ("DOMERGE", false),
    ("K2HFULLMAP", true),
    ("SSL", false),
    ("SSL_VERIFY_PEER", false),
];

/// Every number of `[GLOBAL]`, after defaults and limits.
pub fn numbers(global: &Section, random: bool) -> Result<BTreeMap<&'static str, i32>, Refusal> {
    let mut numbers = BTreeMap::new();
    for (key, default, range) in NUMBERS {
        let number = global.get(key).map_or(default, |text| atoi(text));
        let number = match range {
            Range::RefusedBelow(least) if number < least => return Err(wrong(key, number)),
            Range::Any | Range::RefusedBelow(_) => number,
            Range::AtMost(limit) => number.min(limit),
            Range::NegativeIsZero => number.max(0),
        };
        numbers.insert(key, number);
    }
    let most = if random { 0 } else { numbers.get("MAXCHMPX").copied().unwrap_or_default() };
    numbers.entry("REPLICA").and_modify(|replica| *replica = most.min(*replica));
    Ok(numbers)
}

/// Every switch of `[GLOBAL]`, after defaults.
pub fn switches(global: &Section, random: bool) -> Result<BTreeMap<&'static str, bool>, Refusal> {
    let mut switches = BTreeMap::new();
    for (key, default) in SWITCHES {
        switches.insert(key, global.get(key).map_or(Ok(default), |text| switch(key, text))?);
    }
    // Merging means nothing when messages go to any server, and cannot be automatic when it is off.
    if random {
        switches.extend([("DOMERGE", false), ("AUTOMERGE", true)]);
    } else if switches.get("DOMERGE") == Some(&false) {
        switches.insert("AUTOMERGE", false);
    }
    Ok(switches)
}

/// A switch: chmpx knows four words and takes neither `1` nor `true`.
pub(super) fn switch(key: &str, text: &str) -> Result<bool, Refusal> {
    match text.to_ascii_uppercase().as_str() {
        "ON" | "YES" => Ok(true),
        "OFF" | "NO" => Ok(false),
        _ => Err(wrong(key, text)),
    }
}

/// C's `atoi` on glibc: sign and leading digits, saturated at 64 bits, then cut to 32.
pub fn atoi(text: &str) -> i32 {
    let text = text.trim_start_matches(|c: char| u8::try_from(c).is_ok_and(is_space));
    let negative = text.starts_with('-');
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits = unsigned.bytes().take_while(u8::is_ascii_digit).map(|digit| digit - b'0');
    let wide = digits.fold(0_i64, |sum, digit| {
        let digit = if negative { -i64::from(digit) } else { i64::from(digit) };
        sum.saturating_mul(10).saturating_add(digit)
    });
    #[expect(clippy::cast_possible_truncation, reason = "the cut to 32 bits is what atoi does")]
    let cut = wide as i32;
    cut
}

/// A port as chmpx keeps it: a signed 16-bit number, so that 40000 is negative.
pub fn port_number(text: &str) -> i16 {
    #[expect(clippy::cast_possible_truncation, reason = "the cut to 16 bits is what chmpx does")]
    let cut = atoi(text) as i16;
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atoi_wraps_like_glibc() {
        assert_eq!(atoi("1700000000000"), -807_049_216);
        assert_eq!(atoi("99999999999999999999999"), -1);
        assert_eq!(atoi("-99999999999999999999999"), 0);
        assert_eq!(atoi(" -12x"), -12);
        assert_eq!(atoi("abc"), 0);
    }

    #[test]
    fn a_port_above_32767_is_negative() {
        assert_eq!(port_number("40000"), -25536);
        assert_eq!(port_number("73567"), 8031);
    }
}
