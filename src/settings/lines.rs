//! In which line of a settings file a key stands, which rust-ini does not tell.

/// The keys of a file with their lines, in the order of the file.
pub(super) struct Lines {
    keys: Vec<(String, usize)>,
    /// The first line that is nothing that belongs in such a file.
    pub(super) broken: Option<usize>,
}

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let mut section = String::new();
        let (mut keys, mut broken) = (Vec::new(), None);
        for (number, line) in (1..).zip(text.lines()) {
            // rust-ini ends a line at a carriage return, and takes one that ends with a backslash
            // together with the next; blanks behind it do not make it another value.
            if line.contains('\r') || line.trim_end().ends_with('\\') {
                broken = broken.or(Some(number));
            }
            let line = line.trim();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            let header = line.strip_prefix('[').and_then(|rest| rest.split_once(']'));
            if let Some((name, rest)) = header {
                section = format!("{}.", name.trim());
                // rust-ini goes on reading behind a header: another one, or a key.
                if !rest.trim().is_empty() && !rest.trim().starts_with(['#', ';']) {
                    broken = broken.or(Some(number));
                }
            } else if let Some((key, _)) = line.split_once(['=', ':'])
                // To rust-ini a header ends at its bracket, however many lines further down.
                && !line.starts_with('[')
            {
                keys.push((format!("{section}{}", key.trim()), number));
            } else {
                broken = broken.or(Some(number));
            }
        }
        Self { keys, broken }
    }

    /// The line of the next entry of this name.
    pub(super) fn next_of(&mut self, name: &str) -> Option<usize> {
        let at = self.keys.iter().position(|(key, _)| key == name)?;
        Some(self.keys.remove(at).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_its_own_line_also_a_repeated_one() {
        let mut lines = Lines::of("a = 1\n\n# b = 2\n[s]\nb=3\n ; c\nb : 4\n[t]\nb = 5\n");
        assert_eq!(lines.next_of("a"), Some(1));
        assert_eq!(lines.next_of("s.b"), Some(5));
        assert_eq!(lines.next_of("s.b"), Some(7));
        assert_eq!(lines.next_of("s.b"), None);
        assert_eq!(lines.next_of("t.b"), Some(9));
        assert_eq!(lines.broken, None);
    }

    #[test]
    fn a_line_that_is_neither_section_nor_key_is_found() {
        assert_eq!(Lines::of("[a]\n\nb\nc = 1\nd\n").broken, Some(3));
        assert_eq!(Lines::of("# a\n[b\n").broken, Some(2));
        assert_eq!(Lines::of("[a] # b\n[a][b]\n").broken, Some(2));
        assert_eq!(Lines::of("[a] b = c\n").broken, Some(1));
    }

    #[test]
    fn a_header_that_goes_on_in_the_next_line_is_found() {
        assert_eq!(Lines::of("[:a\nb = 1][c]\nd = 2\n").broken, Some(1));
        assert_eq!(Lines::of("[a\n]\nb = 1\n").broken, Some(1));
    }

    #[test]
    fn a_line_that_rust_ini_would_end_elsewhere_is_found() {
        assert_eq!(Lines::of("[a]\nb = 1\rc = 2\n").broken, Some(2));
        assert_eq!(Lines::of("[a]\nb = 1\\\nc = 2\n").broken, Some(2));
        assert_eq!(Lines::of("[a]\nb = 1\\ \nc = 2\n").broken, Some(2));
        assert_eq!(Lines::of("[a]\r\nb = \\1\r\n").broken, None);
    }
}
