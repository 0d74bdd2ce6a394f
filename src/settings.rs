//! What the operator decided: read from files, environment and flags, checked once.
//!
//! Three stages, each more trustworthy than the last: the *layers* as they were written, the
//! *table* of known keys with one value and its origin each, and [`Settings`], whose fields cannot
//! be wrong.

mod identity;
mod keys;
mod kind;
mod layers;
mod lines;
mod meant;
mod table;
mod values;

use std::io;
use std::path::{Path, PathBuf};

use nix::sys::signal::Signal;

pub use identity::Left;
pub use keys::{KEYS, Key};
pub use kind::Kind;
pub use layers::{Flags, Layers};
pub(crate) use table::below;
pub use table::{Origin, Table, shown};

use crate::model::candidate::Stamp;
use crate::model::identity::Cuk;
use crate::model::plan::{Drift, OnChange, Policy};
use crate::model::settings::{Chmpx, Family, K2hr3, Paths, Settings, Target};

/// The settings cannot be used: which one, and why.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A file could not be read.
    #[error("cannot read the settings file {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A file is not an INI file.
    #[error("{}:{line}: this is neither a section nor a setting", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// There is no such setting.
    #[error("{origin}: there is no setting `{key}`")]
    Unknown {
        /// Where it was named.
        origin: Origin,
        /// What was named.
        key: String,
        /// A key that was probably meant.
        meant: Option<&'static str>,
    },
    /// A value is not possible.
    #[error("{origin}: {key} = {value}: {why}")]
    Invalid {
        /// Where it was set.
        origin: Origin,
        /// The setting.
        key: &'static str,
        /// Its value, as it may be told.
        value: String,
        /// What is wrong with it.
        why: &'static str,
        /// What is possible.
        help: String,
    },
    /// Something is needed that no source gives.
    #[error("{key} is not set")]
    Missing {
        /// The setting.
        key: &'static str,
        /// The file where it is set.
        settings_file: PathBuf,
        /// Files that could give it as well.
        sources: Vec<PathBuf>,
    },
}

impl SettingsError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Unreadable { cause, .. } if cause.kind() == io::ErrorKind::NotFound => {
                "correct the path that --settings names, or create the file".to_owned()
            }
            Self::Unreadable { .. } => "run as root, or make the file readable".to_owned(),
            Self::Malformed { .. } => {
                "write `[section]`, `key = value` or `# remark` in each line".to_owned()
            }
            Self::Unknown { meant: Some(meant), .. } => {
                format!("write `{meant}`, if that is meant")
            }
            Self::Unknown { meant: None, .. } => {
                "remove it; `k2hdkc-slave-agent config show` lists all settings".to_owned()
            }
            Self::Invalid { help, .. } => help.clone(),
            Self::Missing { key, settings_file, sources } => {
                let sources: Vec<_> = sources.iter().map(|it| it.display().to_string()).collect();
                let (sources, file) = (sources.join(" or "), settings_file.display());
                format!("set {key} in {file}, or let {sources} give it")
            }
        }
    }
}

/// What holds in the end, with its origins: what the layers say, then what the host gives.
pub fn effective(layers: &Layers) -> Result<Table, SettingsError> {
    let mut table = layers.table()?;
    identity::complete(&mut table, layers.root(), &identity::left_behind);
    let tokens = identity::token_files(&table, layers.root());
    if let Some(path) = tokens.into_iter().find(|path| path.exists()) {
        let value = path.display().to_string();
        table.fill("k2hr3.token_file", Some(value), Origin::File { path, line: None });
    }
    Ok(table)
}

/// Checks what the layers say. Reads the files from which a missing identity is taken.
pub fn read(layers: &Layers) -> Result<Settings, SettingsError> {
    decide(&layers.table()?, layers, &identity::left_behind)
}

