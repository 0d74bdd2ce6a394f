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
mod tests;
