//! Hearing of the end of a process as it happens, instead of looking for it again and again.

use std::os::fd::OwnedFd;

use rustix::process::{Pid, PidfdFlags, pidfd_open};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::effects::process::is_alive;
use crate::model::memory::Process;

/// A watch over one process.
#[derive(Debug)]
pub(super) struct Vigil {
    process: Process,
    /// Becomes readable when the process ends, and stays so.
    end: AsyncFd<OwnedFd>,
}

impl Vigil {
    /// Watches over `process`; `None` where it is gone already, and before Linux 5.3.
    pub(super) fn over(process: Process) -> Option<Self> {
        let end = pidfd_open(Pid::from_raw(process.pid)?, PidfdFlags::empty()).ok()?;
        #[expect(
            deprecated,
            reason = "the other one is unsafe; an OwnedFd fulfils what it asks for"
        )]
        let end = AsyncFd::with_interest(end, Interest::READABLE).ok()?;
        // Between seeing it and opening it the number may have been given to another one.
        is_alive(process).then_some(Self { process, end })
    }

    /// Whether this watches over `process`.
    pub(super) fn watches(&self, process: Process) -> bool {
        self.process == process
    }

    /// Whether the process has not ended yet. Costs no system call.
    pub(super) fn is_alive(&self) -> bool {
        self.end.try_io(Interest::READABLE, |_| Ok(())).is_err()
    }

    /// Waits until the process has ended.
    pub(super) async fn ended(&self) {
        // An error means that the runtime is about to end.
        let _ended = self.end.readable().await;
    }
}
