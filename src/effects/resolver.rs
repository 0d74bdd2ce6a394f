//! Asking the resolver of this host for many names, which may keep each question waiting.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{IpAddr, ToSocketAddrs as _};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// What came back for one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its addresses; `None` where the resolver may know better later.
    pub addresses: Option<Vec<IpAddr>>,
    /// How long that took.
    pub took: Duration,
}

/// Asks for `names`, so many at a time, and takes the answers that come within `limit`. The threads
/// that ask for the rest end when the resolver gives up.
pub fn ask(names: BTreeSet<String>, at_a_time: usize, limit: Duration) -> BTreeMap<String, Answer> {
    let end = Instant::now() + limit;
    let (sender, received) = channel();
    let count = names.len().min(at_a_time);
    let queue = Arc::new(Mutex::new(names));
    for _ in 0..count {
        let (queue, sender) = (Arc::clone(&queue), sender.clone());
        let work = move || {
            while let Some(name) = next(&queue) {
                let answer = resolve(&name);
                // Nobody waits any longer: what is left in the queue is of no use either.
                if sender.send((name, answer)).is_err() {
                    return;
                }
            }
        };
        // One thread less is one question less at a time; with none, nothing is known.
        let _fewer = thread::Builder::new().spawn(work);
    }
    drop(sender);
    let left = || end.saturating_duration_since(Instant::now());
    std::iter::from_fn(|| received.recv_timeout(left()).ok()).collect()
}

fn next(queue: &Mutex<BTreeSet<String>>) -> Option<String> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).pop_first()
}

fn resolve(name: &str) -> Answer {
    let begin = Instant::now();
    let addresses = match (name, 0).to_socket_addrs() {
        Ok(found) => Some(found.map(|address| address.ip()).collect()),
        Err(error) => (!is_passing(&error)).then(Vec::new),
    };
    Answer { addresses, took: begin.elapsed() }
}

/// Whether the resolver may know better later. The standard library keeps `EAI_AGAIN` only as text.
fn is_passing(error: &io::Error) -> bool {
    let text = error.to_string().to_ascii_lowercase();
    text.contains("temporary failure") || text.contains("try again")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// More names than are asked for at a time; all of them are addresses.
    fn names() -> BTreeSet<String> {
        (1..=40).map(|n| format!("192.0.2.{n}")).collect()
    }

    #[test]
    fn every_name_gets_its_own_answer_however_few_are_asked_for_at_a_time() {
        for at_a_time in [1, 16, usize::MAX] {
            let answers = ask(names(), at_a_time, Duration::from_secs(20));
            assert_eq!(answers.len(), 40);
            for (name, answer) in answers {
                assert_eq!(answer.addresses, Some(vec![name.parse().unwrap()]));
            }
        }
    }

    #[test]
    fn names_that_nobody_is_left_to_ask_for_have_no_answer() {
        assert!(ask(names(), 0, Duration::from_secs(20)).is_empty());
    }

    #[test]
    fn only_a_passing_failure_leaves_a_name_open() {
        let failed = |text: &str| is_passing(&io::Error::other(text.to_owned()));
        assert!(failed("failed to lookup address: Temporary failure in name resolution"));
        assert!(failed("Try again"));
        assert!(!failed("failed to lookup address: Name or service not known"));
    }
}
