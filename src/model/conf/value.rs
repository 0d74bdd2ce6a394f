//! How chmpx reads one key or one value: quotes, escapes and inline remarks.

use super::text::{Text, is_space, trim};

/// What chmpx makes of one side of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// The key or value.
    pub text: Text,
    /// How many of the raw bytes it was made of; the rest is an inline remark or follows a NUL.
    pub used: usize,
    /// Whether a `#` that starts no remark became part of it.
    pub has_hash: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    None,
    Single,
    Double,
}

/// Reads `raw` as chmpx does (`extract_conf_value` in its lib/chmconfutil.cc).
///
/// Nothing comes back for an open quote or a lone backslash at the end: chmpx drops such a line.
pub(super) fn extract(raw: &[u8]) -> Option<Piece> {
    let raw = trim(raw);
    let mut out = Vec::with_capacity(raw.len());
    let mut quote = Quote::None;
    let (mut escaped, mut after_space, mut has_hash) = (false, false, false);
    let mut used = raw.len();

    for (at, &byte) in raw.iter().enumerate() {
        match (quote, byte) {
            // The loop runs over a C string.
            (_, 0) => {
                used = at;
                break;
            }
            (Quote::Single, b'\'') => quote = Quote::None,
            (Quote::Single, _) => out.push(byte),
            (Quote::Double, b'"') if !escaped => quote = Quote::None,
            (Quote::Double | Quote::None, b'\\') if !escaped => escaped = true,
            (Quote::Double | Quote::None, b'"' | b'\\') if escaped => {
                out.push(byte);
                escaped = false;
            }
            (Quote::Double, _) => {
                if escaped {
                    out.push(b'\\');
                }
                out.push(byte);
                escaped = false;
            }
            (Quote::None, b'"') => quote = Quote::Double,
            (Quote::None, b'\'') if !escaped => quote = Quote::Single,
            (Quote::None, b'\'') => {
                out.push(byte);
                escaped = false;
            }
            (Quote::None, b'#') if after_space => {
                used = at;
                break;
            }
            // Does not end an escape: a `\#` at the end of a line is a lone backslash.
            (Quote::None, b'#') => {
                out.push(byte);
                has_hash = true;
            }
            (Quote::None, _) => {
                out.push(byte);
                // Quotes and backslashes leave this as it was.
                after_space = is_space(byte);
                escaped = false;
            }
        }
    }
    (quote == Quote::None && !escaped).then(|| Piece { text: trim(&out).into(), used, has_hash })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> Option<String> {
        extract(raw.as_bytes()).map(|piece| piece.text.to_string())
    }

    #[track_caller]
    fn is(raw: &str, expected: &str) {
        assert_eq!(read(raw).as_deref(), Some(expected), "{raw}");
    }

    #[test]
    fn a_backslash_disappears_before_anything_but_quotes_and_itself() {
        is(r"CF\GT", "CFGT");
        is(r#"a\"b\'c\\d"#, r#"a"b'c\d"#);
        is(r"my\ cluster", "my cluster");
    }

    #[test]
    fn single_quotes_keep_everything() {
        is(r"'a\b # c'", r"a\b # c");
    }

    #[test]
    fn double_quotes_know_two_escapes_and_keep_other_backslashes() {
        is(r#""a\"b\\c\.d # e""#, r#"a"b\c\.d # e"#);
        is(r#""it\'s""#, r"it\'s");
    }

    #[test]
    fn quoted_and_bare_pieces_join_and_the_result_is_trimmed() {
        is(r#"A"B C"D"#, "AB CD");
        is(r#"" A ""#, "A");
    }

    #[test]
    fn a_remark_needs_white_space_before_it_inside_the_value() {
        is("CFGT # x", "CFGT");
        is("CFGT\t# x", "CFGT");
        is("CFGT# x", "CFGT# x");
        is("# x", "# x");
        is("CFGT\x0c# x", "CFGT\x0c");
    }

    #[test]
    fn only_an_ordinary_character_ends_the_white_space_before_a_remark() {
        is("my 'clu'# ster", "my clu");
        is("my \"\"# x", "my");
        is(r"my \\# x", r"my \");
    }

    #[test]
    fn a_hash_does_not_end_an_escape() {
        assert_eq!(read(r"my\#"), None);
        assert_eq!(read(r"my \# x"), None);
        is(r"my\#c", "my#c");
        is("my\\#\"c", "my#\"c");
    }

    #[test]
    fn an_open_quote_or_a_lone_backslash_makes_the_line_unreadable() {
        for raw in ["\"abc", "'abc", "abc\\", "O'Brien"] {
            assert_eq!(read(raw), None, "{raw}");
        }
    }

    #[test]
    fn a_nul_ends_the_value() {
        is("7\0 8", "7");
        is("\0abc", "");
        assert_eq!(extract(b"7\0 8").unwrap().used, 1);
    }
}
