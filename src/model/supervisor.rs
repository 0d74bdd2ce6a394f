//! The official supervisor of chmpx, `chmpx-service-helper`: which file it waits for on this host,
//! and how that comes to be the file of the agent.
//!
//! Neither side gives up its name. The file that the supervisor waits for becomes a symbolic link to
//! the target: chmpx follows it whenever it watches (lib/chmconf.cc), both names hold the
//! same, and the settings of the packages stay as they are. A setting in `override.conf` would not
//! do: where there was none, the mere file takes every other setting from all helpers, and the
//! package that brings one could not be installed any more.

use std::path::{Path, PathBuf};

use super::helper::{last_line, last_value};

/// The settings of the supervisor; its package brings them, and without them it does not start.
pub const CONF: &str = "chmpx-service-helper.conf";
/// The settings that go before those of every helper.
pub const OVERRIDES: &str = "override.conf";
/// What it waits for where nothing else was said.
const DEFAULT: &str = "chmpx.ini";
const KEY: &str = "CHMPX_INI_CONF_FILE";

/// What the supervisor and the agent make of each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Supervisor {
    /// It is not on this host.
    #[default]
    NotHere,
    /// It starts chmpx with this file, which is the target or leads to it.
    Agrees(PathBuf),
    /// It takes another file.
    Elsewhere(Elsewhere),
}

/// The supervisor takes another file than the agent writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// The file that it takes.
    pub awaited: PathBuf,
    /// The file of the agent.
    pub target: PathBuf,
    /// Whether there is something at the path of the first.
    pub is_taken: bool,
}

impl Supervisor {
    /// The other file, if it takes one.
    pub fn elsewhere(&self) -> Option<&Elsewhere> {
        match self {
            Self::Elsewhere(elsewhere) => Some(elsewhere),
            Self::NotHere | Self::Agrees(_) => None,
        }
    }
}

impl Elsewhere {
    /// The link that makes both files one, and where it leads; `None` where something else lies
    /// there, which is not ours to take away.
    pub fn link(&self) -> Option<(&Path, &Path)> {
        (!self.is_taken).then_some((&self.awaited, &self.target))
    }

    /// What is the case.
    pub fn sentence(&self) -> String {
        let does = if self.is_taken { "starts it with" } else { "waits for" };
        let (awaited, target) = (self.awaited.display(), self.target.display());
        format!("the supervisor of chmpx {does} {awaited}, and the agent writes {target}")
    }

    /// What to do about it.
    pub fn help(&self) -> String {
        let (awaited, target) = (self.awaited.display(), self.target.display());
        let link = format!("ln -s {target} {awaited}");
        if self.is_taken {
            format!(
                "move {awaited} away, `{link}` and `systemctl restart chmpx`; or set target.path to \
                 {awaited}"
            )
        } else {
            format!("`{link}`: chmpx starts within ten seconds, else `systemctl restart chmpx`")
        }
    }
}

/// The file that the supervisor starts chmpx with, as `get_value` and `load_variables` of
/// `chmpx-service-helper` 1.0.113 find it. `conf` and `overrides` are the texts of its settings in
/// `directory`; `text_of` reads a file that an override names.
pub fn awaited(
    conf: &str,
    overrides: Option<&str>,
    directory: &Path,
    text_of: &dyn Fn(&Path) -> Option<String>,
) -> PathBuf {
    let value = match overrides {
        // Once there is such a file, what it does not say is the default, not what `conf` says.
        Some(overrides) => {
            let value = last_line(overrides, &format!("{CONF}:{KEY}"));
            value.and_then(|value| match value.split_once(':') {
                None => Some(value),
                Some((file, key)) => {
                    let text = text_of(&directory.join(file.trim()));
                    text.map_or_else(|| last_line(conf, KEY), |text| last_line(&text, key.trim()))
                }
            })
        }
        None => last_line(conf, KEY),
    };
    value.map_or_else(|| directory.join(DEFAULT), |value| absolute(directory, &value))
}

/// A relative path with a directory is put together with that directory twice.
fn absolute(directory: &Path, value: &str) -> PathBuf {
    match Path::new(value).parent().filter(|_| !value.starts_with('/')) {
        Some(above) => directory.join(above).join(value),
        None => PathBuf::from(value),
    }
}

