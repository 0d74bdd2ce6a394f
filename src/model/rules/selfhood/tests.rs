//! Whether a node finds itself in a file.

use super::super::testing::{
    GOOD, breaks, breaks_only, codes, host, messages, server_here, verdict, with,
};
use super::*;
use crate::model::rules::judge;

const OWN: &str = "NAME = own\nCUK = cuk-own\nCTLPORT = 8031";

fn own(name: &str, cuk: &str, port: &str) -> String {
    with(OWN, &format!("NAME = {name}\nCUK = {cuk}\nCTLPORT = {port}"))
}

#[test]
fn a_file_without_this_host_loads_and_does_not_start() {
    for text in [
        own("nowhere", "cuk-own", "8031"),
        own("own", "xyz", "8031"),
        own("own", "cuk-own", "8032"),
        own("own", "", "8031"),
    ] {
        breaks_only(&text, Code::SelfMissing);
        assert_eq!((verdict(&text).loads, verdict(&text).starts), (true, Some(false)));
    }
}

#[test]
fn why_this_host_is_not_found_is_told() {
    let why = |name, cuk, port| {
        let message = messages(own(name, cuk, port)).remove(0);
        message.strip_prefix("chmpx does not find this host among the nodes: ").unwrap().to_owned()
    };
    assert_eq!(why("nowhere", "cuk-own", "8031"), "no [SLVNODE] has its name or address");
    assert_eq!(why("own", "xyz", "8031"), "own has the CUK `xyz` instead of `cuk-own`");
    assert_eq!(why("own", "cuk-own", "8032"), "own has CTLPORT 8032 instead of 8031");
}

#[test]
fn a_cuk_may_be_an_expression() {
    assert_eq!(codes(own("own", "cuk-o.*", "8031")), []);
    breaks(own("own", "(", "8031"), Code::SelfMissing);
}

#[test]
fn an_empty_selfcuk_is_tried_against_expressions_too() {
    let without = |cuk: &str| own("own", cuk, "8031").replace("SELFCUK = cuk-own\n", "");
    assert!(verdict(without(".*")).is_fit());
    assert!(verdict(without("")).is_fit());
    breaks(without(".+"), Code::SelfMissing);
}

#[test]
fn the_command_line_overrules_the_file() {
    let mut host = host();
    host.given.cuk = Some("cuk-other".into());
    host.given.ctlport = Some(8032);
    let conf = |text: &str| Conf::read(text.as_bytes());
    assert_eq!(judge(&conf(GOOD), Some(&host)).starts, Some(false));
    let text = own("own", "cuk-other", "8032");
    assert_eq!(judge(&conf(&text), Some(&host)).starts, Some(true));
}

#[test]
fn a_name_that_cannot_be_resolved_for_now_leaves_it_open() {
    let text = own("silent", "cuk-own", "8031");
    breaks_only(&text, Code::SelfUnclear);
    assert_eq!((verdict(&text).loads, verdict(&text).starts), (true, None));
}

#[test]
fn an_expression_for_the_own_name_hangs_on_what_dns_knows_and_not_on_an_address() {
    let mut host = host();
    host.possible_names.push("own".to_owned());
    let verdict = judge(&Conf::read(own("^ow", "cuk-own", "8031").as_bytes()), Some(&host));
    let [finding] = &verdict.findings[..] else { panic!("{verdict:?}") };
    assert_eq!((finding.code, verdict.starts), (Code::SelfPattern, None));
    assert_eq!(finding.help, "name the slave in full, or by its address");
}

#[test]
fn any_number_of_entries_that_may_be_this_host_is_looked_at() {
    let entry = |n| format!("[SLVNODE]\nNAME = silent\nCUK = cuk-own\nCTLPORT = 8031\n# {n}\n");
    let many: String = (0..20_000).map(entry).collect();
    let text = format!("{}\n{many}", own("silent", "cuk-own", "8031"));
    assert_eq!(verdict(text).starts, None);
}

#[test]
fn chmpx_cannot_listen_on_a_negative_port() {
    let text = own("own", "cuk-own", "40000").replace("SELFCTLPORT = 8031", "SELFCTLPORT = 40000");
    breaks(&text, Code::SelfPort);
    assert_eq!(verdict(&text).starts, Some(false));
}

#[test]
fn chmpx_can_listen_on_the_first_port() {
    let text = own("own", "cuk-own", "1").replace("SELFCTLPORT = 8031", "SELFCTLPORT = 1");
    assert_eq!(codes(text), []);
}

#[test]
fn of_all_slaves_only_the_own_entry_with_a_huge_id_crashes_chmpx() {
    let huge = "c".repeat(8193);
    breaks(GOOD.replace("cuk-own", &huge), Code::HugeId);
    breaks_only(GOOD.replace("cuk-other", &huge), Code::LongId);
}

#[test]
fn the_own_entry_needs_the_key_of_the_idtype() {
    breaks_only(with("CUSTOM_ID_SEED = own\n", ""), Code::EmptyIdKey);
    assert_eq!(verdict(with("CUSTOM_ID_SEED = own\n", "")).starts, Some(false));
}

#[test]
fn of_two_own_entries_the_first_counts() {
    let text = with("NAME = other\nCUK = cuk-other", "NAME = 192.0.2.1\nCUK = cuk-own");
    breaks(text, Code::SelfTwice);
}

#[test]
fn a_wide_entry_of_another_takes_the_place_of_the_own_one() {
    let text = with("NAME = other\nCUK = cuk-other", "NAME = .*\nCUK = .*");
    breaks(&text, Code::SelfShadowed);
    assert!(!verdict(&text).is_fit());
}

#[test]
fn a_server_that_is_this_host_by_an_expression_is_taken_for_the_own_entry() {
    let text = server_here("cuk-o.*", "8031");
    breaks_only(&text, Code::SelfTakenForServer);
    assert_eq!((verdict(&text).loads, verdict(&text).starts), (true, Some(true)));
}
