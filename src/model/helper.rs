//! Taking over from the official helper, `k2hr3-get-resource-helper`: what it writes on this host,
//! and the steps that end it without losing the file, and that bring it back.

use std::path::{Path, PathBuf};

use super::host_step::{AGENT, Step};

/// The program of the helper, a script.
pub const PROGRAM: &str = "k2hr3-get-resource-helper";
/// Its own settings; what overrides them is one file for all helpers.
pub const CONF: &str = "k2hr3-get-resource-helper.conf";
/// Its units.
const SERVICE: &str = "k2hr3-get-resource.service";
const TIMER: &str = "k2hr3-get-resource.timer";
/// What was found on the host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The text of the helper's settings file, if there is one.
    pub conf: Option<String>,
    /// The text of `override.conf`, if there is one.
    pub overrides: Option<String>,
    /// Where both are; also where the helper writes by default.
    pub directory: PathBuf,
    /// The last part of the resource's path, the helper's default for the name of its file.
    pub resource_name: String,
    /// The target of this agent as it is now.
    pub target: PathBuf,
    /// The mode of the directory.
    pub directory_mode: Option<u32>,
    /// The mode of the token file in it.
    pub token_mode: Option<u32>,
}

impl Found {
    /// The file that the helper writes.
    ///
    /// As soon as there is an `override.conf`, the helper takes nothing from its own settings but
    /// its defaults (its `get_value` goes by `extract_value`, which also succeeds at a key that is
    /// not there), so neither does this.
    pub fn output(&self) -> PathBuf {
        let setting = |key: &str| match &self.overrides {
            Some(overrides) => last_value(overrides, &format!("{CONF}:{key}")),
            None => self.conf.as_deref().and_then(|conf| last_value(conf, key)),
        };
        let directory = setting("OUTPUT_DIR").map_or_else(|| self.directory.clone(), PathBuf::from);
        directory.join(setting("OUTPUT_FILE").unwrap_or_else(|| self.resource_name.clone()))
    }

    /// Whether a settings file can say where the helper writes.
    pub fn can_be_written_down(&self) -> bool {
        let output = self.output();
        let text = output.to_string_lossy();
        !text.contains(char::is_control) && !text.ends_with('\\')
    }

    /// What takes over. `drop_in` is the settings file that is written for it.
    ///
    /// The order matters: a helper in its daemon mode deletes the file as soon as its timer is
    /// disabled, also when it only fails to find out (its loop below "Wait for disable timer"). So
    /// it is kept from starting and ended first, and the timer goes last. `latitude` is the drop-in
    /// that the service needs on this host.
    pub fn take_over(&self, drop_in: &Path, latitude: Option<(PathBuf, String)>) -> Vec<Step> {
        let mut steps = Vec::new();
        if self.token_mode.is_some_and(|mode| mode & 0o077 != 0) {
            steps.push(Step::Mode(self.directory.join("k2hr3-role-token"), 0o600));
        }
        if let Some(mode) = self.directory_mode.filter(|mode| mode & 0o022 != 0) {
            steps.push(Step::Mode(self.directory.clone(), mode & 0o755));
        }
        let output = self.output();
        if output != self.target {
            let text = format!("[target]\npath = {}\n", output.display());
            steps.push(Step::Write(drop_in.to_owned(), text));
        }
        steps.extend(latitude.map(|(path, text)| Step::Write(path, text)));
        steps.extend([
            Step::run(&["systemctl", "daemon-reload"]),
            Step::run(&["systemctl", "mask", "--", SERVICE]),
            Step::run(&["systemctl", "stop", "--", SERVICE]),
            Step::End(PROGRAM),
            Step::run(&["systemctl", "stop", "--", TIMER]),
            Step::run(&["systemctl", "disable", "--", TIMER]),
            Step::run(&["systemctl", "mask", "--", TIMER]),
            Step::needed(&["systemctl", "enable", "--", AGENT]),
            Step::needed(&["systemctl", "restart", "--no-block", "--", AGENT]),
        ]);
        steps
    }
}

/// What gives the file back to the helper.
pub fn hand_back(drop_in: &Path) -> Vec<Step> {
    vec![
        Step::needed(&["systemctl", "disable", "--now", "--", AGENT]),
        Step::Remove(drop_in.to_owned()),
        Step::run(&["systemctl", "unmask", "--", SERVICE, TIMER]),
        Step::run(&["systemctl", "enable", "--now", "--", TIMER]),
    ]
}

/// The last value of `key`. One with a colon means another file, which nobody uses for these keys.
pub(super) fn last_value(text: &str, key: &str) -> Option<String> {
    last_line(text, key).filter(|value| !value.contains(':'))
}