/// The user that the supervisor starts chmpx as, if that was said.
pub fn user_of_chmpx(conf: Option<&str>, overrides: Option<&str>) -> Option<String> {
    match overrides {
        Some(text) => last_value(text, &format!("{CONF}:SUBPROCESS_USER")),
        None => conf.and_then(|text| last_value(text, "SUBPROCESS_USER")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of the package `k2hdkc-dbaas-override-conf` that concern chmpx.
    const DBAAS: &str = "\
        k2hr3-get-resource-helper.conf:OUTPUT_FILE              = k2hdkc.ini\n\
        chmpx-service-helper.conf:CHMPX_INI_CONF_FILE           = k2hdkc.ini\n\
        chmpx-service-helper.conf:SUBPROCESS_USER               = k2hdkc\n";
    const SHIPPED: &str = "# CHMPX_INI_CONF_FILE = chmpx.ini\n";

    fn awaited_by(conf: &str, overrides: Option<&str>) -> String {
        let other = |path: &Path| {
            (path == Path::new("/etc/antpickax/other.conf")).then(|| "A = /srv/a.ini\n".to_owned())
        };
        awaited(conf, overrides, Path::new("/etc/antpickax"), &other).display().to_string()
    }

    #[test]
    fn where_nobody_said_anything_the_supervisor_waits_for_its_own_file() {
        assert_eq!(awaited_by(SHIPPED, None), "/etc/antpickax/chmpx.ini");
    }

    #[test]
    fn its_settings_name_another_file_by_its_path_or_beside_them() {
        assert_eq!(awaited_by("CHMPX_INI_CONF_FILE = /srv/x.ini\n", None), "/srv/x.ini");
        let twice = "CHMPX_INI_CONF_FILE=x.ini\n  CHMPX_INI_CONF_FILE = y.ini \n";
        assert_eq!(awaited_by(twice, None), "/etc/antpickax/y.ini");
        let below = "CHMPX_INI_CONF_FILE = sub/x.ini\n";
        assert_eq!(awaited_by(below, None), "/etc/antpickax/sub/sub/x.ini");
    }

    #[test]
    fn the_overrides_of_the_dbaas_package_name_the_file_and_the_user() {
        let own = "CHMPX_INI_CONF_FILE = x.ini\n";
        assert_eq!(awaited_by(own, Some(DBAAS)), "/etc/antpickax/k2hdkc.ini");
        assert_eq!(user_of_chmpx(Some(own), Some(DBAAS)).as_deref(), Some("k2hdkc"));
    }

    #[test]
    fn any_overrides_at_all_take_the_settings_of_the_supervisor_away() {
        let own = "CHMPX_INI_CONF_FILE = x.ini\nSUBPROCESS_USER = guest\n";
        for overrides in ["", "k2hdkc-service-helper.conf:PIDDIR = /run\n"] {
            assert_eq!(awaited_by(own, Some(overrides)), "/etc/antpickax/chmpx.ini");
            assert_eq!(user_of_chmpx(Some(own), Some(overrides)), None);
        }
        assert_eq!(user_of_chmpx(Some(own), None).as_deref(), Some("guest"));
        assert_eq!(user_of_chmpx(None, None), None);
    }

    #[test]
    fn an_override_that_names_a_key_of_another_file_is_followed_there() {
        let to = |place: &str| {
            let overrides = format!("chmpx-service-helper.conf:CHMPX_INI_CONF_FILE = {place}\n");
            awaited_by("CHMPX_INI_CONF_FILE = own.ini\n", Some(&overrides))
        };
        assert_eq!(to("other.conf:A"), "/srv/a.ini");
        assert_eq!(to("/etc/antpickax/other.conf:A"), "/srv/a.ini");
        assert_eq!(to("other.conf:B"), "/etc/antpickax/chmpx.ini");
        assert_eq!(to("missing.conf:A"), "/etc/antpickax/own.ini", "its own settings again");
    }

    #[test]
    fn a_free_path_is_linked_and_a_taken_one_is_left_alone() {
        let free = Elsewhere { awaited: "/a".into(), target: "/t".into(), is_taken: false };
        assert_eq!(free.link(), Some((Path::new("/a"), Path::new("/t"))));
        assert!(free.sentence().contains("waits for /a, and the agent writes /t"));
        assert!(free.help().contains("ln -s /t /a"));
        let taken = Elsewhere { is_taken: true, ..free };
        assert_eq!(taken.link(), None);
        assert!(taken.sentence().contains("starts it with /a"));
        assert!(taken.help().starts_with("move /a away"));
    }
}
