//! The only place that looks at the wall clock.

use std::time::SystemTime;

use crate::model::memory::Seconds;

/// Seconds since the Unix epoch.
pub fn now() -> Seconds {
    #[expect(clippy::disallowed_methods, reason = "this is the place")]
    let now = SystemTime::now();
    now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
