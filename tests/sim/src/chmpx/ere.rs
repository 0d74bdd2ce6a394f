//! POSIX extended regular expressions, unanchored, as `regcomp` of glibc reads them.
use regex_lite::Regex;

/// Whether the expression is found in the text. One that does not compile matches nothing.
pub fn is_found(expression: &str, text: &str) -> bool {
    translate(expression)
        .and_then(|translated| Regex::new(&translated).ok())
        .is_some_and(|regex| regex.is_match(text))
}

/// Rewrites what POSIX and the regex crate read differently.
fn translate(expression: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = expression.chars().peekable();
    let mut depth = 0_usize;
    // A repetition with nothing before it is skipped by glibc, unless nothing else is there.
    let mut at_start = true;
    let mut skipped = false;

    while let Some(c) = chars.next() {
        match c {
            '*' | '+' | '?' if at_start => {
                skipped = true;
                continue;
            }
            '[' => bracket(&mut chars, &mut out)?,
            '(' => {
                depth += 1;
                out.push_str("(?:");
            }
            // An unmatched right parenthesis is an ordinary character in POSIX.
            ')' if depth == 0 => out.push_str("\\)"),
            ')' => {
                depth -= 1;
                out.push(')');
            }
            '\\' => match chars.next()? {
                c @ ('w' | 'W' | 's' | 'S' | 'b' | 'B') => out.extend(['\\', c]),
                c => out.push_str(&literal(c)),
            },
            '{' | '}' if !expression.contains('{') => out.push_str(&literal(c)),
            c => out.push(c),
        }
        at_start = matches!(c, '(' | '|' | '^');
    }
    (!(skipped && out.is_empty())).then_some(out)
}

fn literal(c: char) -> String {
    regex_lite::escape(&c.to_string())
}

/// Copies a bracket expression. Inside it POSIX knows no backslash, and `]` may come first.
fn bracket(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) -> Option<()> {
    out.push('[');
    if chars.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    if chars.next_if_eq(&']').is_some() {
        out.push_str("\\]");
    }
    loop {
        match chars.next()? {
            ']' => break,
            '[' if chars.peek() == Some(&':') => {
                out.push('[');
                for c in chars.by_ref() {
                    out.push(c);
                    if c == ']' {
                        break;
                    }
                }
            }
            '-' if chars.peek() == Some(&']') => out.push_str("\\-"),
            c @ ('\\' | '[' | '&' | '~') => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out.push(']');
    Some(())
}

#[cfg(test)]
mod tests {
    use super::is_found;

    #[test]
    fn expressions_are_unanchored() {
        for expression in ["lv1.ex", "^slv1", "[.]*", ".*", "(slv1|slv2).example", "slv[0-9]+", ""]
        {
            assert!(is_found(expression, "slv1.example"), "{expression}");
        }
        for expression in ["^slv1$", "slv[2-3].example", "*", "(", "[", "SLV1"] {
            assert!(!is_found(expression, "slv1.example"), "{expression}");
        }
    }

    #[test]
    fn brackets_know_no_escapes() {
        assert!(is_found(r"^[\.]$", r"\"));
        assert!(is_found("^[]a]$", "]"));
        assert!(is_found("^[[:digit:]]+$", "42"));
        assert!(is_found("a)", "a)"));
    }
}
