//! `check`: what chmpx would make of a file, rule by rule; without K2HR3 and without settings.

mod files;
mod human;
mod machine;
mod who;

use std::io::Write;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

use super::page::Paint;
use super::progress::Progress;
use super::{Exit, Failed};
use crate::model::conf::{Conf, Text};
use crate::model::host::Host;
use crate::model::rules::{Level, Verdict, judge};
use crate::terminal;
pub(super) use files::bytes_of;
use who::{Known, Who};

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

/// Files are read, asked about and judged in slices of this size: their names are resolved
/// together, and a thousand files need not be in memory at once.
const SLICE: usize = 256;

/// A file that was read.
struct Read {
    path: PathBuf,
    bytes: Vec<u8>,
    conf: Conf,
}

/// A file that was judged.
struct Looked<'a> {
    file: &'a Read,
    own_name: Text,
    verdict: Verdict,
}

impl Check {
    /// Looks at every file and tells `out`.
    pub fn run(&self, out: &mut impl Write) -> Result<Exit, Failed> {
        let paths = files::named_by(&self.files)?;
        let paint = Paint::of_stdout();
        let mut worst = None;
        let mut known = Known::default();
        let progress = Progress::new();
        for (done, slice) in (0..).step_by(SLICE).zip(paths.chunks(SLICE)) {
            progress.doing(format_args!("{done} of {} files checked", paths.len()));
            let files =
                spread(slice, |path| read(path)).into_iter().collect::<Result<Vec<_>, _>>()?;
            let host = self.who.host(files.iter().map(|file| &file.conf), &mut known);
            let told = spread(&files, |file| self.tell(file, &host, paint));
            terminal::erase();
            for (level, text) in told {
                worst = worst.max(level);
                if out.write_all(text.as_bytes()).is_err() {
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

    fn tell(&self, file: &Read, host: &Host, paint: Paint) -> (Option<Level>, String) {
        let verdict = judge(&file.conf, Some(host));
        let level = verdict.findings.iter().map(|it| it.level).max();
        let looked = Looked { file, own_name: host.own_name(), verdict };
        let text = if self.json { machine::told(&looked) } else { human::told(&looked, paint) };
        (level, text)
    }

    fn exit(&self, worst: Option<Level>) -> Exit {
        match worst {
            Some(Level::Error) => Exit::Refused,
            Some(Level::Warning) if self.strict => Exit::Differences,
            Some(Level::Warning) | None => Exit::Ok,
        }
    }
}

fn read(path: &Path) -> Result<Read, Failed> {
    let bytes = bytes_of(path)?;
    let conf = Conf::read(&bytes);
    Ok(Read { path: path.to_owned(), bytes, conf })
}

/// Does `work` on all `items` with as many threads as there are processors; the order stays.
fn spread<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let share = items.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let work = &work;
        let shares = items.chunks(share);
        let workers: Vec<_> = shares
            .map(|share| scope.spawn(move || share.iter().map(work).collect::<Vec<_>>()))
            .collect();
        workers.into_iter().filter_map(|worker| worker.join().ok()).flatten().collect()
    })
}
