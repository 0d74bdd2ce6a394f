//! Settings as they were written: file, drop-ins, environment, flags. Later ones win.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::SettingsError;
use super::table::{Origin, Table, below};
use crate::effects::small_file;

/// What stands before the name of a setting in the environment.
const PREFIX: &str = "K2HDKC_SLAVE_AGENT_";
/// Where the settings file is by default.
const FILE: &str = "/etc/k2hdkc/slave-agent.conf";

/// What the command line says about settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// All default paths lie below this directory.
    pub root: Option<PathBuf>,
    /// The settings file, in place of the default one. Then it has to exist.
    pub settings_file: Option<PathBuf>,
    /// `section.key` and value, in the order given.
    pub set: Vec<(String, String)>,
}

/// Where settings come from, ready to be read again on request.
#[derive(Debug, Clone)]
pub struct Layers {
    flags: Flags,
    environment: Vec<(String, String)>,
}

impl Layers {
    /// Settings from the usual files, the environment of this process and the command line.
    pub fn new(flags: Flags) -> Self {
        // A value that is not UTF-8 shows its gaps, and fails where it is used.
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| {
                Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
            })
            .collect();
        Self::with_environment(flags, environment)
    }

    /// The same with a given environment.
    pub fn with_environment(flags: Flags, environment: Vec<(String, String)>) -> Self {
        Self { flags, environment }
    }

    /// The directory below which all default paths lie.
    pub fn root(&self) -> &Path {
        self.flags.root.as_deref().unwrap_or(Path::new("/"))
    }

    /// The settings file that is read if it exists.
    pub fn settings_file(&self) -> PathBuf {
        self.flags.settings_file.clone().unwrap_or_else(|| below(self.root(), Path::new(FILE)))
    }

    /// Reads all layers, one over the other.
    pub fn table(&self) -> Result<Table, SettingsError> {
        let mut table = Table::defaults();
        for file in self.files()? {
            read_file(&file, &mut table)?;
        }
        for (name, value) in &self.environment {
            if let Some(setting) = name.strip_prefix(PREFIX) {
                let origin = Origin::Environment(name.clone());
                table.set(&setting_of(setting), value, origin)?;
            }
        }
        for (name, value) in &self.flags.set {
            table.set(name, value, Origin::Flag)?;
        }
        Ok(table)
    }

    /// The settings file, if there is one, and the drop-ins beside it in the order of their names.
    fn files(&self) -> Result<Vec<PathBuf>, SettingsError> {
        let main = self.settings_file();
        let unreadable =
            |path: &Path, cause| SettingsError::Unreadable { path: path.into(), cause };
        let mut directory = main.clone().into_os_string();
        directory.push(".d");
        let directory = PathBuf::from(directory);
        let mut drop_ins = match fs::read_dir(&directory) {
            Ok(entries) => entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|cause| unreadable(&directory, cause))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(cause) => return Err(unreadable(&directory, cause)),
        };
        drop_ins.retain(|path| path.extension().is_some_and(|extension| extension == "conf"));
        drop_ins.sort();
        if self.flags.settings_file.is_some() || main.exists() {
            drop_ins.insert(0, main);
        }
        Ok(drop_ins)
    }
}

/// `K2HR3_API_URI` names `k2hr3.api_uri`: sections have no underscore.
fn setting_of(name: &str) -> String {
    name.to_lowercase().replacen('_', ".", 1)
}

