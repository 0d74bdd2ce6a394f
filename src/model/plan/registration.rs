//! Whether this node has to become a member of its role, now.

use std::time::Duration;

use super::super::failure::Class;
use super::super::observed::{K2hr3, Membership, Observed};
use super::{Plan, Situation, Step};

/// The wait before the first repetition; each further one is four times as long.
const FIRST_REPEAT: u64 = 5;
/// The longest wait between two registrations.
const LONGEST_REPEAT: u64 = 3600;

pub(super) fn decide(seen: &Observed, plan: &mut Plan) {
    if seen.memory.departed {
        plan.situations.push(Situation::Unregistered);
        if seen.memory.registered && seen.k2hr3 != K2hr3::NotAsked {
            plan.steps.push(Step::Leave);
        }
        return;
    }
    let missing = match seen.membership {
        Membership::Listed => false,
        // Once more would be as much in vain; and what looks like this may be an outage.
        Membership::Stray => {
            plan.situations.push(Situation::NoSuchRole);
            return;
        }
        Membership::Unknown => !seen.memory.registered,
        // One look may fall between the removal and the addition of a registration, ours or
        // another node's: K2HR3 rewrites the list of members as a whole.
        Membership::Missing { looks } => !seen.memory.registered || looks >= 2,
    };
    if seen.token_refused {
        plan.situations.push(Situation::TokenRefused);
    }
    if !missing {
        return;
    }
    plan.situations.push(Situation::NotMember { has_token: seen.has_token });
    if seen.has_token && answers(seen.k2hr3) && is_due(seen) {
        plan.steps.push(Step::Register);
    } else if seen.has_token && answers(seen.k2hr3) {
        plan.look_again_in(Duration::from_secs(FIRST_REPEAT));
    }
}

/// Whether K2HR3 is in a state to register anybody. Not when it knows no such role: it would
/// create one under a mistyped name.
fn answers(k2hr3: K2hr3) -> bool {
    match k2hr3 {
        K2hr3::Answered | K2hr3::Failed(Class::Denied | Class::NotMember) => true,
        K2hr3::NotAsked | K2hr3::Failed(_) => false,
    }
}

/// Registering again gives this node a new id, kills its host-made tokens and makes it vanish for
/// a moment from what the others read: so repetitions become rare.
fn is_due(seen: &Observed) -> bool {
    let memory = &seen.memory;
    if memory.registrations == 0 || seen.forced {
        return true;
    }
    let factor = 4_u64.saturating_pow(memory.registrations.saturating_sub(1));
    let wait = FIRST_REPEAT.saturating_mul(factor).min(LONGEST_REPEAT);
    // A time in the future comes from a clock that was set back: then at once.
    !(memory.registered_at..memory.registered_at.saturating_add(wait)).contains(&seen.now)
}
