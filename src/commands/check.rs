//! `check`: what chmpx would make of a file, rule by rule; without K2HR3 and without settings.

mod files;
mod human;
mod machine;
mod who;

use std::io::{self, IsTerminal as _, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{Exit, Failed};
use crate::model::conf::Conf;
use crate::model::rules::{Level, Verdict, judge};
use who::Who;

/// Where chmpx of a slave node looks.
const USUAL: &str = "/etc/k2hdkc/slave.ini";

/// Show what chmpx would make of files, rule by rule.
#[derive(Debug, clap::Args)]
pub struct Check {
    /// Files, directories (of which the *.ini files are meant) or patterns
    #[arg(value_name = "FILE", default_value = USUAL)]
    files: Vec<PathBuf>,
    /// One JSON object a file
    #[arg(long)]
    json: bool,
    /// Exit with 2 when there are only warnings
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    who: Who,
}

/// A file that was looked at.
struct Looked {
    path: PathBuf,
    bytes: Vec<u8>,
    conf: Conf,
    own_name: crate::model::conf::Text,
    verdict: Verdict,
}

impl Check {
    /// Looks at every file and tells `out`.
    pub fn run(&self, out: &mut impl Write) -> Result<Exit, Failed> {
        let paths = files::named_by(&self.files)?;
        let paint = human::Paint::new(io::stdout().is_terminal());
        let mut worst = None;
        // In slices, so that a thousand files do not have to be in memory at once.
        for slice in paths.chunks(256) {
            for looked in self.look(slice) {
                let looked = looked?;
                worst = worst.max(looked.verdict.findings.iter().map(|it| it.level).max());
                let told = if self.json {
                    machine::tell(&looked, out)
                } else {
                    human::tell(&looked, paint, out)
                };
                if told.is_err() {
                    // A reader that went away has read enough.
                    return Ok(self.exit(worst));
                }
            }
        }
        if !self.json && paths.len() > 1 {
            let _enough = writeln!(out, "{} files checked", paths.len());
        }
        Ok(self.exit(worst))
    }

    fn exit(&self, worst: Option<Level>) -> Exit {
        match worst {
            Some(Level::Error) => Exit::Refused,
            Some(Level::Warning) if self.strict => Exit::Differences,
            Some(Level::Warning) | None => Exit::Ok,
        }
    }

    /// Looks at `paths` with as many threads as there are processors; the order stays.
    fn look(&self, paths: &[PathBuf]) -> Vec<Result<Looked, Failed>> {
        let threads = thread::available_parallelism().map_or(1, NonZero::get).min(paths.len());
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(path) = paths.get(at) else { return done };
                done.push((at, self.look_at(path)));
            }
        };
        let mut done: Vec<_> = thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            workers.into_iter().filter_map(|worker| worker.join().ok()).flatten().collect()
        });
        done.sort_by_key(|(at, _)| *at);
        done.into_iter().map(|(_, looked)| looked).collect()
    }

    fn look_at(&self, path: &Path) -> Result<Looked, Failed> {
        let bytes = files::read(path)?;
        let conf = Conf::read(&bytes);
        let host = self.who.host(&conf);
        let verdict = judge(&conf, Some(&host));
        Ok(Looked { path: path.to_owned(), bytes, conf, own_name: host.own_name(), verdict })
    }
}
