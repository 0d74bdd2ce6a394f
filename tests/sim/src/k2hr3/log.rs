//! What was asked: the last requests in full, and counts of all.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::faults::Fault;
use super::routes::Route;

/// Older requests are forgotten, but stay in the counts.
const MOST: usize = 2000;

/// One request and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Counts from 1.
    pub number: u64,
    /// Milliseconds since the server started, by a clock that nobody moves.
    pub at_ms: u64,
    /// Which connection it came on.
    pub connection: u64,
    /// Whether that connection had served another request before.
    pub reused: bool,
    /// The client's address as the server took it.
    pub ip: String,
    /// The method.
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    /// What it was about.
    pub route: Route,
    /// All headers, with their names as sent.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// The status of the answer; 0 while there is none.
    pub status: u16,
    /// How many bytes went back.
    pub sent: usize,
    /// The fault it met.
    pub fault: Option<Fault>,
}

impl Seen {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// How much was asked and answered since the start or since the counts were cleared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Accepted connections.
    pub connections: u64,
    /// Requests.
    pub requests: u64,
    /// Requests by method and route, as in `GET read`.
    pub by_route: BTreeMap<String, u64>,
    /// Answers by status; 0 is no answer.
    pub by_status: BTreeMap<u16, u64>,
    /// Bytes of targets, headers and bodies received.
    pub received: u64,
    /// Bytes sent.
    pub sent: u64,
}

impl Counts {
    /// Requests of one route, whatever the method.
    pub fn of(&self, route: Route) -> u64 {
        let ending = format!(" {}", name(route));
        self.by_route.iter().filter(|(key, _)| key.ends_with(&ending)).map(|(_, n)| n).sum()
    }

    /// Answers with this status.
    pub fn with(&self, status: u16) -> u64 {
        self.by_status.get(&status).copied().unwrap_or_default()
    }
}

#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) seen: VecDeque<Seen>,
    pub(crate) counts: Counts,
    numbered: u64,
}

impl Log {
    /// Notes a request and gives its number.
    pub(crate) fn begin(&mut self, seen: Seen) -> u64 {
        self.numbered += 1;
        let counts = &mut self.counts;
        counts.requests += 1;
        *counts.by_route.entry(format!("{} {}", seen.method, name(seen.route))).or_default() += 1;
        let headers = seen.headers.iter().map(|(name, value)| name.len() + value.len() + 4);
        let received = seen.target.len() + seen.body.len() + headers.sum::<usize>();
        counts.received = counts.received.saturating_add(received as u64);
        if self.seen.len() == MOST {
            self.seen.pop_front();
        }
        self.seen.push_back(Seen { number: self.numbered, ..seen });
        self.numbered
    }

    /// Notes what became of it.
    pub(crate) fn end(&mut self, number: u64, status: u16, sent: usize) {
        *self.counts.by_status.entry(status).or_default() += 1;
        self.counts.sent = self.counts.sent.saturating_add(sent as u64);
        if let Some(seen) = self.seen.iter_mut().rfind(|seen| seen.number == number) {
            seen.status = status;
            seen.sent = sent;
        }
    }

    /// Forgets all; the numbers go on.
    pub(crate) fn clear(&mut self) {
        self.seen.clear();
        self.counts = Counts::default();
    }
}

fn name(route: Route) -> String {
    serde_json::to_string(&route).unwrap_or_default().trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(method: &str, route: Route) -> Seen {
        Seen {
            number: 0,
            at_ms: 0,
            connection: 1,
            reused: false,
            ip: String::new(),
            method: method.to_owned(),
            target: "/".to_owned(),
            route,
            headers: vec![("A".to_owned(), "b".to_owned())],
            body: String::new(),
            status: 0,
            sent: 0,
            fault: None,
        }
    }

    #[test]
    fn requests_are_counted_by_route_and_status() {
        let mut log = Log::default();
        let number = log.begin(seen("GET", Route::Read));
        log.end(number, 304, 100);
        log.begin(seen("PUT", Route::Register));
        assert_eq!((log.counts.of(Route::Read), log.counts.of(Route::Register)), (1, 1));
        assert_eq!((log.counts.with(304), log.counts.sent), (1, 100));
        assert_eq!(log.seen[0].status, 304);
        assert_eq!(log.seen[0].header("a"), Some("b"));
    }

    #[test]
    fn only_the_last_requests_are_kept() {
        let mut log = Log::default();
        for _ in 0..=MOST {
            log.begin(seen("GET", Route::Read));
        }
        assert_eq!((log.seen.len(), log.counts.requests), (MOST, MOST as u64 + 1));
        assert_eq!(log.seen[0].number, 2);
    }
}
