//! From what is published to what chmpx may see.
//!
//! A [`Candidate`] has one constructor, which runs every rule: only what chmpx would load and start
//! with can reach the disk.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::conf::{Conf, Given, Peer, Questions, Text};
use super::host::Host;
use super::identity::Cuk;
use super::posix::{Pattern, Trials};
use super::rules::{Code, Effect, Finding, Level, judge};

/// The hash of a published text: the first 16 hex digits of its SHA-256. It tells versions apart;
/// nothing depends on it being hard to forge.
pub fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let first = digest.first_chunk().copied().map_or(0, u64::from_be_bytes);
    format!("{first:016x}")
}

/// What stands in published texts for the key of the instance that reads them: K2HDKC `DBaaS` writes
/// the first, its Kubernetes variant the second.
const OWN_CUK: [&str; 2] = ["__SELF_INSTANCE_ID__", "%%SELF_CONTAINER_CUK%%"];

/// No template has more markers than this; a key is up to a hundred times as long as one.
const MOST_MARKERS: usize = 1000;

/// The longest file that is installed, which is as much as is read back of one.
pub const LONGEST: usize = 2 << 20;
/// What a generation may add to the text.
const LONGEST_GENERATION: usize = "2147483647".len();

/// Names of this host by which no other host can reach it.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "::1", "localhost"];

/// Whether FILEVERSION is replaced by the generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamp {
    /// FILEVERSION becomes the generation, which proves which bytes chmpx has in force.
    Generation,
    /// FILEVERSION stays as published.
    AsPublished,
}

/// A published text with this node's substitutions, not yet checked.
#[derive(Debug, Clone)]
pub struct Draft {
    text: String,
    conf: Arc<Conf>,
}

impl Draft {
    /// Fills this node's key into a published text.
    pub fn new(published: &str, cuk: &Cuk) -> Self {
        let mut text = published.to_owned();
        for marker in OWN_CUK {
            if text.contains(marker) {
                text = text.replacen(marker, cuk.as_str(), MOST_MARKERS);
            }
        }
        let conf = Arc::new(Conf::read(text.as_bytes()));
        Self { text, conf }
    }

    /// What has to be known of this host before the draft can be checked.
    pub fn questions(&self, given: &Given) -> Questions {
        self.conf.questions(given)
    }

    /// Whether the text lists the node with the key `cuk` as a slave; `None` when it names no
    /// slave by its key, or one by an expression that the key matches (`IsMatchCuk` in
    /// lib/chmregex.cc), so that this is for the rules to say.
    pub fn lists(&self, cuk: &Cuk) -> Option<bool> {
        let slaves = self.conf.slaves();
        if slaves.iter().any(|slave| slave.cuk == *cuk.as_str()) {
            return Some(true);
        }
        if may_mean(cuk, slaves) {
            return None;
        }
        // What the template of K2HDKC DBaaS names where nobody is registered; it is nobody.
        let dummy = |slave: &Peer| {
            slave.cuk == *"dummy_cuk" || LOOPBACK.iter().any(|name| slave.name.is_word(name))
        };
        let named = slaves.iter().any(|slave| !slave.cuk.is_empty()) || slaves.iter().all(dummy);
        // A text that chmpx would not load proves nothing.
        (named && judge(&self.conf, None).loads).then_some(false)
    }

    /// Checks the draft for the host it is meant for.
    pub fn check(self, host: &Host, stamp: Stamp) -> Result<Candidate, Refused> {
        let verdict = judge(&self.conf, Some(host));
        // FILEVERSION is mandatory, so a file that loads has one.
        let Some(version) = self.conf.file_version().filter(|_| verdict.is_fit()) else {
            return Err(Refused { findings: verdict.findings, dispute: None });
        };
        if self.text.len() + LONGEST_GENERATION > LONGEST {
            let bytes = self.text.len();
            let message = format!("with the key of this node filled in it has {bytes} bytes");
            let long = Finding::new(Code::TooLong, None, message);
            return Err(Refused {
                findings: [verdict.findings, vec![long]].concat(),
                dispute: None,
            });
        }
        let stamped = match stamp {
            Stamp::Generation => Some(version.value_range.clone()),
            Stamp::AsPublished => None,
        };
        let candidate =
            Candidate { text: self.text, conf: self.conf, stamped, generation: version.value };
        if candidate.shows_generations() {
            return Ok(candidate);
        }
        let message = "FILEVERSION does not show the generation that is put there";
        let lost = Finding::new(Code::LostGeneration, Some(version.line), message.to_owned());
        Err(Refused { findings: [verdict.findings, vec![lost]].concat(), dispute: None })
    }
}

