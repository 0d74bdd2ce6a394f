//! How a life went, and what is seen of the file of chmpx throughout it.

use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::sleep;

use crate::support::CUK;

/// How a life went.
#[derive(Debug, Clone)]
pub enum Ending {
    /// The call was not made this time.
    NotMet,
    /// The same agent went on and settled.
    WentOn,
    /// The agent ended, with this code, and the next one settled.
    Ended(Option<i32>),
    /// Something that must not be.
    Bad(String),
}

impl Ending {
    pub fn is_bad(&self) -> bool {
        matches!(self, Self::Bad(_))
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotMet => f.write_str("not met"),
            Self::WentOn => f.write_str("went on"),
            Self::Ended(None) => f.write_str("killed, continued"),
            Self::Ended(Some(code)) => write!(f, "ended with {code}, continued"),
            Self::Bad(why) => write!(f, "**{why}**"),
        }
    }
}

/// Reads the file of chmpx again and again.
pub struct Watcher {
    stop: Arc<AtomicBool>,
    watching: tokio::task::JoinHandle<Option<String>>,
}

impl Watcher {
    pub fn of(target: &Path) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (target, told) = (target.to_owned(), Arc::clone(&stop));
        let watching = tokio::spawn(async move {
            let mut was_there = false;
            while !told.load(Ordering::Relaxed) {
                match fs::read_to_string(&target) {
                    Ok(text) if !is_whole(&text) => return Some(format!("half a file: {text:?}")),
                    Ok(_) => was_there = true,
                    Err(_) if was_there => return Some("the file was gone".to_owned()),
                    Err(_) => {}
                }
                sleep(Duration::from_millis(3)).await;
            }
            None
        });
        Self { stop, watching }
    }

    pub async fn stop(self) -> Option<String> {
        self.stop.store(true, Ordering::Relaxed);
        self.watching.await.unwrap()
    }
}

fn is_whole(text: &str) -> bool {
    text.trim_end().ends_with("SSL                 = no") && text.matches(CUK).count() > 1
}
