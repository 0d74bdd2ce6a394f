use super::*;
use crate::model::conf::Conf;

fn host() -> Host {
    let ip = |text: &str| text.parse::<IpAddr>().unwrap();
    Host {
        addresses: vec![ip("127.0.0.1"), ip("::1"), ip("192.0.2.10")],
        answers: [
            ("slv1".to_owned(), vec![ip("192.0.2.10")]),
            ("loop".to_owned(), vec![ip("127.0.1.1")]),
            ("other".to_owned(), vec![ip("192.0.2.11")]),
            ("none".to_owned(), vec![]),
            ("LOCALHOST".to_owned(), vec![ip("127.0.0.1")]),
        ]
        .into(),
        ..Host::default()
    }
}

fn slave(name: &str) -> Certainty {
    let conf = Conf::read(format!("[SLVNODE]\nNAME={name}").as_bytes());
    host().is_slave(&conf.slaves()[0], &mut Trials::default())
}

#[test]
fn a_name_is_local_by_its_address() {
    assert_eq!(slave("slv1"), Certainty::Yes);
    assert_eq!(slave("192.0.2.10"), Certainty::Yes);
    assert_eq!(slave("other"), Certainty::No);
    assert_eq!(slave("slv[1-2]"), Certainty::Yes);
}

#[test]
fn a_name_that_leads_to_127_0_1_1_is_not_local() {
    assert_eq!(slave("loop"), Certainty::No);
    assert_eq!(slave("LOCALHOST"), Certainty::No);
    assert_eq!(slave("localhost"), Certainty::Yes);
}

#[test]
fn a_pattern_sees_addresses_and_local_names_only() {
    assert_eq!(slave("192.0.2."), Certainty::Yes);
    assert_eq!(slave(".*"), Certainty::Yes);
    assert_eq!(slave(""), Certainty::Yes);
    assert_eq!(slave("^slv1.?$"), Certainty::No);
    let named = Host { names: vec!["slv1".into()], ..host() };
    let perhaps = Host { possible_names: vec!["slv1".into()], ..host() };
    let conf = Conf::read(b"[SLVNODE]\nNAME=^slv1.?$");
    let slave = &conf.slaves()[0];
    assert_eq!(named.is_slave(slave, &mut Trials::default()), Certainty::Yes);
    assert_eq!(perhaps.is_slave(slave, &mut Trials::default()), Certainty::Maybe);
}

#[test]
fn a_name_that_could_not_be_resolved_is_not_guessed_at() {
    assert_eq!(slave("silent"), Certainty::Maybe);
    assert_eq!(slave("none"), Certainty::No);
}

#[test]
fn a_forward_peer_makes_an_entry_local() {
    let conf = Conf::read(b"[SLVNODE]\nNAME=none\nFORWARD_PEERS=192.0.2.10");
    let certainty = host().is_slave(&conf.slaves()[0], &mut Trials::default());
    assert_eq!(certainty, Certainty::Yes);
}

#[test]
fn a_name_that_is_perhaps_local_or_shares_an_address_with_a_local_one_is_perhaps_this_host() {
    let elsewhere = |name: &str| (name.to_owned(), vec!["198.51.100.1".parse().unwrap()]);
    let loopback = |name: &str| (name.to_owned(), vec!["127.0.1.1".parse().unwrap()]);
    let answers = [elsewhere("own"), elsewhere("alias"), loopback("me"), loopback("you")].into();
    let names = vec!["own".to_owned(), "me".to_owned()];
    let known = Host { names, answers, ..host() };
    assert_eq!(known.is_named(&"own".into()), Certainty::Yes);
    assert_eq!(known.is_named(&"alias".into()), Certainty::Maybe);
    assert_eq!(known.is_named(&"you".into()), Certainty::No, "every host has the loopback ones");
    let possible = Host { possible_names: vec!["other".to_owned()], ..host() };
    assert_eq!(possible.is_named(&"other".into()), Certainty::Maybe);
}

#[test]
fn this_host_is_called_by_its_first_name_or_else_its_first_address() {
    assert_eq!(Host { names: vec!["own".to_owned()], ..host() }.own_name(), "own");
    assert_eq!(host().own_name(), "192.0.2.10");
    let nameless = Host::default();
    assert_eq!(nameless.own_name(), "localhost");
    assert_eq!(nameless.is_named(&"localhost".into()), Certainty::No, "chmpx finds no own name");
}

#[test]
fn an_expression_hangs_on_the_name_of_this_host_where_nothing_else_makes_the_entry_ours() {
    let perhaps = Host { possible_names: vec!["slv1".to_owned()], ..host() };
    let hangs = |more: &str| {
        let conf = Conf::read(format!("[SLVNODE]\nNAME=^slv1.?$\n{more}").as_bytes());
        perhaps.hangs_on_own_name(&conf.slaves()[0], &mut Trials::default())
    };
    assert!(hangs(""));
    assert!(hangs("FORWARD_PEERS=other"));
    assert!(!hangs("FORWARD_PEERS=silent"), "that may be this host as well");
}
