//! The words for what chmpx itself is like.

use std::path::Path;

use super::{Code, Words};
use crate::model::supervisor::Elsewhere;

pub(super) fn none() -> Words {
    let sentence = "the file is in place, but no chmpx runs to read it";
    Words::new(Code::NoChmpx, sentence, Some("start chmpx, e.g. with `systemctl start chmpx`"))
}

pub(super) fn waits_elsewhere(elsewhere: &Elsewhere) -> Words {
    let sentence = format!("no chmpx runs: {}", elsewhere.sentence());
    Words::new(Code::WaitsElsewhere, sentence, Some(&elsewhere.help()))
}

pub(super) fn reads_elsewhere(pid: i32, file: &Path) -> Words {
    let sentence =
        format!("chmpx (process {pid}) reads {} and not the file of this agent", file.display());
    let start = "have chmpx started with this agent's file";
    // What has no path is a text that it was given instead of a file.
    let help = if file.is_absolute() {
        format!("set target.path = {}, or {start}", file.display())
    } else {
        start.to_owned()
    };
    Words::new(Code::ReadsElsewhere, sentence, Some(&help))
}

pub(super) fn unknown(why: &str) -> Words {
    let sentence = format!("what chmpx has in force could not be found out: {why}");
    let help = "install chmpxstatus, or set chmpx.control_address and chmpx.ctlport";
    Words::new(Code::ChmpxUnknown, sentence, Some(help))
}

pub(super) fn draining(servers: &[String]) -> Words {
    let sentence = format!("removed servers are still up: {}", servers.join(", "));
    Words::new(Code::Draining, sentence, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_that_chmpx_reads_instead_can_become_the_target() {
        let help = |file: &str| reads_elsewhere(7, Path::new(file)).help.unwrap();
        let start = "have chmpx started with this agent's file";
        assert_eq!(help("/a.ini"), format!("set target.path = /a.ini, or {start}"));
        assert_eq!(help("a text in place of a file"), start);
    }
}
