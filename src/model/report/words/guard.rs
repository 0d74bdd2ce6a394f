//! What keeps a published text from being put in place, or from staying there.

use super::{Code, Words};
use crate::model::observed::Obstacle;
use crate::model::plain::counted;

pub(super) fn refused(code: &str, message: &str, help: &str) -> Words {
    let sentence =
        format!("what is published is refused, the last good file stays ({code}: {message})");
    Words::new(Code::Refused, sentence, Some(help))
}

pub(super) fn held(from: usize, to: usize, looks: u32) -> Words {
    let to = counted(to, "server");
    let sentence = format!(
        "what is published went from {from} to {to} at once; it is held until three looks agree \
         ({looks} so far)"
    );
    Words::new(Code::Held, sentence, Some("`k2hdkc-slave-agent refresh --force` installs it now"))
}

pub(super) fn quarantined(strikes: u32, said: Option<&str>) -> Words {
    let said = said.map_or_else(String::new, |said| format!("; it said: {said}"));
    let times = counted(strikes, "time");
    let sentence = format!(
        "chmpx was lost with what is published ({times}); it is kept away, and the last \
         good file is in place{said}"
    );
    let help = "publish something else, or try it again with `k2hdkc-slave-agent refresh --force`";
    Words::new(Code::Quarantined, sentence, Some(help))
}

pub(super) fn rolled_back() -> Words {
    let sentence = "an earlier good file was put back by hand; what is published is kept away";
    let help = "publish something else, or go on with `k2hdkc-slave-agent refresh --force`";
    Words::new(Code::RolledBack, sentence, Some(help))
}

pub(super) fn no_way_back() -> Words {
    let sentence = "nothing was put back: no other file is known to be good";
    let help = "a file counts as good once chmpx has lived with it for chmpx.hold";
    Words::new(Code::NoWayBack, sentence, Some(help))
}

pub(super) fn settling() -> Words {
    Words::new(Code::Settling, "what is published is still changing", None)
}

pub(super) fn cannot_install(obstacle: &Obstacle) -> Words {
    let sentence = format!("the file cannot be replaced: {}", obstacle.what);
    Words::new(Code::CannotInstall, sentence, Some(obstacle.help))
}

pub(super) fn drifted(what: &str) -> Words {
    let help = "set target.drift = restore, or install with `refresh --force`";
    Words::new(Code::Drifted, format!("somebody else changed the file: {what}"), Some(help))
}

pub(super) fn contested(times: usize, rival: Option<&str>, due_in: u64) -> Words {
    let (rival, times) = (rival.unwrap_or("somebody else"), counted(times, "time"));
    let sentence = format!(
        "{rival} keeps changing the file: it was put right {times} within an hour, and again in \
         {due_in} s"
    );
    let help = "end the other writer (see `doctor`), or set target.drift = report";
    Words::new(Code::Contested, sentence, Some(help))
}
