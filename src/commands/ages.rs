//! Times as a person says them.

use crate::model::memory::Seconds;

/// How long ago a time was. One in the future comes from a clock that was set.
pub(crate) fn age(at: Seconds, now: Seconds) -> String {
    match now.saturating_sub(at) {
        0 => "just now".to_owned(),
        seconds => format!("{} ago", span(seconds)),
    }
}

/// A short time in milliseconds, with one unit.
pub(crate) fn short(millis: u64) -> String {
    match millis {
        0..1000 => format!("{millis} ms"),
        1000..10_000 => format!("{}.{} s", millis / 1000, millis % 1000 / 100),
        _ => span(millis / 1000),
    }
}

/// A span of time with one unit.
pub(crate) fn span(seconds: Seconds) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_the_unit_that_a_person_would_choose() {
        let spans = [0, 119, 120, 7199, 7200, 172_799, 172_800].map(span);
        assert_eq!(spans, ["0 s", "119 s", "2 min", "119 min", "2 h", "47 h", "2 days"]);
        assert_eq!([40, 340, 1950, 30_000].map(short), ["40 ms", "340 ms", "1.9 s", "30 s"]);
    }
}
