//! What an operator sees who has nothing but a terminal, and the document that shows it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tokio::time::Instant;

use crate::support::{LIMIT, Node};

/// Where the recorded output is shown.
const DOCUMENT: &str = "docs/troubleshooting.md";
/// Lines of the status that are recorded: the verdict, what to do about it, and what it is about.
const HEAD: usize = 4;

/// Both commands of an operator, as plain text.
struct Terminal {
    status: String,
    doctor: String,
    /// How the doctor ended.
    code: Option<i32>,
}

impl Terminal {
    async fn of(node: &Node) -> Self {
        let text = |output: std::process::Output| {
            let text = String::from_utf8(output.stdout).unwrap();
            text.replace(&node.path("root").display().to_string(), "")
                .replace(&node.directory.path().display().to_string(), "")
        };
        let status = text(node.run(&["status"]).await);
        // On a real node chmpx is in the path, too.
        let path = format!("{}:/usr/bin:/bin", node.path("chmpx/bin").display());
        let mut doctor = tokio::process::Command::from(node.agent(&["doctor"]));
        let doctor = tokio::time::timeout(LIMIT, doctor.env("PATH", path).output()).await;
        let doctor = doctor.expect("the doctor ends").unwrap();
        Self { status, code: doctor.status.code(), doctor: text(doctor) }
    }

    /// The first cause that no line names, or the first advice that no line gives.
    fn missing<'a>(&self, causes: &[&'a str], advice: &[&'a str]) -> Option<&'a str> {
        let is_advice = |line: &&str| line.starts_with("do ");
        let lines = self.status.lines().chain(self.doctor.lines());
        let (help, facts): (Vec<_>, Vec<_>) = lines.partition(is_advice);
        let lacks = |lines: &[&str], phrase: &str| !lines.iter().any(|line| line.contains(phrase));
        let causes = causes.iter().filter(|cause| lacks(&facts, cause));
        causes.chain(advice.iter().filter(|advice| lacks(&help, advice))).next().copied()
    }

    /// As it is shown in the document.
    fn recorded(&self) -> String {
        let head: Vec<_> = self.status.lines().take(HEAD).collect();
        let wrong: Vec<_> = self.doctor.lines().filter(|line| !line.starts_with("ok ")).collect();
        format!(
            "$ k2hdkc-slave-agent status | head -{HEAD}\n{}\n\
             $ k2hdkc-slave-agent doctor | grep -v '^ok '\n{}\n",
            head.join("\n"),
            wrong.join("\n")
        )
    }
}

/// Asks as an operator would, and asserts that every cause is named and every piece of advice is
/// given. `name` is the entry of the document that shows it.
pub async fn finds(node: &Node, name: &str, causes: &[&str], advice: &[&str]) {
    let start = Instant::now();
    let mut seen = Terminal::of(node).await;
    // What the agent has seen is not yet what a look of its own shows to the doctor, on a busy machine.
    while seen.missing(causes, advice).is_some() && start.elapsed() < LIMIT {
        seen = Terminal::of(node).await;
    }
    let all = || format!("{}\n{}\n{}", seen.status, seen.doctor, node.log());
    let missing = seen.missing(causes, advice);
    assert!(missing.is_none(), "{name}: nobody says {missing:?}\n{}", all());
    assert_eq!(seen.code, Some(2), "{name}: the doctor says that nothing is wrong\n{}", all());
    if let Some(path) = std::env::var_os("K2AGENT_RECORD") {
        record(&PathBuf::from(path), name, &seen.recorded());
    }
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(DOCUMENT)).unwrap();
    let (_, shown, _) = entry(&text, name);
    for phrase in causes.iter().chain(advice) {
        assert!(shown.contains(phrase), "{DOCUMENT} does not show `{phrase}` at {name}: record it");
    }
}

/// Puts what was seen into its place. The tests run side by side.
fn record(path: &Path, name: &str, seen: &str) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap();
    let text = fs::read_to_string(path).unwrap();
    let (before, _, after) = entry(&text, name);
    fs::write(path, format!("{before}{seen}{after}")).unwrap();
}

/// The block of the entry `name`, and what is before and after it.
fn entry<'a>(text: &'a str, name: &str) -> (&'a str, &'a str, &'a str) {
    let mark = format!("<!-- {name} -->\n```text\n");
    let begin = text.find(&mark).expect(name) + mark.len();
    let end = begin + text[begin..].find("```\n").unwrap();
    (&text[..begin], &text[begin..end], &text[end..])
}
