//! The numbers of `[GLOBAL]`, each wrong in its own way.

use super::super::testing::{breaks, breaks_only, codes, messages, verdict, with, with_global};
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
    for line in ["MQPERATTACH = 0", "MAXQPERSERVERMQ = 0", "MAXQPERSERVERMQ = -1", "K2HMAXELE = 0"]
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
        "MAXHISTLOG = -2",
    ] {
        breaks(with_global(line), Code::HugeNumber);
        assert_eq!(verdict(with_global(line)).starts, None, "{line}");
    }
}

#[test]
fn a_gibibyte_and_a_thousand_threads_are_not_beyond_reason() {
    for line in ["SOCKTHREADCNT = 1024", "MAXSOCKPOOL = 348967", "K2HMASKBIT = 11"] {
        assert_eq!(codes(with_global(line)), [], "{line}");
    }
    for (line, message) in [
        ("MQTHREADCNT = 1025", "chmpx starts 1025 threads for MQTHREADCNT"),
        ("MAXSOCKPOOL = 348968", "MAXCHMPX and MAXSOCKPOOL make chmpx write 1024 MiB"),
        ("K2HMASKBIT = 12", "K2HMASKBIT and K2HCMASKBIT make 16 bits: chmpx writes 2^31 bytes"),
    ] {
        breaks_only(with_global(line), Code::HugeNumber);
        assert_eq!(messages(with_global(line)), [message]);
    }
}

#[test]
fn a_number_that_chmpx_reads_differently_is_odd() {
    for line in
        ["RETRYCNT = ten", "REPLICA = 1x", "MAXHISTLOG = 99999", "RWTIMEOUT = -5", "MQRETRYCNT ="]
    {
        breaks_only(with_global(line), Code::OddNumber);
    }
    for line in [
        "RETRYCNT = -1",
        "MQRETRYCNT = -1",
        "MAXHISTLOG = 0",
        "MAXHISTLOG = 32768",
        "REPLICA = 007",
        "REPLICA = 000",
    ] {
        assert_eq!(codes(with_global(line)), [], "{line}");
    }
    assert_eq!(codes(with("MAXCHMPX = 64", "MAXCHMPX = 4294967360")), [Code::OddNumber]);
}
