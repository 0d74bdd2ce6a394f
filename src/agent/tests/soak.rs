//! A week of a node's life in virtual time, with faults at random and seeds that repeat them.

use super::*;
use crate::model::candidate::Refused;
use crate::model::failure::Class;
use crate::model::memory::{Process, Seconds};
use crate::model::report::{Ailment, Report, report};
use crate::model::trial::Life;

const WEEK: Duration = Duration::from_secs(7 * 86_400);
const PROCESS: Process = Process { pid: 1, started: 1 };
/// Seeds that are tried; `SOAK_SEEDS=20` tries more, three seconds each.
const SEEDS: u64 = 4;

/// What is wrong for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
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

struct Soak {
    start: Instant,
    dice: u64,
    /// From when to when what is wrong.
    faults: Vec<(Duration, Duration, Fault)>,
    /// When the cluster changes.
    changes: Vec<Duration>,
    files: Vec<(String, Candidate)>,
    since: Duration,
    known: usize,
    jump: i64,
    listed: bool,
    missing: u32,
    looks: u32,
    memory: Memory,
    installed: Installed,
    last: Option<Report>,
    asked: u32,
    journal: Vec<String>,
}

impl Soak {
    fn new(seed: u64) -> Self {
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

    fn suffers(&self, fault: Fault) -> bool {
        let now = self.start.elapsed();
        self.faults.iter().any(|(from, to, what)| *what == fault && (*from..*to).contains(&now))
    }

    fn now(&self) -> Seconds {
        (1_000_000_000 + self.start.elapsed().as_secs()).saturating_add_signed(self.jump)
    }

    /// Lets happen what has happened since the last look.
    fn live(&mut self) {
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
    fn answer(&mut self) -> Result<(), Trouble> {
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

    fn published(&self) -> Published {
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

impl World for Soak {
    async fn observe(&mut self, ask_k2hr3: bool) -> (Observed, Vec<Trouble>) {
        self.live();
        let mut troubles = Vec::new();
        let mut k2hr3 = K2hr3::NotAsked;
        if ask_k2hr3 {
            k2hr3 = K2hr3::Answered;
            if let Err(trouble) = self.answer() {
                k2hr3 = K2hr3::Failed(Class::Unreachable);
                troubles.push(trouble);
            }
        }
        let membership = match (self.looks, self.listed) {
            (0, _) => Membership::Unknown,
            (_, true) => Membership::Listed,
            (_, false) => Membership::Missing { looks: self.missing },
        };
        let now = self.now();
        self.memory.notice(membership == Membership::Listed, Life::Runs(PROCESS), now);
        let generation = match &self.installed {
            Installed::File(file) => file.generation(),
            Installed::Missing | Installed::Obstacle(_) => None,
        };
        let observed = Observed {
            k2hr3,
            published: self.published(),
            membership,
            installed: self.installed.clone(),
            chmpx: Chmpx::Up(Running {
                process: Some(PROCESS),
                since: None,
                attention: Attention::NotTried,
                generation: generation.or(Some(0)),
                servers: Vec::new(),
            }),
            memory: self.memory.clone(),
            now,
            ..settled()
        };
        (observed, troubles)
    }

    async fn perform(&mut self, step: &Step) -> Result<(), Trouble> {
        let now = self.now();
        let mark = |published: &str, generation: i32| {
            Some(Mark { published: published.to_owned(), generation, at: now })
        };
        match step {
            Step::Register => {
                self.memory.registered_at = now;
                self.memory.registrations += 1;
                self.listed = !self.suffers(Fault::Emptied);
            }
            Step::Install(_) if self.suffers(Fault::DiskFull) => return Err(trouble(None)),
            Step::Install(install) => {
                let bytes = install.candidate.bytes();
                self.installed = Installed::File(InstalledFile::new(bytes, None));
                let generation = install.candidate.generation();
                self.memory.installed = mark(&install.published, generation);
                self.memory.highest = generation;
                if install.occasion == crate::model::plan::Occasion::Drift {
                    self.memory.put_right(now);
                }
            }
            Step::Acknowledge { published, generation } => {
                self.memory.installed = mark(published, *generation);
                self.memory.adopted = mark(published, *generation);
            }
            Step::Promote { published, generation } => {
                self.memory.before = self.memory.good.take();
                self.memory.good = mark(published, *generation);
                self.memory.trial = None;
            }
            Step::Restart { .. } => self.memory.restarted(now),
            Step::Leave | Step::RollBack { .. } => panic!("{step:?}"),
        }
        self.journal.push(format!("{:?} {}", self.start.elapsed(), name(step)));
        Ok(())
    }

    async fn tell(&mut self, cycle: Cycle<'_>) {
        let now = self.now();
        let mut troubles: Vec<_> = cycle.troubles.iter().map(|t| ailment(t, now)).collect();
        if !cycle.asked_k2hr3 && cycle.failures > 0 {
            let old = self.last.iter().flat_map(|report| &report.troubles);
            troubles.extend(old.filter(|old| old.is_about_k2hr3()).cloned());
        }
        self.memory.failures = cycle.failures;
        let told = report(cycle.seen, cycle.plan, &policy(), "role", troubles);
        if self.last.as_ref().is_none_or(|last| told.is_news_after(last)) {
            self.journal.push(format!("{:?} {}", self.start.elapsed(), told.verdict.sentence));
        }
        self.last = Some(told);
    }

    async fn wait(&mut self, limit: Duration) -> Wake {
        tokio::time::sleep(limit).await;
        Wake::Due
    }

    fn up_for(&self) -> Duration {
        self.start.elapsed()
    }
}

fn name(step: &Step) -> String {
    format!("{step:?}").chars().take_while(|c| c.is_alphabetic()).collect()
}

fn ailment(trouble: &Trouble, now: Seconds) -> Ailment {
    Ailment {
        doing: trouble.doing.clone(),
        cause: trouble.cause.to_string(),
        class: trouble.class,
        outlook: Ailment::outlook_word(trouble.outlook),
        help: trouble.help.clone(),
        since: now,
        count: 1,
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

#[tokio::test(start_paused = true)]
async fn a_week_of_faults_ends_settled_within_all_bounds() {
    let seeds = std::env::var("SOAK_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(SEEDS);
    for seed in 1..=seeds {
        let mut soak = Soak::new(seed);
        let pace = Pace::new(INTERVAL, S(300), 0.5, seed, 0);
        run(&mut soak, pace, &policy(), tokio::time::sleep(WEEK + S(3 * 3600))).await;

        let last = soak.last.unwrap();
        assert!(last.settled, "seed {seed}: {last:#?}");
        let usual = u32::try_from(WEEK.as_secs()).unwrap() / 27;
        assert!(soak.asked < usual, "seed {seed}: {} requests", soak.asked);
        let remembered = serde_json::to_string(&soak.memory).unwrap().len();
        assert!(remembered < 4096, "seed {seed}: {remembered} bytes");
        let lines = soak.journal.len();
        assert!(lines < soak.faults.len() * 60, "seed {seed}: {lines} lines");
    }
}

#[tokio::test(start_paused = true)]
async fn the_journal_of_an_outage_of_three_hours_fits_on_a_screen() {
    let mut soak = Soak::new(1);
    soak.changes = vec![S(5000)];
    soak.faults = vec![(S(3600), S(4 * 3600), Fault::Away)];
    let pace = Pace::new(INTERVAL, S(300), 0.5, 1, 0);
    run(&mut soak, pace, &policy(), tokio::time::sleep(S(5 * 3600))).await;

    let lines = soak.journal.len();
    assert!(lines <= 24, "{lines} lines:\n{}", soak.journal.join("\n"));
    assert!(soak.last.unwrap().settled);
}
