//! Dates, as HTTP writes them and as people read them.

use super::memory::Seconds;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The seconds since 1970 of a date such as `Sun, 22 Nov 2026 14:34:53 GMT`.
pub fn of_http(text: &str) -> Option<Seconds> {
    let mut words = text.split(' ').skip(1);
    let mut word = || words.next();
    let day: u64 = word()?.parse().ok().filter(|day| (1..=31).contains(day))?;
    let name = word()?;
    let month = MONTHS.iter().position(|month| *month == name)?;
    let year: u64 = word()?.parse().ok().filter(|year| (1970..=9999).contains(year))?;
    let mut time = word()?.split(':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    let is_time = hour < 24 && minute < 60 && second <= 60;
    let days = days_before(year, u64::try_from(month).ok()?) + day - 1;
    (is_time && word()? == "GMT").then_some(days * 86_400 + hour * 3600 + minute * 60 + second)
}

/// The days from 1970 to the first of a month, counted from 0.
fn days_before(year: u64, month: u64) -> u64 {
    // Counted from March: the leap day is the last of its year then.
    let (year, month) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let of_years = year * 365 + year / 4 - year / 100 + year / 400;
    let of_months = (month * 153 + 2) / 5;
    // From March of the year 0 to 1970.
    of_years + of_months - 719_468
}

/// The day of `time`, as in 2026-11-22 (Howard Hinnant, `civil_from_days`).
pub fn day(time: Seconds) -> String {
    // Counted from the first of March of the year 0, whose era has 146,097 days in 400 years.
    let days = time / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", era * 400 + year + next)
}

/// The moment `time`, as in `2026-11-22 14:34:53 UTC`.
pub fn moment(time: Seconds) -> String {
    let second = time % 86_400;
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!("{} {hour:02}:{minute:02}:{:02} UTC", day(time), second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_servers_write_them() {
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Tue, 29 Feb 2000 12:00:01 GMT", 951_825_601),
            ("Wed, 01 Mar 2000 00:00:00 GMT", 951_868_800),
            ("Fri, 31 Dec 2100 23:59:59 GMT", 4_133_980_799),
            ("Sun, 22 Nov 2026 14:34:53 GMT", 1_795_358_093),
        ] {
            assert_eq!(of_http(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "Sun, 22 Nov 2026 14:34:53",
            "Sun, 22 Nov 2026 14:34 GMT",
            "Sun, 22 Now 2026 14:34:53 GMT",
            "Sun, 00 Nov 2026 14:34:53 GMT",
            "Sun, 22 Nov 0026 14:34:53 GMT",
            "Sun, 22 Nov 2026 24:34:53 GMT",
            "Sun, 22 Nov 2026 14:60:53 GMT",
            "Sun, 22 Nov 2026 14:34:61 GMT",
            "Sunday, 22-Nov-26 14:34:53 GMT",
        ] {
            assert_eq!(of_http(text), None, "{text}");
        }
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(day(0), "1970-01-01");
        assert_eq!(day(951_782_400), "2000-02-29");
        assert_eq!(day(1_795_305_599), "2026-11-21");
        assert_eq!(day(1_795_305_600), "2026-11-22");
        assert_eq!(day(4_107_542_400), "2100-03-01");
    }

    #[test]
    fn a_moment_is_read_as_it_was_written() {
        let text = "Sun, 22 Nov 2026 14:34:53 GMT";
        assert_eq!(of_http(text).map(moment).as_deref(), Some("2026-11-22 14:34:53 UTC"));
    }
}
