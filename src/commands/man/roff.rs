//! A writer of manual pages: roff that man, groff and mandoc take without a word.

use crate::model::date::day;
use crate::model::memory::Seconds;

/// No line of the source is longer, but for words that are.
const WIDTH: usize = 78;

/// A manual page in the making.
pub(super) struct Page {
    text: String,
}

impl Page {
    /// Begins the page `name(section)`.
    pub(super) fn new(name: &str, section: u8, date: Seconds, what: &str) -> Self {
        let version = env!("CARGO_PKG_VERSION");
        let (title, name) = (escaped(&name.to_uppercase()), escaped(name));
        let date = day(date);
        let text = format!(
            ".TH {title} {section} {date} \"k2hdkc\\-slave\\-agent {version}\" K2HDKC\n\
             .SH NAME\n{name} \\- {}\n",
            escaped(what)
        );
        Self { text }
    }

    pub(super) fn heading(&mut self, title: &str) {
        self.request(".SH", title);
    }

    pub(super) fn subheading(&mut self, title: &str) {
        self.request(".SS", title);
    }

    /// A paragraph. What stands between backquotes in `text` is set in bold.
    pub(super) fn paragraph(&mut self, text: &str) {
        self.text.push_str(".PP\n");
        self.filled(text);
    }

    /// The first paragraph below a heading.
    pub(super) fn opening(&mut self, text: &str) {
        self.filled(text);
    }

    /// A term, and what there is to say about it.
    pub(super) fn entry(&mut self, term: &str, text: &str) {
        self.text.push_str(".TP\n");
        self.line(&format!("\\fB{}\\fR", escaped(term)));
        self.filled(text);
    }

    /// More about the term before.
    pub(super) fn more(&mut self, text: &str) {
        self.text.push_str(".IP\n");
        self.filled(text);
    }

    /// Lines as they stand, indented.
    pub(super) fn verbatim<'a>(&mut self, lines: impl IntoIterator<Item = &'a str>) {
        self.text.push_str(".PP\n.RS 4\n.nf\n");
        for line in lines {
            self.line(&escaped(line));
        }
        self.text.push_str(".fi\n.RE\n");
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    fn request(&mut self, request: &str, words: &str) {
        let words = escaped(words).replace('"', "\\(dq");
        self.line(&format!("{request} \"{words}\""));
    }

    /// Text in lines that end with their sentences, and are not too long.
    fn filled(&mut self, text: &str) {
        let text = marked(text);
        let mut line = String::new();
        for word in text.split_whitespace() {
            let sentence_ends = line.ends_with(['.', '!', '?']) && !line.ends_with("e.g.");
            if !line.is_empty() && (sentence_ends || line.len() + 1 + word.len() > WIDTH) {
                self.line(&line);
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.line(&line);
    }

    fn line(&mut self, line: &str) {
        // A line that begins with one of these would be a request.
        if line.starts_with(['.', '\'']) && !REQUESTS.iter().any(|it| line.starts_with(it)) {
            self.text.push_str("\\&");
        }
        self.text.push_str(line);
        self.text.push('\n');
    }
}

/// What this writer itself begins lines with.
const REQUESTS: [&str; 2] = [".SH \"", ".SS \""];

/// `text` with what stands between backquotes in bold.
fn marked(text: &str) -> String {
    let mut marked = String::new();
    for (number, part) in text.split('`').enumerate() {
        let part = escaped(part);
        if number % 2 == 0 {
            marked.push_str(&part);
        } else {
            marked.extend(["\\fB", &part, "\\fR"]);
        }
    }
    marked
}

/// `text` as roff prints it: with its own signs, all in ASCII.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' => escaped.push_str("\\e"),
            '-' => escaped.push_str("\\-"),
            '\'' => escaped.push_str("\\(aq"),
            '`' => escaped.push_str("\\(ga"),
            '^' => escaped.push_str("\\(ha"),
            '~' => escaped.push_str("\\(ti"),
            '…' => escaped.push_str("..."),
            letter if letter.is_ascii() => escaped.push(letter),
            letter => escaped.extend(["\\[u", &format!("{:04X}", u32::from(letter)), "]"]),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_roff_would_take_for_its_own_is_printed() {
        assert_eq!(escaped(r"a\b-c'd"), r"a\eb\-c\(aqd");
        assert_eq!(escaped("ü…"), r"\[u00FC]...");
        // Typeset, these three would become other signs, which a shell does not take.
        assert_eq!(escaped("`a`^~"), r"\(gaa\(ga\(ha\(ti");
        let mut page = Page::new("a", 8, 0, "b");
        page.paragraph("`.conf` is. A file");
        page.opening(".conf too");
        let lines: Vec<_> = page.text.lines().skip(3).collect();
        assert_eq!(lines, [".PP", r"\fB.conf\fR is.", "A file", r"\&.conf too"]);
    }

    #[test]
    fn long_texts_are_broken_between_words() {
        let mut page = Page::new("a", 8, 0, "b");
        page.paragraph(&"word ".repeat(40));
        assert!(page.text.lines().all(|line| line.len() <= WIDTH));
    }
}
