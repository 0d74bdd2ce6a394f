//! The known settings, each with its value and where that came from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use ini::{Ini, ParseOption};

use super::SettingsError;
use super::values;

/// A known setting.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// `section.key`.
    pub name: &'static str,
    /// Its value when nobody sets it; empty means: not set.
    pub default: &'static str,
    /// What it means, for the manual.
    pub help: &'static str,
}

const fn key(name: &'static str, default: &'static str, help: &'static str) -> Key {
    Key { name, default, help }
}

/// Every setting there is. The shipped settings file shows the same defaults; a test compares them.
pub const KEYS: &[Key] = &[
    key("k2hr3.api_uri", "", "base of the K2HR3 API, without /v1"),
    key("k2hr3.role", "", "full name of the role: yrn:yahoo:::<tenant>:role:<path>"),
    key("k2hr3.resource", "", "full name of the RESOURCE; by default the role's own"),
    key("k2hr3.token_file", "", "file with the role token, mode 0600"),
    key("k2hr3.ca_file", "", "PEM file with certificates to trust beside the system's"),
    key("k2hr3.proxy", "", "proxy to K2HR3; environment variables are ignored"),
    key("k2hr3.family", "auto", "auto (that of the first connection), ipv4 or ipv6"),
    key("k2hr3.connect_timeout", "5s", "longest time to connect"),
    key("k2hr3.timeout", "30s", "longest time for a whole exchange"),
    key("k2hr3.leave_at_stop", "no", "leave the role whenever the agent stops: yes or no"),
    key("node.cuk", "", "unique key of this instance"),
    key("node.tag", "", "name of this node in the role"),
    key("target.path", "/etc/k2hdkc/slave.ini", "the file that chmpx reads"),
    key("target.mode", "0644", "its mode, when there is none to keep"),
    key("target.owner", "", "its owner, user or user:group, when there is none to keep"),
    key("target.stamp", "yes", "replace FILEVERSION by the generation, which proves adoption"),
    key("target.drift", "restore", "restore or report a file that somebody else changed"),
    key("pace.interval", "30s", "time between looks at K2HR3, plus or minus 10 %"),
    key("pace.longest_wait", "5min", "longest wait after failures"),
    key("pace.settle", "2s", "a change must be this old before it is installed, at most 15 s"),
    key("chmpx.on_change", "auto", "auto, restart, signal or none"),
    key("chmpx.status_command", "chmpxstatus", "program that tells what chmpx has in force"),
    key("chmpx.conftest_command", "chmpxconftest", "program that gives a second opinion on a file"),
    key("chmpx.pid_file", "/var/run/antpickax/chmpx.pid", "file with the process id of chmpx"),
    key("chmpx.control_address", "127.0.0.1", "address of the control port of chmpx"),
    key("chmpx.ctlport", "", "control port, when chmpx is started with -ctlport"),
    key("chmpx.cuk", "", "own key, when chmpx is started with -cuk"),
    key("chmpx.unit", "chmpx.service", "systemd unit that supervises chmpx"),
    key("chmpx.signal", "HUP", "signal for on_change = signal; HUP ends chmpx"),
    key("chmpx.restart_command", "", "command that restarts chmpx, in place of the unit"),
    key("chmpx.command_timeout", "60s", "longest time for a command"),
    key("chmpx.adopt_within", "15s", "chmpx has this long to take a file"),
    key("chmpx.hold", "10s", "chmpx must survive a new file for this long"),
    key("chmpx.start_within", "90s", "chmpx must be back this long after a restart"),
    key("chmpx.restarts_per_hour", "3", "restarts of chmpx by the agent, at most"),
    key("chmpx.spread", "5min", "window over which the slaves spread cold restarts"),
    key("metrics.textfile", "", "file for a node exporter to collect, ending in .prom"),
    key("paths.state_dir", "/var/lib/k2hdkc-slave-agent", "what survives a reboot"),
    key("paths.runtime_dir", "/run/k2hdkc-slave-agent", "lock, socket and status"),
    key(
        "paths.antpickax_dir",
        "/etc/antpickax",
        "where the official user-data script leaves files",
    ),
    key("paths.instance_id", "/var/lib/cloud/data/instance-id", "cloud-init's instance id"),
    key("paths.resolv_conf", "/etc/resolv.conf", "where the domain of the tag comes from"),
];

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// A settings file.
    File(PathBuf),
    /// An environment variable.
    Environment(String),
    /// The command line.
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
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
        let near = values::nearest(name, KEYS.iter().map(|key| key.name));
        let suggestion = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        Err(SettingsError::Unknown { origin, key: name.to_owned(), suggestion })
    }

    /// Sets what `text`, which stands in the file at `path`, says.
    pub fn take_file(&mut self, path: &Path, text: &str) -> Result<(), SettingsError> {
        // Values are taken as they stand: a backslash or a quote may be part of a name.
        let literally =
            ParseOption { enabled_quote: false, enabled_escape: false, ..Default::default() };
        let ini = Ini::load_from_str_opt(text, literally)
            .map_err(|cause| SettingsError::Malformed { path: path.into(), cause })?;
        for (section, properties) in &ini {
            for (key, value) in properties {
                let name =
                    section.map_or_else(|| key.to_owned(), |section| format!("{section}.{key}"));
                self.set(&name, value, Origin::File(path.to_owned()))?;
            }
        }
        Ok(())
    }

    /// Every setting in the order of its name, with its value and origin.
    pub fn entries(&self) -> impl Iterator<Item = (&'static str, &str, &Origin)> {
        self.0.iter().map(|(name, (value, origin))| (*name, value.as_str(), origin))
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

    pub(super) fn invalid(&self, name: &str, why: impl Into<String>) -> SettingsError {
        let (value, origin) = self.0.get(name).cloned().unwrap_or((String::new(), Origin::Default));
        SettingsError::Invalid { origin, key: name.to_owned(), value, why: why.into() }
    }

    pub(super) fn parsed<T: FromStr>(&self, name: &str, why: &str) -> Result<T, SettingsError> {
        self.text(name).parse().map_err(|_parse| self.invalid(name, why))
    }

    pub(super) fn optional_parsed<T: FromStr>(
        &self,
        name: &str,
        why: &str,
    ) -> Result<Option<T>, SettingsError> {
        self.optional(name).map(|_| self.parsed(name, why)).transpose()
    }

    pub(super) fn duration(&self, name: &str) -> Result<Duration, SettingsError> {
        let why = "a duration such as 500ms, 30s, 5min or 1h is needed";
        values::duration(&self.text(name)).ok_or_else(|| self.invalid(name, why))
    }

    pub(super) fn duration_from(
        &self,
        name: &str,
        least: Duration,
    ) -> Result<Duration, SettingsError> {
        let duration = self.duration(name)?;
        if duration < least {
            return Err(self.invalid(name, format!("at least {least:?} is needed")));
        }
        Ok(duration)
    }

    pub(super) fn mode(&self, name: &str) -> Result<u32, SettingsError> {
        let why = "an octal mode such as 0644, readable for its owner, is needed";
        values::mode(&self.text(name)).ok_or_else(|| self.invalid(name, why))
    }

    pub(super) fn choice<T: Copy>(
        &self,
        name: &str,
        choices: &[(&str, T)],
    ) -> Result<T, SettingsError> {
        let wanted = self.text(name);
        let found = choices.iter().find(|(word, _)| *word == wanted).map(|(_, choice)| *choice);
        found.ok_or_else(|| {
            let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
            self.invalid(name, format!("one of {} is needed", words.join(", ")))
        })
    }
}

/// `path` as it lies below `root`.
pub(super) fn below(root: &Path, path: &Path) -> PathBuf {
    root.join(path.strip_prefix("/").unwrap_or(path))
}
