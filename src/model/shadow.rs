//! What this agent sees of the official helper while it only looks: when the file is not what is
//! published, when chmpx could not load it, and when chmpx is lost.

use std::fmt::Write as _;

use super::conf::Conf;
use super::impact::{Class, Impact, Kind, compare};
use super::memory::{Process, Seconds};
use super::observed::{Chmpx, Installed, Observed, Published};
use super::rules::judge;

/// How the helper's file stands to what is published.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Standing {
    /// K2HR3 has not told yet.
    Unknown,
    /// chmpx could not load the file as it lies there.
    Bad(String),
    /// It says what is published.
    Same,
    /// This agent would install what is published; it comes to this for a running chmpx.
    Behind(String),
    /// This agent would keep what is published away from chmpx.
    Refused(String),
}

/// What was seen so far.
#[derive(Debug)]
pub struct Shadow {
    since: Seconds,
    standing: Standing,
    behind_since: Option<Seconds>,
    longest_behind: u64,
    published: Option<String>,
    changes: u32,
    bad: u32,
    process: Option<Process>,
    losses: u32,
}

impl Shadow {
    /// Nothing was seen yet.
    pub fn new(now: Seconds) -> Self {
        Self {
            since: now,
            standing: Standing::Unknown,
            behind_since: None,
            longest_behind: 0,
            published: None,
            changes: 0,
            bad: 0,
            process: None,
            losses: 0,
        }
    }

    /// Takes one look into account. Returns what is new, in words.
    pub fn note(&mut self, seen: &Observed) -> Vec<String> {
        let mut news = Vec::new();
        self.note_publication(&seen.published);
        self.note_process(&seen.chmpx, &mut news);
        let standing = standing(seen);
        match (&standing, self.behind_since) {
            (Standing::Behind(_) | Standing::Bad(_), None) => self.behind_since = Some(seen.now),
            (Standing::Same | Standing::Refused(_), Some(since)) => {
                self.longest_behind = self.longest_behind.max(seen.now.saturating_sub(since));
                self.behind_since = None;
            }
            _ => {}
        }
        if standing != self.standing {
            if matches!(standing, Standing::Bad(_)) {
                self.bad += 1;
            }
            news.extend(standing.sentence());
            self.standing = standing;
        }
        news
    }

    fn note_publication(&mut self, published: &Published) {
        let Published::Known(publication) = published else { return };
        let is_other = self.published.as_ref().is_some_and(|hash| *hash != publication.hash);
        self.changes += u32::from(is_other);
        self.published = Some(publication.hash.clone());
    }

    fn note_process(&mut self, chmpx: &Chmpx, news: &mut Vec<String>) {
        let process = match chmpx {
            Chmpx::Up(running) => running.process,
            Chmpx::Down => None,
            Chmpx::Unknown(_) | Chmpx::Astray { .. } => return,
        };
        if let Some(lost) = self.process.filter(|known| process != Some(*known)) {
            self.losses += 1;
            news.push(format!("chmpx is lost: process {} is gone", lost.pid));
        }
        self.process = process;
    }

    /// All of it.
    pub fn summary(&self, now: Seconds) -> String {
        let behind = self.behind_since.map_or(0, |since| now.saturating_sub(since));
        let mut text = format!("in {} s beside the helper:\n", now.saturating_sub(self.since));
        for (count, what) in [
            (u64::from(self.changes), "changes of what is published"),
            (self.longest_behind.max(behind), "seconds at most until the file said so"),
            (u64::from(self.bad), "times the file was one that chmpx cannot load"),
            (u64::from(self.losses), "times chmpx was lost"),
        ] {
            let _infallible = writeln!(text, "{count:>7}  {what}");
        }
        let end = match &self.standing {
            Standing::Unknown => "nothing is known of what K2HR3 publishes: do not take over yet",
            Standing::Same => "the file says what is published: taking over would not change it",
            Standing::Bad(_) | Standing::Behind(_) => "taking over would change the file now",
            Standing::Refused(_) => "taking over would keep the file as it is",
        };
        text.push_str(end);
        text.push('\n');
        text
    }

    /// Whether taking over would do nothing to the file.
    pub fn agrees(&self) -> bool {
        self.standing == Standing::Same
    }
}

impl Standing {
    fn sentence(&self) -> Option<String> {
        Some(match self {
            Self::Unknown => return None,
            Self::Bad(why) => format!("chmpx could not load the file as it is now: {why}"),
            Self::Same => "the file says what is published".to_owned(),
            Self::Behind(impact) => format!("would install what is published: {impact}"),
            Self::Refused(why) => format!("would keep away what is published: {why}"),
        })
    }
}

fn standing(seen: &Observed) -> Standing {
    let conf = match &seen.installed {
        Installed::File(file) => file.conf.clone(),
        Installed::Obstacle(it) => return Standing::Bad(it.what.clone()),
        Installed::Missing => return Standing::Bad("there is none".to_owned()),
    };
    let verdict = judge(&conf, None);
    if !verdict.loads {
        let first = verdict.errors().next().map(|finding| finding.message.clone());
        return Standing::Bad(first.unwrap_or_default());
    }
    let Published::Known(publication) = &seen.published else { return Standing::Unknown };
    match &*publication.content {
        Err(refused) => Standing::Refused(
            refused.first().map_or_else(String::new, |finding| finding.message.clone()),
        ),
        Ok(candidate) => against(&conf, candidate.conf()),
    }
}

/// The generation is the agent's own, and chmpx does not compare dates.
fn against(helpers: &Conf, published: &Conf) -> Standing {
    let Impact { mut changes, servers_added, servers_removed, .. } = compare(helpers, published);
    changes.retain(|change| change.class != Class::None && change.kind != Kind::Generation);
    let Some(worst) = changes.iter().map(|change| change.class).max() else {
        return Standing::Same;
    };
    let (added, removed) = (servers_added.len(), servers_removed.len());
    let what: Vec<_> = changes.iter().map(|change| change.what.as_str()).take(5).collect();
    let what = what.join("; ");
    Standing::Behind(format!("{worst}, {added} servers more, {removed} fewer ({what})"))
}

#[cfg(test)]
mod tests;
