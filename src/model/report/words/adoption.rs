//! The words for what lies between an installed and an adopted file.

use super::{Situation, Words};

#[expect(clippy::wildcard_enum_match_arm, reason = "the caller tells all others itself")]
pub(super) fn words(situation: &Situation) -> Words {
    use Situation as S;
    match situation {
        S::Busy => Words::new(
            "busy",
            "chmpx has not taken the file yet: it is busy and does not answer; it is waited for",
            Some("names of servers that resolve slowly, or not at all, keep it busy: see `doctor`"),
        ),
        S::Swallowed => Words::new(
            "swallowed",
            "chmpx read the file without applying it; it is written once more",
            None,
        ),
        S::Blind(held) => {
            let why = held.as_ref().map_or_else(String::new, |held| format!(": {held}"));
            Words::new(
                "blind",
                format!("chmpx runs but no longer notices its file{why}"),
                Some("restart chmpx, or let the agent do it with chmpx.on_change = auto"),
            )
        }
        S::RefusedByChmpx(what) => Words::new(
            "refused-by-chmpx",
            format!("chmpx refuses this change, and every later one, until a restart ({what})"),
            Some("restart chmpx, or let the agent do it with chmpx.on_change = auto"),
        ),
        S::RestartOwed { why, due_in } => Words::new(
            "restart-owed",
            match due_in {
                Some(seconds) => format!("chmpx needs a restart, in {seconds} s: {why}"),
                None => format!("chmpx needs a restart: {why}"),
            },
            Some("`k2hdkc-slave-agent refresh --force` restarts it now"),
        ),
        S::Starting => Words::new("starting", "chmpx was started and is not ready yet", None),
        S::Dead { generation, patience } => dead(*generation, *patience),
        S::Restarting => Words::new("restarting", "chmpx is expected back from its restart", None),
        _ => Words::new("adopting", "chmpx has not taken the file yet", None),
    }
}

fn dead(generation: Option<i32>, patience: u64) -> Words {
    let sentence = match (generation, patience) {
        (Some(generation), _) => format!(
            "chmpx died shortly after it took generation {generation}; if it is not back in \
             {patience} s, the last good file is put back"
        ),
        (None, 0) => "chmpx was lost and did not come back with the last good file".to_owned(),
        (None, _) => format!(
            "chmpx was lost; the last good file is back, and chmpx is expected within {patience} s"
        ),
    };
    Words::new("dead", sentence, Some("look at what chmpx said, e.g. `journalctl -u chmpx`"))
}
