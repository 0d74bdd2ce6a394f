//! What the operator decided: read from files, environment and flags, checked once.
//!
//! Three stages, each more trustworthy than the last: the *layers* as they were written, the
//! *table* of known keys with one value and its origin each, and [`Settings`], whose fields cannot
//! be wrong.

mod identity;
mod layers;
mod table;
mod values;

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use identity::Left;
use identity::Sources;
pub use layers::{Flags, Layers};
pub use table::{KEYS, Key, Origin, Table};

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
        cause: std::io::Error,
    },
    /// A file is not an INI file.
    #[error("cannot understand the settings file {}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: ini::ParseError,
    },
    /// There is no such setting.
    #[error("{origin}: there is no setting `{key}`{suggestion}")]
    Unknown {
        /// Where it was named.
        origin: Origin,
        /// What was named.
        key: String,
        /// A key that was probably meant.
        suggestion: String,
    },
    /// A value is not possible.
    #[error("{origin}: {key} = {value}: {why}")]
    Invalid {
        /// Where it was set.
        origin: Origin,
        /// The setting.
        key: String,
        /// Its value.
        value: String,
        /// What is wrong with it.
        why: String,
    },
    /// Something is needed that no source gives.
    #[error("{key} is not set; {help}")]
    Missing {
        /// The setting.
        key: &'static str,
        /// Where it could come from.
        help: String,
    },
}

/// Checks what the layers say. Reads the files from which a missing identity is taken.
pub fn read(layers: &Layers) -> Result<Settings, SettingsError> {
    decide(&layers.table()?, layers, &identity::small_file)
}

/// Checks what `table` says. A missing identity is taken from the files that `left` gives.
pub fn decide(table: &Table, layers: &Layers, left: Left<'_>) -> Result<Settings, SettingsError> {
    let root = layers.root();
    let at = |key| table.path(key, root);
    let sources = Sources { table, root, left };
    let identity = identity::identity(&sources)?;
    let policy = policy(table, &identity.cuk)?;
    Ok(Settings {
        k2hr3: K2hr3 {
            api_uri: identity::api_uri(&sources)?,
            token_files: identity::token_files(table, root),
            ca_file: table.optional_path("k2hr3.ca_file", root),
            proxy: table.optional("k2hr3.proxy"),
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
        chmpx: chmpx(table, root)?,
        policy,
        interval: table.duration_from("pace.interval", Duration::from_millis(100))?,
        longest_wait: table.duration_from("pace.longest_wait", Duration::from_secs(1))?,
        metrics_textfile: table.optional_path("metrics.textfile", root),
        paths: Paths {
            state_dir: at("paths.state_dir"),
            runtime_dir: at("paths.runtime_dir"),
            settings_file: layers.settings_file(),
            antpickax_dir: at("paths.antpickax_dir"),
        },
        identity,
    })
}

fn chmpx(table: &Table, root: &Path) -> Result<Chmpx, SettingsError> {
    Ok(Chmpx {
        status_command: table.optional("chmpx.status_command").map(PathBuf::from),
        conftest_command: table.optional("chmpx.conftest_command").map(PathBuf::from),
        pid_file: table.path("chmpx.pid_file", root),
        control_address: table.parsed("chmpx.control_address", "an IP address is needed")?,
        ctlport: table.optional_parsed("chmpx.ctlport", "a port from 1 to 32767 is needed")?,
        cuk: table.optional("chmpx.cuk"),
        unit: table.optional("chmpx.unit"),
        signal: table.text("chmpx.signal"),
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
        restarts_per_hour: table
            .parsed("chmpx.restarts_per_hour", "a whole number from 0 is needed")?,
        spread: table.duration("chmpx.spread")?,
        share: cuk.share(),
    })
}
