//! How bad each verdict is, for `status --check` and for the log. The one place where it is decided.

use super::{Ailment, Report, Words};
use crate::model::memory::Seconds;

/// What a monitoring system is told; the numbers are the exit codes of its plug-ins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// As it should be, or on its way there.
    Ok = 0,
    /// Somebody should look in working hours.
    Warning = 1,
    /// Somebody has to look now.
    Critical = 2,
    /// It could not be found out.
    Unknown = 3,
}

use Severity::{Critical, Ok, Warning};

impl Severity {
    /// Its word in the output of a plug-in.
    pub fn as_str(self) -> &'static str {
        match self {
            Ok => "OK",
            Warning => "WARNING",
            Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// How bad something is, and how bad it gets when it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The code of the verdict or situation.
    pub code: &'static str,
    /// How bad it is at once.
    pub at_once: Severity,
    /// After how many seconds it gets how bad.
    pub later: Option<(Seconds, Severity)>,
    /// Whether it stays so until a person does something.
    pub calls_for_a_person: bool,
}

const fn row(code: &'static str, at_once: Severity, later: Option<(Seconds, Severity)>) -> Row {
    Row { code, at_once, later, calls_for_a_person: false }
}

/// One that stays until a person does something.
const fn act(code: &'static str, at_once: Severity, later: Option<(Seconds, Severity)>) -> Row {
    Row { calls_for_a_person: true, ..row(code, at_once, later) }
}

/// Every code. What only keeps this node from following its cluster is a warning as long as the
/// last good file is in force; what keeps chmpx from its work is critical.
pub const ROWS: [Row; 33] = [
    row("settled", Ok, None),
    row("draining", Ok, None),
    row("acting", Ok, None),
    row("settling", Ok, Some((300, Warning))),
    row("registering", Ok, Some((120, Warning))),
    row("adopting", Ok, Some((120, Warning))),
    row("starting", Ok, Some((180, Warning))),
    row("restarting", Ok, Some((180, Warning))),
    row("held", Warning, None),
    row("waiting-for-k2hr3", Ok, Some((120, Warning))),
    row(OF_K2HR3, Warning, None),
    row(OF_THIS_NODE, Warning, Some((300, Critical))),
    row("token-refused", Warning, None),
    act("no-token", Critical, None),
    act("no-such-role", Critical, None),
    row("unregistered", Warning, None),
    act("refused", Warning, None),
    act("quarantined", Warning, None),
    row("rolled-back", Warning, None),
    act("cannot-install", Critical, None),
    row("drifted", Warning, None),
    row("contested", Warning, None),
    row("swallowed", Ok, Some((60, Warning))),
    row("busy", Ok, Some((300, Warning))),
    row("blind", Warning, Some((120, Critical))),
    row("refused-by-chmpx", Warning, Some((300, Critical))),
    row("restart-owed", Warning, Some((7200, Critical))),
    row("chmpx-unknown", Warning, None),
    row("no-chmpx", Warning, Some((120, Critical))),
    act("waits-elsewhere", Warning, Some((120, Critical))),
    row("dead", Critical, None),
    row("not-running", Critical, None),
    row(NO_FILE, Ok, Some((600, Critical))),
];

/// A trouble in reaching K2HR3.
pub const OF_K2HR3: &str = "trouble with K2HR3";
/// A trouble of this node alone.
pub const OF_THIS_NODE: &str = "trouble on this node";
/// Whatever else is the case, while no file has ever been put in place.
pub const NO_FILE: &str = "no file";

fn by_code(code: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.code == code)
}

/// Whether what has this code stays so until a person does something.
pub fn calls_for_a_person(code: &str) -> bool {
    by_code(code).is_some_and(|row| row.calls_for_a_person)
}

impl Row {
    /// How bad it is after `age` seconds.
    pub fn after(&self, age: Seconds) -> Severity {
        match self.later {
            Some((limit, worse)) if age >= limit => worse,
            _ => self.at_once,
        }
    }
}

