//! The server's clock, which a test may move, and the two ways in which dates are written.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970, shifted or stopped by a test.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Clock {
    shift: i64,
    stopped_at: Option<i64>,
}

impl Clock {
    pub(crate) fn now(self) -> i64 {
        self.stopped_at.unwrap_or_else(|| machine_seconds().saturating_add(self.shift))
    }

    pub(crate) fn advance(&mut self, seconds: i64) {
        self.shift = self.shift.saturating_add(seconds);
        self.stopped_at = self.stopped_at.map(|at| at.saturating_add(seconds));
    }

    pub(crate) fn set(&mut self, seconds: i64) {
        self.shift = seconds.saturating_sub(machine_seconds());
        self.stopped_at = self.stopped_at.map(|_| seconds);
    }

    /// Stops the clock where it is, or lets it run on from there.
    pub(crate) fn stop(&mut self, stops: bool) {
        let now = self.now();
        self.stopped_at = stops.then_some(now);
        self.set(now);
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the only place that looks at the clock")]
fn machine_seconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// As in `Date: Sun, 22 Nov 2026 14:34:53 GMT`.
pub(crate) fn http_date(seconds: i64) -> String {
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let name = |names: &[&'static str], at: i64| {
        usize::try_from(at).ok().and_then(|at| names.get(at).copied()).unwrap_or("?")
    };
    let weekday = name(&DAYS, seconds.div_euclid(86_400).rem_euclid(7));
    let month = name(&MONTHS, month - 1);
    format!("{weekday}, {day:02} {month} {year} {} GMT", time_of_day(seconds))
}

/// As `Date.toISOString` writes it: `2026-11-22T14:34:54.000Z`.
pub(crate) fn iso_date(seconds: i64) -> String {
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    format!("{year:04}-{month:02}-{day:02}T{}.000Z", time_of_day(seconds))
}

fn time_of_day(seconds: i64) -> String {
    let second = seconds.rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// The Gregorian date of a day number (Howard Hinnant, "chrono-compatible low-level date
/// algorithms", `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_node_writes_them() {
        assert_eq!(http_date(1_795_358_093), "Sun, 22 Nov 2026 14:34:53 GMT");
        assert_eq!(iso_date(1_795_358_093), "2026-11-22T14:34:53.000Z");
        assert_eq!(iso_date(951_782_400), "2000-02-29T00:00:00.000Z");
    }

    #[test]
    fn a_clock_can_be_moved_and_set() {
        let mut clock = Clock::default();
        clock.set(1000);
        clock.advance(500);
        assert!((1500..1502).contains(&clock.now()));
        clock.stop(true);
        clock.set(7);
        clock.advance(2);
        assert_eq!(clock.now(), 9);
        clock.stop(false);
        assert!((9..11).contains(&clock.now()));
    }
}
