//! Packages and services that a role's resource names for its nodes.
//!
//! Whoever may write the resource chooses these names, and they end up as words of commands that
//! root runs: so a name is a type that cannot be an option, a path, a pattern or a second command.

mod tool;

use std::fmt;

use serde_json::Value;

pub use tool::{Starter, Tool};

/// The keys of the resource that name packages, in the order in which they are installed.
///
/// Those of `packagecloud` come from the `AntPickax` repository there, which the user data has to
/// configure: nothing here fetches a script to run it.
pub const PACKAGE_KEYS: [&str; 2] = ["k2hr3-init-packages", "k2hr3-init-packagecloud-packages"];
/// The key that names services.
pub const SERVICE_KEY: &str = "k2hr3-init-systemd-packages";

/// Installed and started before all others: the rest needs them.
const FIRST: [&str; 2] = ["chmpx", "k2hdkc"];
/// What this agent does itself; beside it, two would write one file.
const REPLACED: &str = "k2hr3-get-resource";
/// No name of a package or unit is longer.
const LONGEST: usize = 200;

/// A name that is not fit for a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What was named, cut and without control characters.
    pub name: String,
    /// What is wrong with it.
    pub why: &'static str,
}

impl Refused {
    fn of(text: &str, why: &'static str) -> Self {
        let plain = text.chars().map(|c| if c.is_control() { '?' } else { c });
        Self { name: plain.take(60).collect(), why }
    }
}

/// The name of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package(String);

impl Package {
    /// Reads a name. What the package managers in use all understand, and none of their patterns,
    /// versions, paths and addresses.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let name = checked(text, "+-._")?;
        if name.ends_with('-') {
            return Err(Refused::of(&name, "apt-get removes what is named like that"));
        }
        Ok(Self(name))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of a systemd unit, with its suffix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit(String);

impl Unit {
    /// Reads a name; without a suffix it is that of a service.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let name = checked(text, ":-._@")?;
        let known = [".service", ".socket", ".timer", ".path", ".target"];
        let has_suffix = known.iter().any(|suffix| name.ends_with(suffix));
        Ok(Self(if has_suffix { name } else { format!("{name}.service") }))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the service without its suffix; `None` for what is no service.
    pub fn service(&self) -> Option<&str> {
        self.0.strip_suffix(".service")
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn checked(text: &str, marks: &str) -> Result<String, Refused> {
    let refused = |why| Err(Refused::of(text, why));
    if text.len() > LONGEST {
        return refused("it is too long");
    }
    if !text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return refused("it does not begin with a letter or digit");
    }
    if !text.chars().all(|c| c.is_ascii_alphanumeric() || marks.contains(c)) {
        return refused("it has a character that no such name has");
    }
    Ok(text.to_owned())
}

/// What the resource asks for, in the order in which it is done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Packages to be installed.
    pub packages: Vec<Package>,
    /// Units to be enabled and started.
    pub units: Vec<Unit>,
    /// Names that are not used.
    pub refused: Vec<Refused>,
    /// Names that are left out because this agent does their work.
    pub replaced: Vec<String>,
}

impl Wanted {
    /// Reads the values of the keys, in their order.
    pub fn of(packages: &[Value], units: &Value) -> Self {
        let mut wanted = Self::default();
        for name in packages.iter().flat_map(names) {
            if name == REPLACED {
                wanted.replaced.push(name);
                continue;
            }
            match Package::parse(&name) {
                Ok(package) if wanted.packages.contains(&package) => {}
                Ok(package) => wanted.packages.push(package),
                Err(refused) => wanted.refused.push(refused),
            }
        }
        for name in names(units) {
            match Unit::parse(&name) {
                Ok(unit) if stem(&unit.0) == REPLACED => wanted.replaced.push(unit.0),
                Ok(unit) if wanted.units.contains(&unit) => {}
                Ok(unit) => wanted.units.push(unit),
                Err(refused) => wanted.refused.push(refused),
            }
        }
        wanted.packages.sort_by_key(|package| place(&package.0));
        wanted.units.sort_by_key(|unit| place(stem(&unit.0)));
        wanted
    }
}

/// The names in a value: the `DBaaS` sets one text with commas, others set arrays.
fn names(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(list @ Value::Array(_)) => names(&list),
            _ => split(text),
        },
        Value::Array(items) => items.iter().flat_map(names).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}

