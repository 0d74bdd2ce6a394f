//! How values are written: durations, modes, words.

use std::time::Duration;

/// Reads `1500ms`, `30s`, `5min`, `1h`, `1d`; a bare number is seconds.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let millis = match unit.trim() {
        "ms" => 1,
        "" | "s" | "sec" => 1000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    // A year is longer than anything here may take, and far from any overflow.
    number.checked_mul(millis).filter(|ms| *ms <= 31_536_000_000).map(Duration::from_millis)
}

/// Reads a file mode such as `0644`. A mode that chmpx could not read, or that others may write,
/// is not one.
pub(super) fn mode(text: &str) -> Option<u32> {
    u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o777 && mode & 0o422 == 0o400)
}

/// The key of `known` that is nearest to `wanted`, if one is near enough to be meant.
pub(super) fn nearest<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|key| (distance(wanted, key), key))
        .min()
        .filter(|(distance, key)| *distance <= 1 + key.len() / 4)
        .map(|(_, key)| key)
}

/// The number of letters to add, drop or change between two words (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(&b) {
            let changed = diagonal + usize::from(x != *y);
            diagonal = *cell;
            *cell = changed.min(left + 1).min(diagonal + 1);
            left = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units_and_seconds_without() {
        let read = |text| duration(text).map(|d| d.as_millis());
        assert_eq!(read("1500ms"), Some(1500));
        assert_eq!(read("30"), Some(30_000));
        assert_eq!(read("5 min"), Some(300_000));
        assert_eq!(read("1h"), Some(3_600_000));
        for text in ["", "s", "-1s", "1.5s", "3 weeks", "99999999999999999999", "400d"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_mode_is_octal_and_leaves_the_file_readable() {
        assert_eq!(mode("0644"), Some(0o644));
        assert_eq!(mode("640"), Some(0o640));
        for text in ["0", "0200", "7777", "rw-r--r--"] {
            assert_eq!(mode(text), None, "{text}");
        }
    }

    #[test]
    fn a_typing_mistake_finds_the_key_that_was_meant() {
        let keys = ["pace.interval", "k2hr3.role", "target.path"];
        assert_eq!(nearest("pace.intervall", keys.into_iter()), Some("pace.interval"));
        assert_eq!(nearest("k2hr3.rol", keys.into_iter()), Some("k2hr3.role"));
        assert_eq!(nearest("something.else", keys.into_iter()), None);
    }
}
