//! What a report was made of: as long as that is the same, there is nothing new to tell.

use crate::agent::Cycle;
use crate::model::memory::Memory;
use crate::model::observed::{Carrier, Chmpx};
use crate::model::plan::Situation;

/// All that the report of a quiet cycle depends on, but the time.
#[derive(Debug)]
pub(super) struct Basis {
    memory: Memory,
    chmpx: Chmpx,
    carrier: Option<Carrier>,
    situations: Vec<Situation>,
}

impl Basis {
    /// What `cycle` is told from, if it was a quiet one: nothing was done, nothing is wrong, and no
    /// restart is about to be given back to the budget.
    pub(super) fn of(cycle: &Cycle<'_>, memory: &Memory) -> Option<Self> {
        is_quiet(cycle, memory).then(|| Self {
            memory: memory.clone(),
            chmpx: cycle.seen.chmpx.clone(),
            carrier: cycle.seen.carrier,
            situations: cycle.plan.situations.clone(),
        })
    }

    /// Whether `cycle` would be told in the same words.
    pub(super) fn is_that_of(&self, cycle: &Cycle<'_>, memory: &Memory) -> bool {
        is_quiet(cycle, memory)
            && self.memory == *memory
            && self.chmpx == cycle.seen.chmpx
            && self.carrier == cycle.seen.carrier
            && self.situations == cycle.plan.situations
    }
}

fn is_quiet(cycle: &Cycle<'_>, memory: &Memory) -> bool {
    cycle.plan.is_settled()
        && cycle.plan.steps.is_empty()
        && cycle.troubles.is_empty()
        && cycle.failures == memory.failures
        && memory.restarts.is_empty()
}
