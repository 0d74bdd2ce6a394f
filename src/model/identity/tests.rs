use super::*;

#[test]
fn a_role_name_is_folded_to_lower_case() {
    let role = Role::parse(" yrn:yahoo:::Tenant1:role:MyCluster/Slave\n").unwrap();
    assert_eq!(role.to_string(), "yrn:yahoo:::tenant1:role:mycluster/slave");
}

#[test]
fn only_the_type_field_changes_between_a_role_and_its_resource() {
    let role = Role::parse("yrn:yahoo:::t:role:a:role:b").unwrap();
    assert_eq!(role.resource(), "yrn:yahoo:::t:resource:a:role:b");
}

#[test]
fn names_that_cannot_be_sent_are_refused() {
    for name in ["slave", "yrn:yahoo:::t:resource:a", "yrn:yahoo:::t:role:", "yrn:yahoo::::role:a"]
    {
        assert!(Role::parse(name).is_err(), "{name}");
    }
    for name in ["a?b", "a#b", "a\u{7}b", "/"] {
        assert!(Role::parse(&format!("yrn:yahoo:::t:role:{name}")).is_err(), "{name:?}");
    }
    assert!(Role::parse("yrn:yahoo:::t:u:role:a").is_err());
}

#[test]
fn a_unique_key_has_no_blank_inside_and_fits_into_chmpx() {
    assert_eq!(Cuk::parse("i-0001\n").unwrap().as_str(), "i-0001");
    for key in ["", "  ", "a b", "a\tb", "a\u{7}b", "a'b", &"x".repeat(2048)] {
        assert!(Cuk::parse(key).is_err(), "{key:?}");
    }
    assert!(Cuk::parse(&"x".repeat(2047)).is_ok());
    assert_eq!(Cuk::parse(" ").unwrap_err().why(), "it is empty");
}

#[test]
fn a_tag_cannot_carry_a_line_break() {
    assert!(Tag::parse("host\n[SVRNODE]").is_err());
    assert_eq!(Tag::parse(" host.example\n").unwrap().as_str(), "host.example");
}

#[test]
fn a_name_that_chmpx_would_not_read_back_is_kept_from_the_files_of_all_nodes() {
    for name in ["it's", "\"quoted", "back\\slash"] {
        let (cuk, tag) = (Cuk::parse(name).unwrap_err(), Tag::parse(name).unwrap_err());
        assert!(cuk.why().starts_with("chmpx would drop"), "{cuk}");
        assert_eq!(cuk.why(), tag.why());
    }
    assert!(Tag::parse("größe-1.example").is_ok());
}

#[test]
fn a_tag_is_a_name_that_chmpx_has_room_for() {
    assert!(Tag::parse(" ").is_err());
    assert!(Tag::parse(&"x".repeat(1024)).is_ok());
    assert!(Tag::parse(&"x".repeat(1025)).is_err());
}

#[test]
fn a_token_is_what_a_header_can_carry() {
    for token in ["", "R=", "a b", "a\nb", "ä", &"x".repeat(1025)] {
        assert!(RoleToken::parse(token).is_err(), "{token:?}");
    }
    assert!(RoleToken::parse(&"x".repeat(1024)).is_ok());
}

#[test]
fn a_token_is_never_shown() {
    let token = RoleToken::parse("R=00ff\n").unwrap();
    assert_eq!(format!("{token:?}"), "RoleToken(…)");
    assert_eq!(token.header(), "R=00ff");
    assert_eq!(token.redact("token(00ff) is not existed"), "token((token)) is not existed");
    let refused = RoleToken::parse("se cret").unwrap_err().to_string();
    assert!(!refused.contains("cret"), "{refused}");
}

#[test]
fn the_shares_of_many_nodes_are_spread_evenly() {
    let share = |n: u32| Cuk::parse(&format!("i-{n:08}")).unwrap().share();
    for tenth in 0..10 {
        let from = f64::from(tenth) / 10.0;
        let there = (0..1000).filter(|n| (from..from + 0.1).contains(&share(*n))).count();
        assert!((60..=140).contains(&there), "{there} of 1000 in tenth {tenth}");
    }
}
