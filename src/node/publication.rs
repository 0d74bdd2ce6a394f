//! What K2HR3 publishes, as it was last heard, and what follows from it on this host.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::model::candidate::{self, Candidate, Refused};
use crate::model::memory::{Memory, Seconds, Seen};
use crate::model::observed::{InstalledFile, Membership, Publication, Published};
use crate::model::plan::is_made_of;

/// The published text that is known, from now or from earlier.
#[derive(Debug)]
pub(super) struct Publications {
    known: Option<Known>,
}

#[derive(Debug)]
struct Known {
    text: String,
    seen: Seen,
    looks: u32,
    first: Instant,
    differing: Option<Instant>,
    judged: Option<Judged>,
}

/// What became of a text on this host.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    /// The file, if chmpx may see it.
    pub(super) content: Arc<Result<Candidate, Refused>>,
    /// Whether the text lists this node; unknown when the text is no good.
    pub(super) lists_this_node: Option<bool>,
    /// When it was judged.
    pub(super) at: Instant,
}

/// What was found out about this host holds for so long.
const FRESH: Duration = Duration::from_secs(60);

impl Publications {
    /// What was last heard before the agent started, if it was kept whole.
    pub(super) fn remembered(memory: &Memory, text: Option<String>) -> Self {
        let known = memory.published.clone().zip(text).and_then(|(seen, text)| {
            (candidate::hash(&text) == seen.hash).then(|| Known::new(text, seen))
        });
        Self { known }
    }

    /// The tag to ask for news with.
    pub(super) fn etag(&self) -> Option<&str> {
        self.known.as_ref()?.seen.etag.as_deref()
    }

    /// Takes note that the known text is still published.
    pub(super) fn same(&mut self) {
        if let Some(known) = &mut self.known {
            known.looks = known.looks.saturating_add(1);
        }
    }

    /// Takes note of an answer. Returns what to remember of it, if the text is another one.
    pub(super) fn heard(
        &mut self,
        text: String,
        etag: Option<String>,
        now: Seconds,
    ) -> Option<Seen> {
        let hash = candidate::hash(&text);
        if let Some(known) = &mut self.known
            && known.seen.hash == hash
        {
            known.looks = known.looks.saturating_add(1);
            if known.seen.etag == etag {
                return None;
            }
            known.seen.etag = etag;
            return Some(known.seen.clone());
        }
        let seen = Seen { hash, etag, at: now };
        let differing = self.known.take().and_then(|known| known.differing);
        self.known = Some(Known { looks: 1, differing, ..Known::new(text, seen.clone()) });
        Some(seen)
    }

    /// The text that still has to be judged, if any.
    pub(super) fn unjudged(&self) -> Option<&str> {
        self.known.as_ref().filter(|known| known.judged.is_none()).map(|known| known.text.as_str())
    }

    /// The text, whatever came of it.
    pub(super) fn text(&self) -> Option<&str> {
        self.known.as_ref().map(|known| known.text.as_str())
    }

    /// Notes what came of the text.
    pub(super) fn judged(&mut self, judged: Judged) {
        if let Some(known) = &mut self.known {
            known.judged = Some(judged);
        }
    }

    /// Takes note that the text must not be put in place: then nobody waits for his turn with it, and
    /// the slaves of a cluster do not all have had theirs when a better one comes.
    pub(super) fn wait_anew(&mut self) {
        if let Some(known) = &mut self.known {
            known.differing = None;
        }
    }

    /// Has a text judged anew that is not what `file` shows, so that it may be put in place now:
    /// what it needs on this host, such as a certificate, may be gone since it was judged.
    pub(super) fn distrust(&mut self, file: Option<&InstalledFile>) {
        let is_stale = |judged: &Judged| {
            let is_in_place = |candidate| file.is_some_and(|file| is_made_of(file, candidate));
            judged.at.elapsed() >= FRESH && !judged.content.as_ref().as_ref().is_ok_and(is_in_place)
        };
        if let Some(known) = &mut self.known
            && known.judged.as_ref().is_some_and(is_stale)
        {
            known.judged = None;
        }
    }

    /// Has a refused text judged anew: the host may have got a name or an address meanwhile.
    pub(super) fn doubt(&mut self) {
        if let Some(known) = &mut self.known
            && known.judged.as_ref().is_some_and(|judged| judged.content.is_err())
        {
            known.judged = None;
        }
    }

    /// What the plan has to know. `installed` is the hash of what is in place.
    pub(super) fn published(&mut self, installed: Option<&str>) -> Published {
        let Some(known) = &mut self.known else { return Published::Unknown };
        let Some(judged) = &known.judged else { return Published::Unknown };
        if installed == Some(known.seen.hash.as_str()) {
            known.differing = None;
        } else {
            known.differing.get_or_insert_with(Instant::now);
        }
        Published::Known(Box::new(Publication {
            hash: known.seen.hash.clone(),
            content: Arc::clone(&judged.content),
            looks: known.looks,
            quiet: known.first.elapsed(),
            differing: known.differing.map(|since| since.elapsed()).unwrap_or_default(),
        }))
    }

    /// What the text says about membership; `missing` counts the looks without this node.
    pub(super) fn membership(&self, missing: u32) -> Membership {
        let judged = self.known.as_ref().and_then(|known| known.judged.as_ref());
        match judged.and_then(|judged| judged.lists_this_node) {
            Some(true) => Membership::Listed,
            Some(false) => Membership::Missing { looks: missing },
            None => Membership::Unknown,
        }
    }
}

impl Known {
    fn new(text: String, seen: Seen) -> Self {
        Self { text, seen, looks: 0, first: Instant::now(), differing: None, judged: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::candidate::Refused;

    const HOUR: Duration = Duration::from_secs(3600);

    /// A text that was refused for an hour.
    fn refused_for_an_hour() -> Publications {
        let mut publications = Publications { known: None };
        publications.heard("bad".to_owned(), None, 1);
        publications.known.as_mut().unwrap().differing = Instant::now().checked_sub(HOUR);
        publications
    }

    /// For how long another text than the installed one is known, once a better one is published.
    fn differing(mut publications: Publications) -> Duration {
        publications.heard("good".to_owned(), None, 2);
        let (content, at) = (Arc::new(Err(Refused::disputed(""))), Instant::now());
        publications.judged(Judged { content, lists_this_node: None, at });
        let Published::Known(known) = publications.published(Some("installed")) else {
            panic!("nothing is known")
        };
        known.differing
    }

    #[test]
    fn a_text_that_must_stay_away_uses_up_nobodys_turn() {
        assert!(differing(refused_for_an_hour()) >= HOUR);
        let mut publications = refused_for_an_hour();
        publications.wait_anew();
        assert!(differing(publications) < HOUR);
    }

    #[test]
    fn the_same_text_under_another_tag_is_no_other_text_and_its_tag_is_remembered() {
        let mut publications = Publications { known: None };
        let tag = |name: &str| Some(name.to_owned());
        let first = publications.heard("text".to_owned(), tag("one"), 1).unwrap();
        assert_eq!(publications.heard("text".to_owned(), tag("one"), 2), None);
        let other = publications.heard("text".to_owned(), tag("two"), 3).unwrap();
        assert_eq!(other, Seen { etag: tag("two"), ..first });
        assert_eq!(publications.etag(), Some("two"));
        assert_eq!(publications.known.unwrap().looks, 3);
    }
}
