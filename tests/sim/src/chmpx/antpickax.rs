//! The settings of chmpx-service-helper in `/etc/antpickax`, as far as they say which file it
//! starts chmpx with: `get_value` and `load_variables` of version 1.0.113. An override that names a
//! key of another file is left out.
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The file that a helper with its settings in `directory` starts chmpx with.
pub fn ini(directory: &Path) -> io::Result<PathBuf> {
    let conf = fs::read_to_string(directory.join("chmpx-service-helper.conf"))?;
    let value = match fs::read_to_string(directory.join("override.conf")) {
        Ok(overrides) => value(&overrides, "chmpx-service-helper.conf:CHMPX_INI_CONF_FILE"),
        Err(_none) => value(&conf, "CHMPX_INI_CONF_FILE"),
    };
    Ok(directory.join(value.as_deref().unwrap_or("chmpx.ini")))
}

fn value(text: &str, key: &str) -> Option<String> {
    let settings = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let pairs = settings.filter_map(|line| line.split_once('='));
    let mut values = pairs.filter(|(name, _)| name.trim() == key).map(|(_, value)| value.trim());
    values.next_back().filter(|value| !value.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overrides_go_before_the_settings_and_take_them_away() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let ini = || ini(directory.path()).map(|path| path.file_name().unwrap().to_owned());
        assert!(ini().is_err(), "it does not start without its settings");
        fs::write(at("chmpx-service-helper.conf"), "# CHMPX_INI_CONF_FILE = no.ini\n").unwrap();
        assert_eq!(ini().unwrap(), "chmpx.ini");
        fs::write(at("chmpx-service-helper.conf"), "CHMPX_INI_CONF_FILE = own.ini\n").unwrap();
        assert_eq!(ini().unwrap(), "own.ini");
        fs::write(at("override.conf"), "").unwrap();
        assert_eq!(ini().unwrap(), "chmpx.ini");
        let dbaas = "chmpx-service-helper.conf:CHMPX_INI_CONF_FILE = k2hdkc.ini\n";
        fs::write(at("override.conf"), dbaas).unwrap();
        assert_eq!(ini().unwrap(), "k2hdkc.ini");
    }
}
