//! The package manager and the service manager of this host.

use std::path::Path;
use std::time::Duration;

use super::command::{self, CommandError};
use crate::model::packages::{Package, Starter, Tool, Unit};

/// Questions are answered from a local database.
const QUICK: Duration = Duration::from_secs(60);
/// A download over a slow line, behind another package manager at work.
const SLOW: Duration = Duration::from_secs(1800);
/// Where systemd tells that it is what runs this host (`sd_booted(3)`).
const SYSTEMD: &str = "/run/systemd/system";

/// A package or service could not be put to work.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// A command failed.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// There is no package manager that this agent knows.
    #[error("none of apt-get, dnf, yum, zypper and apk was found")]
    NoTool,
    /// There is no service manager that this agent knows.
    #[error("neither systemd nor OpenRC runs this host")]
    NoStarter,
}

/// What this host installs and starts things with.
#[derive(Debug, Clone, Copy)]
pub struct Installer {
    tool: Option<Tool>,
    starter: Option<Starter>,
}

impl Installer {
    /// Looks around on this host.
    pub fn found() -> Self {
        let starter = if Path::new(SYSTEMD).is_dir() {
            Some(Starter::Systemd)
        } else {
            command::find("rc-service").map(|_| Starter::OpenRc)
        };
        let tool = Tool::ALL.into_iter().find(|tool| command::find(tool.program()).is_some());
        Self { tool, starter }
    }

    /// Whether systemd runs this host.
    pub fn has_systemd(&self) -> bool {
        self.starter == Some(Starter::Systemd)
    }

    /// Whether a package is there.
    pub async fn has(&self, package: &Package) -> Result<bool, PackageError> {
        let tool = self.tool.ok_or(PackageError::NoTool)?;
        let words = tool.query(package);
        let ended = ended(&words, QUICK).await?;
        Ok(tool.is_installed(ended.code, &ended.output))
    }

    /// Learns what the repositories have.
    pub async fn learn(&self) -> Result<(), PackageError> {
        match self.tool.ok_or(PackageError::NoTool)?.learn() {
            Some(words) => done(&words, SLOW).await,
            None => Ok(()),
        }
    }

    /// Installs a package.
    pub async fn install(&self, package: &Package) -> Result<(), PackageError> {
        let tool = self.tool.ok_or(PackageError::NoTool)?;
        done(&tool.install(package), SLOW).await
    }

    /// Enables and starts a unit, without waiting until it is up.
    pub async fn begin(&self, unit: &Unit) -> Result<(), PackageError> {
        self.all(self.starter.ok_or(PackageError::NoStarter)?.begin(unit)).await
    }

    /// Enables a unit and starts it anew, without waiting until it is up.
    pub async fn begin_anew(&self, unit: &Unit) -> Result<(), PackageError> {
        self.all(self.starter.ok_or(PackageError::NoStarter)?.begin_anew(unit)).await
    }

    /// Stops and disables a unit.
    pub async fn end(&self, unit: &Unit) -> Result<(), PackageError> {
        self.all(self.starter.ok_or(PackageError::NoStarter)?.end(unit)).await
    }

    async fn all(&self, commands: Vec<Vec<String>>) -> Result<(), PackageError> {
        for words in commands {
            done(&words, QUICK).await?;
        }
        Ok(())
    }
}

async fn done(words: &[String], limit: Duration) -> Result<(), PackageError> {
    let ended = ended(words, limit).await?;
    // `env` and its variables are ours; the program is the first word after them.
    let program = words.iter().find(|word| *word != "env" && !word.contains('='));
    Ok(ended.succeeded(program.map_or("", String::as_str))?)
}

async fn ended(words: &[String], limit: Duration) -> Result<command::Ended, PackageError> {
    let (program, arguments) = words.split_first().ok_or(PackageError::NoTool)?;
    Ok(command::run(program.as_ref(), arguments, limit).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[tokio::test]
    async fn a_failure_names_the_program_and_the_last_thing_it_said() {
        let error = done(&words("env A=b ls /nonexistent"), QUICK).await.unwrap_err().to_string();
        assert!(error.starts_with("ls failed with code 2: "), "{error}");
        assert!(error.contains("/nonexistent"), "{error}");
    }

    #[tokio::test]
    async fn without_a_package_manager_that_is_what_is_told() {
        let installer = Installer { tool: None, starter: None };
        let package = Package::parse("chmpx").unwrap();
        assert!(matches!(installer.has(&package).await, Err(PackageError::NoTool)));
        let unit = Unit::parse("chmpx").unwrap();
        assert!(matches!(installer.begin(&unit).await, Err(PackageError::NoStarter)));
    }
}
