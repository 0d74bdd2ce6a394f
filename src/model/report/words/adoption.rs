//! The words for what lies between an installed and an adopted file.

use super::{Code, Words};

pub(super) fn adopting() -> Words {
    Words::new(Code::Adopting, "chmpx has not taken the file yet", None)
}

pub(super) fn busy() -> Words {
    let sentence =
        "chmpx has not taken the file yet: it is busy and does not answer; it is waited for";
    let help = "names of servers that resolve slowly, or not at all, keep it busy: see `doctor`";
    Words::new(Code::Busy, sentence, Some(help))
}

pub(super) fn swallowed() -> Words {
    let sentence = "chmpx read the file without applying it; it is written once more";
    Words::new(Code::Swallowed, sentence, None)
}

pub(super) fn blind(held: Option<&str>) -> Words {
    let why = held.map_or_else(String::new, |held| format!(": {held}"));
    let sentence = format!("chmpx runs but no longer notices its file{why}");
    Words::new(Code::Blind, sentence, Some(RESTART))
}

pub(super) fn refused_by_chmpx(what: &str) -> Words {
    let sentence =
        format!("chmpx refuses this change, and every later one, until a restart ({what})");
    Words::new(Code::RefusedByChmpx, sentence, Some(RESTART))
}

const RESTART: &str = "restart chmpx, or let the agent do it with chmpx.on_change = auto";

pub(super) fn restart_owed(why: &str, due_in: Option<u64>) -> Words {
    let sentence = match due_in {
        Some(seconds) => format!("chmpx needs a restart, in {seconds} s: {why}"),
        None => format!("chmpx needs a restart: {why}"),
    };
    let help = "`k2hdkc-slave-agent refresh --force` restarts it now";
    Words::new(Code::RestartOwed, sentence, Some(help))
}

pub(super) fn restarting() -> Words {
    Words::new(Code::Restarting, "chmpx is expected back from its restart", None)
}

pub(super) fn starting() -> Words {
    Words::new(Code::Starting, "chmpx was started and is not ready yet", None)
}

pub(super) fn dead(generation: Option<i32>, patience: u64) -> Words {
    let sentence = match (generation, patience) {
        (Some(generation), _) => format!(
            "chmpx died shortly after it took generation {generation}; if it is not back in \
             {patience} s, the last good file is put back"
        ),
        (None, 0) => "chmpx is gone and did not come back".to_owned(),
        (None, _) => format!("chmpx is gone; it is expected back within {patience} s"),
    };
    Words::new(Code::Dead, sentence, Some("look at what chmpx said, e.g. `journalctl -u chmpx`"))
}
