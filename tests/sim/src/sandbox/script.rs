//! The script: the life of a small cluster, and of those who look after it.

use super::deed::Deed;
use super::ending::{Ending, File, Process};

/// One scene.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene {
    /// What it shows.
    pub(super) title: &'static str,
    /// What is done, in this order.
    pub(super) deeds: &'static [Deed],
    /// How it has to end, in words.
    pub(super) expected: &'static str,
    /// How it has to end.
    pub(super) ending: Ending,
}

/// Most scenes end so, with another number of servers.
const fn adopted(servers: usize) -> Ending {
    Ending {
        verdict: "settled",
        servers,
        file: File::Replaced,
        process: Process::Same,
        by_way_of: None,
        carrier: "token",
        slaves: 1,
    }
}

/// Once the token is dead.
const fn adopted_by_address(servers: usize) -> Ending {
    Ending { carrier: "address", ..adopted(servers) }
}

/// All scenes, in the order in which they are played. Each begins where the one before has ended.
pub(super) const SCRIPT: &[Scene] = &[
    Scene {
        title: "First boot: 3 servers",
        deeds: &[Deed::Join(&[1, 2, 3]), Deed::Start],
        expected: "registers, installs, adopts",
        ending: Ending { process: Process::Other, ..adopted(3) },
    },
    Scene {
        title: "Grows to 5 servers",
        deeds: &[Deed::Join(&[4, 5])],
        expected: "adopted by running chmpx",
        ending: adopted(5),
    },
    Scene {
        title: "Shrinks to 2 servers",
        deeds: &[Deed::Leave(&[2, 3, 5])],
        expected: "held for 3 looks, adopted",
        ending: Ending { by_way_of: Some("held"), ..adopted(2) },
    },
    Scene {
        title: "A reader holds the file",
        deeds: &[Deed::HoldOpen, Deed::Join(&[6])],
        expected: "adopted all the same",
        ending: adopted(3),
    },
    Scene {
        title: "The file is edited",
        deeds: &[Deed::EditByHand { key: "REPLICA", value: "0" }],
        expected: "put right at once",
        ending: adopted(3),
    },
    Scene {
        title: "K2HR3 goes away",
        deeds: &[Deed::CloseK2hr3, Deed::Join(&[7])],
        expected: "says so, changes nothing",
        ending: Ending { verdict: "trouble", file: File::Stays, ..adopted(3) },
    },
    Scene {
        title: "K2HR3 comes back",
        deeds: &[Deed::OpenK2hr3],
        expected: "catches up by itself",
        ending: adopted(4),
    },
    Scene {
        title: "The role token dies",
        deeds: &[Deed::RevokeToken, Deed::Leave(&[7])],
        expected: "goes on by its address",
        ending: adopted_by_address(3),
    },
    Scene {
        title: "A poisoned resource",
        deeds: &[Deed::JoinNameless],
        expected: "refused, last good stays",
        ending: Ending { verdict: "refused", file: File::Stays, ..adopted_by_address(3) },
    },
    Scene {
        title: "The resource is mended",
        deeds: &[Deed::LeaveNameless, Deed::Join(&[8])],
        expected: "adopted",
        ending: adopted_by_address(4),
    },
    Scene {
        title: "A cold change",
        deeds: &[Deed::Publish { key: "MAXCHMPX", value: "512" }],
        expected: "chmpx restarted, adopted",
        ending: Ending { process: Process::Other, ..adopted_by_address(4) },
    },
    Scene {
        title: "chmpx is killed",
        deeds: &[Deed::CrashChmpx],
        expected: "back by its helper",
        ending: Ending { file: File::Stays, process: Process::Other, ..adopted_by_address(4) },
    },
    Scene {
        title: "The node leaves",
        deeds: &[Deed::Unregister],
        expected: "out of its role",
        ending: Ending {
            verdict: "unregistered",
            file: File::Stays,
            slaves: 0,
            ..adopted_by_address(4)
        },
    },
];
