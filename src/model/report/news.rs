//! What two reports have to do with each other: how long it has been so, and what is new.

use super::{Code, Report, Words};

impl Report {
    /// Fills in since when it has been so, where `last` has said the same already.
    pub fn go_on_from(&mut self, last: Option<&Self>) {
        let at = self.at;
        let earlier = |words: &Words| {
            let known = last.iter().flat_map(|last| last.situations.iter().chain([&last.verdict]));
            known.filter(|known| known.code == words.code).find_map(|known| known.since)
        };
        for words in self.situations.iter_mut().chain([&mut self.verdict]) {
            words.since = Some(earlier(words).unwrap_or(at));
        }
    }

    /// Whether anything but what every look changes is other than in `last`.
    pub fn differs_from(&self, last: &Self) -> bool {
        // Named one by one, so that a new field has to be thought of.
        let Self {
            version,
            verdict,
            settled,
            at: _,
            role,
            cuk,
            registered,
            carrier,
            failures,
            published,
            installed,
            adopted,
            good,
            chmpx,
            traffic: _,
            pace: _,
            restarts_left,
            situations,
            troubles,
            changes,
            agent,
        } = self;
        (version, verdict, settled) != (&last.version, &last.verdict, &last.settled)
            || (role, cuk, registered) != (&last.role, &last.cuk, &last.registered)
            || (carrier, published) != (&last.carrier, &last.published)
            || (installed, adopted, good) != (&last.installed, &last.adopted, &last.good)
            || (chmpx, restarts_left) != (&last.chmpx, &last.restarts_left)
            || (situations, changes, agent) != (&last.situations, &last.changes, &last.agent)
            || (failures, troubles) != (&last.failures, &last.troubles)
    }

    /// Whether `self` says anything else than `other`. Ages and counts are not news; nor is it that
    /// an outage shows itself in another way, as long as the same is to be done about it.
    pub fn is_news_after(&self, other: &Self) -> bool {
        let (a, b) = (&self.verdict, &other.verdict);
        let same_verdict = (&a.code, &a.help) == (&b.code, &b.help)
            && (a.code == Code::Trouble || a.sentence == b.sentence);
        !same_verdict
            || self.installed != other.installed
            || self.adopted != other.adopted
            || !same(&self.situations, &other.situations, |a, b| a.code == b.code)
            || !same(&self.troubles, &other.troubles, |a, b| {
                (&a.doing, &a.help) == (&b.doing, &b.help)
            })
    }
}

fn same<T>(some: &[T], others: &[T], alike: impl Fn(&T, &T) -> bool) -> bool {
    some.len() == others.len() && some.iter().zip(others).all(|(a, b)| alike(a, b))
}

#[cfg(test)]
mod tests;
