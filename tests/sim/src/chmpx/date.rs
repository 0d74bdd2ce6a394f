//! DATE: an RFC 2822 date as Unix seconds.

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The seconds of a date such as `Thu, 28 May 2020 04:56:20 +0000`; 0 for what is no date.
///
/// The real chmpx gives any number for that, and for one text sometimes an hour more or less.
pub fn unix_seconds(text: &str) -> i64 {
    parse(text).unwrap_or_default()
}

fn parse(text: &str) -> Option<i64> {
    let text = text.split_once(',').map_or(text, |(_, rest)| rest);
    let mut words = text.split_whitespace();
    let day: i64 = words.next()?.parse().ok()?;
    let name = words.next()?;
    let month = MONTHS.iter().position(|month| month.eq_ignore_ascii_case(name))?;
    let year: i64 = words.next()?.parse().ok()?;
    let mut clock = words.next()?.split(':').map(|part| part.parse::<i64>().ok());
    let (hours, minutes, seconds) = (clock.next()??, clock.next()??, clock.next()??);
    let zone: i64 = words.next()?.parse().ok()?;
    let east = zone / 100 * 3600 + zone % 100 * 60;

    let days = days_since_epoch(year, i64::try_from(month).ok()? + 1, day);
    Some(days * 86400 + hours * 3600 + minutes * 60 + seconds - east)
}

/// Counts from 1 March, so that the leap day is the last of its year.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 719_469
}

#[cfg(test)]
mod tests {
    use super::unix_seconds;

    #[test]
    fn dates_become_seconds() {
        assert_eq!(unix_seconds("Thu, 1 Jan 1970 00:00:00 +0000"), 0);
        assert_eq!(unix_seconds("Thu, 28 May 2020 04:56:20 +0000"), 1_590_641_780);
        assert_eq!(unix_seconds("Sat, 29 Feb 2020 12:00:00 +0900"), 1_582_945_200);
        assert_eq!(unix_seconds("yesterday"), 0);
    }
}
