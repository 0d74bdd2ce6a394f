//! What the service tells systemd of itself, as in `sd_notify(3)`. Where systemd does not wait to be
//! told, nothing is said; that something could not be said is no reason to stop.

use std::time::Duration;

use sd_notify::NotifyState;
use tracing::debug;

/// Whether systemd waits to be told: it names its socket to a service that it started.
pub fn is_listening() -> bool {
    std::env::var_os("NOTIFY_SOCKET").is_some()
}

/// The service is up. systemd ends `systemctl start`, and starts what is ordered after the unit;
/// after [`reloading`] it is also the end of that. Saying it again changes nothing.
pub fn ready() {
    say(&[NotifyState::Ready]);
}

/// The same, with a sentence that `systemctl status` shows until there is another one.
pub fn ready_with(status: &str) {
    say(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// The service is alive. systemd ends one that has not said so for the `WatchdogSec=` of its unit, and
/// starts it anew.
pub fn alive() {
    say(&[NotifyState::Watchdog]);
}

/// How long systemd waits between two signs of life; `None` if it does not.
pub fn patience() -> Option<Duration> {
    sd_notify::watchdog_enabled()
}

/// The settings are being read again. systemd shows the unit as reloading until [`ready`]; the time
/// tells it which of two came later.
pub fn reloading() {
    say_when(NotifyState::Reloading);
}

/// The service is about to end. systemd shows the unit as deactivating, and waits for its
/// `TimeoutStopSec=` at most.
pub fn stopping() {
    say_when(NotifyState::Stopping);
}

fn say_when(what: NotifyState<'_>) {
    let monotonic = NotifyState::monotonic_usec_now().ok();
    let states: Vec<_> = [Some(what), monotonic].into_iter().flatten().collect();
    say(&states);
}

fn say(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        debug!(%error, "systemd was not told");
    }
}
