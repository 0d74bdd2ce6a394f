//! What keeps a published text from being put in place.

use super::Words;

pub(super) fn held(from: usize, to: usize, looks: u32) -> Words {
    let sentence = format!(
        "what is published went from {from} to {to} servers at once; it is held until three looks \
         agree ({looks} so far)"
    );
    Words::new("held", sentence, Some("`k2hdkc-slave-agent refresh --force` installs it now"))
}

pub(super) fn quarantined(strikes: u32, said: Option<&str>) -> Words {
    let said = said.map_or_else(String::new, |said| format!("; it said: {said}"));
    let sentence = format!(
        "chmpx was lost with what is published ({strikes} times); it is kept away, and the last \
         good file is in place{said}"
    );
    let help = "publish something else, or try it again with `k2hdkc-slave-agent refresh --force`";
    Words::new("quarantined", sentence, Some(help))
}

pub(super) fn contested(times: usize, rival: Option<&str>, due_in: u64) -> Words {
    let rival = rival.unwrap_or("somebody else");
    let sentence = format!(
        "{rival} keeps changing the file: it was put right {times} times within an hour, and again \
         in {due_in} s"
    );
    let help = "end the other writer (see `doctor`), or set target.drift = report";
    Words::new("contested", sentence, Some(help))
}
