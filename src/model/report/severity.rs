//! How bad each verdict is, for `status --check` and for the log. The one place where it is decided.

use super::{Code, Report, TroubleFact, Words};
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
    /// How bad it is at once.
    pub at_once: Severity,
    /// After how many seconds it gets how bad.
    pub later: Option<(Seconds, Severity)>,
    /// Whether it stays so until a person does something.
    pub calls_for_a_person: bool,
}

const fn row(at_once: Severity) -> Row {
    Row { at_once, later: None, calls_for_a_person: false }
}

const fn later(at_once: Severity, after: Seconds, worse: Severity) -> Row {
    Row { later: Some((after, worse)), ..row(at_once) }
}

/// One that stays until a person does something.
const fn act(row: Row) -> Row {
    Row { calls_for_a_person: true, ..row }
}

/// What only keeps this node from following its cluster is a warning as long as the last good file
/// is in force; what keeps chmpx from its work is critical. A trouble is judged by what it is about.
const fn of(code: Code) -> Option<Row> {
    Some(match code {
        Code::Trouble => return None,
        Code::Settled | Code::Draining | Code::Acting => row(Ok),
        Code::Swallowed => later(Ok, 60, Warning),
        Code::Registering | Code::Adopting | Code::WaitingForK2hr3 => later(Ok, 120, Warning),
        Code::Starting | Code::Restarting => later(Ok, 180, Warning),
        Code::Settling | Code::Busy => later(Ok, 300, Warning),
        Code::Held
        | Code::TokenRefused
        | Code::Unregistered
        | Code::RolledBack
        | Code::NoWayBack
        | Code::Drifted
        | Code::Contested
        | Code::ChmpxUnknown => row(Warning),
        Code::Refused | Code::Quarantined => act(row(Warning)),
        Code::Blind | Code::NoChmpx => later(Warning, 120, Critical),
        Code::WaitsElsewhere | Code::ReadsElsewhere => act(later(Warning, 120, Critical)),
        Code::RefusedByChmpx => later(Warning, 300, Critical),
        Code::RestartOwed => later(Warning, 7200, Critical),
        Code::Dead | Code::NotRunning => row(Critical),
        Code::NoToken | Code::NoSuchRole | Code::CannotInstall => act(row(Critical)),
    })
}

/// A trouble in reaching K2HR3.
const OF_K2HR3: Row = row(Warning);
/// A trouble of this node alone.
const OF_THIS_NODE: Row = later(Warning, 300, Critical);
/// Whatever else is the case, while no file has ever been put in place.
const NO_FILE: Row = later(Ok, 600, Critical);

/// The whole table: what it is called, and how bad it is.
pub fn rows() -> impl Iterator<Item = (&'static str, Row)> {
    let codes = Code::ALL.iter().filter_map(|code| Some((code.as_str(), of(*code)?)));
    codes.chain([
        ("trouble with K2HR3", OF_K2HR3),
        ("trouble on this node", OF_THIS_NODE),
        ("no file", NO_FILE),
    ])
}

/// Whether what has this code stays so until a person does something.
pub fn calls_for_a_person(code: Code) -> bool {
    of(code).is_some_and(|row| row.calls_for_a_person)
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
        let of_words = |words: &Words| of(words.code).map(|row| row.after(age(words.since)));
        let of_trouble = |trouble: &TroubleFact| {
            let row = if trouble.is_about_k2hr3() { OF_K2HR3 } else { OF_THIS_NODE };
            row.after(trouble.age(now))
        };
        let since = self.agent.as_ref().map(|agent| agent.since);
        let no_file =
            self.installed.is_none() && !self.settled && self.verdict.code != Code::Acting;
        let all = self
            .situations
            .iter()
            .chain([&self.verdict])
            .filter_map(of_words)
            .chain(self.troubles.iter().map(of_trouble))
            .chain(no_file.then(|| NO_FILE.after(age(since))));
        all.max().unwrap_or(Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::failure::{Class, Outlook};
    use super::super::super::history::History;
    use super::super::super::memory::{Mark, Memory, Process};
    use super::super::AgentFact;
    use super::*;

    const BEGAN: Seconds = 100_000;

    /// A node with a file in force, of which `code` has been told since [`BEGAN`].
    fn told(code: Code) -> Report {
        let mark = Mark { published: String::new(), generation: 1, at: 1 };
        let memory = Memory { installed: Some(mark), ..Memory::of("i-1") };
        let verdict = Words { since: Some(BEGAN), ..Words::new(code, "", None) };
        Report { verdict, ..Report::remembered(&memory, &History::default(), BEGAN) }
    }

    fn in_trouble(class: Option<Class>) -> Report {
        let trouble = TroubleFact {
            doing: String::new(),
            cause: String::new(),
            outlook: Outlook::Passing,
            class,
            help: None,
            since: BEGAN,
            count: 1,
        };
        Report { troubles: vec![trouble], ..told(Code::Trouble) }
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
        assert_eq!(course(&told(Code::Settled)), [Ok; 3]);
        assert_eq!(course(&told(Code::Adopting)), [Ok, Warning, Warning]);
        assert_eq!(course(&told(Code::Blind)), [Warning, Critical, Critical]);
        assert_eq!(course(&told(Code::Dead)), [Critical; 3]);
    }

    #[test]
    fn the_worst_of_all_counts() {
        let report =
            Report { situations: vec![told(Code::Blind).verdict], ..in_trouble(Some(Class::Busy)) };
        assert_eq!(course(&report), [Warning, Critical, Critical]);
    }

    #[test]
    fn a_node_without_any_file_is_critical_after_ten_minutes() {
        let process = Process { pid: 1, started: 1 };
        let agent = AgentFact { version: String::new(), process, since: BEGAN };
        let report = Report { installed: None, agent: Some(agent), ..told(Code::WaitingForK2hr3) };
        assert_eq!(course(&report), [Ok, Warning, Critical]);
    }

    #[test]
    fn only_a_node_that_waits_for_its_first_file_lacks_it() {
        let process = Process { pid: 1, started: 1 };
        let agent = || Some(AgentFact { version: String::new(), process, since: BEGAN });
        let with_file = Report { agent: agent(), ..told(Code::Draining) };
        assert_eq!(course(&with_file), [Ok; 3]);
        let without = |code| Report { agent: agent(), installed: None, ..told(code) };
        assert_eq!(course(&Report { settled: true, ..without(Code::Settled) }), [Ok; 3]);
        assert_eq!(course(&without(Code::Acting)), [Ok; 3], "it is on its way");
    }

    #[test]
    fn monitoring_is_told_in_its_own_words() {
        let words = [Ok, Warning, Critical, Severity::Unknown].map(Severity::as_str);
        assert_eq!(words, ["OK", "WARNING", "CRITICAL", "UNKNOWN"]);
    }

    #[test]
    fn every_code_has_its_row_and_a_trouble_has_two() {
        let told: Vec<_> = rows().map(|(what, _)| what).collect();
        for code in Code::ALL.iter().filter(|code| **code != Code::Trouble) {
            assert!(told.contains(&code.as_str()), "{code}");
        }
        assert!(told.contains(&"trouble with K2HR3") && told.contains(&"trouble on this node"));
    }

    #[test]
    fn what_lasts_never_gets_better_by_that() {
        for (what, row) in rows() {
            assert!(row.later.is_none_or(|(_, worse)| worse > row.at_once), "{what}");
        }
    }
}
