//! A settings file of the agent.

use std::path::Path;
use std::time::Duration;

use k2hdkc_slave_agent::settings::{Flags, KEYS, Layers, Origin, Table, decide};

/// A text of an error is no longer for each byte of the file, and this for itself: names are shown
/// escaped, and a reason may repeat its value.
const LONGEST: (usize, usize) = (16, 400);

/// What was accepted can be written down and reads the same; what was decided is within bounds.
pub fn read(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let path = Path::new("/etc/k2hdkc/slave-agent.conf");
    let mut table = Table::defaults();
    let longest = LONGEST.0 * text.len() + LONGEST.1;
    if let Err(error) = table.take_file(path, text) {
        assert!(error.to_string().len() <= longest, "{error}");
        return;
    }
    assert_eq!(written(&table, path), values(&table));
    comes_from_its_line(&table, text);
    let layers = Layers::with_environment(Flags::default(), Vec::new());
    match decide(&table, &layers, &|_| None) {
        Err(error) => assert!(error.to_string().len() <= longest, "{error}"),
        Ok(settings) => {
            assert!(settings.interval >= Duration::from_millis(100));
            assert!(settings.longest_wait <= Duration::from_secs(366 * 86400));
            assert_eq!(settings.target.mode & 0o400, 0o400);
            assert!((0.0..1.0).contains(&settings.policy.share));
        }
    }
}

/// The values that are read from a file with what somebody set in `table`.
fn written(table: &Table, path: &Path) -> Vec<String> {
    let is_set = |name: &&str| table.entry(name).unwrap().1 != &Origin::Default;
    let lines = KEYS.iter().map(|key| key.name).filter(is_set).map(|name| {
        let (section, key) = name.split_once('.').unwrap();
        format!("[{section}]\n{key} = {}\n", table.entry(name).unwrap().0)
    });
    let mut again = Table::defaults();
    again.take_file(path, &lines.collect::<String>()).unwrap();
    values(&again)
}

fn values(table: &Table) -> Vec<String> {
    KEYS.iter().map(|key| table.entry(key.name).unwrap().0.to_owned()).collect()
}

/// The line that a value is told to come from names its key.
fn comes_from_its_line(table: &Table, text: &str) {
    for key in KEYS {
        let Some((_, Origin::File { line, .. })) = table.entry(key.name) else { continue };
        let line = text.lines().nth(line.unwrap() - 1).unwrap();
        let (_, word) = key.name.split_once('.').unwrap();
        assert!(line.contains(word), "{word} in {line:?}");
    }
}
