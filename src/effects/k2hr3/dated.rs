//! K2HR3's clock, as its answers show it.

use std::sync::Mutex;

use reqwest::Response;
use reqwest::header::HeaderValue;

use crate::effects::clock;
use crate::model::date;
use crate::model::memory::Seconds;

/// The length of `Sun, 22 Nov 2026 14:34:53 GMT`, the one form that a server writes.
const LENGTH: usize = 29;

/// The `Date` of the last answer, and when it came by the clock of this host.
#[derive(Debug, Default)]
pub(super) struct Dated(Mutex<Option<([u8; LENGTH], Seconds)>>);

impl Dated {
    /// Takes note of an answer. It is read when somebody asks: every look has one.
    pub(super) fn note(&self, response: &Response) {
        let date = response.headers().get("date").map(HeaderValue::as_bytes);
        let Some(date) = date.and_then(|date| <[u8; LENGTH]>::try_from(date).ok()) else { return };
        if let Ok(mut last) = self.0.lock() {
            *last = Some((date, clock::now()));
        }
    }

    /// How many seconds this host's clock is ahead.
    pub(super) fn ahead(&self) -> Option<i64> {
        let (date, here) = (*self.0.lock().ok()?)?;
        let there = date::of_http(std::str::from_utf8(&date).ok()?)?;
        i64::try_from(here).ok()?.checked_sub_unsigned(there)
    }
}
