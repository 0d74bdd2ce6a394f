//! Plays the script: does what a scene says, tells what happens, and waits for its ending.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::differences;
use super::ending::View;
use super::mishap::Mishap;
use super::paper::{Ink, Paper};
use super::script::{SCRIPT, Scene};
use super::stage::Stage;
use super::summary::Act;
use super::target::Target;

/// No scene takes longer, also on a slow machine.
const LIMIT: Duration = Duration::from_secs(20);
/// Between two views of the node.
const GLANCE: Duration = Duration::from_millis(40);
/// What is shown of each log when a scene ends wrongly.
const LOG_LINES: usize = 12;

/// Plays all scenes, up to the first that ends wrongly: those after it begin where it should have
/// ended.
pub(super) async fn script(
    stage: &mut Stage,
    paper: &mut Paper,
    acts: &mut Vec<Act>,
) -> Result<(), Mishap> {
    for (number, scene) in (1..).zip(SCRIPT) {
        paper.heading(number, scene.title);
        let act = Performance::begin(stage, paper, scene).await?.until_it_ends().await;
        let is_well = act.is_well();
        acts.push(act);
        if !is_well {
            show_logs(stage, paper);
            break;
        }
    }
    Ok(())
}

fn show_logs(stage: &Stage, paper: &mut Paper) {
    for (whose, said) in [
        ("the agent", stage.node.journal.end(LOG_LINES)),
        ("chmpx and its helper", stage.chmpx.said(LOG_LINES)),
    ] {
        paper.always(&[(Ink::Strong, &format!("The last lines of {whose}:"))]);
        for line in said {
            paper.always(&[(Ink::Plain, &line)]);
        }
    }
}

/// A scene that is being played.
struct Performance<'a> {
    stage: &'a mut Stage,
    paper: &'a mut Paper,
    scene: &'static Scene,
    began: Instant,
    before: View,
    /// The codes of the verdicts that the agent told.
    heard: Vec<String>,
    /// What it advised; nobody wants to be told twice.
    advice: Vec<String>,
    /// The file as it was told last.
    shown: Target,
    /// How long it took until the file was adopted.
    adopted: Option<Duration>,
}

impl<'a> Performance<'a> {
    async fn begin(
        stage: &'a mut Stage,
        paper: &'a mut Paper,
        scene: &'static Scene,
    ) -> Result<Self, Mishap> {
        // What is left to say about the scene before belongs to nobody.
        drop(stage.node.journal.news());
        for deed in scene.deeds {
            deed.is_due(stage).await?;
        }
        let before = View::of(stage).await;
        let began = Instant::now();
        for deed in scene.deeds {
            let (label, text) = deed.told();
            paper.told(label, None, Ink::Strong, &text);
            deed.perform(stage).await?;
        }
        let shown = before.target.clone();
        Ok(Self {
            stage,
            paper,
            scene,
            began,
            before,
            heard: Vec::new(),
            advice: Vec::new(),
            shown,
            adopted: None,
        })
    }

    async fn until_it_ends(mut self) -> Act {
        let outcome = loop {
            let now = View::of(self.stage).await;
            self.tell_news();
            self.time_adoption(&now);
            let Some(missing) = self.missing(&now).await else {
                break Ok(now);
            };
            if let Some(lost) = self.lost() {
                break Err(lost.to_owned());
            }
            if self.began.elapsed() > LIMIT {
                break Err(missing);
            }
            sleep(GLANCE).await;
        };
        self.stage.reader = None;
        let took = self.adopted.unwrap_or(self.began.elapsed());
        self.tell_outcome(&outcome, took);
        let outcome = outcome.map(|end| end.in_short());
        Act { title: self.scene.title, expected: self.scene.expected, outcome, took }
    }

    async fn missing(&self, now: &View) -> Option<String> {
        let ending = &self.scene.ending;
        match ending.missing(&self.before, now, &self.heard) {
            None => ending.missing_outside(self.stage, now).await,
            missing => missing,
        }
    }

    fn time_adoption(&mut self, now: &View) {
        let is_later = now.target.generation() > self.before.target.generation();
        if self.adopted.is_none() && is_later && now.is_adopted() {
            self.adopted = Some(self.began.elapsed());
        }
    }

    /// Whether somebody left without whom there is nothing to wait for.
    fn lost(&mut self) -> Option<&'static str> {
        if self.stage.node.is_lost() {
            return Some("the agent ended");
        }
        self.stage.chmpx.is_lost().then_some("the helper of chmpx ended")
    }

    /// Tells what the agent said, and what it did to the file.
    fn tell_news(&mut self) {
        let after = self.began.elapsed();
        for line in self.stage.node.journal.news() {
            self.paper.told("agent", Some(after), line.ink(), &line.sentence());
            if let Some(help) = line.help().filter(|help| !self.advice.contains(help)) {
                self.paper.told("", None, Ink::Dim, &format!("→ {help}"));
                self.advice.push(help);
            }
            self.heard.extend(line.code());
        }
        let target = self.stage.node.target();
        if target != self.shown {
            differences::tell(self.paper, &self.shown, &target);
            self.shown = target;
        }
    }

    fn tell_outcome(&mut self, outcome: &Result<View, String>, took: Duration) {
        let label = if self.adopted.is_some() { "adopted" } else { "ends" };
        let (ink, text) = match outcome {
            Ok(end) => (Ink::Good, format!("✔ {}", end.in_full(&self.before))),
            Err(missing) => (Ink::Bad, format!("✘ {missing}")),
        };
        self.paper.told(label, Some(took), ink, &text);
    }
}