impl Report {
    /// How bad what it tells is at `now`, all taken together.
    pub fn severity(&self, now: Seconds) -> Severity {
        let age = |since: Option<Seconds>| now.saturating_sub(since.unwrap_or(now));
        let of_words = |words: &Words| by_code(&words.code).map(|row| row.after(age(words.since)));
        let of_trouble = |trouble: &Ailment| {
            let code = if trouble.is_about_k2hr3() { OF_K2HR3 } else { OF_THIS_NODE };
            by_code(code).map(|row| row.after(trouble.age(now)))
        };
        let since = self.agent.as_ref().map(|agent| agent.since);
        let no_file = self.installed.is_none() && !self.settled && self.verdict.code != "acting";
        let all = self
            .situations
            .iter()
            .chain([&self.verdict])
            .filter_map(of_words)
            .chain(self.troubles.iter().filter_map(of_trouble))
            .chain(by_code(NO_FILE).filter(|_| no_file).map(|row| row.after(age(since))));
        all.max().unwrap_or(Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::failure::Class;
    use super::super::super::history::History;
    use super::super::super::memory::{Mark, Memory, Process};
    use super::super::AgentFact;
    use super::*;

    const BEGAN: Seconds = 100_000;

    /// A node with a file in force, of which `code` has been told since [`BEGAN`].
    fn told(code: &str) -> Report {
        let mark = Mark { published: String::new(), generation: 1, at: 1 };
        let memory = Memory { installed: Some(mark), ..Memory::of("i-1") };
        let verdict = Words { since: Some(BEGAN), ..Words::new(code, "", None) };
        Report { verdict, ..Report::remembered(&memory, &History::default(), BEGAN) }
    }

    fn in_trouble(class: Option<Class>) -> Report {
        let trouble = Ailment {
            doing: String::new(),
            cause: String::new(),
            outlook: Ailment::PASSING.to_owned(),
            class,
            help: None,
            since: BEGAN,
            count: 1,
        };
        Report { troubles: vec![trouble], ..told("trouble") }
    }

    /// How bad it is at once, after three minutes and after a day.
    fn course(report: &Report) -> [Severity; 3] {
        [0, 180, 86_400].map(|age| report.severity(BEGAN + age))
    }

    #[test]
    fn an_outage_of_k2hr3_is_a_warning_however_long_the_last_good_file_is_in_force() {
        assert_eq!(course(&in_trouble(Some(Class::Busy))), [Warning; 3]);
        assert_eq!(course(&in_trouble(None)), [Warning, Warning, Critical]);
    }

    #[test]
    fn what_passes_by_itself_is_fine_until_it_lasts() {
        assert_eq!(course(&told("settled")), [Ok; 3]);
        assert_eq!(course(&told("adopting")), [Ok, Warning, Warning]);
        assert_eq!(course(&told("blind")), [Warning, Critical, Critical]);
        assert_eq!(course(&told("dead")), [Critical; 3]);
    }

    #[test]
    fn the_worst_of_all_counts() {
        let report =
            Report { situations: vec![told("blind").verdict], ..in_trouble(Some(Class::Busy)) };
        assert_eq!(course(&report), [Warning, Critical, Critical]);
    }

    #[test]
    fn a_node_without_any_file_is_critical_after_ten_minutes() {
        let process = Process { pid: 1, started: 1 };
        let agent = AgentFact { version: String::new(), process, since: BEGAN };
        let report = Report { installed: None, agent: Some(agent), ..told("waiting-for-k2hr3") };
        assert_eq!(course(&report), [Ok, Warning, Critical]);
    }

    #[test]
    fn a_code_has_one_row() {
        for (at, row) in ROWS.iter().enumerate() {
            assert!(ROWS.iter().skip(at + 1).all(|other| other.code != row.code), "{}", row.code);
            assert!(row.later.is_none_or(|(_, worse)| worse > row.at_once), "{}", row.code);
        }
    }
}
