//! `[GLOBAL]`, broken key by key.

use super::super::testing::{GOOD, breaks, breaks_only, codes, verdict, with, with_global};
use super::*;

fn group(value: &str) -> String {
    with("GROUP = cluster", &format!("GROUP = {value}"))
}

#[test]
fn a_file_without_group_does_not_load() {
    breaks_only(with("GROUP = cluster\n", ""), Code::NoGroup);
    assert!(!verdict(with("GROUP = cluster\n", "")).loads);
}

#[test]
fn a_group_must_be_usable_as_a_file_name() {
    for value in ["", "a/b", &"g".repeat(239), "/"] {
        breaks_only(group(value), Code::BadGroup);
        assert_eq!(verdict(group(value)).starts, Some(false));
    }
    assert_eq!(codes(group("..")), []);
    assert_eq!(codes(group(&"g".repeat(200))), []);
}

#[test]
fn a_long_group_or_one_with_control_characters_is_odd() {
    breaks_only(group(&"g".repeat(201)), Code::OddGroup);
    breaks_only(group(&"g".repeat(238)), Code::OddGroup);
    breaks_only(group("a\x0bb"), Code::OddGroup);
}

#[test]
fn a_file_without_fileversion_does_not_load() {
    breaks_only(with("FILEVERSION = 1\n", ""), Code::NoFileVersion);
}

#[test]
fn a_fileversion_is_a_number_of_31_bits() {
    for value in ["-1", "one", "2147483648", "00000000001", ""] {
        breaks_only(
            with("FILEVERSION = 1", &format!("FILEVERSION = {value}")),
            Code::OddFileVersion,
        );
    }
    for value in ["0", "2147483647"] {
        assert_eq!(codes(with("FILEVERSION = 1", &format!("FILEVERSION = {value}"))), []);
    }
}

#[test]
fn a_fileversion_without_equals_sign_has_no_place_for_a_generation() {
    breaks(with("FILEVERSION = 1", "FILEVERSION"), Code::BareFileVersion);
    let flood = format!("{}FILEVERSION", "; x\n".repeat(1001));
    breaks(with("FILEVERSION = 1", &flood), Code::BareFileVersion);
}

#[test]
fn without_mode_chmpx_finds_it_out() {
    breaks_only(with("MODE = SLAVE\n", ""), Code::NoMode);
}

#[test]
fn an_unknown_mode_does_not_load() {
    for mode in ["salve", ""] {
        breaks_only(with("MODE = SLAVE", &format!("MODE = {mode}")), Code::BadMode);
    }
    assert_eq!(codes(with("MODE = SLAVE", "MODE = sLaVe")), []);
}

#[test]
fn a_slave_node_is_not_to_become_a_server() {
    breaks(with("MODE = SLAVE", "MODE = SERVER"), Code::ServerMode);
}

#[test]
fn an_unknown_idtype_does_not_load() {
    for id_type in ["seed", ""] {
        breaks_only(with("= CUSTOM", &format!("= {id_type}")), Code::BadIdType);
    }
    for id_type in ["NAME", "cuk"] {
        assert_eq!(codes(with("= CUSTOM", &format!("= {id_type}"))), []);
    }
}

#[test]
fn a_delivermode_is_mandatory_and_one_of_two() {
    breaks_only(with("DELIVERMODE = hash\n", ""), Code::NoDeliverMode);
    breaks_only(with("DELIVERMODE = hash", "DELIVERMODE ="), Code::BadDeliverMode);
    assert_eq!(codes(with("DELIVERMODE = hash", "DELIVERMODE = Random")), []);
}

#[test]
fn a_truth_value_is_one_of_four_words() {
    for line in ["MQACK = true", "DOMERGE = 1", "K2HFULLMAP =", "SSL_VERIFY_PEER = y"] {
        breaks_only(with_global(line), Code::BadBoolean);
    }
    breaks_only(GOOD.replace("srv1\nSSL = no", "srv1\nSSL = nope"), Code::BadBoolean);
    assert_eq!(codes(with_global("MQACK = oFF")), []);
}

#[test]
fn the_truth_values_of_slaves_are_not_looked_at() {
    assert_eq!(codes(GOOD.replace("SEED = own\nSSL = no", "SEED = own\nSSL = maybe")), []);
}

#[test]
fn without_selfctlport_any_entry_may_be_the_own_one() {
    breaks_only(with("SELFCTLPORT = 8031\n", ""), Code::NoSelfCtlPort);
}
