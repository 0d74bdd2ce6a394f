//! Text as it may be shown: a file of others may hold anything, and a terminal must not obey it.

use std::fmt::{self, Write as _};

/// A text with every control character but a tab as what would be written for it: `\u{1b}`.
#[derive(Debug, Clone, Copy)]
pub struct Plain<'a>(pub &'a str);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(is_obeyed) {
            let (before, behind) = rest.split_at(at);
            f.write_str(before)?;
            let mut letters = behind.chars();
            letters
                .by_ref()
                .take(1)
                .flat_map(char::escape_default)
                .try_for_each(|c| f.write_char(c))?;
            rest = letters.as_str();
        }
        f.write_str(rest)
    }
}

fn is_obeyed(letter: char) -> bool {
    letter.is_control() && letter != '\t'
}

/// So many of something: `1 server`, `3 servers`.
pub fn counted<N: Copy + fmt::Display + PartialEq + From<u8>>(count: N, what: &str) -> String {
    let ending = if count == N::from(1) { "" } else { "s" };
    format!("{count} {what}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_told_as_one() {
        let servers = [0, 1, 2].map(|count: usize| counted(count, "server"));
        assert_eq!(servers, ["0 servers", "1 server", "2 servers"]);
    }

    #[test]
    fn what_a_terminal_would_obey_is_written_out_and_the_rest_stays() {
        assert_eq!(Plain("a\tü = \x1b[2J\u{9b}x\r").to_string(), "a\tü = \\u{1b}[2J\\u{9b}x\\r");
        assert_eq!(Plain("").to_string(), "");
    }
}