fn read_file(path: &Path, table: &mut Table) -> Result<(), SettingsError> {
    if fs::canonicalize(path).is_ok_and(|real| real == Path::new("/dev/null")) {
        // This is how a file is masked that a package brings.
        return Ok(());
    }
    let text = small_file::text(path)
        .map_err(|cause| SettingsError::Unreadable { path: path.into(), cause })?;
    table.take_file(path, &text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::KEYS;

    fn layers(root: &Path, environment: &[(&str, &str)], set: &[(&str, &str)]) -> Layers {
        let owned = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
        };
        let flags = Flags { root: Some(root.to_owned()), settings_file: None, set: owned(set) };
        Layers::with_environment(flags, owned(environment))
    }

    fn write(root: &Path, name: &str, text: &str) {
        let path = root.join("etc/k2hdkc").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn a_settings_file_is_read_whole_or_not_at_all_and_one_that_is_masked_says_nothing() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "slave-agent.conf", "[pace]\ninterval = 1s\n");
        let drop_in = root.path().join("etc/k2hdkc/slave-agent.conf.d/10-a.conf");
        write(root.path(), "slave-agent.conf.d/10-a.conf", "");
        let put = |what: &dyn Fn()| {
            fs::remove_file(&drop_in).unwrap();
            what();
            layers(root.path(), &[], &[]).table().map(|table| table.text("pace.interval"))
        };
        let why = |error: SettingsError| std::error::Error::source(&error).unwrap().to_string();
        let masked = put(&|| std::os::unix::fs::symlink("/dev/null", &drop_in).unwrap());
        assert_eq!(masked.unwrap(), "1s");
        let pipe = put(&|| nix::unistd::mkfifo(&drop_in, nix::sys::stat::Mode::S_IRWXU).unwrap());
        assert_eq!(why(pipe.unwrap_err()), "it is no regular file");
        let long = put(&|| fs::write(&drop_in, "#\n".repeat(1 << 20)).unwrap());
        assert_eq!(why(long.unwrap_err()), "it is longer than 1 MiB");
    }

    fn interval(layers: &Layers) -> String {
        layers.table().unwrap().text("pace.interval")
    }

    #[test]
    fn flags_win_over_environment_over_drop_ins_over_the_file_over_defaults() {
        let root = tempfile::tempdir().unwrap();
        let variable = ("K2HDKC_SLAVE_AGENT_PACE_INTERVAL", "4s");
        assert_eq!(interval(&layers(root.path(), &[], &[])), "30s");
        write(root.path(), "slave-agent.conf", "[pace]\ninterval = 1s\n");
        assert_eq!(interval(&layers(root.path(), &[], &[])), "1s");
        write(root.path(), "slave-agent.conf.d/20-b.conf", "[pace]\ninterval = 3s\n");
        write(root.path(), "slave-agent.conf.d/10-a.conf", "[pace]\ninterval = 2s\n");
        write(root.path(), "slave-agent.conf.d/30-c.conf~", "nonsense");
        assert_eq!(interval(&layers(root.path(), &[], &[])), "3s");
        assert_eq!(interval(&layers(root.path(), &[variable], &[])), "4s");
        assert_eq!(interval(&layers(root.path(), &[variable], &[("pace.interval", "5s")])), "5s");
    }

    #[test]
    fn an_unknown_setting_is_an_error_that_names_its_line_and_the_right_one() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "slave-agent.conf", "# mine\n[pace]\nintervall = 1s\n");
        let error = layers(root.path(), &[], &[]).table().unwrap_err();
        assert!(error.to_string().contains("slave-agent.conf:3: "), "{error}");
        assert!(error.help().contains("`pace.interval`"), "{}", error.help());
        let variable = ("K2HDKC_SLAVE_AGENT_K2HR3_API_URL", "x");
        let root = tempfile::tempdir().unwrap();
        let error = layers(root.path(), &[variable], &[]).table().unwrap_err();
        assert!(error.to_string().contains("K2HR3_API_URL"), "{error}");
        assert!(error.help().contains("k2hr3.api_uri"), "{}", error.help());
    }

    #[test]
    fn values_are_taken_literally() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "slave-agent.conf", "[node]\ntag = a\\b\"c'\n");
        assert_eq!(layers(root.path(), &[], &[]).table().unwrap().text("node.tag"), "a\\b\"c'");
    }

    #[test]
    fn a_settings_file_that_was_named_has_to_exist() {
        let flags = Flags { settings_file: Some("/nonexistent/a.conf".into()), ..Flags::default() };
        assert!(Layers::with_environment(flags, vec![]).table().is_err());
    }

    #[test]
    fn every_setting_has_its_environment_variable() {
        for key in KEYS {
            let variable = key.name.to_uppercase().replace('.', "_");
            assert_eq!(setting_of(&variable), key.name);
        }
    }
}
