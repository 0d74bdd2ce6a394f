//! The programs of a run: built first, so that what is shown is what the source says.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;
use tokio::time::{Instant, timeout_at};

use super::Arguments;
use super::mishap::Mishap;
use crate::chmpx::program;

/// A build that takes longer shows what it does.
const PATIENCE: Duration = Duration::from_secs(2);
const AGENT: &str = "k2hdkc-slave-agent";

/// Where the programs are.
#[derive(Debug)]
pub(super) struct Programs {
    /// The agent.
    pub(super) agent: PathBuf,
    /// The stand-in for K2HR3.
    pub(super) k2hr3: PathBuf,
    /// Real programs in place of the stand-ins for chmpx and its tools.
    pub(super) real: Option<Real>,
}

/// A real chmpx and its tools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Real {
    /// chmpx itself.
    pub(super) chmpx: PathBuf,
    /// What tells what it has in force.
    pub(super) status: PathBuf,
    /// What tells whether it would take a file, if there is one.
    pub(super) conftest: Option<PathBuf>,
}

impl Programs {
    /// Builds them as this program was built, and finds them beside it. Without cargo they are
    /// taken as they are.
    pub(super) async fn built(arguments: &Arguments) -> Result<Self, Mishap> {
        let real = arguments.chmpx.as_deref().map(|chmpx| {
            let beside =
                |name: &str| Some(chmpx.with_file_name(name)).filter(|path| path.is_file());
            let found = |name: &str| beside(name).or_else(|| in_path(name));
            let status = arguments.chmpxstatus.clone().or_else(|| found("chmpxstatus"));
            let status = status
                .ok_or_else(|| Mishap::new("find chmpxstatus", "name it with --chmpxstatus"))?;
            Ok(Real { chmpx: chmpx.to_owned(), status, conftest: found("chmpxconftest") })
        });
        if let Some(cargo) = env::var_os("CARGO") {
            build(&cargo).await?;
        }
        Ok(Self { agent: found(AGENT)?, k2hr3: found("k2hr3-sim")?, real: real.transpose()? })
    }

    /// The chmpx of this run, for a reader.
    pub(super) fn chmpx_is(&self) -> String {
        match &self.real {
            None => "chmpx-sim, a stand-in".to_owned(),
            Some(real) => real.chmpx.display().to_string(),
        }
    }
}

fn found(name: &str) -> Result<PathBuf, Mishap> {
    let path = program(name);
    let missing = || Mishap::new(format!("find {name} beside this program"), "build it first");
    path.is_file().then_some(path).ok_or_else(missing)
}

fn in_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}

/// Builds all programs in the profile and the directory of this one. What cargo says is shown when
/// it fails, or when the build takes long.
async fn build(cargo: &OsString) -> Result<(), Mishap> {
    let doing = || Mishap::when::<io::Error>("build the programs");
    let mut command = Command::new(cargo);
    for (name, _) in env::vars_os().filter(|(name, _)| is_of_this_package(name)) {
        command.env_remove(name);
    }
    let mut child = command
        .args(["build", "--package", AGENT, "--package", "sim", "--bins"])
        .args(place()?)
        .arg("--manifest-path")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml"))
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(doing())?;
    let piped = child.stderr.take().ok_or_else(|| Mishap::new("hear cargo", "no pipe"))?;
    let mut lines = BufReader::new(piped).lines();
    let show_at = Instant::now() + PATIENCE;
    let (mut unshown, mut shows) = (Vec::new(), false);
    loop {
        let next = match timeout_at(show_at, lines.next_line()).await {
            Err(_late) if !shows => {
                shows = true;
                unshown.drain(..).for_each(|line: String| show(&line));
                continue;
            }
            Err(_late) => lines.next_line().await,
            Ok(next) => next,
        };
        match next.map_err(doing())? {
            Some(line) if shows => show(&line),
            Some(line) => unshown.push(line),
            None => break,
        }
    }
    if child.wait().await.map_err(doing())?.success() {
        return Ok(());
    }
    for line in &unshown {
        show(line);
    }
    Err(Mishap::new("build the programs", "cargo said why"))
}

/// Whether `cargo run` has set a variable for the program that it runs. Some build scripts, such as
/// ring's, want to run again whenever one of them differs, and the next `cargo run` would not find
/// what this build has left.
fn is_of_this_package(variable: &OsStr) -> bool {
    let variable = variable.to_string_lossy();
    ["CARGO_MANIFEST_", "CARGO_PKG_"].iter().any(|start| variable.starts_with(start))
}

fn show(line: &str) {
    writeln!(io::stderr(), "{line}").unwrap_or_default();
}

/// The options that make cargo build into the directory in which this program lies.
fn place() -> Result<[OsString; 4], Mishap> {
    let here = env::current_exe().map_err(Mishap::when("find this program"))?;
    let folder = here.parent().and_then(|folder| Some((folder.parent()?, folder.file_name()?)));
    let (target, profile) = folder.ok_or_else(|| Mishap::new("find this program", "no folder"))?;
    let profile = if profile == "debug" { "dev".into() } else { profile.to_owned() };
    Ok(["--target-dir".into(), target.into(), "--profile".into(), profile])
}
