//! Reads an exchange as `curl -v` told it.

use std::fs;
use std::path::{Path, PathBuf};

/// Requests and answers of one file.
#[derive(Debug)]
pub(crate) struct Recording {
    /// The file's name without `.txt`.
    pub(crate) name: String,
    /// Seconds since 1970.
    pub(crate) at: i64,
    /// The address it was sent from, where that is not the usual one.
    pub(crate) from: Option<String>,
    /// One, or several over one connection.
    pub(crate) exchanges: Vec<Exchange>,
}

/// One request and its answer.
#[derive(Debug, Default)]
pub(crate) struct Exchange {
    pub(crate) request_head: Vec<String>,
    pub(crate) request_body: String,
    /// Empty when there was no answer.
    pub(crate) answer_head: Vec<String>,
    pub(crate) answer_body: String,
}

impl Exchange {
    pub(crate) fn method(&self) -> &str {
        self.request_head[0].split(' ').next().unwrap()
    }

    pub(crate) fn status(&self) -> Option<u16> {
        self.answer_head.first()?.split(' ').nth(1)?.parse().ok()
    }

    /// The headers of the answer, in order.
    pub(crate) fn headers(&self) -> Vec<(String, String)> {
        let pairs = self.answer_head.iter().skip(1).filter_map(|line| line.split_once(": "));
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}

/// The folder of recordings, if it is there.
pub(crate) fn folder() -> Option<PathBuf> {
    let data = std::env::var_os("K2HDKC_SHARED_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let folder = data.join("k2hr3");
    folder.is_dir().then_some(folder)
}

/// All recordings of a request, in the order of time and then of names.
pub(crate) fn all(folder: &Path) -> Vec<Recording> {
    let mut all: Vec<Recording> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .filter_map(|path| recording(&path))
        .collect();
    all.sort_by(|a, b| (a.at, &a.name).cmp(&(b.at, &b.name)));
    all
}

fn recording(path: &Path) -> Option<Recording> {
    let text = fs::read_to_string(path).unwrap();
    let line = |start: &str| text.lines().find_map(|line| line.strip_prefix(start));
    let command = line("$ curl ")?;
    let mut exchanges = exchanges(&text);
    if exchanges.is_empty() {
        // Nobody listened; the request is the one that another recording of the time sends.
        exchanges.push(Exchange::default());
    }
    exchanges[0].request_body = body_of(command);
    Some(Recording {
        name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
        at: seconds(line("# recorded ")?),
        from: command.split_once("--interface ").map(|(_, rest)| word(rest)),
        exchanges,
    })
}

fn exchanges(text: &str) -> Vec<Exchange> {
    let mut all: Vec<Exchange> = Vec::new();
    for line in text.lines() {
        if let Some(sent) = line.strip_prefix("> ") {
            if all.last().is_none_or(|last| !last.answer_head.is_empty()) {
                all.push(Exchange::default());
            }
            all.last_mut().unwrap().request_head.push(sent.trim_end().to_owned());
        } else if let Some(last) = all.last_mut() {
            if let Some(came) = line.strip_prefix("< ") {
                last.answer_head.push(came.trim_end().to_owned());
            } else if line.starts_with("{\"") {
                // curl's next remark follows on the same line.
                let body = line.split("* Found bundle").next().unwrap();
                body.clone_into(&mut last.answer_body);
            }
        }
    }
    for exchange in &mut all {
        exchange.request_head.retain(|line| !line.is_empty());
        exchange.answer_head.retain(|line| !line.is_empty());
    }
    all
}

/// What followed `-d`, as the shell takes it.
fn body_of(command: &str) -> String {
    command.split_once(" -d ").map(|(_, rest)| word(rest)).unwrap_or_default()
}

/// The first word of a shell command in which every odd character has a backslash.
fn word(text: &str) -> String {
    let mut word = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            ' ' => break,
            '\\' => word.extend(characters.next()),
            other => word.push(other),
        }
    }
    word
}

/// Of `2026-11-22T14:34:53Z`; all were made on that day.
fn seconds(time: &str) -> i64 {
    const MIDNIGHT: i64 = 1_795_305_600;
    let clock = time.strip_prefix("2026-11-22T").unwrap().trim_end_matches('Z');
    MIDNIGHT + clock.split(':').fold(0, |sum, part| sum * 60 + part.parse::<i64>().unwrap())
}

/// Of `Sun, 22 Nov 2026 14:34:53 GMT`.
pub(crate) fn date_seconds(date: &str) -> i64 {
    let clock = date.split(' ').nth(4).unwrap();
    seconds(&format!("2026-11-22T{clock}Z"))
}
