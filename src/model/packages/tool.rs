//! How package managers and service managers are told what to do: words, never a shell's line.

use super::{Package, Unit};

/// A package manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// Debian, Ubuntu.
    Apt,
    /// Fedora, Rocky, Alma, RHEL.
    Dnf,
    /// Older RHEL and its kin, Amazon Linux 2.
    Yum,
    /// SUSE.
    Zypper,
    /// Alpine.
    Apk,
}

impl Tool {
    /// All of them; the first whose program exists is used.
    pub const ALL: [Self; 5] = [Self::Apt, Self::Dnf, Self::Yum, Self::Zypper, Self::Apk];

    /// Its program.
    pub fn program(self) -> &'static str {
        match self {
            Self::Apt => "apt-get",
            Self::Dnf => "dnf",
            Self::Yum => "yum",
            Self::Zypper => "zypper",
            Self::Apk => "apk",
        }
    }

    /// Learns what the repositories have; the RPM tools do that by themselves.
    pub fn learn(self) -> Option<Vec<String>> {
        match self {
            Self::Apt => Some(words(&["apt-get", "-q", "-o", APT_WAIT, "update"])),
            Self::Apk => Some(words(&["apk", "--wait", "600", "--no-progress", "update"])),
            Self::Dnf | Self::Yum | Self::Zypper => None,
        }
    }

    /// Asks whether a package is there.
    pub fn query(self, package: &Package) -> Vec<String> {
        let name = package.as_str();
        match self {
            Self::Apt => {
                words(&["dpkg-query", "--show", "--showformat=${db:Status-Status}", "--", name])
            }
            Self::Dnf | Self::Yum | Self::Zypper => words(&["rpm", "--query", "--quiet", name]),
            Self::Apk => words(&["apk", "info", "--installed", name]),
        }
    }

    /// What the answer to [`Tool::query`] means.
    pub fn is_installed(self, code: Option<i32>, output: &str) -> bool {
        // dpkg also answers for a package that was removed and left its settings.
        code == Some(0) && (self != Self::Apt || output.trim() == "installed")
    }

    /// Installs a package: nothing is asked, settings files that somebody changed stay.
    pub fn install(self, package: &Package) -> Vec<String> {
        let name = package.as_str();
        match self {
            Self::Apt => words(&[
                "env",
                "DEBIAN_FRONTEND=noninteractive",
                "apt-get",
                "-qq",
                "-o",
                APT_WAIT,
                "-o",
                APT_NAMES,
                "-o",
                "DPkg::Options::=--force-confdef",
                "-o",
                "DPkg::Options::=--force-confold",
                "--no-install-recommends",
                "--yes",
                "install",
                "--",
                name,
            ]),
            Self::Dnf => words(&["dnf", "--quiet", "--assumeyes", "install", name]),
            Self::Yum => words(&["yum", "--quiet", "--assumeyes", "install", name]),
            Self::Zypper => words(&[
                "env",
                "ZYPP_LOCK_TIMEOUT=600",
                "zypper",
                "--quiet",
                "--non-interactive",
                "install",
                "--no-recommends",
                "--",
                name,
            ]),
            Self::Apk => words(&["apk", "--wait", "600", "--no-progress", "add", name]),
        }
    }
}

/// Another apt at work, such as cloud-init's, is waited for.
const APT_WAIT: &str = "DPkg::Lock::Timeout=600";

/// A name that no package has is not taken for a regular expression that many match.
const APT_NAMES: &str = "APT::Cmd::Pattern-Only=true";

/// What starts services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Starter {
    /// systemd.
    Systemd,
    /// Alpine's `OpenRC`. It knows services only.
    OpenRc,
}

impl Starter {
    /// Enables a unit and starts it, without waiting: a unit that is ordered after the caller
    /// would wait for it in turn. Nothing for a unit that it cannot have.
    pub fn begin(self, unit: &Unit) -> Vec<Vec<String>> {
        self.enable_and("start", unit)
    }

    /// The same, ending first what has begun.
    pub fn begin_anew(self, unit: &Unit) -> Vec<Vec<String>> {
        self.enable_and("restart", unit)
    }

