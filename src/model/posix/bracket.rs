//! Bracket expressions, in the C locale.

use std::fmt::Write as _;

use super::reader::{Reader, Stop, literal};

impl Reader<'_> {
    /// A bracket expression: no escapes, a leading `]` is literal, classes by name.
    pub(super) fn bracket(&mut self) -> Result<(), Stop> {
        let negated = self.eat(b'^');
        let mut set = String::new();
        let mut is_first = true;
        loop {
            let Some((&byte, rest)) = self.rest.split_first() else {
                return Err(Stop::Invalid("a `[` has no `]`"));
            };
            if byte == b']' && !is_first {
                self.rest = rest;
                break;
            }
            match (byte, rest.first()) {
                (b'[', Some(b':')) => set.push_str(self.class()?),
                (b'[', Some(b'.' | b'=')) => return Err(Stop::Unclear),
                (b'-', Some(next)) if !is_first && *next != b']' => {
                    return Err(Stop::Invalid("a `-` stands inside brackets"));
                }
                _ => {
                    self.rest = rest;
                    self.range(byte, &mut set)?;
                }
            }
            is_first = false;
        }
        let negation = if negated { "^" } else { "" };
        write!(self.out, "[{negation}{set}]").map_err(|_| Stop::Unclear)
    }

    /// A byte, or the range that it starts.
    fn range(&mut self, from: u8, set: &mut String) -> Result<(), Stop> {
        literal(from, set);
        let ([b'-', to, ..], true) = (self.rest, !matches!(self.rest, [b'-', b']', ..])) else {
            return Ok(());
        };
        if *to == b'[' {
            return Err(Stop::Unclear);
        }
        if *to < from {
            return Err(Stop::Invalid("a range runs backwards"));
        }
        set.push('-');
        literal(*to, set);
        self.rest = self.rest.get(2..).unwrap_or_default();
        Ok(())
    }

    /// `[:name:]`, in the C locale.
    fn class(&mut self) -> Result<&'static str, Stop> {
        const CLASSES: [(&[u8], &str); 12] = [
            (b"[:alpha:]", "A-Za-z"),
            (b"[:digit:]", "0-9"),
            (b"[:alnum:]", "0-9A-Za-z"),
            (b"[:upper:]", "A-Z"),
            (b"[:lower:]", "a-z"),
            (b"[:space:]", "\\t-\\r "),
            (b"[:blank:]", "\\t "),
            (b"[:punct:]", "!-/:-@\\[-`{-~"),
            (b"[:xdigit:]", "0-9A-Fa-f"),
            (b"[:cntrl:]", "\\x00-\\x1f\\x7f"),
            (b"[:graph:]", "!-~"),
            (b"[:print:]", " -~"),
        ];
        let found = CLASSES.iter().find(|(name, _)| self.rest.starts_with(name));
        let Some((name, set)) = found else {
            return Err(Stop::Invalid("a character class has an unknown name"));
        };
        self.rest = self.rest.get(name.len()..).unwrap_or_default();
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::all;

    #[test]
    fn brackets_have_ranges_and_classes_but_no_escapes() {
        all("^[]a]$", &["]", "a"], &["b"]);
        all("^[^a-c-]$", &["d"], &["b", "-"]);
        all(r"^[\.]$", &["\\", "."], &["x"]);
        all("^[-a]$", &["-", "a"], &["b"]);
        all("^[b-b]$", &["b"], &["a"]);
        all("^[[:alpha:]_][[:digit:]]+$", &["_12", "a1"], &["1a"]);
    }
}
