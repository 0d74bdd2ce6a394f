//! The value of each setting, and where that came from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use ini::{Ini, ParseOption};

use super::keys::{KEYS, Key};
use super::kind::Kind;
use super::lines::Lines;
use super::{SettingsError, meant, values};

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// A file: of settings, or one that somebody else left for the agent.
    File {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1; nothing where the file holds one value only.
        line: Option<usize>,
    },
    /// The name of this host and the domain in resolv.conf.
    HostName,
    /// Another setting, from which it follows.
    Follows(&'static str),
    /// An environment variable.
    Environment(String),
    /// The command line.
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line: Some(line) } => write!(f, "{}:{line}", path.display()),
            Self::File { path, line: None } => write!(f, "{}", path.display()),
            Self::HostName => f.write_str("host name"),
            Self::Follows(key) => write!(f, "follows from {key}"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag => f.write_str("command line"),
        }
    }
}

/// The value of each known setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table(BTreeMap<&'static str, (String, Origin)>);

impl Table {
    /// Every setting with its default.
    pub fn defaults() -> Self {
        let of = |key: &Key| (key.name, (key.default.to_owned(), Origin::Default));
        Self(KEYS.iter().map(of).collect())
    }

    /// Sets one value. Fails on a setting that does not exist.
    pub fn set(&mut self, name: &str, value: &str, origin: Origin) -> Result<(), SettingsError> {
        if let Some(slot) = self.0.get_mut(name) {
            *slot = (value.trim().to_owned(), origin);
            return Ok(());
        }
        Err(SettingsError::Unknown { origin, key: name.to_owned(), meant: meant::key(name) })
    }

    /// Sets what `text`, which stands in the file at `path`, says.
    pub fn take_file(&mut self, path: &Path, text: &str) -> Result<(), SettingsError> {
        let malformed = |line| SettingsError::Malformed { path: path.into(), line };
        let mut lines = Lines::of(text);
        // rust-ini would take such a line for the beginning of the next key.
        if let Some(line) = lines.broken {
            return Err(malformed(line));
        }
        // Values are taken as they stand: a backslash or a quote may be part of a name.
        let literally =
            ParseOption { enabled_quote: false, enabled_escape: false, ..Default::default() };
        let ini = Ini::load_from_str_opt(text, literally).map_err(|error| malformed(error.line))?;
        for (section, properties) in &ini {
            for (key, value) in properties {
                let name =
                    section.map_or_else(|| key.to_owned(), |section| format!("{section}.{key}"));
                let origin = Origin::File { path: path.to_owned(), line: lines.next_of(&name) };
                self.set(&name, value, origin)?;
            }
        }
        Ok(())
    }

    /// Sets a value that nobody has decided.
    pub(super) fn fill(&mut self, name: &str, value: Option<String>, origin: Origin) {
        if let (Some(slot), Some(value)) = (self.0.get_mut(name), value)
            && slot.0.is_empty()
        {
            *slot = (value, origin);
        }
    }

    /// The value of a setting, as it was written, and where it came from.
    pub fn entry(&self, name: &str) -> Option<(&str, &Origin)> {
        self.0.get(name).map(|(value, origin)| (value.as_str(), origin))
    }

    /// The value of a setting as it is used, with the root before the default of a path.
    pub fn holds(&self, key: &Key, root: &Path) -> String {
        match key.kind {
            Kind::Path if !self.text(key.name).is_empty() => {
                self.path(key.name, root).display().to_string()
            }
            Kind::Path
            | Kind::Text(_)
            | Kind::Url(_)
            | Kind::Choice(_)
            | Kind::Duration(_)
            | Kind::Number(..)
            | Kind::Mode
            | Kind::Address => self.text(key.name),
        }
    }

    pub(super) fn text(&self, name: &str) -> String {
        self.0.get(name).map_or_else(String::new, |(value, _)| value.clone())
    }

