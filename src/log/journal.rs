//! The journal of systemd: each line with its fields, in the journal's own protocol
//! (<https://systemd.io/JOURNAL_NATIVE_PROTOCOL>).

use std::env;
use std::fmt::{self, Write as _};
use std::io::{self, Write as _, stderr};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};

use rustix::fs::fstat;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::kind::message_id;

/// Where the journal takes lines.
const SOCKET: &str = "/run/systemd/journal/socket";
/// What the fields of a line are called in the journal, before their own names.
const PREFIX: &str = "K2HDKC_";

/// The way to the journal.
#[derive(Debug)]
pub(super) struct Journal {
    socket: UnixDatagram,
    path: PathBuf,
}

impl Journal {
    /// The journal, if it is what standard error is connected to.
    pub(super) fn of_stderr() -> Option<Self> {
        let stream = env::var("JOURNAL_STREAM").ok()?;
        let stat = fstat(stderr()).ok()?;
        names(&stream, stat.st_dev, stat.st_ino).then(|| Self::at(Path::new(SOCKET)).ok())?
    }

    fn at(path: &Path) -> io::Result<Self> {
        Ok(Self { socket: UnixDatagram::unbound()?, path: path.to_owned() })
    }

    fn send(&self, line: &Line, level: Level) {
        let sent = self.socket.send_to(&line.datagram(level), &self.path);
        if sent.is_err() {
            // The journal is behind standard error, too; it may just have been restarted.
            let _nobody = writeln!(stderr(), "{}", line.text());
        }
    }
}

/// Whether `stream`, the value of `JOURNAL_STREAM`, names the file with these numbers.
fn names(stream: &str, device: u64, inode: u64) -> bool {
    stream.split_once(':') == Some((&device.to_string(), &inode.to_string()))
}

impl<S: Subscriber> Layer<S> for Journal {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut line = Line::default();
        event.record(&mut line);
        self.send(&line, *event.metadata().level());
    }
}

/// A line of the log.
#[derive(Debug, Default)]
struct Line {
    message: String,
    fields: Vec<(&'static str, String)>,
}

impl Line {
    /// It for people: most of them see nothing of the fields.
    fn text(&self) -> String {
        let mut text = self.message.clone();
        for (name, value) in self.fields.iter().filter(|(name, _)| *name != "event") {
            let is_word = !value.is_empty() && !value.contains(char::is_whitespace);
            let quoted = if is_word { value.clone() } else { format!("{value:?}") };
            let _infallible = write!(text, " {name}={quoted}");
        }
        text
    }

    fn datagram(&self, level: Level) -> Vec<u8> {
        let mut bytes = Vec::new();
        put(&mut bytes, "MESSAGE", &self.text());
        put(&mut bytes, "PRIORITY", priority(level));
        put(&mut bytes, "SYSLOG_IDENTIFIER", "k2hdkc-slave-agent");
        let kind = self.fields.iter().find(|(name, _)| matches!(*name, "event" | "code"));
        if let Some((_, kind)) = kind {
            put(&mut bytes, "MESSAGE_ID", &message_id(kind));
        }
        for (name, value) in &self.fields {
            put(&mut bytes, &format!("{PREFIX}{}", name.to_ascii_uppercase()), value);
        }
        bytes
    }
}

/// One field. A value of more than one line goes after its length.
fn put(bytes: &mut Vec<u8>, name: &str, value: &str) {
    bytes.extend_from_slice(name.as_bytes());
    if value.contains('\n') {
        bytes.push(b'\n');
        bytes.extend_from_slice(&(value.len() as u64).to_le_bytes());
    } else {
        bytes.push(b'=');
    }
    bytes.extend_from_slice(value.as_bytes());
    bytes.push(b'\n');
}

/// The level as syslog counts: "somebody must act" is its error, "something has changed" its info.
fn priority(level: Level) -> &'static str {
    match level {
        Level::ERROR => "3",
        Level::WARN => "4",
        Level::INFO => "6",
        Level::DEBUG | Level::TRACE => "7",
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.to_owned());
    }
}

impl Line {
    fn put(&mut self, field: &Field, value: String) {
        match field.name() {
            "message" => self.message = value,
            name => self.fields.push((name, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use tracing::{info, warn};
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    /// What arrives at a journal of ours when `say` logs.
    fn heard(say: impl FnOnce()) -> String {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("socket");
        let socket = UnixDatagram::bind(&path).unwrap();
        let journal = Journal::at(&path).unwrap();
        let subscriber = tracing_subscriber::registry().with(journal);
        tracing::subscriber::with_default(subscriber, say);
        let mut bytes = vec![0; 65536];
        let length = socket.recv(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    }

    #[test]
    fn a_line_has_its_text_its_priority_its_id_and_its_fields() {
        let said = heard(|| warn!(event = "adopted", to = 41, added = "s1 s2", "another file"));
        let id = message_id("adopted");
        assert_eq!(
            said,
            format!(
                "MESSAGE=another file to=41 added=\"s1 s2\"\nPRIORITY=4\n\
                 SYSLOG_IDENTIFIER=k2hdkc-slave-agent\nMESSAGE_ID={id}\n\
                 K2HDKC_EVENT=adopted\nK2HDKC_TO=41\nK2HDKC_ADDED=s1 s2\n"
            )
        );
    }

    #[test]
    fn each_level_has_the_priority_by_which_a_journal_is_filtered() {
        let levels = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE];
        assert_eq!(levels.map(priority), ["3", "4", "6", "7", "7"]);
    }

    #[test]
    fn a_verdict_is_known_by_its_code() {
        let said = heard(|| info!(code = "settled", help = None::<&str>, "settled: 5 servers"));
        assert!(said.contains(&format!("MESSAGE_ID={}\n", message_id("settled"))), "{said}");
        assert!(!said.contains("HELP"), "{said}");
    }

    #[test]
    fn a_value_of_several_lines_cannot_pass_for_fields() {
        let said = heard(|| info!(diff = "a\nPRIORITY=0", "changed"));
        assert!(said.contains("K2HDKC_DIFF\n\u{c}\0\0\0\0\0\0\0a\nPRIORITY=0\n"), "{said:?}");
        assert!(said.starts_with("MESSAGE=changed diff=\"a\\nPRIORITY=0\"\n"), "{said:?}");
    }

    #[test]
    fn only_the_stream_of_the_journal_is_the_journal() {
        assert!(names("8:15", 8, 15));
        for other in ["", "8", "8:16", "15:8", "8:15 ", "08:15"] {
            assert!(!names(other, 8, 15), "{other}");
        }
    }
}