/// Whether a slave has an expression for its CUK that matches `cuk`. Without the letters that make
/// it one it is another node's key, even where ours begins with that.
fn may_mean(cuk: &Cuk, slaves: &[Peer]) -> bool {
    let (own, mut trials) = (Text::from(cuk.as_str()), Trials::default());
    let is_plain = |cuk: &Text| matches!(Pattern::read(cuk), Pattern::Plain(_));
    let mut expressions = slaves.iter().map(|slave| &slave.cuk).filter(|cuk| !is_plain(cuk));
    expressions.any(|cuk| trials.prepare(cuk).matches(&own) != Some(false))
}

/// A file that chmpx would load and start with on this host.
#[derive(Debug, Clone)]
pub struct Candidate {
    text: String,
    conf: Arc<Conf>,
    /// Where the generation goes; `None` when FILEVERSION stays as published.
    stamped: Option<std::ops::Range<usize>>,
    generation: i32,
}

impl Candidate {
    /// The generation that the file shows.
    pub fn generation(&self) -> i32 {
        self.generation
    }

    /// How chmpx reads the file.
    pub fn conf(&self) -> &Arc<Conf> {
        &self.conf
    }

    /// Whether FILEVERSION is ours to choose.
    pub fn is_stamped(&self) -> bool {
        self.stamped.is_some()
    }

    /// The same file as generation `generation`; unchanged when FILEVERSION stays as published.
    #[must_use]
    pub fn at_generation(mut self, generation: i32) -> Self {
        if self.stamped.is_some() {
            self.generation = generation;
        }
        self
    }

    /// The bytes to install.
    pub fn bytes(&self) -> Vec<u8> {
        self.bytes_at(self.generation)
    }

    fn bytes_at(&self, generation: i32) -> Vec<u8> {
        let text = self.text.as_bytes();
        let Some(range) = &self.stamped else { return text.to_vec() };
        let before = text.get(..range.start).unwrap_or_default();
        let after = text.get(range.end..).unwrap_or_default();
        [before, generation.to_string().as_bytes(), after].concat()
    }

    /// Whether chmpx would read a generation where it is put: what was judged is not quite what is
    /// installed, and this is the difference. Any number but the published one shows it.
    fn shows_generations(&self) -> bool {
        let other = if self.generation == 1 { 2 } else { 1 };
        let read = || Conf::read(&self.bytes_at(other)).file_version();
        self.stamped.is_none() || read().is_some_and(|version| version.value == other)
    }
}

/// A file that was a candidate once, as generation `generation`; `None` where it would not show it.
pub fn at_generation(bytes: &[u8], generation: i32) -> Option<Vec<u8>> {
    let range = Conf::read(bytes).file_version()?.value_range;
    let (before, after) = (bytes.get(..range.start)?, bytes.get(range.end..)?);
    let stamped = [before, generation.to_string().as_bytes(), after].concat();
    let shown = Conf::read(&stamped).file_version()?.value;
    (shown == generation).then_some(stamped)
}

/// A published text that chmpx must not see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong with it, and what else was noticed.
    pub findings: Vec<Finding>,
    /// What chmpx's own test program has against it, where our rules have nothing.
    pub dispute: Option<String>,
}

impl Refused {
    /// Refused by chmpx's own test program only.
    pub fn disputed(said: &str) -> Self {
        Self { findings: Vec::new(), dispute: Some(said.to_owned()) }
    }

    /// The finding that an operator should read first.
    pub fn first(&self) -> Option<&Finding> {
        let decides = [
            |finding: &&Finding| finding.level == Level::Error,
            // Only a warning, and yet the reason where there is no error.
            |finding: &&Finding| finding.effect() == Effect::MayNotStart,
            |_: &&Finding| true,
        ];
        decides.iter().find_map(|decides| self.findings.iter().find(decides))
    }
}

#[cfg(test)]
mod tests;
