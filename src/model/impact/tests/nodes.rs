//! Servers and slaves that come, go and change.

use super::*;

#[test]
fn servers_come_and_go_live() {
    let added = impact(&with_server("CUK=c3\n"));
    assert_eq!(added.overall, Class::Live);
    assert_eq!(added.servers_added[0].name, "srv3");
    let removed = impact(&FILE.replace("[SVRNODE]\nNAME=srv2\nCTLPORT=8021\nCUK=c2\n", ""));
    assert_eq!(removed.overall, Class::Live);
    assert_eq!(removed.servers_removed[0].name, "srv2");
}

#[test]
fn each_difference_is_told_with_the_node_that_it_is_about() {
    let told = |new: &str| {
        let changes = impact(new).changes.into_iter();
        changes.map(|it| format!("{}: {}", it.class, it.what)).collect::<Vec<_>>()
    };
    assert_eq!(told(&with_server("CUK=c3\n")), ["live: the server srv3:8021 is new"]);
    let without = |lines: &str| told(&FILE.replace(lines, ""));
    let gone = without("[SVRNODE]\nNAME=srv2\nCTLPORT=8021\nCUK=c2\n");
    assert_eq!(gone, ["live: the server srv2:8021 is gone"]);
    let gone = without("[SLVNODE]\nNAME=other\nCUK=you\n");
    assert_eq!(gone, ["live: the slave other:8031 is gone"]);
    let new = told(&format!("{FILE}[SLVNODE]\nNAME=third\n"));
    assert_eq!(new, ["live: the slave third:8031 is new"]);
    assert_eq!(told(&FILE.replace("CUK=c1", "CUK=c9")), ["cold: CUK of the server srv1:8021"]);
    assert_eq!(told(&FILE.replace("=you", "=yours")), ["live: CUK of the slave other:8031"]);
    assert_eq!(told(&FILE.replace("GROUP=g", "GROUP=h")), ["cold: GROUP: g -> h"]);
}

#[test]
fn replacing_all_servers_at_once_is_refused() {
    let others = FILE.replace("NAME=srv", "NAME=db").replace("CUK=c", "CUK=d");
    assert_eq!(impact(&others).overall, Class::Refused);
}

#[test]
fn a_server_that_changes_its_port_or_id_is_cold() {
    assert_eq!(replaced("NAME=srv1\n", "NAME=srv1\nPORT=9\n"), Class::Cold);
    assert_eq!(replaced("CUK=c1", "CUK=c9"), Class::Cold);
    assert_eq!(replaced("NAME=srv1\nCTLPORT=8021", "NAME=srv1\nCTLPORT=8022"), Class::Cold);
    assert_eq!(replaced("NAME=srv1\n", "NAME=srv1\nENDPOINTS=a:1\n"), Class::Cold);
}

#[test]
fn why_a_change_of_a_server_is_cold_depends_on_what_chmpx_compares() {
    let why = |new: &str| impact(new).changes.remove(0).why;
    let port = why(&FILE.replace("NAME=srv1\n", "NAME=srv1\nPORT=9\n"));
    assert_eq!(port, "chmpx looks at it only at its start");
    let id = why(&FILE.replace("CUK=c1", "CUK=c9"));
    assert_eq!(id, "a running chmpx makes a second entry of it beside the old one");
}

#[test]
fn the_first_server_with_ssl_is_cold() {
    let ssl = "SSL=yes\nSERVER_CERT=/c\nSERVER_PRIKEY=/k\n";
    assert_eq!(impact(&with_server(ssl)).overall, Class::Cold);
}

#[test]
fn other_slaves_come_go_and_change_live() {
    assert_eq!(impact(&FILE.replace("[SLVNODE]\nNAME=other\nCUK=you\n", "")).overall, Class::Live);
    assert_eq!(replaced("CUK=you", "CUK=yours"), Class::Live);
    assert_eq!(impact(&format!("{FILE}[SLVNODE]\nNAME=third\n")).overall, Class::Live);
}

