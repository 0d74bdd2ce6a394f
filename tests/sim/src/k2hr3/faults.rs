//! What can go wrong on purpose, on which requests and how often.

use serde::{Deserialize, Serialize};

use super::json::Json;
use super::routes::Route;

/// One way to misbehave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
#[non_exhaustive]
pub enum Fault {
    /// Answer as usual, but later.
    Delay {
        /// Milliseconds before the answer.
        ms: u64,
    },
    /// Never answer; the connection closes when the faults are cleared.
    Hang,
    /// Reset the connection.
    Reset {
        /// How far the answer gets.
        at: At,
    },
    /// Reset requests that come on a connection that served one before; others are answered.
    ResetReused,
    /// The `Content-Length` says more than there is (positive) or less (negative).
    ContentLength {
        /// The difference.
        off_by: i64,
    },
    /// A body without end, in chunks.
    Endless,
    /// A valid answer with a resource of this many bytes.
    Oversized {
        /// Its length.
        bytes: usize,
    },
    /// The usual answer, its body a byte at a time.
    Drip {
        /// Milliseconds between two bytes.
        ms: u64,
    },
    /// The usual answer, its headers too a byte at a time.
    DripAll {
        /// Milliseconds between two bytes.
        ms: u64,
    },
    /// A fixed answer.
    Status {
        /// Its status.
        status: u16,
        /// Its body; the server's usual error text when absent.
        #[serde(default)]
        body: Option<String>,
        /// Its headers beyond those of any answer, such as `Retry-After`.
        #[serde(default)]
        headers: Vec<(String, String)>,
    },
    /// 200 with a login page in HTML, as a captive portal gives it.
    LoginPage,
    /// A redirection.
    Redirect {
        /// 301, 302, 303, 307 or 308.
        status: u16,
        /// Where to.
        location: String,
    },
    /// The usual body in gzip with `Content-Encoding`, asked for or not.
    Gzip,
    /// A few kilobytes of gzip that become this many bytes.
    GzipBomb {
        /// The expanded length.
        bytes: usize,
    },
    /// 200 with `"result":false`.
    ErrorWith200,
    /// 200 with this value as the resource.
    Resource {
        /// Any JSON: null, a number, an empty string …
        value: Json,
    },
    /// 200 with a body that is no JSON.
    InvalidJson,
    /// 201 without storing anything, as when two registrations overlap.
    LostRegistration,
}

/// How far an answer gets before its connection is reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum At {
    /// Nothing is sent.
    BeforeHeaders,
    /// The headers are sent and no body.
    AfterHeaders,
    /// Half of the body is sent.
    InBody,
}

impl Fault {
    /// A fixed status with the server's usual error text.
    pub fn status(status: u16) -> Self {
        Self::Status { status, body: None, headers: Vec::new() }
    }

    /// 429 or 503 with `Retry-After`.
    pub fn retry_after(status: u16, seconds: u32) -> Self {
        let headers = vec![("Retry-After".to_owned(), seconds.to_string())];
        Self::Status { status, body: None, headers }
    }

    /// A body that ends ten bytes before its `Content-Length`.
    pub fn truncated() -> Self {
        Self::ContentLength { off_by: 10 }
    }

    /// 200 with this value as the resource.
    pub fn resource(value: impl Into<Json>) -> Self {
        Self::Resource { value: value.into() }
    }
}

/// A fault with the requests it is meant for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Armed {
    /// What happens.
    pub fault: Fault,
    /// To which requests.
    #[serde(default = "all")]
    pub on: Route,
    /// To how many of them; absent for all.
    #[serde(default)]
    pub times: Option<u32>,
    /// How many of them are answered as usual before.
    #[serde(default)]
    pub after: u32,
}

fn all() -> Route {
    Route::All
}

/// All armed faults; the first that fits a request is the one it meets.
#[derive(Debug, Default)]
pub(crate) struct Faults(pub(crate) Vec<Armed>);

impl Faults {
    /// The fault for a request, counted down.
    pub(crate) fn next(&mut self, route: Route, is_reused: bool) -> Option<Fault> {
        let fits = |armed: &&mut Armed| {
            let there = armed.on == Route::All || armed.on == route;
            there && (is_reused || armed.fault != Fault::ResetReused)
        };
        for armed in self.0.iter_mut().filter(fits) {
            if armed.after > 0 {
                armed.after -= 1;
                continue;
            }
            match &mut armed.times {
                None => return Some(armed.fault.clone()),
                Some(0) => {}
                Some(times) => {
                    *times -= 1;
                    return Some(armed.fault.clone());
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn armed(fault: Fault, on: Route, times: Option<u32>) -> Armed {
        Armed { fault, on, times, after: 0 }
    }

    #[test]
    fn two_bad_then_good_is_one_armed_fault() {
        let mut faults = Faults(vec![armed(Fault::status(503), Route::Read, Some(2))]);
        let mut next = |route| faults.next(route, false).is_some();
        assert!(next(Route::Read));
        assert!(!next(Route::Register));
        assert!(next(Route::Read));
        assert!(!next(Route::Read));
    }

    #[test]
    fn a_fault_may_begin_later() {
        let late = Armed { after: 1, ..armed(Fault::Hang, Route::All, Some(1)) };
        let mut faults = Faults(vec![late]);
        let met: Vec<bool> = (0..3).map(|_| faults.next(Route::Read, false).is_some()).collect();
        assert_eq!(met, [false, true, false]);
    }

    #[test]
    fn a_reset_of_reused_connections_spares_fresh_ones() {
        let mut faults = Faults(vec![armed(Fault::ResetReused, Route::All, None)]);
        assert_eq!(faults.next(Route::Read, false), None);
        assert_eq!(faults.next(Route::Read, true), Some(Fault::ResetReused));
    }

    #[test]
    fn a_fault_is_written_as_its_kind_and_what_it_needs() {
        let text = r#"{"fault":{"kind":"delay","ms":5},"on":"read","times":2}"#;
        let expected = armed(Fault::Delay { ms: 5 }, Route::Read, Some(2));
        assert_eq!(serde_json::from_str::<Armed>(text).unwrap(), expected);
    }
}
