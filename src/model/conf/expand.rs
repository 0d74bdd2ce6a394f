//! Lists and ranges in a NAME: `srv[1-3].example,db[a,c]`.

use super::text::{Text, trim};

/// More names than this are not worked out: chmpx takes at most 32,768 nodes (`MAX_CHMPX_COUNT`).
pub(super) const MOST_NAMES: usize = 33_000;

/// A longer text than this is not even looked at: chmpx takes a time that grows with its square.
const LONGEST: usize = 16 << 10;

/// Nor more bytes than this in all of them together.
const MOST_BYTES: usize = 4 << 20;

/// What a NAME stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expansion {
    /// These names, in chmpx's order.
    Names(Vec<Text>),
    /// chmpx refuses it, for this reason.
    Wrong(&'static str),
    /// More names than anyone can mean.
    TooMany,
}

/// Expands `name` as chmpx does (`ExpandSimpleRegexHostname` in its lib/chmregex.cc).
pub fn expand(name: &Text) -> Expansion {
    if name.is_empty() {
        return Expansion::Wrong("it is empty");
    }
    if name.len() > LONGEST {
        return Expansion::TooMany;
    }
    let mut names = Vec::new();
    let mut bytes = 0;
    for item in items(name.as_bytes()) {
        let parts = match parts(trim(item)) {
            Ok(parts) => parts,
            Err(Stop::Wrong(why)) => return Expansion::Wrong(why),
            Err(Stop::TooMany) => return Expansion::TooMany,
        };
        if !product(&parts, &mut names, &mut bytes) {
            return Expansion::TooMany;
        }
    }
    if names.is_empty() { Expansion::Wrong("it names nothing") } else { Expansion::Names(names) }
}

enum Stop {
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

/// Takes one item apart at its brackets.
fn parts(item: &[u8]) -> Result<Vec<Part>, Stop> {
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
        parts.push(choices(inside)?);
        rest = after;
    }
}

/// What stands between brackets: texts and ranges, separated by commas, empty ones left out.
fn choices(inside: &[u8]) -> Result<Part, Stop> {
    let mut choices = Vec::new();
    for item in inside.split(|byte| *byte == b',').map(trim).filter(|item| !item.is_empty()) {
        let mut ends = item.split(|byte| *byte == b'-').map(trim);
        match (ends.next(), ends.next(), ends.next()) {
            (Some(first), Some(last), None) => range(first, last, &mut choices)?,
            (_, _, Some(_)) => return Err(Stop::Wrong("a range has more than two ends")),
            (_, None, None) => choices.push(item.to_vec()),
            (None, Some(_), None) => {}
        }
    }
    Ok(choices)
}

/// `1-3` or `a-c`, both ends included; numbers are not padded.
fn range(first: &[u8], last: &[u8], choices: &mut Part) -> Result<(), Stop> {
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
        if to.abs_diff(from) as usize >= MOST_NAMES || to == i32::MAX {
            return Err(Stop::TooMany);
        }
        choices.extend((from..=to).map(|number| number.to_string().into_bytes()));
        return Ok(());
    }
    match (first, last) {
        ([from], [to]) if from.is_ascii_alphabetic() && to.is_ascii_alphabetic() => {
            if to < from || from.is_ascii_lowercase() != to.is_ascii_lowercase() {
                return Err(Stop::Wrong("a range runs backwards or mixes case"));
            }
            choices.extend((*from..=*to).map(|letter| vec![letter]));
            Ok(())
        }
        _ => Err(Stop::Wrong("a range is neither of numbers nor of single letters")),
    }
}

/// Appends every combination, the first bracket turning slowest. False when there are too many.
fn product(parts: &[Part], names: &mut Vec<Text>, bytes: &mut usize) -> bool {
    let room = MOST_NAMES - names.len().min(MOST_NAMES);
    let mut count = 1_usize;
    for part in parts {
        count = count.saturating_mul(part.len());
    }
    let longest: usize =
        parts.iter().map(|part| part.iter().map(Vec::len).max().unwrap_or_default()).sum();
    *bytes = bytes.saturating_add(count.saturating_mul(longest));
    // A single name costs no more than the text that it came from.
    if count > room || (count > 1 && *bytes > MOST_BYTES) {
        return false;
    }

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
        names.push(name.into());
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn gives(name: &str, expected: &[&str]) {
        let Expansion::Names(names) = expand(&name.into()) else { panic!("{name} is refused") };
        assert_eq!(names.iter().map(ToString::to_string).collect::<Vec<_>>(), expected, "{name}");
    }

    #[test]
    fn ranges_and_lists_are_expanded_the_first_bracket_turning_slowest() {
        gives("srv[1-2][a-b]", &["srv1a", "srv1b", "srv2a", "srv2b"]);
        gives("srv[1-2],db[x,y]", &["srv1", "srv2", "dbx", "dby"]);
        gives("srv1.example, srv2.example", &["srv1.example", "srv2.example"]);
        gives("[08-10]", &["8", "9", "10"]);
    }

    #[test]
    fn blanks_and_empty_items_inside_brackets_do_not_matter() {
        gives("srv[ 1 - 3 ].example", &["srv1.example", "srv2.example", "srv3.example"]);
        gives("[1,,3]", &["1", "3"]);
    }

    #[test]
    fn an_empty_item_of_the_list_is_an_empty_name() {
        gives(",srv1", &["", "srv1"]);
        gives("srv1,,srv2", &["srv1", "", "srv2"]);
        gives(",", &[""]);
        gives("srv1,", &["srv1"]);
    }

    #[test]
    fn a_bracketed_ipv6_address_is_a_list_of_one() {
        gives("[2001:db8::1]", &["2001:db8::1"]);
    }

    #[test]
    fn wrong_brackets_and_ranges_are_refused() {
        for name in ["", "srv[1-", "srv]", "srv[]", "srv[[1]", "srv[3-1]", "srv[1-2-3]", "srv[a-Z]"]
        {
            assert!(matches!(expand(&name.into()), Expansion::Wrong(_)), "{name}");
        }
        for name in ["srv[-3]", "srv[aa-bb]", "srv[1-b]", "srv[,]", "a]b[1]"] {
            assert!(matches!(expand(&name.into()), Expansion::Wrong(_)), "{name}");
        }
    }

    #[test]
    fn an_explosion_is_not_worked_out() {
        assert_eq!(expand(&"[1-2147483647]".into()), Expansion::TooMany);
        assert_eq!(expand(&"[1-9]".repeat(40).as_str().into()), Expansion::TooMany);
        assert_eq!(expand(&"[a]".repeat(1 << 20).as_str().into()), Expansion::TooMany);
        gives(&"[a]".repeat(5000), &["a".repeat(5000).as_str()]);
    }
}
