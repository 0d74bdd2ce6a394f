use super::super::testing::{
    GOOD, breaks, breaks_only, codes, messages, verdict, with, with_global,
};
use super::*;

#[test]
fn a_byte_order_mark_hides_the_header_behind_it() {
    breaks(format!("\u{feff}{GOOD}"), Code::ByteOrderMark);
    assert!(!verdict(format!("\u{feff}{GOOD}")).loads);
    breaks(format!("\u{feff}# remark\n{GOOD}"), Code::ByteOrderMark);
    assert!(verdict(format!("\u{feff}# remark\n{GOOD}")).is_fit());
}

#[test]
fn a_flood_of_one_kind_of_odd_lines_hides_no_other() {
    breaks(with_global(&format!("{}INCLUDE = /x", "; x\n".repeat(2000))), Code::Include);
}

#[test]
fn a_nul_byte_cuts_what_it_stands_in() {
    breaks(with("GROUP = cluster", "GROUP = clu\0ster"), Code::NulByte);
}

#[test]
fn bytes_that_are_not_utf8_are_noticed() {
    let mut text = GOOD.as_bytes().to_vec();
    text.extend(b"# \xff\n");
    breaks_only(text, Code::NotUtf8);
}

#[test]
fn carriage_returns_are_harmless_at_the_ends_of_lines_only() {
    breaks_only(GOOD.replace('\n', "\r\n"), Code::CarriageReturn);
    breaks(GOOD.replace('\n', "\r"), Code::CarriageReturn);
    assert!(!verdict(GOOD.replace('\n', "\r")).loads);
}

#[test]
fn a_file_without_an_end_of_its_last_line_may_have_been_cut() {
    breaks_only(GOOD.trim_end(), Code::NoFinalNewline);
    assert_eq!(codes(format!("{GOOD}# a remark may end it")), []);
}

#[test]
fn lines_before_the_first_section_are_passed_over() {
    breaks_only(format!("GROUP = other\n{GOOD}"), Code::BeforeSections);
}

#[test]
fn an_unknown_section_is_passed_over_and_k2hdkc_is_for_another_program() {
    breaks_only(format!("{GOOD}[OTHER]\nA = b\n"), Code::UnknownSection);
    assert_eq!(codes(format!("{GOOD}[K2HDKC]\nK2HTYPE = file\n")), []);
}

#[test]
fn a_section_in_small_letters_or_with_blanks_is_an_unknown_one() {
    breaks(with("[GLOBAL]", "[global]"), Code::SectionCase);
    breaks(with("[SVRNODE]", "[ SVRNODE ]"), Code::SectionCase);
}

#[test]
fn a_header_with_anything_behind_it_is_a_key() {
    breaks(with("[SVRNODE]", "[SVRNODE] # first"), Code::BrokenHeader);
    breaks(with("[SLVNODE]", "[SLVNODE"), Code::BrokenHeader);
}

#[test]
fn a_section_is_told_by_what_stands_in_its_header() {
    let said = |text: &str, words: &str| {
        let said = messages(text);
        assert!(said.iter().any(|message| message.contains(words)), "{said:?}");
    };
    let more = |section: &str| format!("{GOOD}{section}\n");
    said(&more("[SLVNODE]\nCTLPORT = 1"), "drops a [SLVNODE] without NAME");
    said(&more("[SVRNODE]\nPORT = 1"), "drops a [SVRNODE] without NAME");
    let again = "[SLVNODE]\nNAME = other\nCTLPORT = 8031";
    said(&more(again), "another [SLVNODE] with NAME other and the same CTLPORT");
    said(&with("[SLVNODE]", "[SLVNODE"), "`[SLVNODE` is no section header");
    said(&more("[OTHER]"), "chmpx does not know [OTHER]");
    said(&with("[GLOBAL]", "[global]"), "[global] is not [GLOBAL]");
}

#[test]
fn slaves_before_servers_are_unusual() {
    let (global, nodes) = GOOD.split_once("\n\n").unwrap();
    breaks_only(format!("{nodes}\n{global}\n"), Code::SectionOrder);
}

#[test]
fn an_open_quote_drops_its_line() {
    breaks(with("NAME = srv1", "NAME = \"srv1"), Code::UnreadableLine);
    breaks(with_global("REPLICA = 1 \\"), Code::UnreadableLine);
}

#[test]
fn a_line_needs_a_key_and_an_equals_sign() {
    breaks_only(with_global("= 1"), Code::EmptyKey);
    breaks(with_global("; remark"), Code::NoEquals);
}

#[test]
fn an_include_is_dead() {
    breaks(with_global("INCLUDE = /etc/more.ini"), Code::Include);
    breaks(with_global("INCLUDE /etc/more.ini"), Code::Include);
}

#[test]
fn of_equal_keys_the_last_one_counts() {
    breaks_only(with_global("GROUP = other"), Code::RepeatedKey);
    assert_eq!(codes(with_global("GROUP = cluster")), []);
    breaks_only(format!("[GLOBAL]\nMAXCHMPX = 9\n{GOOD}"), Code::RepeatedKey);
    assert_eq!(codes(format!("[GLOBAL]\nMAXCHMPX = 64\n{GOOD}")), []);
}

#[test]
fn a_hash_without_a_blank_before_it_is_no_remark() {
    breaks_only(with("GROUP = cluster", "GROUP = cluster# mine"), Code::HashInValue);
    assert_eq!(codes(with("GROUP = cluster", "GROUP = cluster # mine")), []);
}
