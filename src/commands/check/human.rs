//! The verdict for people, in the manner of a good compiler.

use std::fmt::Write as _;

use super::Looked;
use crate::commands::page::{BLUE, BOLD, GREEN, Paint, RED, YELLOW};
use crate::model::conf::{Text, trim};
use crate::model::plain::{Plain, counted};
use crate::model::rules::{Finding, Level};

/// Longer lines of a file are not shown whole.
const WIDTH: usize = 120;

pub(super) fn told(looked: &Looked<'_>, paint: Paint) -> String {
    let lines = Lines::of(looked);
    let mut text = String::new();
    for finding in &looked.verdict.findings {
        text.push_str(&finding_told(looked, finding, &lines, paint));
    }
    let verdict = &looked.verdict;
    let path = looked.file.path.display().to_string();
    let (colour, sentence) = match (verdict.loads, verdict.starts, verdict.is_fit()) {
        (false, _, _) => (RED, "chmpx would not load it: a running one would end itself"),
        (true, Some(false), _) => (RED, "chmpx would load it, but not start with it on this host"),
        (true, None, _) => (YELLOW, "chmpx would load it; whether it starts is not certain"),
        (true, Some(true), false) => (RED, "chmpx would load it and start, but come to harm"),
        (true, Some(true), true) => (GREEN, "chmpx would load it and start"),
    };
    let (path, sentence) = (paint.of(BOLD, &path), paint.of(colour, sentence));
    let _infallible = writeln!(text, "{path}: {sentence}");
    if verdict.loads {
        let group = looked.file.conf.group().map(printable).unwrap_or_default();
        let (servers, slaves) = (looked.file.conf.servers().len(), looked.file.conf.slaves().len());
        let (servers, slaves) = (counted(servers, "server"), counted(slaves, "slave"));
        let _infallible = writeln!(text, "  group {group}, {servers}, {slaves}");
    }
    text
}

fn finding_told(looked: &Looked<'_>, finding: &Finding, lines: &Lines<'_>, paint: Paint) -> String {
    let colour = if finding.level == Level::Error { RED } else { YELLOW };
    let head = paint.of(colour, &format!("{}[{}]", finding.level, finding.code));
    let message = paint.of(BOLD, &plain(&finding.message));
    let path = looked.file.path.display();
    let (number, place) = match finding.line {
        Some(line) => (line.to_string(), format!("{path}:{line}")),
        None => (" ".to_owned(), path.to_string()),
    };
    let pad = " ".repeat(number.len());
    let mut text = format!("{head}: {message}\n{pad}{} {place}\n", paint.of(BLUE, "-->"));
    if let Some(line) = finding.line.and_then(|line| lines.get(line)) {
        let (number, bar) = (paint.of(BLUE, &number), paint.of(BLUE, "|"));
        let _infallible = writeln!(text, "{pad} {bar}\n{number} {bar} {line}");
    }
    let (sign, help) = (paint.of(BLUE, "="), paint.of(BOLD, "help"));
    let _infallible = writeln!(text, "{pad} {sign} {help}: {}\n", finding.help);
    text
}

/// The lines of a file that are spoken of.
struct Lines<'a>(Vec<(usize, &'a [u8])>);

impl<'a> Lines<'a> {
    fn of(looked: &Looked<'a>) -> Self {
        let mut wanted: Vec<_> = looked.verdict.findings.iter().filter_map(|it| it.line).collect();
        wanted.sort_unstable();
        let lines = looked.file.bytes.split(|byte| *byte == b'\n').enumerate();
        let lines = lines.map(|(at, line)| (at + 1, line));
        Self(lines.filter(|(number, _)| wanted.binary_search(number).is_ok()).collect())
    }

    fn get(&self, number: usize) -> Option<String> {
        let at = self.0.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        let (_, line) = self.0.get(at)?;
        let shown = printable(&Text::from(trim(line)));
        let cut: String = shown.chars().take(WIDTH).collect();
        Some(if cut.len() < shown.len() { format!("{cut}...") } else { cut })
    }
}

fn printable(text: &Text) -> String {
    plain(&text.to_string())
}

/// A tab would move what stands below a line.
fn plain(text: &str) -> String {
    Plain(text).to_string().replace('\t', " ")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::Read;
    use super::*;
    use crate::model::conf::Conf;
    use crate::model::rules::{Code, Verdict, judge};

    fn shown(text: &str) -> String {
        let conf = Conf::read(text.as_bytes());
        let verdict = judge(&conf, None);
        let bytes = text.as_bytes().to_vec();
        let file = Read { path: PathBuf::from("slave.ini"), bytes, conf };
        told(&Looked { file: &file, own_name: Text::default(), verdict }, Paint::NONE)
    }

    #[test]
    fn a_finding_shows_where_what_why_and_what_to_do() {
        let told = shown("[GLOBAL]\nGROUP = g\nMQACK = 1\n");
        let expected = "error[bad-boolean]: MQACK `1` is neither ON nor OFF to chmpx\n \
            --> slave.ini:3\n  |\n3 | MQACK = 1\n  = help: write ON, YES, OFF or NO\n";
        assert!(told.contains(expected), "{told}");
    }

    #[test]
    fn a_file_cannot_steer_the_terminal() {
        let told = shown("[GLOBAL]\nGROUP = \x1b[2J\n\x1b]0;x\x07 = 1\n");
        assert!(!told.contains('\x1b') && !told.contains('\x07'), "{told:?}");
    }

    #[test]
    fn the_last_line_says_what_chmpx_would_make_of_the_file() {
        let file = |loads, starts, findings| {
            let text = "[GLOBAL]\nGROUP = g\n[SVRNODE]\nNAME = a\n";
            let conf = Conf::read(text.as_bytes());
            let bytes = text.as_bytes().to_vec();
            let file = Read { path: PathBuf::from("slave.ini"), bytes, conf };
            let verdict = Verdict { loads, starts, findings };
            let looked = Looked { file: &file, own_name: Text::default(), verdict };
            told(&looked, Paint::NONE)
        };
        let harm = Finding {
            code: Code::BadBoolean,
            level: Level::Error,
            line: None,
            message: "harm".to_owned(),
            help: "none",
        };
        let group = "  group g, 1 server, 0 slaves\n";
        for (loads, starts, expected) in [
            (true, Some(true), "chmpx would load it and start\n"),
            (true, Some(false), "chmpx would load it, but not start with it on this host\n"),
            (true, None, "chmpx would load it; whether it starts is not certain\n"),
        ] {
            let expected = format!("slave.ini: {expected}{group}");
            assert_eq!(file(loads, starts, Vec::new()), expected);
        }
        let last = file(false, Some(false), Vec::new());
        let expected = "slave.ini: chmpx would not load it: a running one would end itself\n";
        assert_eq!(last, expected, "of what is not loaded nothing counts");
        let harmful = file(true, Some(true), vec![harm]);
        let expected =
            format!("slave.ini: chmpx would load it and start, but come to harm\n{group}");
        assert!(harmful.ends_with(&expected), "{harmful}");
    }
}
