//! The life itself: what befalls the node, and what it keeps count of.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::super::world::{S, TEXT};
use crate::agent::*;
use crate::model::candidate::{Candidate, Refused, hash};
use crate::model::failure::Class;
use crate::model::memory::{Memory, Seconds};
use crate::model::observed::{Installed, InstalledFile, Publication, Published};
use crate::model::plan::testing;
use crate::model::report::Report;

pub(super) const WEEK: Duration = Duration::from_secs(7 * 86_400);

/// What is wrong for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Away,
    Busy,
    Denied,
    Untrusted,
    /// The role lists nobody.
    Emptied,
    /// What is published is no good.
    Poisoned,
    DiskFull,
    /// Somebody changes the file all the time.
    Edited,
}

const FAULTS: [Fault; 8] = [
    Fault::Away,
    Fault::Busy,
    Fault::Denied,
    Fault::Untrusted,
    Fault::Emptied,
    Fault::Poisoned,
    Fault::DiskFull,
    Fault::Edited,
];

pub(super) struct Soak {
    pub(super) start: Instant,
    pub(super) dice: u64,
    /// From when to when what is wrong.
    pub(super) faults: Vec<(Duration, Duration, Fault)>,
    /// When the cluster changes.
    pub(super) changes: Vec<Duration>,
    pub(super) files: Vec<(String, Candidate)>,
    pub(super) since: Duration,
    pub(super) known: usize,
    pub(super) jump: i64,
    pub(super) listed: bool,
    pub(super) missing: u32,
    pub(super) looks: u32,
    pub(super) memory: Memory,
    pub(super) installed: Installed,
    pub(super) last: Option<Report>,
    pub(super) asked: u32,
    pub(super) journal: Vec<String>,
}

impl Soak {
    pub(super) fn new(seed: u64) -> Self {
        let mut soak = Self {
            start: Instant::now(),
            dice: seed,
            faults: Vec::new(),
            changes: Vec::new(),
            files: (1..=6).map(cluster).collect(),
            since: S(0),
            known: 0,
            jump: 0,
            listed: false,
            missing: 0,
            looks: 0,
            memory: Memory::of("i-1"),
            installed: Installed::Missing,
            last: None,
            asked: 0,
            journal: Vec::new(),
        };
        let mut at = S(0);
        while at < WEEK.saturating_sub(S(18_000)) {
            at += S(600 + soak.roll(14_400));
            let until = at + S(10 + soak.roll(3600));
            let fault = FAULTS[usize::try_from(soak.roll(8)).unwrap()];
            soak.faults.push((at, until, fault));
            let change = at + S(soak.roll(3600));
            soak.changes.push(change);
        }
        soak
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.dice >> 33) % sides
    }

    pub(super) fn suffers(&self, fault: Fault) -> bool {
        let now = self.start.elapsed();
        self.faults.iter().any(|(from, to, what)| *what == fault && (*from..*to).contains(&now))
    }

    pub(super) fn now(&self) -> Seconds {
        (1_000_000_000 + self.start.elapsed().as_secs()).saturating_add_signed(self.jump)
    }

    /// Lets happen what has happened since the last look.
    pub(super) fn live(&mut self) {
        let elapsed = self.start.elapsed();
        let due = self.changes.iter().filter(|at| **at <= elapsed).count();
        self.changes.drain(..due);
        if due > 0 {
            self.known = (self.known + due) % self.files.len();
            (self.since, self.looks) = (elapsed, 0);
            // The clock is right, a year ahead, or a year behind.
            let jump = [0, 0, 31_536_000, -31_536_000][usize::try_from(self.roll(4)).unwrap()];
            self.memory.follow_clock(jump - self.jump);
            self.jump = jump;
        }
        if self.suffers(Fault::Emptied) {
            self.listed = false;
        }
        if self.suffers(Fault::Edited) && self.roll(50) == 0 {
            self.installed = Installed::File(InstalledFile::new(b"[GLOBAL]\n".to_vec(), None));
        }
    }

    /// How K2HR3 takes being asked.
    pub(super) fn answer(&mut self) -> Result<(), Trouble> {
        self.asked += 1;
        let word = ["reset", "timed out", "refused", "no route"];
        let word = word[usize::try_from(self.roll(4)).unwrap()];
        let failed = |class: Class, cause: String, retry_after| Trouble {
            doing: "reading what K2HR3 publishes".to_owned(),
            outlook: class.outlook(),
            help: Some(class.help().to_owned()),
            class: Some(class),
            retry_after,
            cause: cause.into(),
        };
        if self.suffers(Fault::Away) {
            return Err(failed(Class::Unreachable, format!("could not connect: {word}"), None));
        }
        if self.suffers(Fault::Busy) {
            return Err(failed(Class::Busy, "answered 503".to_owned(), Some(S(60))));
        }
        if self.suffers(Fault::Denied) {
            return Err(failed(Class::Denied, "answered 404".to_owned(), None));
        }
        if self.suffers(Fault::Untrusted) {
            return Err(failed(Class::Untrusted, "unknown issuer".to_owned(), None));
        }
        self.looks += 1;
        self.missing = if self.listed { 0 } else { self.missing + 1 };
        Ok(())
    }

    pub(super) fn published(&self) -> Published {
        let (hash, content) = self.files[self.known].clone();
        if self.looks == 0 {
            return Published::Unknown;
        }
        let poisoned = self.suffers(Fault::Poisoned) || !self.listed;
        let quiet = self.start.elapsed().saturating_sub(self.since);
        Published::Known(Box::new(Publication {
            hash,
            content: Arc::new(if poisoned {
                Err(Refused::disputed("it is poison"))
            } else {
                Ok(content)
            }),
            looks: self.looks,
            quiet,
            differing: quiet,
        }))
    }
}

/// A cluster of so many servers.
fn cluster(servers: usize) -> (String, Candidate) {
    let server = "[SVRNODE]\nNAME = 192.0.2.1\nPORT = 8020\nCTLPORT = 8021\nCUK = s\n";
    let more: String = (1..=servers)
        .map(|n| {
            server.replace("192.0.2.1", &format!("192.0.2.{n}")).replace("= s", &format!("= s{n}"))
        })
        .collect();
    let text = TEXT.replace(server, &more);
    (hash(&text), testing::candidate(&text, "i-1"))
}
