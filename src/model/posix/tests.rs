//! What expressions match, as glibc reads them.

use super::*;

fn matches(pattern: &str, text: &str) -> Option<bool> {
    Trials::default().prepare(&pattern.into()).matches(&text.into())
}

#[track_caller]
pub(super) fn all(pattern: &str, yes: &[&str], no: &[&str]) {
    for (texts, expected) in [(yes, true), (no, false)] {
        for text in texts {
            assert_eq!(matches(pattern, text), Some(expected), "{pattern} {text}");
        }
    }
}

#[test]
fn it_is_not_anchored_and_a_dot_is_any_byte() {
    all("10.0.0.1", &["10.0.0.12", "110.0.0.1", "10x0y0z1"], &["10.0.1"]);
    all("^slv1$", &["slv1"], &["slv1.example", "xslv1"]);
    all("", &["", "anything"], &[]);
    all("[.]*", &["", "slv"], &[]);
}

#[test]
fn alternatives_groups_and_repetitions_work_as_usual() {
    all("(slv1|slv2).example", &["slv1.example", "xslv2-example"], &["slv3.example"]);
    all("^(ab){2,3}$", &["abab", "ababab"], &["ab", "abababab"]);
    all("^a{,2}$", &["", "aa"], &["aaa"]);
    all("^a{2,}$", &["aa", "aaa"], &["a"]);
    all("^a{2,2}$", &["aa"], &["a", "aaa"]);
    all("^a{,}$", &["", "aaa"], &["b"]);
    all("^a**b$", &["b", "aaab"], &["a"]);
    all("^(|a)$", &["", "a"], &["b"]);
    all("a||b", &["x"], &[]);
}

#[test]
fn what_glibc_refuses_matches_nothing() {
    for pattern in [
        "*",
        "(",
        "a|*",
        "(+a)",
        "^*",
        "[",
        "[a",
        "[]",
        "[z-a]",
        "[[:nope:]]",
        "a{",
        "a{2,1}",
        "a{x}",
        "a{+1}",
        "a{}",
        "a{32768}",
        "a{99999}",
        "a\\",
        "[a-b-c]",
    ] {
        assert!(matches!(Pattern::read(&pattern.into()), Pattern::Invalid(_)), "{pattern}");
        assert_eq!(matches(pattern, "a"), Some(false));
    }
}

#[test]
fn an_unmatched_closing_sign_is_a_character() {
    all("a)b", &["a)b"], &["ab"]);
    all("a}b]", &["a}b]"], &["ab"]);
    all("^(a))$", &["a)"], &["a"]);
}

#[test]
fn gnu_extensions_and_back_references_are_not_guessed_at() {
    for pattern in [r"(a)\1", r"\<a", r"\w", "[[.a.]]", "[[=a=]]"] {
        assert_eq!(matches(pattern, "a"), None, "{pattern}");
    }
}

#[test]
fn groups_are_counted_by_their_depth() {
    let deep = |depth| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(matches!(Pattern::read(&deep(50).as_str().into()), Pattern::Valid(_)));
    assert!(matches!(Pattern::read(&deep(51).as_str().into()), Pattern::Unclear));
    all(&"(a)".repeat(60), &["a".repeat(60).as_str()], &["a"]);
}

#[test]
fn a_bomb_is_not_compiled() {
    assert_eq!(matches(&format!("{}a{}", "(".repeat(100), ")".repeat(100)), "a"), None);
    assert_eq!(matches("((((a{1000}){1000}){1000}){1000})", "a"), None);
    assert_eq!(matches("(a{1000}){99}", "a"), None);
}

#[test]
fn a_long_expression_or_text_is_not_tried() {
    assert_eq!(matches(&format!("a{}", "*".repeat(1 << 20)), "a"), None);
    let expression = |letters| format!("[a]{}", "b".repeat(letters));
    all(&expression(1021), &[], &["ab"]);
    assert_eq!(matches(&expression(1022), "ab"), None);
    assert_eq!(matches("[a]", &"a".repeat(513)), None);
    assert_eq!(matches(&"a".repeat(1 << 20), "a"), Some(false));
    assert_eq!(matches(&"a".repeat(514), &"a".repeat(513)), Some(false), "it does not fit in");
    assert_eq!(matches(&"a".repeat(513), &"a".repeat(513)), None);
    assert_eq!(matches(&"a".repeat(512), &"a".repeat(512)), Some(true));
}

#[test]
fn repetitions_of_repetitions_do_not_pile_up() {
    let Pattern::Valid(one) = Pattern::read(&"a*".into()) else { panic!() };
    let Pattern::Valid(many) = Pattern::read(&"a****".into()) else { panic!() };
    assert_eq!(one, many);
    all(&format!("^a{}b$", "*".repeat(1000)), &["b", "aab"], &["a"]);
    all("^a+?b$", &["b", "ab", "aab"], &["a"]);
}

#[test]
fn only_so_many_expressions_are_compiled_for_one_file() {
    let mut trials = Trials::default();
    let prepared = (0..10_000).map(|n| trials.prepare(&format!("[a]{n}").as_str().into()));
    let compiled = prepared.filter(|it| matches!(it, Prepared::Compiled(_))).count();
    assert_eq!(compiled, MOST_TRIALS);
    assert!(matches!(trials.prepare(&"plain".into()), Prepared::Plain(_)));
}

#[test]
fn bytes_beyond_ascii_are_bytes() {
    let pattern = Trials::default().prepare(&Text::from(&b"^.\xe9$"[..]));
    assert_eq!(pattern.matches(&Text::from(&b"a\xe9"[..])), Some(true));
}
