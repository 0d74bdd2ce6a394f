//! What of the template is replaced on this node, and what is left alone.

use super::*;
use crate::model::rules::{Finding, judge};

/// What the usual template renders for one server, this host and a member with `tag`.
fn rendered(tag: &str) -> String {
    let node = |kind: &str, name: &str, cuk: &str, port: &str| {
        format!(
            "    \n[{kind}]\nNAME                = {name}\nCUK                 = {cuk}\n{port}\
                 CUSTOM_ID_SEED      = {name}\nSSL                 = no\n    \n    \n\n"
        )
    };
    let (srv, slv) = ("PORT = 8020\nCTLPORT = 8021\n", "CTLPORT = 8031\n");
    let global = "[GLOBAL]\nFILEVERSION = 1\nGROUP = c\nMODE = SLAVE\nCHMPXIDTYPE = CUSTOM\n\
            DELIVERMODE = hash\nCTLPORT = 8031\nSELFCTLPORT = 8031\nSELFCUK = me\nSSL = no\n\n";
    [
        global.to_owned(),
        node("SVRNODE", "srv1", "c1", srv),
        node("SVRNODE", "srv2", "c2", srv),
        node("SLVNODE", "own", "me", slv),
        node("SLVNODE", tag, "you", slv),
    ]
    .concat()
}

fn smuggled(text: &str) -> Vec<Finding> {
    let is_ours = |code| {
        [Code::SmuggledSection, Code::SmuggledKey, Code::SmuggledControl, Code::TooManySlaves]
            .contains(&code)
    };
    let found = judge(&Conf::read(text.as_bytes()), None).findings;
    found.into_iter().filter(|finding| is_ours(finding.code)).collect()
}

#[track_caller]
fn refuses(tag: &str, code: Code, culprit: &str) {
    let found = smuggled(&rendered(tag));
    let first = found.iter().find(|finding| finding.code == code);
    let message = &first.unwrap_or_else(|| panic!("{tag:?}: {found:?}")).message;
    assert!(message.contains(culprit), "{message}");
}

#[test]
fn a_rendered_file_is_not_suspicious() {
    assert_eq!(smuggled(&rendered("other")), []);
    assert_eq!(smuggled(&rendered("tag with blanks, commas [1-2] and ümlauts")), []);
}

#[test]
fn a_server_in_a_tag_is_seen_by_its_place() {
    refuses("evil\n[SVRNODE]\nNAME = 10.6.6.6", Code::SmuggledSection, "NAME evil");
    let careful = "evil\nCUK = x\nCTLPORT = 1\nCUSTOM_ID_SEED = x\nSSL = no\n\n\
            [SVRNODE]\nNAME = 10.6.6.6\nPORT = 1\nCTLPORT = 2\nCUSTOM_ID_SEED = y";
    refuses(careful, Code::SmuggledSection, "NAME evil");
}

#[test]
fn a_global_section_in_a_tag_is_seen_by_what_it_overrules_or_by_what_is_left_over() {
    refuses("evil\n[GLOBAL]\nGROUP = evilring", Code::SmuggledSection, "NAME evil");
    refuses("evil\n[GLOBAL]\nMAXCHMPX = 0", Code::SmuggledSection, "NAME evil");
    let careful = "evil\nCUK = x\nCTLPORT = 1\nCUSTOM_ID_SEED = x\nSSL = no\n\n\
            [GLOBAL]\nMQTHREADCNT = 900\n\n[SLVNODE]\nNAME = rest";
    refuses(careful, Code::SmuggledSection, "NAME evil");
}

#[test]
fn a_flood_of_odd_lines_hides_nothing() {
    let flood = "= x\n".repeat(2000);
    let tag = format!("evil\n{flood}CUK = me");
    refuses(&tag, Code::SmuggledKey, "CUK");
    let tag = format!("evil\n{flood}[GLOBAL]\nGROUP = evilring\n[SLVNODE]\nNAME = x");
    refuses(&tag, Code::SmuggledSection, "NAME evil");
}

#[test]
fn another_slave_in_a_tag_is_seen_by_the_entry_that_it_tears() {
    refuses("evil\n[SLVNODE]\nNAME = .*", Code::SmuggledSection, "NAME evil");
    refuses("evil\n[x]", Code::SmuggledSection, "NAME evil");
}

#[test]
fn a_key_in_a_tag_stands_twice() {
    refuses("evil\nCUK = me", Code::SmuggledKey, "CUK");
    refuses("evil\nNAME = own", Code::SmuggledKey, "NAME");
    refuses("evil\nNAME = own\nCUK = me", Code::SmuggledKey, "NAME stands twice");
}

#[test]
fn a_key_that_says_nothing_of_who_a_node_is_may_stand_twice() {
    assert_eq!(smuggled(&rendered("other\nCTLENDPOINTS = a:1\nCTLENDPOINTS = a:2")), []);
}

#[test]
fn a_control_character_in_a_tag_is_seen() {
    refuses("evil\x1b[2J", Code::SmuggledControl, "NAME");
    refuses("evil\rx", Code::SmuggledControl, "NAME");
}

#[test]
fn thousands_of_slaves_are_too_many() {
    let names: Vec<_> = (0..=MOST_SLAVES).map(|n| format!("[SLVNODE]\nNAME=n{n}\n\n")).collect();
    assert_eq!(smuggled(&names.concat())[0].code, Code::TooManySlaves);
    assert_eq!(smuggled(&names[1..].concat()), []);
}

#[test]
fn a_second_global_section_that_adds_is_allowed() {
    assert_eq!(smuggled(&format!("{}[GLOBAL]\nMAXCHMPX = 64\n", rendered("other"))), []);
    assert_eq!(smuggled(&format!("[GLOBAL]\nMAXCHMPX = 64\n\n{}", rendered("other"))), []);
}

#[test]
fn hand_written_files_may_omit_keys_and_have_any_order_of_kinds() {
    let slaves_first =
        "[SLVNODE]\nNAME=a\n[SLVNODE]\nNAME=b\nCUK=x\n[SVRNODE]\nNAME=s\n[GLOBAL]\nGROUP=g\n";
    assert_eq!(smuggled(slaves_first), []);
    let sparse = "[GLOBAL]\nGROUP=g\n[SVRNODE]\nNAME=s\n[SVRNODE]\nNAME=t\nCUK=c\nCTLPORT=1\n\
            CUSTOM_ID_SEED=x\nSSL=no\n[SLVNODE]\nNAME=a\n";
    assert_eq!(smuggled(sparse), []);
    let half_as_dense = "[GLOBAL]\nGROUP=g\n[SVRNODE]\nNAME=t\nCUK=c\nCTLPORT=1\n\
            CUSTOM_ID_SEED=x\nSSL=no\n\n[SVRNODE]\nNAME=s\n[SLVNODE]\nNAME=a\n";
    assert_eq!(smuggled(half_as_dense), []);
}

#[test]
fn a_control_character_where_no_member_chooses_the_value_is_not_smuggled() {
    assert_eq!(smuggled(&rendered("other").replace("PORT = 8020", "PORT = 80\x0720")), []);
}
