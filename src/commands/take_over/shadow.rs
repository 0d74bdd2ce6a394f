//! `take-over --shadow`: look at what the official helper does, and write nothing.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio::signal::unix::{SignalKind, signal};
use tokio::time::sleep;

use crate::agent::World as _;
use crate::commands::{Exit, Failed, run};
use crate::effects::clock;
use crate::effects::socket;
use crate::effects::watch::{Noticed, Watch};
use crate::model::candidate::Stamp;
use crate::model::pace::Turn;
use crate::model::settings::Settings;
use crate::model::shadow::Shadow;
use crate::node::{Manners, Node};

/// How often the process of chmpx and the file are glanced at.
const GLANCE: Duration = Duration::from_secs(1);

/// Looks for `limit`, or until INT or TERM, and says what there is to say through `say`.
pub(super) async fn run(
    mut settings: Settings,
    file: PathBuf,
    limit: Option<Duration>,
    say: &mut impl FnMut(&str),
) -> Result<Exit, Failed> {
    let mut watch = Watch::new(&[(file.clone(), Noticed::Target)]);
    settings.target.path = file;
    settings.target.stamp = Stamp::AsPublished;
    // It would be shown a file beside the target.
    settings.chmpx.conftest_command = None;
    let (_line, desk) = socket::line();
    let mut node = Node::new(settings, desk, Manners::Shadows)?;
    let mut pace = run::pace(&node);
    let end = limit.map(|limit| Instant::now() + limit);
    let mut shadow = Shadow::new(clock::now());
    let stop = stopped();
    tokio::pin!(stop);
    let mut next_ask = Instant::now();
    loop {
        let ask = Instant::now() >= next_ask;
        let (seen, troubles) = node.observe(ask).await;
        if ask {
            let retry_after = troubles.iter().filter_map(|trouble| trouble.retry_after).max();
            let failed = troubles.iter().any(crate::agent::Trouble::is_about_k2hr3);
            let turn = if failed { Turn::Passing { retry_after } } else { Turn::Settled };
            next_ask = Instant::now() + pace.after(turn, node.up_for());
        }
        for trouble in &troubles {
            say(&format!("trouble: {}", crate::agent::Chain(trouble)));
        }
        for news in shadow.note(&seen) {
            say(&news);
        }
        let glance = next_ask.min(Instant::now() + GLANCE);
        let until = end.map_or(glance, |end| end.min(glance));
        tokio::select! {
            () = &mut stop => break,
            _ = watch.changed() => {}
            () = sleep(until.saturating_duration_since(Instant::now())) => {
                if end.is_some_and(|end| Instant::now() >= end) {
                    break;
                }
            }
        }
    }
    say(&shadow.summary(clock::now()));
    Ok(if shadow.agrees() { Exit::Ok } else { Exit::Differences })
}

async fn stopped() {
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
