use serde_json::json;

use super::*;

fn packages(value: &Value) -> Vec<String> {
    let wanted = Wanted::of(std::slice::from_ref(value), &Value::Null);
    wanted.packages.iter().map(|package| package.0.clone()).collect()
}

#[test]
fn a_text_with_commas_an_array_and_an_array_in_a_text_are_the_same() {
    for value in [json!("a , b,,c"), json!(["a", "b", "c"]), json!("[\"a\", \"b\", \"c\"]")] {
        assert_eq!(packages(&value), ["a", "b", "c"], "{value}");
    }
    for value in [json!(""), json!(null), json!(0), json!([]), json!({"a": "b"})] {
        assert!(packages(&value).is_empty(), "{value}");
    }
}

#[test]
fn chmpx_and_k2hdkc_come_first_whatever_key_names_them() {
    let keys = [json!("curl"), json!("k2hdkc-dbaas-override-conf, k2hdkc, chmpx")];
    let wanted = Wanted::of(&keys, &json!("other.timer, k2hdkc, chmpx.service"));
    let names: Vec<_> = wanted.packages.iter().map(Package::as_str).collect();
    assert_eq!(names, ["chmpx", "k2hdkc", "curl", "k2hdkc-dbaas-override-conf"]);
    let units: Vec<_> = wanted.units.iter().map(Unit::as_str).collect();
    assert_eq!(units, ["chmpx.service", "k2hdkc.service", "other.timer"]);
}

#[test]
fn what_this_agent_replaces_is_left_out() {
    let keys = [json!("k2hr3-get-resource,chmpx")];
    let wanted = Wanted::of(&keys, &json!("chmpx.service, k2hr3-get-resource.timer"));
    assert_eq!((wanted.packages.len(), wanted.units.len()), (1, 1));
    assert_eq!(wanted.replaced, ["k2hr3-get-resource", "k2hr3-get-resource.timer"]);
}

#[test]
fn no_name_becomes_an_option_a_path_a_pattern_or_a_command() {
    for name in [
        "curl;id>/tmp/x",
        "-oDpkg::Pre-Invoke::=id",
        "./evil.deb",
        "/tmp/evil.deb",
        "a*",
        "a=1",
        "https://h/x.rpm",
        "a b",
        "$(id)",
        "`id`",
        "é",
        "a\u{0}b",
        "@development",
        "~nlib",
        "chmpx-",
    ] {
        assert!(Package::parse(name).is_err(), "{name}");
        let wanted = Wanted::of(&[json!([name, "good"])], &Value::Null);
        assert_eq!((wanted.packages.len(), wanted.refused.len()), (1, 1), "{name}");
    }
    for name in ["g++", "libstdc++6", "python3.11", "k2hdkc_dev", "a-b", "7zip"] {
        assert!(Package::parse(name).is_ok(), "{name}");
    }
    for name in ["--now", "../x.service", "a/b.service", "a b", ""] {
        assert!(Unit::parse(name).is_err(), "{name}");
    }
    assert_eq!(Unit::parse("getty@tty1.service").unwrap().service(), Some("getty@tty1"));
}

#[test]
fn what_is_told_of_a_refused_name_is_short() {
    for name in ["x".repeat(300), "x".repeat(150) + "-", "x\x1b".repeat(50)] {
        let told = Package::parse(&name).unwrap_err().name;
        assert!(told.len() <= 60 && !told.contains(char::is_control), "{told:?}");
    }
}

#[test]
fn a_name_is_asked_for_once() {
    assert_eq!(packages(&json!("a,b,a")), ["a", "b"]);
    let units = Wanted::of(&[], &json!("a, b, a.service")).units;
    assert_eq!(units.iter().map(Unit::to_string).collect::<Vec<_>>(), ["a.service", "b.service"]);
}

#[test]
fn a_unit_that_is_no_name_is_told_as_refused() {
    let wanted = Wanted::of(&[], &json!("chmpx, a b"));
    assert_eq!((wanted.units.len(), wanted.refused.len()), (1, 1));
    assert_eq!(wanted.refused[0].name, "a b");
}

#[test]
fn a_name_has_at_most_two_hundred_letters() {
    assert!(Package::parse(&"a".repeat(200)).is_ok());
    assert!(Package::parse(&"a".repeat(201)).is_err());
}

#[test]
fn only_a_service_has_the_name_of_one() {
    assert_eq!(Unit::parse("chmpx").unwrap().service(), Some("chmpx"));
    assert_eq!(Unit::parse("chmpx.timer").unwrap().service(), None);
}
