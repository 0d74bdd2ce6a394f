use super::*;

fn version(text: &str) -> (i32, usize, &str) {
    let found = Conf::read(text.as_bytes()).file_version().unwrap();
    (found.value, found.line, &text[found.value_range])
}

#[test]
fn the_file_version_in_force_is_the_last_one() {
    assert_eq!(version("[GLOBAL]\nFILEVERSION = 7\n"), (7, 2, "7"));
    assert_eq!(version("[GLOBAL]\nFILEVERSION=1\nFILEVERSION=2"), (2, 3, "2"));
    assert_eq!(
        version("[GLOBAL]\nFILEVERSION=1\n[X]\nFILEVERSION=9\n[GLOBAL]\nA=b\n"),
        (1, 2, "1")
    );
    assert_eq!(
        version("[GLOBAL]\nFILEVERSION=1\n[SVRNODE]\n[GLOBAL]\nFILEVERSION=3\r\n"),
        (3, 5, "3")
    );
}

#[test]
fn the_range_of_a_value_has_its_quotes_but_no_remark() {
    assert_eq!(version("[GLOBAL]\n\t FILEVERSION\t= \"7\"  # seven \r\n"), (7, 2, "\"7\""));
    assert_eq!(version("[GLOBAL]\nFILEVERSION = 7\0x\n"), (7, 2, "7"));
    assert_eq!(version("[GLOBAL]\nFILEVERSION = \n"), (0, 2, ""));
}

#[test]
fn a_line_that_cannot_be_read_does_not_count() {
    assert_eq!(version("[GLOBAL]\nFILEVERSION=1\nFILEVERSION=\"2\n").0, 1);
}

#[test]
fn headers_are_compared_whole_and_with_their_case() {
    for header in
        ["[global]", "[GLOBAL] # x", "[ GLOBAL ]", "[GLOBAL", "\u{feff}[GLOBAL]", "[GLOBAL\0]"]
    {
        assert_eq!(Conf::read(format!("{header}\nGROUP=a\n").as_bytes()).group(), None, "{header}");
    }
    assert!(Conf::read(b"  [GLOBAL]\t\r\nGROUP=a").group().is_some());
}

#[test]
fn the_keys_of_other_sections_are_passed_over() {
    let conf = Conf::read(b"[GLOBAL]\nGROUP=a\n[K2HDKC]\nGROUP=b\n");
    assert_eq!(conf.group().unwrap(), &"a");
}

#[test]
fn a_nul_in_a_key_ends_the_key() {
    assert!(Conf::read(b"[GLOBAL]\nFILE\0VERSION=1\n").file_version().is_none());
    assert!(Conf::read(b"[GLOBAL]\nFILEVERSION\0X=1\n").file_version().is_some());
}

#[test]
fn any_port_is_no_port() {
    assert_eq!(Conf::read(b"[GLOBAL]\nSELFCTLPORT=65535").self_ctlport(), None);
    assert_eq!(Conf::read(b"[GLOBAL]\nSELFCTLPORT=73567").self_ctlport(), Some(8031));
}

#[test]
fn servers_that_are_called_localhost_get_the_name_of_this_host() {
    let names = |text: &str| {
        let conf = Conf::read(text.as_bytes());
        let servers = conf.servers_where_self_is(&"own".into());
        servers.iter().map(|server| server.name.to_string()).collect::<Vec<_>>()
    };
    for local in ["localhost", "127.0.0.1", "::1", "::1%eth0"] {
        assert_eq!(names(&format!("[SVRNODE]\nNAME={local},srv")), ["own", "srv"], "{local}");
    }
    assert_eq!(names("[SVRNODE]\nNAME=::11,srv"), ["::11", "srv"]);
}
