//! The command line of the stand-in: chmpx's own options, and `--sim-*` for what is pretended.
//!
//! Each `--sim-NAME VALUE` can also be given as `CHMPX_SIM_NAME=VALUE` in the environment, since
//! a helper or an agent starts chmpx with chmpx's own options only. A switch is on when set to `1`.
//!
//! | option | meaning |
//! |---|---|
//! | `--sim-hosts FILE` | names, in the syntax of `/etc/hosts`, in place of the resolver |
//! | `--sim-hostname NAME` | the kernel's host name |
//! | `--sim-address IP` | an address of an interface; may be repeated, or joined by commas |
//! | `--sim-ring FILE` | which servers are up, see [`super::ring`] |
//! | `--sim-user UID` | whom the file must be readable for, by its owner and mode |
//! | `--sim-slow-ms N` | blocks so long between loading and applying, as slow names do |
//! | `--sim-notice-ms N` | looks at the watch so late, which makes swallowed changes likely |
//! | `--sim-patience-ms N` | waits so long for a file that is missing, and never again |
//! | `--sim-ignore-changes` | blind from the start: there is no watch |
//! | `--sim-die-after-adopt-ms N` | dies of SIGSEGV so long after it has applied a change |
//! | `--sim-die-if TEXT` | …only if the file contains the text, and after a start as well |
//! | `--sim-refuse-start-if TEXT` | a start with such a file exits with 1 |
//! | `--sim-events FILE` | where to append events, see [`super::events`] |
//! | `--sim-loopback` | the control port listens on 127.0.0.1 only |
//! | `--sim-tied` | dies with the process that started it |
//!
//! The directory of state files is `CHMPX_SIM_DIR`, see [`super::state::directory`].
use std::{collections::BTreeMap, env, io, net::IpAddr, path::PathBuf, time::Duration};

use super::{host::Host, load::Overrides, numbers::port_number};

/// What the command line and the environment said.
#[derive(Debug, Clone, Default)]
pub struct Options {
    given: BTreeMap<String, String>,
}

const OWN_VALUES: [&str; 7] = ["conf", "f", "json", "ctlport", "cuk", "d", "dfile"];

const SIM_VALUES: [&str; 12] = [
    "sim-hosts",
    "sim-hostname",
    "sim-address",
    "sim-ring",
    "sim-user",
    "sim-slow-ms",
    "sim-notice-ms",
    "sim-patience-ms",
    "sim-die-after-adopt-ms",
    "sim-die-if",
    "sim-refuse-start-if",
    "sim-events",
];

const SIM_SWITCHES: [&str; 3] = ["sim-loopback", "sim-ignore-changes", "sim-tied"];

impl Options {
    /// Reads the arguments (without the program) and the environment of this process.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { given: from_environment() };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let name = argument.trim_start_matches('-');
            if name.len() == argument.len() {
                return Err(format!("{argument} is no option"));
            }
            if SIM_SWITCHES.contains(&name) {
                options.given.insert(name.to_owned(), "1".to_owned());
            } else if OWN_VALUES.contains(&name) || SIM_VALUES.contains(&name) {
                let value = arguments.next().ok_or_else(|| format!("{argument} needs a value"))?;
                options.add(name, value);
            } else {
                return Err(format!("{argument} is not known"));
            }
        }
        Ok(options)
    }

    /// Addresses add up, everything else is replaced.
    fn add(&mut self, name: &str, value: String) {
        let name = if name == "f" { "conf" } else { name };
        match self.given.get_mut(name) {
            Some(addresses) if name == "sim-address" => {
                addresses.push(',');
                addresses.push_str(&value);
            }
            _ => {
                self.given.insert(name.to_owned(), value);
            }
        }
    }

    /// The value of an option.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.given.get(name).map(String::as_str)
    }

    /// Whether a switch is on.
    pub fn is_on(&self, name: &str) -> bool {
        self.get(name) == Some("1")
    }

    /// A number of milliseconds.
    pub fn duration(&self, name: &str) -> Option<Duration> {
        self.get(name).and_then(|text| text.parse().ok()).map(Duration::from_millis)
    }

    /// The configuration file: `-conf`, else the environment.
    pub fn conf(&self) -> Option<PathBuf> {
        self.get("conf").map(PathBuf::from).or_else(|| env::var_os("CHMCONFFILE").map(Into::into))
    }

    /// What stands in for values of the file.
    pub fn overrides(&self) -> Overrides {
        Overrides {
            ctlport: self.get("ctlport").map(port_number),
            cuk: self.get("cuk").map(ToOwned::to_owned),
        }
    }

    /// The host to pretend to be on.
    pub fn host(&self) -> io::Result<Host> {
        let hosts = self.get("sim-hosts").map(PathBuf::from);
        let addresses: Vec<IpAddr> = self
            .get("sim-address")
            .unwrap_or_default()
            .split(',')
            .filter_map(|address| address.trim().parse().ok())
            .collect();
        Host::new(hosts.as_deref(), self.get("sim-hostname"), &addresses)
    }

    /// The user to pretend to be; else the one of this process.
    pub fn user(&self) -> u32 {
        let asked = self.get("sim-user").and_then(|text| text.parse().ok());
        asked.unwrap_or_else(|| nix::unistd::geteuid().as_raw())
    }
}

fn from_environment() -> BTreeMap<String, String> {
    let names = SIM_VALUES.iter().chain(&SIM_SWITCHES);
    names
        .filter_map(|name| {
            let variable = format!("CHMPX_{}", name.to_ascii_uppercase().replace('-', "_"));
            Some(((*name).to_owned(), env::var(variable).ok()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(ToOwned::to_owned))
    }

    #[test]
    fn own_options_have_one_dash_and_addresses_add_up() {
        let options = parsed("-f a.ini -ctlport 8031 --sim-address ::1 --sim-address 192.0.2.1");
        let options = options.unwrap();
        assert_eq!(options.conf(), Some("a.ini".into()));
        assert_eq!(options.overrides().ctlport, Some(8031));
        assert_eq!(options.get("sim-address"), Some("::1,192.0.2.1"));
    }

    #[test]
    fn what_is_not_known_is_an_error() {
        for line in ["-conf", "--sim-nonsense 1", "word", "-x"] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
