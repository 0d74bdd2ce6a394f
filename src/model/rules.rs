//! What chmpx would make of a file: every rule, and the verdict that follows.
//!
//! Two questions are kept apart. *Loads*: a running chmpx survives the file; one that does not
//! load ends the process with exit code 0. *Starts*: a fresh chmpx accepts it, which depends on
//! this host's names, addresses, CUK and port. Only a file that does both, and does no harm
//! afterwards, may be installed.

mod access;
mod code;
mod findings;
mod global;
mod ids;
mod keys;
mod names;
mod nodes;
mod numbers;
mod ports;
mod role;
mod selfhood;
#[cfg(test)]
mod testing;
mod text;
mod tls;

pub use code::{Code, Effect, Level};
pub use findings::Finding;

use findings::Findings;

use super::conf::Conf;
use super::host::Host;

/// What chmpx would make of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether a running chmpx survives the file.
    pub loads: bool,
    /// Whether a fresh chmpx starts with it; nothing if that is not known.
    pub starts: Option<bool>,
    /// Everything there is to say, by line.
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// Whether the file may be shown to chmpx: it loads, it starts and nothing in it does harm.
    pub fn is_fit(&self) -> bool {
        self.starts == Some(true) && self.errors().next().is_none()
    }

    /// The findings that speak against the file.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.level == Level::Error)
    }

    fn of(findings: Findings, host_is_known: bool) -> Self {
        let findings = findings.into_sorted();
        let worst = |effect| findings.iter().any(|finding: &Finding| finding.effect() == effect);
        let loads = !worst(Effect::DoesNotLoad);
        let starts = if !loads || worst(Effect::DoesNotStart) {
            Some(false)
        } else if !host_is_known || worst(Effect::MayNotStart) {
            None
        } else {
            Some(true)
        };
        Self { loads, starts, findings }
    }
}

/// Judges `conf` for `host`.
///
/// Without a host, what depends on it is left open: the file may load, and whether it starts is
/// not known.
pub fn judge(conf: &Conf, host: Option<&Host>) -> Verdict {
    let mut findings = Findings::default();
    text::look(conf, &mut findings);
    keys::look(conf, &mut findings);
    global::look(conf, &mut findings);
    numbers::look(conf, &mut findings);
    ports::look(conf, &mut findings);
    nodes::look(conf, &mut findings);
    ids::look(conf, &mut findings);
    tls::look(conf, host, &mut findings);
    if let Some(host) = host {
        selfhood::look(conf, host, &mut findings);
        names::look(conf, host, &mut findings);
    }
    super::injection::look(conf, &mut |code, line, message| findings.add(code, line, message));
    Verdict::of(findings, host.is_some())
}

#[cfg(test)]
mod tests {
    use super::testing::{GOOD, host, verdict, with, with_global};
    use super::*;

    #[test]
    fn a_file_that_does_not_load_does_not_start_either() {
        let verdict = verdict("");
        assert_eq!((verdict.loads, verdict.starts), (false, Some(false)));
    }

    #[test]
    fn without_a_host_it_is_open_whether_a_file_starts() {
        let verdict = judge(&Conf::read(GOOD.as_bytes()), None);
        assert_eq!((verdict.loads, verdict.starts), (true, None));
        assert!(!verdict.is_fit());
    }

    #[test]
    fn a_harmful_file_loads_and_starts_and_is_not_fit() {
        let verdict = verdict(with_global("INCLUDE = /etc/other.ini"));
        assert_eq!((verdict.loads, verdict.starts), (true, Some(true)));
        assert!(!verdict.is_fit());
    }

    #[test]
    fn a_file_with_warnings_only_is_fit() {
        assert!(verdict(with_global("; remark")).is_fit());
    }

    #[test]
    fn findings_come_in_the_order_of_lines() {
        let text = with("MODE = SLAVE", "MODE = x").replace("PORT = 8020", "PORT = x");
        let lines: Vec<_> = verdict(text).findings.iter().map(|finding| finding.line).collect();
        assert!(lines.is_sorted(), "{lines:?}");
    }

    #[test]
    fn a_name_that_did_not_answer_leaves_the_start_open() {
        let mut host = host();
        host.answers.remove("own");
        let verdict = judge(&Conf::read(GOOD.as_bytes()), Some(&host));
        assert_eq!((verdict.loads, verdict.starts), (true, None));
    }
}
