//! What a verdict or a situation is called. Monitoring may depend on the words: they are stable.

use std::fmt;

use super::super::worded::worded;

worded! {
    /// What a verdict or a situation is called.
    #[derive(PartialOrd, Ord)]
    pub enum Code {
        /// What K2HR3 publishes is in force.
        Settled "settled",
        /// Removed servers are still up.
        Draining "draining",
        /// A step was just carried out.
        Acting "acting",
        /// What is published is still changing.
        Settling "settling",
        /// This node is not in its role yet.
        Registering "registering",
        /// chmpx has not taken the file yet.
        Adopting "adopting",
        /// chmpx was started and is not ready yet.
        Starting "starting",
        /// chmpx is expected back from its restart.
        Restarting "restarting",
        /// Most servers are gone at once: more looks have to agree.
        Held "held",
        /// Nothing is known yet of what is published.
        WaitingForK2hr3 "waiting-for-k2hr3",
        /// Something could not be found out or done.
        Trouble "trouble",
        /// The token is not accepted, but the address of this node is.
        TokenRefused "token-refused",
        /// There is nothing to register with.
        NoToken "no-token",
        /// The role does not exist.
        NoSuchRole "no-such-role",
        /// An operator took this node out of its role.
        Unregistered "unregistered",
        /// What is published must not be installed.
        Refused "refused",
        /// chmpx was lost with what is published.
        Quarantined "quarantined",
        /// An operator went back to an earlier file.
        RolledBack "rolled-back",
        /// An operator wanted to go back, and no other file is known to be good.
        NoWayBack "no-way-back",
        /// The target cannot be replaced.
        CannotInstall "cannot-install",
        /// Somebody else changed the file, and that is only to be reported.
        Drifted "drifted",
        /// Somebody else keeps changing the file.
        Contested "contested",
        /// chmpx read the file without applying it.
        Swallowed "swallowed",
        /// chmpx does not answer.
        Busy "busy",
        /// chmpx no longer notices its file.
        Blind "blind",
        /// chmpx refuses the change while it runs.
        RefusedByChmpx "refused-by-chmpx",
        /// chmpx needs a restart that cannot be made yet.
        RestartOwed "restart-owed",
        /// What chmpx has in force could not be found out.
        ChmpxUnknown "chmpx-unknown",
        /// No chmpx runs.
        NoChmpx "no-chmpx",
        /// No chmpx runs, because its supervisor waits for another file.
        WaitsElsewhere "waits-elsewhere",
        /// chmpx runs and reads another file.
        ReadsElsewhere "reads-elsewhere",
        /// chmpx was lost and is not back.
        Dead "dead",
        /// No agent runs.
        NotRunning "not-running",
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How long what has a code is going to last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// A stage of a change, which ends with a line of its own.
    Stage,
    /// Something comes next, and whoever asks may wait for it.
    Underway,
    /// It stays so until something else happens.
    Stays,
}

impl Code {
    /// How long it is going to last.
    pub const fn phase(self) -> Phase {
        match self {
            Self::Acting | Self::Settling | Self::Adopting | Self::Starting => Phase::Stage,
            Self::Registering
            | Self::Restarting
            | Self::Held
            | Self::Swallowed
            | Self::Busy
            | Self::Dead => Phase::Underway,
            Self::Settled
            | Self::Draining
            | Self::WaitingForK2hr3
            | Self::Trouble
            | Self::TokenRefused
            | Self::NoToken
            | Self::NoSuchRole
            | Self::Unregistered
            | Self::Refused
            | Self::Quarantined
            | Self::RolledBack
            | Self::NoWayBack
            | Self::CannotInstall
            | Self::Drifted
            | Self::Contested
            | Self::Blind
            | Self::RefusedByChmpx
            | Self::RestartOwed
            | Self::ChmpxUnknown
            | Self::NoChmpx
            | Self::WaitsElsewhere
            | Self::ReadsElsewhere
            | Self::NotRunning => Phase::Stays,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_written_as_its_word() {
        for code in Code::ALL {
            assert_eq!(code.to_string(), code.as_str());
        }
    }
}
