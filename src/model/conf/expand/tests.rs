use super::*;
use crate::model::conf::Conf;

fn expand(name: &Text) -> Expansion {
    Budget::of_file().expand(name, 0)
}

#[track_caller]
fn gives(name: &str, expected: &[&str]) {
    let Expansion::Names(names) = expand(&name.into()) else { panic!("{name} is refused") };
    assert_eq!(names.iter().map(ToString::to_string).collect::<Vec<_>>(), expected, "{name}");
}

#[test]
fn ranges_and_lists_are_expanded_the_first_bracket_turning_slowest() {
    gives("srv[1-2][a-b]", &["srv1a", "srv1b", "srv2a", "srv2b"]);
    gives("srv[1-2],db[x,y]", &["srv1", "srv2", "dbx", "dby"]);
    gives("srv1.example, srv2.example", &["srv1.example", "srv2.example"]);
    gives("[08-10]", &["8", "9", "10"]);
    gives("[7-7][x-x]", &["7x"]);
}

#[test]
fn blanks_and_empty_items_inside_brackets_do_not_matter() {
    gives("srv[ 1 - 3 ].example", &["srv1.example", "srv2.example", "srv3.example"]);
    gives("[1,,3]", &["1", "3"]);
}

#[test]
fn an_empty_item_of_the_list_is_an_empty_name() {
    gives(",srv1", &["", "srv1"]);
    gives("srv1,,srv2", &["srv1", "", "srv2"]);
    gives(",", &[""]);
    gives("srv1,", &["srv1"]);
}

#[test]
fn a_bracketed_ipv6_address_is_a_list_of_one() {
    gives("[2001:db8::1]", &["2001:db8::1"]);
}

#[test]
fn wrong_brackets_and_ranges_are_refused() {
    for name in ["", "srv[1-", "srv]", "srv[]", "srv[[1]", "srv[3-1]", "srv[1-2-3]", "srv[a-Z]"] {
        assert!(matches!(expand(&name.into()), Expansion::Wrong(_)), "{name}");
    }
    for name in ["srv[A-z]", "srv[-3]", "srv[aa-bb]", "srv[1-b]", "srv[,]", "a]b[1]"] {
        assert!(matches!(expand(&name.into()), Expansion::Wrong(_)), "{name}");
    }
    for name in ["srv[0-b]", "srv[+-/]", "srv[+-A]"] {
        let why = "a range is neither of numbers nor of single letters";
        assert_eq!(expand(&name.into()), Expansion::Wrong(why), "{name}");
    }
    for name in ["srv[1-]", "srv[-3]"] {
        assert_eq!(expand(&name.into()), Expansion::Wrong("a range has only one end"), "{name}");
    }
}

#[test]
fn an_explosion_is_not_worked_out() {
    assert_eq!(expand(&"[1-2147483647]".into()), Expansion::TooMany);
    assert_eq!(expand(&"[1-9]".repeat(40).as_str().into()), Expansion::TooMany);
    assert_eq!(expand(&"[a]".repeat(1 << 20).as_str().into()), Expansion::TooMany);
    assert_eq!(expand(&"[1-32999]".repeat(1800).as_str().into()), Expansion::TooMany);
    gives(&"[a]".repeat(5000), &["a".repeat(5000).as_str()]);
}

#[test]
fn as_many_names_as_chmpx_can_hold_are_worked_out_and_not_many_more() {
    let count = |name: &str| match expand(&name.into()) {
        Expansion::Names(names) => Some(names.len()),
        Expansion::TooMany => None,
        other @ (Expansion::Wrong(_) | Expansion::NotTried) => panic!("{other:?}"),
    };
    assert_eq!(count("[1-33000]"), Some(33_000));
    assert_eq!(count("[1-33001]"), None);
    assert_eq!(count("a[1-200][1-150],b[1-30][1-100]"), Some(33_000));
    assert_eq!(count("a[1-200][1-150],b[1-30][1-101]"), None);
    assert_eq!(count("[2147483647-2147483647]"), None, "chmpx would count for ever");
}

#[test]
fn four_mebibytes_of_names_are_worked_out_and_no_byte_more() {
    let names = |literal| format!("{}{}", "x".repeat(literal), "[a-h]".repeat(5));
    assert!(matches!(expand(&names(123).as_str().into()), Expansion::Names(_)));
    assert_eq!(expand(&names(124).as_str().into()), Expansion::TooMany);
}

#[test]
fn a_longer_text_than_chmpx_can_take_apart_in_time_is_not_looked_at() {
    let plain = "x".repeat(LONGEST);
    gives(&plain, &[&plain]);
    assert_eq!(expand(&"x".repeat(LONGEST + 1).as_str().into()), Expansion::TooMany);
}

#[test]
fn a_single_name_holds_no_more_than_its_section() {
    let alone = Budget::of_file().expand(&"a[1]".into(), MOST_WEIGHT + 1);
    assert!(matches!(alone, Expansion::Names(_)), "{alone:?}");
}

#[test]
fn a_section_weighs_what_its_keys_and_values_do() {
    let servers = |bytes: usize| {
        let text = format!("[SVRNODE]\nNAME=a[1-2]\nCUK={}\n", "c".repeat(bytes));
        Conf::read(text.as_bytes()).servers().len()
    };
    assert_eq!(servers(3 << 20), 2);
    assert_eq!(servers(5 << 20), 0);
}

#[test]
fn all_sections_together_share_one_budget() {
    let mut budget = Budget::of_file();
    let mut expanded = |name: &str, weight| budget.expand(&name.into(), weight);
    assert!(matches!(expanded("a[1-32999]", 200), Expansion::Names(_)));
    assert_eq!(expanded("b[1-32999]", 200), Expansion::NotTried);
    assert_eq!(expanded("c[1-2]", 200), Expansion::NotTried);
    assert!(matches!(expanded("plain", 200), Expansion::Names(_)), "it costs nothing");
    let heavy = Budget::of_file().expand(&"a[1-32999]".into(), 8192);
    assert_eq!(heavy, Expansion::NotTried);
}

#[test]
fn what_comes_to_nothing_costs_as_much() {
    let mut budget = Budget::of_file();
    let names = (0..4).map(|_| budget.expand(&"a[1-32999][1-2]".into(), 0));
    assert_eq!(names.last(), Some(Expansion::NotTried));
}