#[test]
fn a_change_of_the_own_entry_is_cold_and_its_loss_is_refused() {
    assert_eq!(replaced("NAME=mine\nCUK=me", "NAME=mine\nCUK=me\nCUSTOM_ID_SEED=s"), Class::Cold);
    assert_eq!(impact(&FILE.replace("[SLVNODE]\nNAME=mine\nCUK=me\n", "")).overall, Class::Refused);
    let passed_on = impact(&FILE.replace("CUK=me\n\n", "CUK=him\n\n")).changes;
    let told = passed_on.iter().find(|it| it.what == "CUK of the slave mine:8031");
    assert_eq!(told.map(|it| it.class), Some(Class::Cold));
}

#[test]
fn without_a_key_the_one_entry_at_the_own_port_is_ours_and_no_other() {
    let file = FILE
        .replace("SELFCUK=me\n", "")
        .replace("NAME=mine\nCUK=me\n", "NAME=mine\n")
        .replace("NAME=other\n", "NAME=other\nCTLPORT=9\n");
    let against = |new: &str| {
        assert_ne!(file, new);
        compare(&Conf::read(file.as_bytes()), &Conf::read(new.as_bytes())).overall
    };
    assert_eq!(against(&file.replace("=mine\n", "=mine\nCUSTOM_ID_SEED=s\n")), Class::Cold);
    assert_eq!(against(&file.replace("CUK=you", "CUK=yours")), Class::Live);
}

#[test]
fn one_of_two_own_entries_may_go() {
    let twice = format!("{FILE}[SLVNODE]\nNAME=mine-too\nCUK=me\n");
    let impact = compare(&Conf::read(twice.as_bytes()), &Conf::read(FILE.as_bytes()));
    assert_eq!(impact.overall, Class::Live);
}

#[test]
fn servers_that_get_other_names_and_keep_their_keys_are_the_same_servers() {
    let renamed = FILE.replace("NAME=srv1", "NAME=node1").replace("NAME=srv2", "NAME=node2");
    let told = impact(&renamed);
    assert_eq!(told.overall, Class::Live);
    assert!(told.servers_added.is_empty() && told.servers_removed.is_empty(), "{told:?}");
    assert_eq!(told.changes[0].what, "the server srv1:8021 is called node1");
    let by_seed = |text: &str| text.replace("CUK=c1", "CUSTOM_ID_SEED=s").replace("CUK=c2", "");
    let (old, new) = (by_seed(FILE), by_seed(&FILE.replace("NAME=srv1", "NAME=node1")));
    let told = compare(&Conf::read(old.as_bytes()), &Conf::read(new.as_bytes()));
    assert_eq!(told.changes[0].what, "the server srv1:8021 is called node1");
}

#[test]
fn a_server_with_another_name_and_another_port_is_another_server() {
    let moved = FILE.replace("NAME=srv1\nCTLPORT=8021", "NAME=node1\nCTLPORT=8022");
    let told = impact(&moved);
    assert_eq!((told.servers_added.len(), told.servers_removed.len()), (1, 1));
}

#[test]
fn without_a_key_of_its_own_a_node_is_the_only_entry_at_its_port() {
    let keyless = FILE.replace("SELFCUK=me\n", "").replace("CUK=me", "CUSTOM_ID_SEED=a");
    let changed = |old: &str, new: &str| {
        compare(&Conf::read(old.as_bytes()), &Conf::read(new.as_bytes())).overall
    };
    let reseeded = keyless.replace("SEED=a", "SEED=b");
    assert_eq!(changed(&keyless, &reseeded), Class::Cold);
    // Of two it is not known which one is this host.
    let both = |text: &str| text.replace("CUK=you\n", "");
    assert_eq!(changed(&both(&keyless), &both(&reseeded)), Class::Live);
}
