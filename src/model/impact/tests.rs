use super::*;

const FILE: &str = "[GLOBAL]\nGROUP=g\nFILEVERSION=1\nMODE=SLAVE\nDELIVERMODE=hash\nCTLPORT=8031\n\
    SELFCTLPORT=8031\nSELFCUK=me\nPORT=8020\nMAXCHMPX=64\n\n\
    [SVRNODE]\nNAME=srv1\nCTLPORT=8021\nCUK=c1\n\n\
    [SVRNODE]\nNAME=srv2\nCTLPORT=8021\nCUK=c2\n\n\
    [SLVNODE]\nNAME=mine\nCUK=me\n\n\
    [SLVNODE]\nNAME=other\nCUK=you\n";

fn impact(new: &str) -> Impact {
    compare(&Conf::read(FILE.as_bytes()), &Conf::read(new.as_bytes()))
}

fn replaced(old: &str, new: &str) -> Class {
    assert!(FILE.contains(old), "{old}");
    impact(&FILE.replacen(old, new, 1)).overall
}

/// The file with a third server.
fn with_server(lines: &str) -> String {
    FILE.replacen(
        "[SLVNODE]",
        &format!("[SVRNODE]\nNAME=srv3\nCTLPORT=8021\n{lines}\n[SLVNODE]"),
        1,
    )
}

fn with(global: &str) -> Class {
    replaced("MAXCHMPX=64\n", &format!("MAXCHMPX=64\n{global}\n"))
}

#[test]
fn each_class_has_its_word_in_every_output() {
    let classes = [Class::None, Class::Live, Class::Cold, Class::Refused];
    assert_eq!(classes.map(|it| it.to_string()), ["none", "live", "cold", "refused"]);
}

#[test]
fn remarks_order_quoting_and_blank_lines_are_no_difference() {
    let blocks: Vec<_> = FILE.split("\n\n").collect();
    let turned: Vec<_> =
        blocks.iter().rev().map(|block| format!("# remark\n{block}\n\n")).collect();
    assert_eq!(impact(&turned.concat()).overall, Class::None);
    assert_eq!(replaced("GROUP=g", "GROUP = 'g'   # the group"), Class::None);
    assert_eq!(impact(&FILE.replace('\n', "\r\n")).overall, Class::None);
}

#[test]
fn a_file_that_names_a_node_twice_does_not_differ_from_itself() {
    let twice = with_server("CUK=c2\nPORT=1\n").replace("NAME=srv3", "NAME=srv[1-2]");
    let conf = Conf::read(twice.as_bytes());
    assert_eq!(conf.servers().len(), 4);
    assert_eq!(compare(&conf, &conf).overall, Class::None);
}

#[test]
fn a_default_and_its_absence_are_the_same() {
    for key in [
        "MQACK=ON",
        "REPLICA=0",
        "RWTIMEOUT=-5",
        "RETRYCNT=-1",
        "SSL_MIN_VER=default",
        "MAXSOCKPOOL=1",
        "CHMPXIDTYPE=name",
        "K2HMASKBIT=8",
    ] {
        assert_eq!(with(key), Class::None, "{key}");
    }
}

#[test]
fn a_date_is_never_compared() {
    assert_eq!(with("DATE=Thu, 28 May 2020 04:56:20 +0000"), Class::None);
}

#[test]
fn the_file_version_and_the_timeouts_are_live() {
    assert_eq!(replaced("FILEVERSION=1", "FILEVERSION=2"), Class::Live);
    for key in
        ["RWTIMEOUT=10", "RETRYCNT=3", "MQACK=no", "SOCKTHREADCNT=2", "REPLICA=1", "DOMERGE=on"]
    {
        assert_eq!(with(key), Class::Live, "{key}");
    }
}

#[test]
fn capacities_and_the_hash_file_are_cold() {
    assert_eq!(replaced("MAXCHMPX=64", "MAXCHMPX=65"), Class::Cold);
    for key in ["MAXMQSERVER=2", "MQPERATTACH=4", "K2HMASKBIT=4", "MAXSOCKPOOL=2"] {
        assert_eq!(with(key), Class::Cold, "{key}");
    }
}

#[test]
fn what_the_cluster_is_called_and_who_this_host_is_are_cold() {
    assert_eq!(replaced("GROUP=g", "GROUP=h"), Class::Cold);
    assert_eq!(replaced("DELIVERMODE=hash", "DELIVERMODE=random"), Class::Cold);
    assert_eq!(replaced("SELFCTLPORT=8031", "SELFCTLPORT=8032"), Class::Cold);
    assert_eq!(with("CHMPXIDTYPE=CUK"), Class::Cold);
}

#[test]
fn what_a_running_chmpx_refuses_as_a_whole_is_marked_and_so_is_the_number_of_the_file() {
    let kinds = |old: &str, new: &str| {
        assert!(FILE.contains(old), "{old}");
        let changes = impact(&FILE.replacen(old, new, 1)).changes.into_iter();
        changes.map(|change| (change.what, change.kind)).collect::<Vec<_>>()
    };
    let one = |what: &str, kind| vec![(what.to_owned(), kind)];
    assert_eq!(kinds("GROUP=g", "GROUP=h"), one("GROUP: g -> h", Kind::Blocking));
    let id_type = kinds("MODE=SLAVE", "MODE=SLAVE\nCHMPXIDTYPE=CUK");
    assert_eq!(id_type, one("CHMPXIDTYPE: NAME -> CUK", Kind::Blocking));
    let number = kinds("FILEVERSION=1", "FILEVERSION=2");
    assert_eq!(number, one("FILEVERSION: 1 -> 2", Kind::Generation));
    assert_eq!(kinds("MAXCHMPX=64", "MAXCHMPX=63"), one("MAXCHMPX: 64 -> 63", Kind::Usual));
}

#[test]
fn the_least_version_of_tls_is_cold() {
    let of = |version: &str| {
        let lines = "SSL=on\nSERVER_CERT=/c\nSERVER_PRIKEY=/k\nSSL_MIN_VER=";
        Conf::read(FILE.replace("MAXCHMPX", &format!("{lines}{version}\nMAXCHMPX")).as_bytes())
    };
    assert_eq!(compare(&of("TLSv1.2"), &of("tlsv1.2")).overall, Class::None);
    let changes = compare(&of("TLSv1.1"), &of("TLSv1.2")).changes;
    let told = changes.iter().find(|it| it.what == "SSL_MIN_VER: tlsv1.1 -> tlsv1.2");
    assert_eq!(told.map(|it| it.class), Some(Class::Cold));
}

#[test]
fn becoming_a_server_is_refused() {
    assert_eq!(replaced("MODE=SLAVE", "MODE=SERVER"), Class::Refused);
}

#[test]
fn what_breaks_a_rule_is_refused() {
    assert_eq!(with("MQACK=1"), Class::Refused);
    assert_eq!(replaced("GROUP=g\n", ""), Class::Refused);
}

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