/// Checks what `table` says. A missing identity is taken from the files that `left` gives.
pub fn decide(table: &Table, layers: &Layers, left: Left<'_>) -> Result<Settings, SettingsError> {
    let root = layers.root();
    let mut table = table.clone();
    identity::complete(&mut table, root, left);
    let at = |key| table.path(key, root);
    let identity = identity::identity(&table, layers)?;
    let policy = policy(&table, &identity.cuk)?;
    Ok(Settings {
        k2hr3: K2hr3 {
            api_uri: identity::api_uri(&table, layers)?,
            token_files: identity::token_files(&table, root),
            ca_file: table.optional_path("k2hr3.ca_file", root),
            proxy: proxy(&table)?,
            family: table.choice(
                "k2hr3.family",
                &[("auto", Family::Auto), ("ipv4", Family::Ipv4), ("ipv6", Family::Ipv6)],
            )?,
            connect_timeout: table.duration("k2hr3.connect_timeout")?,
            timeout: table.duration("k2hr3.timeout")?,
            leave_at_stop: table.choice("k2hr3.leave_at_stop", &[("yes", true), ("no", false)])?,
        },
        target: Target {
            path: at("target.path"),
            mode: table.mode("target.mode")?,
            owner: table.optional("target.owner"),
            stamp: table.choice(
                "target.stamp",
                &[("yes", Stamp::Generation), ("no", Stamp::AsPublished)],
            )?,
        },
        chmpx: chmpx(&table, root)?,
        policy,
        interval: table.duration("pace.interval")?,
        longest_wait: table.duration("pace.longest_wait")?,
        metrics_textfile: table.optional_path("metrics.textfile", root),
        paths: Paths {
            state_dir: at("paths.state_dir"),
            runtime_dir: at("paths.runtime_dir"),
            settings_file: layers.settings_file(),
            instance_id: at("paths.instance_id"),
            antpickax_dir: at("paths.antpickax_dir"),
        },
        identity,
    })
}

fn proxy(table: &Table) -> Result<Option<String>, SettingsError> {
    let proxy = table.optional("k2hr3.proxy");
    let is_url = |proxy: &String| {
        proxy.strip_prefix("http://").or_else(|| proxy.strip_prefix("https://")).is_some_and(
            |rest| {
                !rest.is_empty() && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
            },
        )
    };
    if proxy.as_ref().is_some_and(|proxy| !is_url(proxy)) {
        return Err(table.invalid("k2hr3.proxy"));
    }
    Ok(proxy)
}

fn ctlport(table: &Table) -> Result<Option<u16>, SettingsError> {
    if table.optional("chmpx.ctlport").is_none() {
        return Ok(None);
    }
    let port = table.number("chmpx.ctlport")?;
    u16::try_from(port).map(Some).map_err(|_range| table.invalid("chmpx.ctlport"))
}

/// The name of a signal that exists.
fn signal(table: &Table) -> Result<String, SettingsError> {
    let name = table.text("chmpx.signal");
    match format!("SIG{name}").parse::<Signal>() {
        Ok(_exists) => Ok(name),
        Err(_none) => Err(table.invalid("chmpx.signal")),
    }
}

fn chmpx(table: &Table, root: &Path) -> Result<Chmpx, SettingsError> {
    Ok(Chmpx {
        status_command: table.optional("chmpx.status_command").map(PathBuf::from),
        conftest_command: table.optional("chmpx.conftest_command").map(PathBuf::from),
        pid_file: table.path("chmpx.pid_file", root),
        control_address: table.parsed("chmpx.control_address")?,
        ctlport: ctlport(table)?,
        cuk: table.optional("chmpx.cuk"),
        unit: table.optional("chmpx.unit"),
        signal: signal(table)?,
        restart_command: table.words("chmpx.restart_command"),
        command_timeout: table.duration("chmpx.command_timeout")?,
    })
}

fn policy(table: &Table, cuk: &Cuk) -> Result<Policy, SettingsError> {
    Ok(Policy {
        on_change: table.choice(
            "chmpx.on_change",
            &[
                ("auto", OnChange::Auto),
                ("restart", OnChange::Restart),
                ("signal", OnChange::Signal),
                ("none", OnChange::None),
            ],
        )?,
        drift: table
            .choice("target.drift", &[("restore", Drift::Restore), ("report", Drift::Report)])?,
        settle: table.duration("pace.settle")?,
        adopt_within: table.duration("chmpx.adopt_within")?,
        hold: table.duration("chmpx.hold")?,
        start_within: table.duration("chmpx.start_within")?,
        restarts_per_hour: table.number("chmpx.restarts_per_hour")?,
        spread: table.duration("chmpx.spread")?,
        share: cuk.share(),
    })
}
