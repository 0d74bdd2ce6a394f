//! What a file that loads can still do to a chmpx that starts with it.
use nix::sys::{
    resource::{Resource, setrlimit},
    signal::{Signal, raise},
};

use super::{
    config::{Config, IdType, Node},
    host::Host,
    identity, state,
};

/// A CUK or a seed of this length overwrites so much that the process dies of it. Lengths between
/// 2047 and this corrupt silently.
const DEADLY_LENGTH: usize = 60_000;

/// How a start goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The process says so and exits with code 1.
    Exit(String),
    /// The process dies of a signal.
    Crash(Signal),
}

/// The entry that a slave starts as, or what keeps it from starting.
///
/// Loading checks none of this, so a running chmpx adopts such a file: the next start fails.
pub fn check(config: &Config, host: &Host) -> Result<Node, Failure> {
    let refuse = |reason: &str| Err(Failure::Exit(reason.to_owned()));

    if state::file_name(config).is_none() {
        return refuse("MakeFilePath : parameter is wrong.");
    }
    let Some(own) = identity::own_entry(config, host) else {
        return refuse("InitializeShm : Could not get self node information.");
    };
    if config.number("MAXCHMPX") <= 0 || overflows(config) {
        return Err(Failure::Crash(Signal::SIGSEGV));
    }
    let mut nodes = config.servers.iter().chain([own]);
    if nodes.any(|node| lacks_id(config.id_type, node)) {
        return refuse("cvt_parameters_by_chmpxid_type : what CHMPXIDTYPE asks for is empty.");
    }
    if config.number("MQPERATTACH") == 0 {
        return Err(Failure::Crash(Signal::SIGFPE));
    }
    if config.number("MAXQPERSERVERMQ") < 1 || config.number("MAXMQCLIENT") < 0 {
        return refuse("InitializeMq : Could not open MQ.");
    }
    if !(2..=28).contains(&config.number("K2HMASKBIT")) || config.number("K2HMAXELE") < 1 {
        return refuse("InitializeK2hash : Failed to create new k2hash file.");
    }
    if own.ctlport <= 0 {
        return refuse("Listen : the control port is wrong.");
    }
    Ok(own.clone())
}

/// Whether a node is too long for its place in memory, at the start as well as live.
pub fn overflows(config: &Config) -> bool {
    let long = |text: &String| text.len() >= DEADLY_LENGTH;
    config.servers.iter().any(|node| long(&node.cuk) || long(&node.seed))
}

fn lacks_id(id_type: IdType, node: &Node) -> bool {
    match id_type {
        IdType::Name => false,
        IdType::Cuk => node.cuk.is_empty(),
        IdType::CtlEndpoints => node.ctlendpoints.is_empty(),
        IdType::Custom => node.seed.is_empty(),
    }
}

/// Dies of the signal, without a core file.
pub fn crash(signal: Signal) -> ! {
    setrlimit(Resource::RLIMIT_CORE, 0, 0).ok();
    // Rust's own handler for SIGSEGV takes the first one and steps aside.
    for _ in 0..2 {
        raise(signal).ok();
    }
    std::process::abort()
}