    pub(super) fn optional(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|value| !value.is_empty())
    }

    pub(super) fn words(&self, name: &str) -> Vec<String> {
        self.text(name).split_whitespace().map(str::to_owned).collect()
    }

    /// A path. Defaults lie below `root`; what somebody wrote is taken as written.
    pub(super) fn path(&self, name: &str, root: &Path) -> PathBuf {
        match self.0.get(name) {
            Some((value, Origin::Default)) => below(root, Path::new(value)),
            Some((value, _)) => PathBuf::from(value),
            None => PathBuf::new(),
        }
    }

    pub(super) fn optional_path(&self, name: &str, root: &Path) -> Option<PathBuf> {
        self.optional(name).map(|_| self.path(name, root))
    }

    /// The error of a value that is not of its kind.
    pub(super) fn invalid(&self, name: &'static str) -> SettingsError {
        let why = Key::named(name).map_or("this is not possible", |key| key.kind.objection());
        self.invalid_for(name, why)
    }

    /// The same where the reason is known better.
    pub(super) fn invalid_for(&self, key: &'static str, why: &'static str) -> SettingsError {
        let (value, origin) = self.0.get(key).cloned().unwrap_or((String::new(), Origin::Default));
        let help = Key::named(key).map_or_else(String::new, |key| key.kind.help(&value));
        SettingsError::Invalid { origin, key, value: shown(key, &value), why, help }
    }

    pub(super) fn parsed<T: FromStr>(&self, name: &'static str) -> Result<T, SettingsError> {
        self.text(name).parse().map_err(|_parse| self.invalid(name))
    }

    /// A number in the range of its kind.
    pub(super) fn number(&self, name: &'static str) -> Result<u32, SettingsError> {
        let number = self.parsed(name)?;
        match Key::named(name).map(|key| key.kind) {
            Some(Kind::Number(least, most)) if !(least..=most).contains(&number) => {
                Err(self.invalid(name))
            }
            _ => Ok(number),
        }
    }

    /// A duration that is not shorter than its kind allows.
    pub(super) fn duration(&self, name: &'static str) -> Result<Duration, SettingsError> {
        let duration = values::duration(&self.text(name)).ok_or_else(|| self.invalid(name))?;
        match Key::named(name).map(|key| key.kind) {
            Some(Kind::Duration(least)) if duration < least => {
                Err(self.invalid_for(name, "this is too short"))
            }
            _ => Ok(duration),
        }
    }

    pub(super) fn mode(&self, name: &'static str) -> Result<u32, SettingsError> {
        values::mode(&self.text(name)).ok_or_else(|| self.invalid(name))
    }

    pub(super) fn choice<T: Copy>(
        &self,
        name: &'static str,
        choices: &[(&str, T)],
    ) -> Result<T, SettingsError> {
        let wanted = self.text(name);
        let found = choices.iter().find(|(word, _)| *word == wanted).map(|(_, choice)| *choice);
        found.ok_or_else(|| self.invalid(name))
    }
}

/// A value as it may be told: without the password of a proxy.
pub fn shown(name: &str, value: &str) -> String {
    let is_url = matches!(Key::named(name).map(|key| key.kind), Some(Kind::Url(_)));
    match value.rsplit_once('@').filter(|_| is_url) {
        None => value.to_owned(),
        Some((who, host)) => {
            let scheme = who.find("://").map_or("", |at| who.get(..at + 3).unwrap_or_default());
            format!("{scheme}***@{host}")
        }
    }
}

/// `path` as it lies below `root`.
pub(crate) fn below(root: &Path, path: &Path) -> PathBuf {
    root.join(path.strip_prefix("/").unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_told() {
        let told = |value| shown("k2hr3.proxy", value);
        assert_eq!(told("http://me:s3cret@proxy:3128"), "http://***@proxy:3128");
        assert_eq!(told("http://me:s3@cret@proxy:3128"), "http://***@proxy:3128");
        assert_eq!(told("me:s3cret@proxy:3128"), "***@proxy:3128");
        assert_eq!(told("http://proxy:3128"), "http://proxy:3128");
        assert_eq!(shown("node.tag", "a@b"), "a@b");
    }
}
