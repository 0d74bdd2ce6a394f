//! The sandbox: the real agent between K2HR3 and chmpx, through the life of a cluster.
//!
//! `cargo sandbox` builds what it needs, puts everything into a temporary root and plays the
//! [`script`] there. Nothing of what a scene ends with is taken from the agent alone: the file is
//! read, chmpx is asked what it has in force, and K2HR3 who its members are.

mod deed;
mod differences;
mod ending;
mod journal;
mod mishap;
mod node;
mod paper;
mod play;
mod programs;
mod root;
mod script;
mod stage;
mod summary;
mod supervised;
mod target;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

pub use mishap::Mishap;
use paper::{Ink, Paper};
use programs::Programs;
use root::Root;
use stage::Stage;

/// What the sandbox can be told.
#[derive(Debug, Clone, Parser)]
#[command(name = "cargo sandbox", about = "Shows the agent at work between K2HR3 and chmpx")]
pub struct Arguments {
    /// A real chmpx in place of the stand-in
    #[arg(long, value_name = "PATH")]
    pub chmpx: Option<PathBuf>,
    /// Its chmpxstatus; by default the one beside it, or in PATH
    #[arg(long, value_name = "PATH", requires = "chmpx")]
    pub chmpxstatus: Option<PathBuf>,
    /// Keep the directory with all files and logs, and say where it is
    #[arg(long)]
    pub keep: bool,
    /// Show the summary only, without colour
    #[arg(long)]
    pub quiet: bool,
    /// Write what is shown into this file too, as plain text
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
}

/// Exit code of a run that was broken off by a signal, as shells have it for SIGINT.
const BROKEN_OFF: u8 = 130;

/// Plays the script and cleans up, however it ends.
pub async fn run(arguments: Arguments) -> Result<ExitCode, Mishap> {
    let mut end = End::new()?;
    let programs = tokio::select! {
        programs = Programs::built(&arguments) => programs?,
        () = end.asked_for() => return Ok(ExitCode::from(BROKEN_OFF)),
    };
    let mut paper = Paper::new(arguments.quiet, arguments.record.as_deref())?;
    let root = Root::make(arguments.keep)?;
    let mut stage = tokio::select! {
        stage = Stage::set(&root, &programs) => stage?,
        () = end.asked_for() => return Ok(ExitCode::from(BROKEN_OFF)),
    };
    introduce(&mut paper, &stage, &programs, &root);

    let played = tokio::select! {
        played = perform(&mut stage, &mut paper) => played,
        () = end.asked_for() => {
            paper.line(&[(Ink::Bad, "broken off")]);
            Ok(ExitCode::from(BROKEN_OFF))
        }
    };
    stage.clear().await;
    if arguments.keep {
        paper.always(&[(Ink::Plain, &format!("kept: {}", root.path().display()))]);
    }
    played
}

/// Plays all scenes and sums them up, also when the last of them broke down.
async fn perform(stage: &mut Stage, paper: &mut Paper) -> Result<ExitCode, Mishap> {
    let mut acts = Vec::new();
    let played = play::script(stage, paper, &mut acts).await;
    let verdict = summary::tell(paper, &acts);
    played.map(|()| verdict)
}

fn introduce(paper: &mut Paper, stage: &Stage, programs: &Programs, root: &Root) {
    let chmpx = format!("{}; its helper starts it again when it ends", programs.chmpx_is());
    let k2hr3 = format!("k2hr3-sim, a stand-in, at {}", stage.k2hr3.url());
    let agent = "k2hdkc-slave-agent, which looks at K2HR3 every second here".to_owned();
    paper.line(&[(Ink::Strong, "The K2HDKC slave agent in a sandbox")]);
    paper.line(&[]);
    let place = root.path().display().to_string();
    for (label, text) in [("K2HR3", k2hr3), ("chmpx", chmpx), ("agent", agent), ("root", place)] {
        paper.told(label, None, Ink::Plain, &text);
    }
}

/// The signals that end a run early. The first one lets it clean up.
struct End([tokio::signal::unix::Signal; 3]);

impl End {
    fn new() -> Result<Self, Mishap> {
        let on = |kind| signal(kind).map_err(|cause| Mishap::new("watch for signals", cause));
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let [interrupt, terminate, hangup] = kinds.map(on);
        Ok(Self([interrupt?, terminate?, hangup?]))
    }

    async fn asked_for(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}