/// A blank inside a name is kept, so that `curl -o x` is refused and not taken for three packages.
fn split(text: &str) -> Vec<String> {
    let names = text.split([',', '\n']).map(str::trim).filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

fn stem(unit: &str) -> &str {
    unit.rsplit_once('.').map_or(unit, |(stem, _)| stem)
}

fn place(name: &str) -> usize {
    FIRST.iter().position(|first| *first == name).unwrap_or(FIRST.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn packages(value: &Value) -> Vec<String> {
        let wanted = Wanted::of(std::slice::from_ref(value), &Value::Null);
        wanted.packages.iter().map(|package| package.0.clone()).collect()
    }

    #[test]
    fn a_text_with_commas_an_array_and_an_array_in_a_text_are_the_same() {
        for value in [json!("a , b,,c"), json!(["a", "b", "c"]), json!("[\"a\", \"b\", \"c\"]")] {
            assert_eq!(packages(&value), ["a", "b", "c"], "{value}");
        }
        for value in [json!(""), json!(null), json!(0), json!([]), json!({"a": "b"})] {
            assert!(packages(&value).is_empty(), "{value}");
        }
    }

    #[test]
    fn chmpx_and_k2hdkc_come_first_whatever_key_names_them() {
        let keys = [json!("curl"), json!("k2hdkc-dbaas-override-conf, k2hdkc, chmpx")];
        let wanted = Wanted::of(&keys, &json!("other.timer, k2hdkc, chmpx.service"));
        let names: Vec<_> = wanted.packages.iter().map(Package::as_str).collect();
        assert_eq!(names, ["chmpx", "k2hdkc", "curl", "k2hdkc-dbaas-override-conf"]);
        let units: Vec<_> = wanted.units.iter().map(Unit::as_str).collect();
        assert_eq!(units, ["chmpx.service", "k2hdkc.service", "other.timer"]);
    }

    #[test]
    fn what_this_agent_replaces_is_left_out() {
        let keys = [json!("k2hr3-get-resource,chmpx")];
        let wanted = Wanted::of(&keys, &json!("chmpx.service, k2hr3-get-resource.timer"));
        assert_eq!((wanted.packages.len(), wanted.units.len()), (1, 1));
        assert_eq!(wanted.replaced, ["k2hr3-get-resource", "k2hr3-get-resource.timer"]);
    }

    #[test]
    fn no_name_becomes_an_option_a_path_a_pattern_or_a_command() {
        for name in [
            "curl;id>/tmp/x",
            "-oDpkg::Pre-Invoke::=id",
            "./evil.deb",
            "/tmp/evil.deb",
            "a*",
            "a=1",
            "https://h/x.rpm",
            "a b",
            "$(id)",
            "`id`",
            "é",
            "a\u{0}b",
            "@development",
            "~nlib",
            "chmpx-",
        ] {
            assert!(Package::parse(name).is_err(), "{name}");
            let wanted = Wanted::of(&[json!([name, "good"])], &Value::Null);
            assert_eq!((wanted.packages.len(), wanted.refused.len()), (1, 1), "{name}");
        }
        for name in ["g++", "libstdc++6", "python3.11", "k2hdkc_dev", "a-b", "7zip"] {
            assert!(Package::parse(name).is_ok(), "{name}");
        }
        for name in ["--now", "../x.service", "a/b.service", "a b", ""] {
            assert!(Unit::parse(name).is_err(), "{name}");
        }
        assert_eq!(Unit::parse("getty@tty1.service").unwrap().service(), Some("getty@tty1"));
    }

    #[test]
    fn what_is_told_of_a_refused_name_is_short() {
        for name in ["x".repeat(300), "x".repeat(150) + "-", "x\x1b".repeat(50)] {
            let told = Package::parse(&name).unwrap_err().name;
            assert!(told.len() <= 60 && !told.contains(char::is_control), "{told:?}");
        }
    }

    #[test]
    fn a_name_is_asked_for_once() {
        assert_eq!(packages(&json!("a,b,a")), ["a", "b"]);
    }
}
