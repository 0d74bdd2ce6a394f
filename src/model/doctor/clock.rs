//! The clock of this node: certificates, and what is counted per hour, depend on it.

use super::super::observed::Observed;
use super::{Finding, Survey};

/// A clock before this is wrong: the agent is younger.
const FIRST_RELEASE: u64 = 1_735_689_600;
/// Answers take their time, and clocks that are kept right differ by less.
const OFF: u64 = 60;
/// By more than this, what lives for hours is over too early or too late.
const FAR_OFF: u64 = 3600;

pub(super) fn clock(seen: &Observed, survey: &Survey) -> Finding {
    const CODE: &str = "clock";
    let help = "compare both with a third; set the wrong one, and keep it right with chrony or \
                systemd-timesyncd";
    if let Some(ahead) = survey.clock_ahead.filter(|ahead| ahead.unsigned_abs() > OFF) {
        let (by, side) =
            (ahead.unsigned_abs(), if ahead.is_positive() { "ahead of" } else { "behind" });
        let what = format!("the clock of this node is {} {side} that of K2HR3", span(by));
        let finding = if by > FAR_OFF { Finding::fault } else { Finding::risk };
        return finding(CODE, what, help);
    }
    let memory = &seen.memory;
    let marks = [&memory.installed, &memory.adopted].into_iter().flatten();
    let last = marks.map(|mark| mark.at).max().unwrap_or_default();
    let help = "set the clock, and keep it right with chrony or systemd-timesyncd";
    if seen.now < FIRST_RELEASE || last > seen.now + OFF {
        return Finding::fault(CODE, "the clock is behind: certificates and waits suffer", help);
    }
    if survey.clock_is_kept == Some(false) {
        return Finding::risk(CODE, "nobody keeps the clock right", help);
    }
    match survey.clock_ahead {
        Some(_) => Finding::fine(CODE, "the clock agrees with that of K2HR3"),
        None => Finding::fine(CODE, "the clock is plausible"),
    }
}

fn span(seconds: u64) -> String {
    match seconds {
        0..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}