/// What stands after `key` in the last line that has it; nothing for an empty value. `#` begins a
/// comment only at the start of a line.
pub(super) fn last_line(text: &str, key: &str) -> Option<String> {
    let lines = text.lines().rev().filter(|line| !line.starts_with('#'));
    let mut values = lines.filter_map(|line| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == key).then(|| value.trim().to_owned())
    });
    values.next().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(conf: Option<&str>, overrides: Option<&str>) -> Found {
        Found {
            conf: conf.map(str::to_owned),
            overrides: overrides.map(str::to_owned),
            directory: "/etc/antpickax".into(),
            resource_name: "slave".to_owned(),
            target: "/etc/k2hdkc/slave.ini".into(),
            directory_mode: Some(0o777),
            token_mode: Some(0o644),
        }
    }

    #[test]
    fn the_file_of_the_helper_is_found_as_the_helper_finds_it() {
        let named = "OUTPUT_DIR = /etc/k2hdkc\n#OUTPUT_FILE = no\nOUTPUT_FILE = a.ini\n";
        let dbaas = "k2hr3-get-resource-helper.conf:OUTPUT_FILE = k2hdkc.ini\n";
        for (conf, overrides, expected) in [
            (None, None, "/etc/antpickax/slave"),
            (Some(named), None, "/etc/k2hdkc/a.ini"),
            (Some(named), Some("chmpx-service-helper.conf:X = y\n"), "/etc/antpickax/slave"),
            (Some(named), Some(dbaas), "/etc/antpickax/k2hdkc.ini"),
        ] {
            assert_eq!(found(conf, overrides).output(), Path::new(expected), "{overrides:?}");
        }
    }

    #[test]
    fn a_path_that_no_settings_file_can_hold_is_known() {
        assert!(found(None, None).can_be_written_down());
        for conf in ["OUTPUT_FILE = a\rb\n", "OUTPUT_FILE = a\\\n"] {
            assert!(!found(Some(conf), None).can_be_written_down(), "{conf:?}");
        }
    }

    #[test]
    fn the_timer_goes_only_when_no_helper_is_left_to_notice() {
        let steps = found(None, None).take_over(Path::new("/d.conf"), None);
        let place = |wanted: &dyn Fn(&Step) -> bool| steps.iter().position(wanted).unwrap();
        let ended = place(&|step| *step == Step::End(PROGRAM));
        let masked = place(&|step| step.sentence() == format!("systemctl mask -- {SERVICE}"));
        let timer = place(&|step| step.sentence().contains(TIMER));
        assert!(masked < ended && ended < timer, "{steps:#?}");
    }

    #[test]
    fn the_helper_comes_back_when_no_agent_is_left_and_nothing_keeps_it_from_starting() {
        let steps = hand_back(Path::new("/d.conf"));
        let place = |wanted: &str| steps.iter().position(|step| step.sentence() == wanted).unwrap();
        let ended = place(&format!("systemctl disable --now -- {AGENT}"));
        let unmasked = place(&format!("systemctl unmask -- {SERVICE} {TIMER}"));
        let started = place(&format!("systemctl enable --now -- {TIMER}"));
        assert!(ended < started && unmasked < started, "{steps:#?}");
        assert!(steps.contains(&Step::Remove("/d.conf".into())));
    }

    #[test]
    fn only_what_is_done_to_our_own_service_has_to_succeed() {
        let mut steps = found(None, None).take_over(Path::new("/d.conf"), None);
        steps.extend(hand_back(Path::new("/d.conf")));
        let commands = steps.iter().filter(|step| matches!(step, Step::Run { .. }));
        for step in commands {
            assert_eq!(step.is_needed(), step.sentence().contains(AGENT), "{}", step.sentence());
        }
    }

    #[test]
    fn what_others_could_write_or_read_is_repaired() {
        let steps = found(None, None).take_over(Path::new("/d.conf"), None);
        assert!(steps.contains(&Step::Mode("/etc/antpickax/k2hr3-role-token".into(), 0o600)));
        assert!(steps.contains(&Step::Mode("/etc/antpickax".into(), 0o755)));
        let tight =
            Found { directory_mode: Some(0o755), token_mode: Some(0o600), ..found(None, None) };
        let steps = tight.take_over(Path::new("/d.conf"), None);
        assert!(!steps.iter().any(|step| matches!(step, Step::Mode(..))), "{steps:#?}");
    }

    #[test]
    fn the_target_is_taken_over_unless_it_is_ours_already() {
        let ours = Found { target: "/etc/antpickax/slave".into(), ..found(None, None) };
        let writes = |found: &Found| {
            found
                .take_over(Path::new("/d.conf"), None)
                .iter()
                .any(|step| matches!(step, Step::Write(..)))
        };
        assert!(writes(&found(None, None)) && !writes(&ours));
    }
}
