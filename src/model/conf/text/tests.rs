//! How chmpx reads values, and how they are shown.

use super::*;

fn int(text: &str) -> i32 {
    Text::from(text).int()
}

#[test]
fn a_number_is_what_atoi_says() {
    assert_eq!(int("007"), 7);
    assert_eq!(int(" \x0b-12x"), -12);
    assert_eq!(int("abc"), 0);
    assert_eq!(int(""), 0);
    assert_eq!(int("+-1"), 0);
}

#[test]
fn a_number_wraps_at_32_bits_and_saturates_at_64() {
    assert_eq!(int("2147483648"), i32::MIN);
    assert_eq!(int("4294967295"), -1);
    assert_eq!(int("4294967360"), 64);
    assert_eq!(int("1700000000000000000000000"), -1);
}

#[test]
fn a_port_is_signed_and_has_16_bits() {
    assert_eq!(Text::from("73567").port(), 8031);
    assert_eq!(Text::from("65535").port(), -1);
    assert_eq!(Text::from("40000").port(), -25536);
}

#[test]
fn bytes_that_are_not_utf8_are_shown_as_numbers() {
    assert_eq!(Text::from(&b"my\xa0x"[..]).to_string(), "my\\xa0x");
}

#[test]
fn a_long_text_is_cut_for_a_message_between_characters() {
    assert_eq!(Text::from("short").brief().to_string(), "short");
    let long = Text::from("ü".repeat(500).as_str());
    assert_eq!(long.brief().to_string(), format!("{}... (1000 bytes)", "ü".repeat(60)));
    let odd = Text::from(format!("x{}", "ü".repeat(500)).as_str());
    assert_eq!(odd.brief().to_string(), format!("x{}... (1001 bytes)", "ü".repeat(59)));
    let binary = Text::from([[b'x'; 100], [0x80; 100]].concat());
    let expected = format!("{}{}... (200 bytes)", "x".repeat(100), r"\x80".repeat(20));
    assert_eq!(binary.brief().to_string(), expected);
    assert!(Text::from(&[0x80; 200][..]).brief().to_string().len() < 600);
}

#[test]
fn a_text_of_120_bytes_is_told_whole() {
    let text = |letters| Text::from("x".repeat(letters).as_str()).brief().to_string();
    assert_eq!(text(120), "x".repeat(120));
    assert_eq!(text(121), format!("{}... (121 bytes)", "x".repeat(120)));
}

#[test]
fn a_text_is_quoted_where_it_is_a_part_of_something() {
    let text = Text::from("a\"\x1b");
    assert_eq!(format!("{text:?}"), "\"a\\\"\\u{1b}\"");
    assert_eq!(format!("{:?}", text.brief()), "\"a\\\"\\u{1b}\"");
}

#[test]
fn a_number_is_plain_and_a_truth_is_one_of_four_words() {
    let is_plain = |text: &str| Text::from(text).is_plain_number();
    assert!(is_plain("08") && !is_plain("") && !is_plain("1a") && !is_plain("-1"));
    let truth = |text: &str| Text::from(text).truth();
    assert_eq!(
        ["on", "Yes", "OFF", "no"].map(truth),
        [Some(true), Some(true), Some(false), Some(false)]
    );
    assert_eq!(["true", "1", ""].map(truth), [None; 3]);
}

#[test]
fn texts_are_in_the_order_of_their_bytes() {
    let (upper, lower) = (Text::from("B"), Text::from("a"));
    assert!(upper < lower);
    assert!(upper == *"B" && upper != *"b" && upper == "B" && upper != "b");
}

#[test]
fn a_message_holds_nothing_that_a_terminal_obeys() {
    assert_eq!(Text::from("a\x1b[2J").brief().to_string(), "a\\u{1b}[2J");
}

#[test]
fn only_four_characters_are_trimmed() {
    assert_eq!(trim(b"\t \x0ba\x0c \r\n"), b"\x0ba\x0c");
}
