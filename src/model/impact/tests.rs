mod nodes;

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
