//! The grammar: branches, atoms, groups and repetitions, as glibc's `regcomp` reads them.

/// Why an expression could not be translated.
pub(super) enum Stop {
    /// glibc would refuse it.
    Invalid(&'static str),
    /// What glibc makes of it is not known here.
    Unclear,
}

/// Deeper groups than this are left alone.
const MOST_GROUPS: usize = 50;

/// The expression in the words of `regex-lite`.
pub(super) fn translated(expression: &[u8]) -> Result<String, Stop> {
    let mut reader = Reader { rest: expression, out: String::new(), depth: 0 };
    reader.alternatives()?;
    Ok(reader.out)
}

/// What is still to be read, and what has been written.
pub(super) struct Reader<'a> {
    pub(super) rest: &'a [u8],
    pub(super) out: String,
    depth: usize,
}

impl Reader<'_> {
    /// Branches between `|`, any of which may be empty.
    fn alternatives(&mut self) -> Result<(), Stop> {
        loop {
            self.branch()?;
            if !self.eat(b'|') {
                return Ok(());
            }
            self.out.push('|');
        }
    }

    fn branch(&mut self) -> Result<(), Stop> {
        while let Some(&byte) = self.rest.first() {
            if byte == b'|' || (byte == b')' && self.depth > 0) {
                break;
            }
            let start = self.out.len();
            let is_anchor = self.atom()?;
            // glibc starts afresh behind an anchor, so that nothing can repeat it.
            if !is_anchor {
                self.repetitions(start)?;
            }
        }
        Ok(())
    }

    /// One atom. True if it is an anchor.
    fn atom(&mut self) -> Result<bool, Stop> {
        let Some((&byte, rest)) = self.rest.split_first() else { return Ok(false) };
        self.rest = rest;
        match byte {
            b'*' | b'+' | b'?' | b'{' => {
                return Err(Stop::Invalid("nothing precedes a repetition"));
            }
            b'^' => self.out.push('^'),
            b'$' => self.out.push('$'),
            b'.' => self.out.push_str("(?s:.)"),
            b'(' => self.group()?,
            b'[' => self.bracket()?,
            b'\\' => self.escape()?,
            _ => literal(byte, &mut self.out),
        }
        Ok(matches!(byte, b'^' | b'$'))
    }

    fn group(&mut self) -> Result<(), Stop> {
        if self.depth >= MOST_GROUPS {
            return Err(Stop::Unclear);
        }
        self.depth += 1;
        self.out.push_str("(?:");
        self.alternatives()?;
        if !self.eat(b')') {
            return Err(Stop::Invalid("a `(` has no `)`"));
        }
        self.out.push(')');
        self.depth -= 1;
        Ok(())
    }

    fn escape(&mut self) -> Result<(), Stop> {
        let Some((&byte, rest)) = self.rest.split_first() else {
            return Err(Stop::Invalid("a backslash ends it"));
        };
        self.rest = rest;
        // Back references, and GNU's words, blanks and edges.
        if byte.is_ascii_digit() || b"wWsSbB<>`'".contains(&byte) {
            return Err(Stop::Unclear);
        }
        literal(byte, &mut self.out);
        Ok(())
    }

    /// Wraps what was written since `start` into the repetitions that follow it.
    fn repetitions(&mut self, start: usize) -> Result<(), Stop> {
        let mut before = None;
        while let Some((&byte, rest)) = self.rest.split_first() {
            // A sign that repeats itself adds nothing: `a**` is `a*`, and so with `+` and `?`.
            if b"*+?".contains(&byte) && before.replace(byte) == Some(byte) {
                self.rest = rest;
                continue;
            }
            let suffix = match byte {
                b'*' | b'+' | b'?' => {
                    self.rest = rest;
                    char::from(byte).to_string()
                }
                b'{' => {
                    before = None;
                    self.rest = rest;
                    self.interval()?
                }
                _ => break,
            };
            self.out.insert_str(start, "(?:");
            self.out.push(')');
            self.out.push_str(&suffix);
        }
        Ok(())
    }

    /// `{m}`, `{m,}`, `{,n}`, `{m,n}` or `{,}`; anything else is wrong in an extended expression.
    fn interval(&mut self) -> Result<String, Stop> {
        let wrong = Stop::Invalid("the braces hold no valid interval");
        let Some(end) = self.rest.iter().position(|byte| *byte == b'}') else { return Err(wrong) };
        let (inside, rest) = self.rest.split_at(end);
        self.rest = rest.get(1..).unwrap_or_default();
        let inside = std::str::from_utf8(inside).unwrap_or("x");
        let said = |digits: &&str| !digits.is_empty();
        let (least, most) = match inside.split_once(',') {
            None => (inside, Some(inside)),
            Some((least, most)) => {
                (Some(least).filter(said).unwrap_or("0"), Some(most).filter(said))
            }
        };
        let number = |digits: &str| {
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse::<u32>().ok().filter(|number| plain && *number <= 0x7fff)
        };
        let Some(least) = number(least) else { return Err(wrong) };
        let Some(most) = most else { return Ok(format!("{{{least},}}")) };
        match number(most) {
            Some(most) if least <= most => Ok(format!("{{{least},{most}}}")),
            Some(_) | None => Err(wrong),
        }
    }

    /// Whether the next byte is `byte`, which is then read.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        match self.rest.split_first() {
            Some((first, rest)) if *first == byte => {
                self.rest = rest;
                true
            }
            Some(_) | None => false,
        }
    }
}

/// A byte that stands for itself.
pub(super) fn literal(byte: u8, out: &mut String) {
    if !byte.is_ascii_alphanumeric() && (byte.is_ascii_graphic() || byte == b' ') {
        out.push('\\');
    }
    out.push(char::from(byte));
}
