use super::*;

fn servers_of(nodes: &str) -> Vec<String> {
    let conf = Conf::read(format!("[GLOBAL]\nPORT=8020\nCTLPORT=8021\n{nodes}").as_bytes());
    conf.servers()
        .iter()
        .map(|s| format!("{}:{}:{}:{}", s.name, s.port, s.ctlport, s.cuk))
        .collect()
}

#[test]
fn ports_default_to_those_of_global() {
    assert_eq!(servers_of("[SVRNODE]\nNAME=a"), ["a:8020:8021:"]);
    assert_eq!(servers_of("[SVRNODE]\nNAME=a\nPORT=1\nCTLPORT=40000"), ["a:1:-25536:"]);
}

#[test]
fn an_omitted_and_an_explicit_default_port_collapse_to_the_omitted_one() {
    let nodes = "[SVRNODE]\nNAME=a\nCTLPORT=8021\nPORT=1\n[SVRNODE]\nNAME=a\nPORT=2";
    assert_eq!(servers_of(nodes), ["a:2:8021:"]);
}

#[test]
fn equal_servers_collapse_only_as_neighbours() {
    let range = |name| format!("[SVRNODE]\nNAME=a[1-2]\n[SVRNODE]\nNAME={name}");
    assert_eq!(servers_of(&range("a1")), ["a1:8020:8021:", "a2:8020:8021:"]);
    assert_eq!(servers_of(&range("a2")).len(), 3);
}

#[test]
fn nodes_are_in_the_order_of_their_names_and_ports() {
    let servers =
        "[SVRNODE]\nNAME=b,a\n[SVRNODE]\nNAME=a\nCTLPORT=10\n[SVRNODE]\nNAME=a\nCTLPORT=9";
    assert_eq!(servers_of(servers), ["a:8020:9:", "a:8020:10:", "a:8020:8021:", "b:8020:8021:"]);
    let slaves = "[SLVNODE]\nNAME=a\nCTLPORT=10\n[SLVNODE]\nNAME=a\nCTLPORT=9\n";
    let conf = Conf::read(slaves.as_bytes());
    assert_eq!(conf.slaves().iter().map(|slave| slave.ctlport).collect::<Vec<_>>(), [9, 10]);
}

#[test]
fn another_cuk_makes_another_server() {
    let nodes = "[SVRNODE]\nNAME=a\nCUK=1\n[SVRNODE]\nNAME=a\nCTLPORT=08021\nCUK=2";
    assert_eq!(servers_of(nodes), ["a:8020:8021:1", "a:8020:8021:2"]);
}

#[test]
fn sections_of_one_name_and_port_text_are_merged_the_later_keys_winning() {
    let nodes = "[SVRNODE]\nNAME=a\nCUK=1\nPORT=5\n[SLVNODE]\nNAME=x\n[SVRNODE]\nNAME=a\nCUK=2";
    assert_eq!(servers_of(nodes), ["a:5:8021:2"]);
}

#[test]
fn equal_slaves_collapse() {
    let text = "[SLVNODE]\nNAME=a\nCTLPORT=1\n[SLVNODE]\nNAME=a\nCTLPORT=01\n";
    assert_eq!(Conf::read(text.as_bytes()).slaves().len(), 1);
    let other = text.replace("CTLPORT=01", "CTLPORT=01\nCUK=c");
    assert_eq!(Conf::read(other.as_bytes()).slaves().len(), 2);
}

#[test]
fn a_slave_is_no_server_to_tls() {
    let global = "[GLOBAL]\nSSL=on\nSSL_VERIFY_PEER=on\nSERVER_CERT=/c\nSLAVE_CERT=/s\n";
    let conf = Conf::read(format!("{global}[SVRNODE]\nNAME=a\n[SLVNODE]\nNAME=b\n").as_bytes());
    let path = |text: &str| Text::from(text);
    let slave = Tls { slave_cert: path("/s"), ..Tls::default() };
    assert_eq!(conf.slaves()[0].tls, slave);
    let server = Tls { ssl: true, verify_peer: true, server_cert: path("/c"), ..slave };
    assert_eq!(conf.servers()[0].tls, server);
}

#[test]
fn null_unsets_a_path_of_global() {
    let conf =
        Conf::read(b"[GLOBAL]\nCAPATH=/a\n[SVRNODE]\nNAME=a\nCAPATH=null\n[SLVNODE]\nNAME=b");
    assert!(conf.servers()[0].tls.capath.is_empty());
    assert_eq!(conf.slaves()[0].tls.capath, "/a");
}
