//! What is odd about the lines of a file.

use super::*;

#[test]
fn a_thousand_odd_lines_of_one_kind_are_told_and_no_more() {
    let told = |count| Sections::read("= x\n".repeat(count).as_bytes()).oddities.len();
    assert_eq!(told(MOST_OF_A_KIND), MOST_OF_A_KIND);
    assert_eq!(told(MOST_OF_A_KIND + 1), MOST_OF_A_KIND);
}