    fn enable_and(self, verb: &str, unit: &Unit) -> Vec<Vec<String>> {
        match (self, unit.service()) {
            (Self::Systemd, _) => vec![
                words(&["systemctl", "enable", "--", unit.as_str()]),
                words(&["systemctl", verb, "--no-block", "--", unit.as_str()]),
            ],
            (Self::OpenRc, Some(name)) => vec![
                words(&["rc-update", "add", name, "default"]),
                words(&["rc-service", name, verb]),
            ],
            (Self::OpenRc, None) => Vec::new(),
        }
    }

    /// Stops a unit and disables it.
    pub fn end(self, unit: &Unit) -> Vec<Vec<String>> {
        match (self, unit.service()) {
            (Self::Systemd, _) => {
                vec![words(&["systemctl", "disable", "--now", "--", unit.as_str()])]
            }
            (Self::OpenRc, Some(name)) => vec![
                words(&["rc-service", name, "stop"]),
                words(&["rc-update", "del", name, "default"]),
            ],
            (Self::OpenRc, None) => Vec::new(),
        }
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_always_the_last_word_of_its_command() {
        let package = Package::parse("chmpx").unwrap();
        for tool in Tool::ALL {
            for command in [tool.query(&package), tool.install(&package)] {
                assert_eq!(command.last().unwrap(), "chmpx", "{tool:?}");
                assert!(!command.iter().any(|word| word == "sh"), "{tool:?}");
            }
        }
    }

    #[test]
    fn a_removed_package_that_left_its_settings_is_not_installed() {
        assert!(Tool::Apt.is_installed(Some(0), "installed"));
        assert!(!Tool::Apt.is_installed(Some(0), "config-files"));
        assert!(!Tool::Dnf.is_installed(Some(1), ""));
        assert!(Tool::Dnf.is_installed(Some(0), ""));
    }

    #[test]
    fn each_tool_learns_and_installs_with_its_own_program() {
        let package = Package::parse("chmpx").unwrap();
        for tool in Tool::ALL {
            let is_own = |command: &[String]| command.iter().any(|word| word == tool.program());
            assert!(is_own(&tool.install(&package)), "{tool:?}");
            assert!(tool.learn().is_none_or(|command| is_own(&command)), "{tool:?}");
        }
        let learning: Vec<_> = Tool::ALL.into_iter().filter(|it| it.learn().is_some()).collect();
        assert_eq!(learning, [Tool::Apt, Tool::Apk], "the RPM tools learn by themselves");
    }

    #[test]
    fn what_ends_does_not_begin_again_with_the_host() {
        let unit = Unit::parse("chmpx").unwrap();
        let joined = |starter: Starter| starter.end(&unit).into_iter().map(|words| words.join(" "));
        let systemd: Vec<_> = joined(Starter::Systemd).collect();
        assert_eq!(systemd, ["systemctl disable --now -- chmpx.service"]);
        let openrc: Vec<_> = joined(Starter::OpenRc).collect();
        assert_eq!(openrc, ["rc-service chmpx stop", "rc-update del chmpx default"]);
        assert!(Starter::OpenRc.end(&Unit::parse("a.timer").unwrap()).is_empty());
    }

    #[test]
    fn openrc_has_services_only() {
        let timer = Unit::parse("a.timer").unwrap();
        let service = Unit::parse("chmpx").unwrap();
        assert!(Starter::OpenRc.begin(&timer).is_empty());
        assert_eq!(Starter::OpenRc.begin(&service)[1], ["rc-service", "chmpx", "start"]);
        assert!(Starter::Systemd.begin(&timer)[1].contains(&"--no-block".to_owned()));
    }

    #[test]
    fn to_begin_anew_is_to_be_enabled_and_restarted() {
        let unit = Unit::parse("start.service").unwrap();
        let [enable, restart] = &Starter::Systemd.begin_anew(&unit)[..] else { panic!() };
        assert_eq!(enable.join(" "), "systemctl enable -- start.service");
        assert_eq!(restart.join(" "), "systemctl restart --no-block -- start.service");
        let unit = Unit::parse("chmpx").unwrap();
        assert_eq!(Starter::OpenRc.begin_anew(&unit)[1], ["rc-service", "chmpx", "restart"]);
    }
}
