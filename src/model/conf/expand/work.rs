//! The names that one NAME stands for, and what it takes to work them out.

use crate::model::conf::text::{Text, trim};

/// More names than this are not worked out: chmpx takes at most 32,768 nodes (`MAX_CHMPX_COUNT`).
const MOST_NAMES: usize = 33_000;

/// Nor more bytes than this in all of them together.
const MOST_BYTES: usize = 4 << 20;

/// What one NAME has given so far.
#[derive(Default)]
pub(super) struct Work {
    pub(super) names: Vec<Text>,
    pub(super) bytes: usize,
    choices: usize,
    pub(super) steps: usize,
}

pub(super) enum Stop {
    Wrong(&'static str),
    TooMany,
}

/// One stretch of an item, with the texts that may stand there.
type Part = Vec<Vec<u8>>;

/// Splits at the commas outside brackets; nothing follows a comma at the end.
fn items(name: &[u8]) -> Vec<&[u8]> {
    let mut items = Vec::new();
    let (mut start, mut inside) = (0, false);
    for (at, byte) in name.iter().enumerate() {
        match byte {
            b'[' => inside = true,
            b']' => inside = false,
            b',' if !inside => {
                items.extend(name.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    items.extend(name.get(start..).filter(|last| !last.is_empty()));
    items
}

impl Work {
    pub(super) fn expand(&mut self, name: &Text) -> Result<(), Stop> {
        for item in items(name.as_bytes()) {
            let parts = self.parts(trim(item))?;
            self.product(&parts)?;
        }
        Ok(())
    }

    /// Takes one item apart at its brackets.
    fn parts(&mut self, item: &[u8]) -> Result<Vec<Part>, Stop> {
        let mut parts = Vec::new();
        let mut rest = item;
        loop {
            let mut halves = rest.splitn(2, |byte| *byte == b'[');
            let literal = halves.next().unwrap_or_default();
            if literal.contains(&b']') {
                return Err(Stop::Wrong("a `]` has no `[`"));
            }
            parts.push(vec![literal.to_vec()]);
            let Some(after) = halves.next() else { return Ok(parts) };

            let mut halves = after.splitn(2, |byte| *byte == b']');
            let inside = trim(halves.next().unwrap_or_default());
            let Some(after) = halves.next() else {
                return Err(Stop::Wrong("a `[` has no `]`"));
            };
            if inside.is_empty() {
                return Err(Stop::Wrong("there is nothing between `[` and `]`"));
            }
            if inside.contains(&b'[') {
                return Err(Stop::Wrong("a `[` stands inside brackets"));
            }
            parts.push(self.choices(inside)?);
            rest = after;
        }
    }

    /// What stands between brackets: texts and ranges, separated by commas, empty ones left out.
    fn choices(&mut self, inside: &[u8]) -> Result<Part, Stop> {
        let mut choices = Vec::new();
        for item in inside.split(|byte| *byte == b',').map(trim).filter(|item| !item.is_empty()) {
            let mut ends = item.split(|byte| *byte == b'-').map(trim);
            match (ends.next(), ends.next(), ends.next()) {
                (Some(first), Some(last), None) => self.range(first, last, &mut choices)?,
                (_, _, Some(_)) => return Err(Stop::Wrong("a range has more than two ends")),
                (_, None, None) => {
                    self.count(1)?;
                    choices.push(item.to_vec());
                }
                (None, Some(_), None) => {}
            }
        }
        Ok(choices)
    }

    /// `1-3` or `a-c`, both ends included; numbers are not padded.
    fn range(&mut self, first: &[u8], last: &[u8], choices: &mut Part) -> Result<(), Stop> {
        let (from, to) = (Text::from(first), Text::from(last));
        if from.is_empty() || to.is_empty() {
            return Err(Stop::Wrong("a range has only one end"));
        }
        if from.is_plain_number() && to.is_plain_number() {
            let (from, to) = (from.int(), to.int());
            if to < from {
                return Err(Stop::Wrong("a range runs backwards"));
            }
            // chmpx counts in an `int` and would never pass this one.
            if to == i32::MAX {
                return Err(Stop::TooMany);
            }
            self.count((to.abs_diff(from) as usize).saturating_add(1))?;
            choices.extend((from..=to).map(|number| number.to_string().into_bytes()));
            return Ok(());
        }
        match (first, last) {
            ([from], [to]) if from.is_ascii_alphabetic() && to.is_ascii_alphabetic() => {
                if to < from || from.is_ascii_lowercase() != to.is_ascii_lowercase() {
                    return Err(Stop::Wrong("a range runs backwards or mixes case"));
                }
                let letters: Vec<_> = (*from..=*to).map(|letter| vec![letter]).collect();
                self.count(letters.len())?;
                choices.extend(letters);
                Ok(())
            }
            _ => Err(Stop::Wrong("a range is neither of numbers nor of single letters")),
        }
    }

    /// Notes that so many more texts stand between the brackets.
    fn count(&mut self, more: usize) -> Result<(), Stop> {
        self.choices = self.choices.saturating_add(more);
        if self.choices > MOST_NAMES {
            return Err(Stop::TooMany);
        }
        self.steps += more;
        Ok(())
    }

    /// Appends every combination, the first bracket turning slowest.
    fn product(&mut self, parts: &[Part]) -> Result<(), Stop> {
        let room = MOST_NAMES - self.names.len().min(MOST_NAMES);
        let mut count = 1_usize;
        for part in parts {
            count = count.saturating_mul(part.len());
        }
        let longest: usize =
            parts.iter().map(|part| part.iter().map(Vec::len).max().unwrap_or_default()).sum();
        self.bytes = self.bytes.saturating_add(count.saturating_mul(longest));
        if count > room || self.bytes > MOST_BYTES {
            return Err(Stop::TooMany);
        }
        self.steps += count;

        for number in 0..count {
            let mut name = Vec::with_capacity(longest);
            let mut turns = count;
            let mut rest = number;
            for part in parts {
                turns = turns.checked_div(part.len()).unwrap_or_default();
                let choice = rest.checked_div(turns).unwrap_or_default();
                rest = rest.checked_rem(turns).unwrap_or_default();
                name.extend(part.get(choice).into_iter().flatten());
            }
            self.names.push(name.into());
        }
        Ok(())
    }
}
