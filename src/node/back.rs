//! Going back to a file that chmpx has survived.

use tracing::warn;

use super::Node;
use super::file::Owing;
use crate::agent::Trouble;
use crate::effects::clock;
use crate::effects::state::Kept;
use crate::model::candidate::{self, Stamp};
use crate::model::conf::Conf;
use crate::model::failure::Outlook;
use crate::model::impact::compare;
use crate::model::memory::Mark;
use crate::model::observed::Chmpx;
use crate::model::plan::{OnChange, WantedBy};

impl Node {
    /// Puts the last good file back and keeps the one away that chmpx was lost with.
    pub(super) async fn roll_back(&mut self, wanted: WantedBy) -> Result<(), Trouble> {
        let by_hand = wanted == WantedBy::Operator;
        let failed = self.memory.trial.as_ref().filter(|_| !by_hand).map(|trial| Mark {
            published: trial.published.clone(),
            generation: trial.generation,
            at: trial.since,
        });
        let Some(bad) = failed.or_else(|| self.memory.installed.clone()) else { return Ok(()) };
        let Some((good, bytes)) = self.way_back(&bad.published) else {
            return if by_hand { Err(no_copy()) } else { self.forget_copies() };
        };
        let now = clock::now();
        // Noted first: an agent that is killed in between must not install the file again.
        let strikes = self.memory.keep_away(&bad, wanted, now);
        let conf = Conf::read(&bytes);
        let process = self.running_process();
        let cold = process.and_then(|process| Some((self.cold_change_to(&conf)?, process)));
        if let Some((why, process)) = &cold {
            self.owe_restart(&Owing { why, shared: false }, *process, good.generation);
        }
        let _told_later = self.remember();
        let old = self.target_bytes();
        let late = self.replace(&bytes)?;
        let lost = process.is_none();
        warn!(
            event = "roll-back",
            strikes,
            from = bad.generation,
            to = good.generation,
            lost,
            "rolled back"
        );
        self.memory.trial = None;
        self.memory.installed = Some(Mark { at: now, ..good.clone() });
        self.memory.missed = (lost && !by_hand).then_some(now);
        if cold.is_some() {
            self.memory.file_is_in_place();
        } else {
            self.memory.owed = None;
        }
        let _told_later = self.remember();
        self.note_roll_back(wanted, bad.generation, &old, (&good, &bytes, &conf));
        let said = if lost && !by_hand { self.chmpx.last_words().await } else { None };
        if let (Some(said), Some(quarantine)) = (said, &mut self.memory.quarantine) {
            warn!(said, "the last of the chmpx that was lost");
            quarantine.said = Some(said);
        }
        self.remember()?;
        late.map_or(Ok(()), Err)
    }

    /// Puts the file back that somebody else has changed, while what is published stays away.
    pub(super) fn put_back(&mut self, mark: &Mark, generation: i32) -> Result<(), Trouble> {
        let kept = self.copies().into_iter().find_map(|(kept, which)| {
            let is_it = kept.is_of(&mark.published, mark.generation);
            is_it.then(|| self.copy_of(which, kept.generation)).flatten()
        });
        let Some(kept) = kept else { return Err(no_copy()) };
        let stamped = match self.settings.target.stamp {
            Stamp::Generation => candidate::at_generation(&kept, generation),
            Stamp::AsPublished => None,
        };
        let (bytes, generation) = match stamped {
            Some(bytes) => (bytes, generation),
            None => (kept, mark.generation),
        };
        let why = self.cold_change_from(&Conf::read(&self.target_bytes()), &Conf::read(&bytes));
        let owes = why.as_deref().map(|why| Owing { why, shared: false });
        let (old, late) = self.put(&bytes, &mark.published, generation, owes)?;
        self.note_put_right(&old, &bytes);
        self.note_put_back(&old, (&mark.published, generation, &bytes));
        self.remember()?;
        late.map_or(Ok(()), Err)
    }

    /// The copies are lost, so there is nothing to go back to. They are made anew with the next file
    /// that chmpx takes and survives.
    fn forget_copies(&mut self) -> Result<(), Trouble> {
        warn!("no copy of a good file is left to go back to");
        self.memory.trial = None;
        self.memory.owed = None;
        (self.memory.good, self.memory.before, self.memory.adopted) = (None, None, None);
        self.remember()
    }

    /// The copies that a roll-back from the text `published` may use, best first.
    fn way_back(&self, published: &str) -> Option<(Mark, Vec<u8>)> {
        let mut usable = self
            .copies()
            .into_iter()
            .filter(|(mark, _)| mark.published != published)
            .filter_map(|(mark, which)| Some((self.copy_of(which, mark.generation)?, mark)));
        usable.next().map(|(bytes, mark)| (mark, bytes))
    }

    /// The copies that were kept, best first.
    fn copies(&self) -> Vec<(Mark, Kept)> {
        let memory = &self.memory;
        let copies = [
            (&memory.good, Kept::Good),
            (&memory.adopted, Kept::Adopted),
            (&memory.before, Kept::Before),
        ];
        copies.into_iter().filter_map(|(mark, which)| Some((mark.clone()?, which))).collect()
    }

    fn cold_change_to(&self, conf: &Conf) -> Option<String> {
        if self.settings.policy.on_change == OnChange::None {
            return None;
        }
        compare(self.adopted.as_ref()?, conf).cold()
    }

    /// What a running chmpx that has taken the edited file `old` takes back only by a restart.
    fn cold_change_from(&self, old: &Conf, new: &Conf) -> Option<String> {
        let Some((_, Chmpx::Up(running))) = &self.seen_chmpx else { return None };
        let edited = old.file_version().map(|version| version.value);
        let is_taken = edited.is_some() && running.generation == edited;
        let may_restart = self.settings.policy.on_change != OnChange::None;
        (is_taken && may_restart).then(|| compare(old, new).cold()).flatten()
    }
}

fn no_copy() -> Trouble {
    Trouble {
        doing: "putting an earlier good file back".to_owned(),
        outlook: Outlook::Lasting,
        help: Some("publish a good file; copies are made as chmpx takes it".to_owned()),
        class: None,
        retry_after: None,
        cause: "no copy of one is left in the state directory".into(),
    }
}
