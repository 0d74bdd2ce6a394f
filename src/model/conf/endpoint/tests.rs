use super::*;

fn read(list: &str) -> (Vec<String>, usize) {
    let (items, wrong) = endpoints(&list.into(), 8020);
    (items.iter().map(|item| format!("{}:{}", item.host, item.port)).collect(), wrong)
}

#[track_caller]
fn gives(list: &str, expected: &[&str]) {
    assert_eq!(read(list).0, expected, "{list}");
}

#[test]
fn names_and_addresses_may_carry_a_port() {
    gives("192.0.2.1:80, srv1.example:81,srv2", &["192.0.2.1:80", "srv1.example:81", "srv2:8020"]);
    gives("192.0.2.1", &["192.0.2.1:8020"]);
    gives("192.0.2.1:0", &["192.0.2.1:0"]);
}

#[test]
fn an_ipv6_address_takes_its_port_after_a_bracket_or_another_sign() {
    gives("2001:db8::1", &["2001:db8::1:8020"]);
    gives(
        "[2001:db8::1]:90,2001:db8::1#91,2001:db8::1 port 92",
        &["2001:db8::1:90", "2001:db8::1:91", "2001:db8::1:92"],
    );
    gives("::ffff:192.0.2.1", &["192.0.2.1:8020"]);
    gives("0:0:0:0:0:ffff:192.0.2.1", &["0:0:0:0:0:ffff:192.0.2.1:8020"]);
    gives("fe80::1%eth0,fe80::1%eth0#91", &["fe80::1:8020", "fe80::1:91"]);
}

#[test]
fn an_ipv6_address_has_up_to_eight_groups_of_four_digits() {
    gives("1:2:3:4:5:6:7:ffff", &["1:2:3:4:5:6:7:ffff:8020"]);
    gives("1:2:3:4:5:6:192.0.2.255", &["1:2:3:4:5:6:192.0.2.255:8020"]);
    for list in ["1:2:3:4:5:6:7:8:a", "1:2:3:4:5:6:7:192.0.2.1", "10000::a", "::192.0.2"] {
        assert_eq!(read(list), (vec![], 1), "{list}");
    }
}

#[test]
fn of_a_list_without_end_the_first_64_items_are_kept() {
    let (read, wrong) = read(&vec!["a"; 100].join(","));
    assert_eq!((read.len(), wrong), (64, 0));
}

#[test]
fn a_short_hexadecimal_name_with_a_port_passes_for_an_ipv6_address() {
    gives("ab:80", &["ab:80:8020"]);
    gives("12:34", &["12:34:8020"]);
    gives(":8020", &[":8020:8020"]);
}

#[test]
fn an_item_that_cannot_be_read_is_left_out() {
    for list in
        ["192.0.2.1:", "192.0.2.1:abc", "=", "a b", "12345", "192.0.2.256", "192.0.2.+1", "192.0.2"]
    {
        assert_eq!(read(list), (vec![], 1), "{list}");
    }
    assert_eq!(read(""), (vec![], 0));
    assert_eq!(read("a,").1, 0);
    assert_eq!(read("a,,b").1, 1);
}
