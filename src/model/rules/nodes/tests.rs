//! The sections of nodes, each broken in its own way.

use super::super::testing::{GOOD, breaks, breaks_only, codes, verdict, with};
use super::*;

fn server(line: &str) -> String {
    with("NAME = srv1", &format!("NAME = srv1\n{line}"))
}

#[test]
fn there_must_be_a_server_and_a_slave() {
    let (rest, _) = GOOD.split_once("[SLVNODE]").unwrap();
    breaks(rest, Code::NoSlaves);
    breaks(GOOD.replace("[SVRNODE]", "[OTHER]"), Code::NoServers);
}

#[test]
fn a_node_without_name_is_dropped() {
    breaks_only(format!("{GOOD}[SLVNODE]\nCTLPORT = 8031\n"), Code::NamelessNode);
}

#[test]
fn a_server_name_that_cannot_be_expanded_does_not_load() {
    for name in ["srv[1-", "srv]", ""] {
        breaks(with("NAME = srv1", &format!("NAME = {name}")), Code::BadServerName);
    }
    breaks(with("NAME = srv1", "NAME = srv[1-100000]"), Code::TooManyNames);
}

#[test]
fn the_names_of_all_sections_together_must_not_explode() {
    let node = |n| format!("[SLVNODE]\nNAME = x{n}y[1-999]\nCTLPORT = 1\n\n");
    let nodes = (0..100).map(node).collect::<Vec<_>>().concat();
    breaks_only(format!("{GOOD}\n{nodes}"), Code::TooMuchToExpand);
    let servers = nodes.replace("SLVNODE", "SVRNODE").replace("1-999", "1-9999");
    breaks(format!("{GOOD}\n{servers}"), Code::TooMuchToExpand);
    let heavy = with("NAME = srv1", "NAME = srv[1-32900]").replace("cuk-srv1", &"c".repeat(8192));
    breaks(&heavy, Code::TooMuchToExpand);
    assert!(!verdict(&heavy).is_fit());
}

#[test]
fn an_empty_item_makes_a_server_without_a_name() {
    let text = with("NAME = srv1", "NAME = ,srv1");
    breaks(&text, Code::EmptyServerName);
    assert_eq!(verdict(&text).starts, Some(true));
}

#[test]
fn a_port_must_come_from_the_node_or_from_global() {
    breaks_only(with("PORT = 8020\n", ""), Code::NoPort);
    assert_eq!(codes(with("CTLPORT = 8021\n", "")), []);
}

#[test]
fn the_port_65535_is_none_in_global() {
    let text = with("CTLPORT = 8021\n", "").replacen("CTLPORT = 8031", "CTLPORT = 65535", 1);
    breaks(text, Code::NoPort);
}

#[test]
fn a_name_beyond_1024_bytes_is_lost() {
    let named = |length| with("NAME = srv1", &format!("NAME = {}", "h".repeat(length)));
    breaks_only(named(1025), Code::LongName);
    assert_eq!(codes(named(1024)), []);
}

#[test]
fn items_of_a_list_that_cannot_be_read_are_left_out() {
    breaks_only(server("ENDPOINTS = srv1:1,srv2:"), Code::BadEndpoint);
    breaks_only(server("FORWARD_PEERS = a,b,c,d,e"), Code::ManyEndpoints);
    assert_eq!(codes(server("FORWARD_PEERS = a,b,c,d")), []);
}

#[test]
fn two_sections_of_one_name_and_port_are_merged() {
    let text = format!("{GOOD}\n[SLVNODE]\nNAME = other\nCTLPORT = 8031\n");
    breaks_only(text, Code::MergedNode);
}

#[test]
fn more_servers_than_the_table_holds_corrupt_it() {
    let text = with("MAXCHMPX = 64", "MAXCHMPX = 2");
    breaks_only(&text, Code::TooManyServers);
    assert_eq!(verdict(&text).starts, Some(true));
    assert_eq!(codes(with("MAXCHMPX = 64", "MAXCHMPX = 3")), []);
}

#[test]
fn a_table_of_less_than_nothing_is_no_reason_to_stumble() {
    for size in ["0", "-1", "-2147483648"] {
        let found = codes(with("MAXCHMPX = 64", &format!("MAXCHMPX = {size}")));
        assert!(!found.is_empty() && !found.contains(&Code::TooManyServers), "{size}: {found:?}");
    }
}

#[test]
fn a_slave_is_an_expression_that_may_be_too_wide_or_wrong() {
    breaks_only(with("NAME = other", "NAME = 192.0.2.77"), Code::LoosePattern);
    breaks_only(with("NAME = other", "NAME ="), Code::OpenPattern);
    breaks_only(with("NAME = other", "NAME = [.]*"), Code::OpenPattern);
    breaks_only(with("NAME = other", "NAME = ("), Code::BadPattern);
}

#[test]
fn a_server_whose_name_leads_nowhere_is_noticed() {
    breaks_only(with("NAME = srv1", "NAME = nowhere"), Code::UnresolvedName);
    breaks_only(with("NAME = srv1", "NAME = loop"), Code::UnresolvedName);
}
