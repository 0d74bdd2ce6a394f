//! The files that are meant by arguments: themselves, those of a directory, those of a pattern.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::super::{Exit, Failed};

/// No configuration is longer than this.
const LONGEST: u64 = 64 << 20;

/// Every file that is meant, in order.
pub(super) fn named_by(arguments: &[PathBuf]) -> Result<Vec<PathBuf>, Failed> {
    let mut files = Vec::new();
    for argument in arguments {
        let text = argument.to_string_lossy();
        if argument.is_dir() {
            files.extend(list(argument, is_ini)?);
        } else if !argument.exists() && text.contains(['*', '?']) {
            let name = argument.file_name().map(|name| name.to_string_lossy().into_owned());
            let parent = argument.parent().filter(|parent| *parent != Path::new(""));
            let pattern = name.unwrap_or_default();
            files.extend(list(parent.unwrap_or(Path::new(".")), |name| fits(&pattern, name))?);
        } else {
            files.push(argument.clone());
        }
    }
    Ok(files)
}

/// Whether chmpx takes a file of this name for INI, by its extension (`check_chmconf_type_ex`).
fn is_ini(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("ini"))
}

fn list(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>, Failed> {
    let entries = fs::read_dir(folder).map_err(|error| failed(folder, &error))?;
    let mut files: Vec<_> = entries
        .filter_map(Result::ok)
        .filter(|entry| wanted(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    Ok(files)
}

/// Whether `name` fits a pattern in which `*` stands for anything and `?` for one character.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<_>, Vec<_>) = (pattern.chars().collect(), name.chars().collect());
    // How much of the pattern fits what was read so far; a star keeps every later state alive.
    let mut alive = vec![false; pattern.len() + 1];
    let spread = |alive: &mut Vec<bool>| {
        for (at, sign) in pattern.iter().enumerate() {
            let reached = alive.get(at).copied().unwrap_or_default();
            if let Some(next) = alive.get_mut(at + 1).filter(|_| *sign == '*' && reached) {
                *next = true;
            }
        }
    };
    if let Some(first) = alive.first_mut() {
        *first = true;
    }
    spread(&mut alive);
    for letter in name {
        let mut next = vec![false; pattern.len() + 1];
        for (at, sign) in pattern.iter().enumerate().filter(|(at, _)| alive.get(*at) == Some(&true))
        {
            let to = if *sign == '*' { at } else { at + 1 };
            if let Some(slot) =
                next.get_mut(to).filter(|_| matches!(sign, '*' | '?') || *sign == letter)
            {
                *slot = true;
            }
        }
        spread(&mut next);
        alive = next;
    }
    alive.last() == Some(&true)
}

/// The bytes of a file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failed> {
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| failed(path, &error))?;
    file.take(LONGEST).read_to_end(&mut bytes).map_err(|error| failed(path, &error))?;
    Ok(bytes)
}

fn failed(path: &Path, error: &std::io::Error) -> Failed {
    let what = format!("could not read {}: {error}", path.display());
    Failed { exit: Exit::Settings, what, help: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_stands_for_names() {
        assert!(fits("*.ini", "slave.ini") && fits("s?ave.*", "slave.ini") && fits("*", ""));
        assert!(!fits("*.ini", "slave.ini.bak") && !fits("?", "") && !fits("a*b", "ac"));
        assert!(!fits(&"*a".repeat(50), &"a".repeat(49)));
    }

    #[test]
    fn a_directory_stands_for_its_ini_files_in_order() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b.ini", "a.ini", "c.txt"] {
            fs::write(dir.path().join(name), "").unwrap();
        }
        let expected = [dir.path().join("a.ini"), dir.path().join("b.ini")];
        assert_eq!(named_by(&[dir.path().to_owned()]).unwrap(), expected);
        assert_eq!(named_by(&[dir.path().join("*.in?")]).unwrap(), expected);
    }
}
