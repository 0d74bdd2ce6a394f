//! What the operator decided, checked: plain data whose fields cannot be wrong.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::candidate::Stamp;
use super::identity::Identity;
use super::plan::Policy;

/// How to reach K2HR3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct K2hr3 {
    /// The base of the API, without `/v1`.
    pub api_uri: String,
    /// The files in which the role token is looked for, in this order.
    pub token_files: Vec<PathBuf>,
    /// The certificates to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// A proxy; K2HR3 then takes the proxy's address for this node's.
    pub proxy: Option<String>,
    /// The only address family to be used, if one was chosen.
    pub family: Family,
    /// The longest a connection may take to be made.
    pub connect_timeout: Duration,
    /// The longest a whole exchange may take.
    pub timeout: Duration,
    /// Whether this node leaves its role whenever the agent stops, until it starts again.
    pub leave_at_stop: bool,
}

impl K2hr3 {
    /// Whether somebody on the way has to prove who it is.
    pub fn needs_certificates(&self) -> bool {
        let plain = |url: &str| url.starts_with("http://");
        !plain(&self.api_uri) || self.proxy.as_deref().is_some_and(|proxy| !plain(proxy))
    }
}

/// Which addresses of K2HR3 are used: to K2HR3 a node's address is who it is, so one that changes
/// its family between two requests would be two nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// That of the first connection.
    Auto,
    /// Version 4 only.
    Ipv4,
    /// Version 6 only.
    Ipv6,
}

/// The file that chmpx reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Where it is.
    pub path: PathBuf,
    /// Its mode, where there is no file whose mode could be kept.
    pub mode: u32,
    /// Its owner, `user` or `user:group`, where there is no file whose owner could be kept.
    pub owner: Option<String>,
    /// Whether FILEVERSION becomes the generation.
    pub stamp: Stamp,
}

/// The chmpx of this node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chmpx {
    /// The program that tells its state; looked for in PATH when it has no slash.
    pub status_command: Option<PathBuf>,
    /// The program that gives a second opinion on a candidate.
    pub conftest_command: Option<PathBuf>,
    /// The file in which its supervisor keeps its process id.
    pub pid_file: PathBuf,
    /// The address of its control port.
    pub control_address: IpAddr,
    /// Its control port, where it is not the SELFCTLPORT of the file.
    pub ctlport: Option<u16>,
    /// Its key, where it is not the SELFCUK of the file.
    pub cuk: Option<String>,
    /// The systemd unit that supervises it.
    pub unit: Option<String>,
    /// The signal of `on_change = signal`, by its name without SIG.
    pub signal: String,
    /// A command that restarts it, as words; used in place of the unit.
    pub restart_command: Vec<String>,
    /// The longest a command may take.
    pub command_timeout: Duration,
}

/// Where the agent keeps what is its own, and finds what others leave for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// What has to survive a reboot.
    pub state_dir: PathBuf,
    /// Lock, socket and status.
    pub runtime_dir: PathBuf,
    /// The settings file that was read, or would be.
    pub settings_file: PathBuf,
    /// Where cloud-init keeps the id of this instance.
    pub instance_id: PathBuf,
    /// Where cloud-init and the official script leave things, the role token among them.
    pub antpickax_dir: PathBuf,
}

impl Paths {
    /// Where the running agent is asked, beside its lock.
    pub fn socket(&self) -> PathBuf {
        self.runtime_dir.join("agent.sock")
    }

    /// Where the last report is, for whoever may not ask.
    pub fn status_file(&self) -> PathBuf {
        self.runtime_dir.join("status.json")
    }
}

/// Everything that was decided, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// How to reach K2HR3.
    pub k2hr3: K2hr3,
    /// Who this node is.
    pub identity: Identity,
    /// The file that chmpx reads.
    pub target: Target,
    /// The chmpx of this node.
    pub chmpx: Chmpx,
    /// What is decided by rule.
    pub policy: Policy,
    /// How often K2HR3 is asked.
    pub interval: Duration,
    /// The longest wait after failures.
    pub longest_wait: Duration,
    /// Where the figures are written for a node exporter, if they are.
    pub metrics_textfile: Option<PathBuf>,
    /// Where the agent keeps what is its own, and finds what others leave for it.
    pub paths: Paths,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reached(api_uri: &str, proxy: Option<&str>) -> K2hr3 {
        K2hr3 {
            api_uri: api_uri.to_owned(),
            token_files: Vec::new(),
            ca_file: None,
            proxy: proxy.map(str::to_owned),
            family: Family::Auto,
            connect_timeout: Duration::from_secs(1),
            timeout: Duration::from_secs(1),
            leave_at_stop: false,
        }
    }

    #[test]
    fn certificates_are_needed_where_k2hr3_or_a_proxy_speaks_tls() {
        for (uri, proxy, needed) in [
            ("http://k2hr3", None, false),
            ("http://k2hr3", Some("http://proxy"), false),
            ("https://k2hr3", None, true),
            ("https://k2hr3", Some("http://proxy"), true),
            ("http://k2hr3", Some("https://proxy"), true),
        ] {
            assert_eq!(reached(uri, proxy).needs_certificates(), needed, "{uri} by {proxy:?}");
        }
    }

    #[test]
    fn a_running_agent_is_met_in_its_runtime_directory() {
        let paths = Paths {
            state_dir: "/state".into(),
            runtime_dir: "/run/agent".into(),
            settings_file: "/settings".into(),
            instance_id: "/id".into(),
            antpickax_dir: "/antpickax".into(),
        };
        assert_eq!(paths.socket(), PathBuf::from("/run/agent/agent.sock"));
        assert_eq!(paths.status_file(), PathBuf::from("/run/agent/status.json"));
    }
}
