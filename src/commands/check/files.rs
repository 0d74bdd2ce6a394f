//! The files that are meant by arguments: themselves, those of a directory, those of a pattern.

use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use super::super::{Exit, Failed};

/// No configuration is longer than this.
const LONGEST: u64 = 64 << 20;

/// Every file that is meant, in order. An argument that means none is a mistake.
pub(super) fn named_by(arguments: &[PathBuf]) -> Result<Vec<PathBuf>, Failed> {
    let mut files = Vec::new();
    for argument in arguments {
        if argument.is_dir() {
            files.extend(some(argument, list(argument, is_ini)?)?);
        } else if !argument.exists() && is_pattern(&argument.to_string_lossy()) {
            files.extend(some(argument, fitting(argument))?);
        } else {
            files.push(argument.clone());
        }
    }
    Ok(files)
}

fn some(argument: &Path, mut files: Vec<PathBuf>) -> Result<Vec<PathBuf>, Failed> {
    files.retain(|path| path.is_file());
    if files.is_empty() {
        let what = format!("no file is meant by {}", argument.display());
        let help = "name a file, a directory with *.ini files, or a pattern in quotes".to_owned();
        return Err(Failed { exit: Exit::Settings, what, help });
    }
    Ok(files)
}

/// Whether chmpx takes a file of this name for INI, by its extension (`check_chmconf_type_ex`).
fn is_ini(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("ini"))
}

fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?'])
}

/// The paths that fit a pattern, in any part of which `*` and `?` may stand.
fn fitting(pattern: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for part in pattern.components() {
        let name = part.as_os_str().to_string_lossy();
        if is_pattern(&name) {
            let wanted = fits(&name);
            // A folder that cannot be read holds nothing that fits.
            let inside = |folder: PathBuf| list(&folder, &wanted).unwrap_or_default();
            found = found.into_iter().flat_map(inside).collect();
        } else {
            for path in &mut found {
                path.push(part);
            }
        }
    }
    found
}

/// What of a folder is wanted, in order.
fn list(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>, Failed> {
    let here = if folder == Path::new("") { Path::new(".") } else { folder };
    let entries = fs::read_dir(here).map_err(|error| failed(here, &error))?;
    let mut names: Vec<_> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.file_name())
        .filter(|name| wanted(&name.to_string_lossy()))
        .collect();
    names.sort();
    Ok(names.into_iter().map(|name| folder.join(name)).collect())
}

/// Which names fit a pattern, in which `*` stands for anything and `?` for one character.
fn fits(pattern: &str) -> impl Fn(&str) -> bool {
    let regex = regex_lite::escape(pattern).replace(r"\*", ".*").replace(r"\?", ".");
    let regex = regex_lite::Regex::new(&format!("^(?s:{regex})$"));
    move |name| regex.as_ref().is_ok_and(|regex| regex.is_match(name))
}

/// The bytes of a file; of a pipe, too, as shells make them for `<(…)`.
pub(in crate::commands) fn bytes_of(path: &Path) -> Result<Vec<u8>, Failed> {
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| failed(path, &error))?;
    file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|error| failed(path, &error))?;
    if bytes.len() as u64 > LONGEST {
        let long = std::io::Error::new(ErrorKind::FileTooLarge, "it is longer than 64 MiB");
        return Err(failed(path, &long));
    }
    Ok(bytes)
}

fn failed(path: &Path, error: &std::io::Error) -> Failed {
    let denied = error.kind() == ErrorKind::PermissionDenied;
    let help = if denied { "run as root" } else { "name a file that is there and can be read" };
    let what = format!("could not read {}: {error}", path.display());
    Failed { exit: Exit::Settings, what, help: help.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_stands_for_names() {
        assert!(fits("*.ini")("slave.ini") && fits("s?ave.*")("slave.ini") && fits("*")(""));
        assert!(!fits("*.ini")("slave.ini.bak") && !fits("?")("") && !fits("a*b")("ac"));
        assert!(!fits(&"*a".repeat(50))(&"a".repeat(49)));
    }

    #[test]
    fn a_file_without_end_is_not_judged_by_its_beginning() {
        let failed = bytes_of(Path::new("/dev/zero")).unwrap_err();
        assert!(failed.what.ends_with("it is longer than 64 MiB"), "{}", failed.what);
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
        let above = dir.path().parent().unwrap().join(format!("*{}", name_of(dir.path())));
        assert_eq!(named_by(&[above.join("?.ini")]).unwrap(), expected);
    }

    fn name_of(path: &Path) -> &str {
        path.file_name().unwrap().to_str().unwrap()
    }

    #[test]
    fn an_argument_that_means_nothing_is_a_mistake() {
        let dir = tempfile::tempdir().unwrap();
        assert!(named_by(&[dir.path().to_owned()]).is_err());
        assert!(named_by(&[dir.path().join("*.ini")]).is_err());
    }
}
