//! How a scene has to end, and whether it has.

use super::node::Report;
use super::stage::Stage;
use super::target::Target;

/// Everything that can be seen of the node at one moment.
#[derive(Debug, Clone, Default)]
pub(super) struct View {
    /// What the agent says of itself.
    pub(super) report: Option<Report>,
    /// The file.
    pub(super) target: Target,
    /// The chmpx that runs.
    pub(super) pid: Option<i32>,
}

impl View {
    /// Looks.
    pub(super) async fn of(stage: &Stage) -> Self {
        Self {
            report: stage.node.report().await,
            target: stage.node.target(),
            pid: stage.chmpx.pid(),
        }
    }

    fn code(&self) -> &str {
        self.report.as_ref().map_or("silent", |report| &report.verdict.code)
    }

    fn sentence(&self) -> &str {
        self.report.as_ref().map_or("nothing", |report| &report.verdict.sentence)
    }

    /// Whether the installed file is adopted, by the agent's word.
    pub(super) fn is_adopted(&self) -> bool {
        let adopted = self.report.as_ref().and_then(|report| report.adopted.as_ref());
        adopted.is_some_and(|adopted| Some(adopted.generation) == self.target.generation())
    }

    /// What a scene has ended with.
    pub(super) fn in_short(&self) -> String {
        let generation = self.target.generation().unwrap_or_default();
        format!("{}, {} servers, gen {generation}", self.code(), self.target.servers())
    }

    /// The same, and what else is worth to be told after `before`.
    pub(super) fn in_full(&self, before: &Self) -> String {
        let pid = self.pid.unwrap_or_default();
        let chmpx = match before.pid {
            Some(old) if old != pid => format!("chmpx {pid} in place of {old}"),
            Some(_) => "the same chmpx".to_owned(),
            None => format!("chmpx {pid}"),
        };
        let by = self.report.as_ref().and_then(|report| report.carrier.as_deref());
        format!("{}, {chmpx}, read by {}", self.in_short(), by.unwrap_or("nothing"))
    }
}

/// What is to become of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum File {
    /// It is replaced by one of a later generation.
    Replaced,
    /// It stays as it is, to the byte.
    Stays,
}

/// What is to become of chmpx.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Process {
    /// It goes on running.
    Same,
    /// Another one takes its place.
    Other,
}

/// How a scene has to end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ending {
    /// The agent's verdict, by its code.
    pub(super) verdict: &'static str,
    /// Servers in the installed file, which chmpx has in force.
    pub(super) servers: usize,
    /// What becomes of the file.
    pub(super) file: File,
    /// What becomes of chmpx.
    pub(super) process: Process,
    /// The verdict that the agent has to pass through.
    pub(super) by_way_of: Option<&'static str>,
    /// By what right the agent reads in the end.
    pub(super) carrier: &'static str,
    /// How many slaves K2HR3 lists in the end.
    pub(super) slaves: usize,
}

impl Ending {
    /// What is missing for this ending, first things first.
    pub(super) fn missing(&self, before: &View, now: &View, heard: &[String]) -> Option<String> {
        let carrier = now.report.as_ref().and_then(|report| report.carrier.as_deref());
        let is_same = now.pid == before.pid;
        let is_later = now.target.generation() > before.target.generation();
        let wrong = |wrong: bool, what: String| wrong.then_some(what);
        wrong(now.code() != self.verdict, format!("the agent says: {}", now.sentence()))
            .or_else(|| wrong(carrier != Some(self.carrier), format!("it reads by {carrier:?}")))
            .or_else(|| {
                let servers = now.target.servers();
                wrong(servers != self.servers, format!("the file names {servers} servers"))
            })
            .or_else(|| match self.file {
                File::Replaced => wrong(!is_later, "the file was not replaced".to_owned()),
                File::Stays => {
                    wrong(now.target != before.target, "the file was replaced".to_owned())
                }
            })
            .or_else(|| wrong(now.pid.is_none(), "no chmpx runs".to_owned()))
            .or_else(|| match self.process {
                Process::Same => wrong(!is_same, "another chmpx runs".to_owned()),
                Process::Other => wrong(is_same, "the same chmpx runs".to_owned()),
            })
            .or_else(|| {
                let way = self.by_way_of.filter(|way| !heard.iter().any(|code| code == way))?;
                Some(format!("it never said {way}"))
            })
    }

    /// What is missing on the side of its neighbours, which are not asked in vain: chmpx must not
    /// be asked in a tight loop.
    pub(super) async fn missing_outside(&self, stage: &Stage, now: &View) -> Option<String> {
        let in_force = stage.chmpx.in_force().await;
        if in_force != now.target.generation() {
            return Some(format!("chmpx has generation {in_force:?} in force"));
        }
        let slaves = stage.cluster.slaves().await.map_or(0, |slaves| slaves.len());
        (slaves != self.slaves).then(|| format!("K2HR3 lists {slaves} slaves"))
    }
}
