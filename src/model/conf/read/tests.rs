//! What is odd about the lines of a file.

use super::*;

#[test]
fn a_thousand_odd_lines_of_one_kind_are_told_and_no_more() {
    let told = |count| Sections::read("= x\n".repeat(count).as_bytes()).oddities.len();
    assert_eq!(told(MOST_OF_A_KIND), MOST_OF_A_KIND);
    assert_eq!(told(MOST_OF_A_KIND + 1), MOST_OF_A_KIND);
}

#[test]
fn each_line_and_each_value_is_found_where_it_stands() {
    let text = "[GLOBAL]\n\t GROUP = \"a b\"  # x\nMODE=\n";
    let global = Sections::read(text.as_bytes()).global;
    let found: Vec<_> = global
        .iter()
        .map(|(key, entry)| (key.to_string(), entry.line, &text[entry.range.clone()]))
        .collect();
    assert_eq!(found, [("GROUP".to_owned(), 2, "\"a b\""), ("MODE".to_owned(), 3, "")]);
}

#[test]
fn what_is_odd_about_the_ends_of_lines_is_told_as_what_it_is() {
    let odd = |text: &str| Sections::read(text.as_bytes()).oddities;
    assert_eq!(odd("# a\n[GLOBAL]\n"), []);
    assert_eq!(odd("[GLOBAL]\n# an end without an end"), []);
    assert_eq!(odd("[GLOBAL]\nA = b"), [(2, Oddity::NoFinalNewline)]);
    assert_eq!(odd("[GLOBAL]\r\nA = b\r\n"), [(1, Oddity::CarriageReturns)]);
    assert_eq!(odd("# a\r"), [(1, Oddity::OnlyCarriageReturns)]);
    assert_eq!(odd("[GLOBAL]\nA\r = b\n"), [(2, Oddity::InnerCarriageReturn)]);
}
