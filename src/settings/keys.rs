//! Every setting there is.

use std::time::Duration;

use super::kind::Kind;
use super::kind::Kind::{Address, Choice, Mode, Number, Path, Text, Url};

/// A known setting.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// `section.key`.
    pub name: &'static str,
    /// Its value when nobody sets it; empty means: not set.
    pub default: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// What it means, for the manual.
    pub help: &'static str,
}

const fn key(name: &'static str, default: &'static str, kind: Kind, help: &'static str) -> Key {
    Key { name, default, kind, help }
}

const YES_OR_NO: Kind = Choice(&["yes", "no"]);
const ANY: Kind = Kind::Duration(Duration::ZERO);
const INTERVAL: Kind = Kind::Duration(Duration::from_millis(100));
const SECOND: Kind = Kind::Duration(Duration::from_secs(1));
const PROGRAM: Kind = Text("a path, or a name to look for in PATH");

/// Every setting there is. The shipped settings file shows the same defaults; a test compares them.
pub const KEYS: &[Key] = &[
    key(
        "k2hr3.api_uri",
        "",
        Url("http://HOST[:PORT] or https://HOST[:PORT]"),
        "base of the K2HR3 API, without /v1",
    ),
    key(
        "k2hr3.role",
        "",
        Text("yrn:yahoo:::<tenant>:role:<path>"),
        "full name of the role: yrn:yahoo:::<tenant>:role:<path>",
    ),
    key(
        "k2hr3.resource",
        "",
        Text("yrn:yahoo:::<tenant>:resource:<path>"),
        "full name of the RESOURCE; by default the role's own",
    ),
    key("k2hr3.token_file", "", Path, "file with the role token, mode 0600"),
    key(
        "k2hr3.ca_file",
        "",
        Path,
        "PEM file with the certificates to trust instead of the system's",
    ),
    key(
        "k2hr3.proxy",
        "",
        Url("http://[USER:PASSWORD@]HOST:PORT"),
        "proxy to K2HR3; environment variables are ignored",
    ),
    key(
        "k2hr3.family",
        "auto",
        Choice(&["auto", "ipv4", "ipv6"]),
        "auto (that of the first connection), ipv4 or ipv6",
    ),
    key("k2hr3.connect_timeout", "5s", ANY, "longest time to connect"),
    key("k2hr3.timeout", "30s", ANY, "longest time for a whole exchange"),
    key(
        "k2hr3.leave_at_stop",
        "no",
        YES_OR_NO,
        "leave the role whenever the agent stops: yes or no",
    ),
    key(
        "node.cuk",
        "",
        Text(
            "1 to 2047 bytes, without white space, control characters, quotes or backslashes inside",
        ),
        "unique key of this instance",
    ),
    key(
        "node.tag",
        "",
        Text("1 to 1024 bytes, without control characters, quotes or backslashes"),
        "name of this node in the role",
    ),
    key("target.path", "/etc/k2hdkc/slave.ini", Path, "the file that chmpx reads"),
    key("target.mode", "0644", Mode, "its mode, when there is none to keep"),
    key(
        "target.owner",
        "",
        Text("USER or USER:GROUP"),
        "its owner, user or user:group, when there is none to keep",
    ),
    key(
        "target.stamp",
        "yes",
        YES_OR_NO,
        "replace FILEVERSION by the generation, which proves adoption",
    ),
    key(
        "target.drift",
        "restore",
        Choice(&["restore", "report"]),
        "restore or report a file that somebody else changed",
    ),
    key("pace.interval", "30s", INTERVAL, "time between looks at K2HR3, plus or minus 10 %"),
    key("pace.longest_wait", "5min", SECOND, "longest wait after failures"),
    key("pace.settle", "2s", ANY, "a change must be this old before it is installed, at most 15 s"),
    key(
        "chmpx.on_change",
        "auto",
        Choice(&["auto", "restart", "signal", "none"]),
        "auto, restart, signal or none; with none a cold change waits to be forced",
    ),
    key(
        "chmpx.status_command",
        "chmpxstatus",
        PROGRAM,
        "program that tells what chmpx has in force",
    ),
    key(
        "chmpx.conftest_command",
        "chmpxconftest",
        PROGRAM,
        "program that gives a second opinion on a file",
    ),
    key(
        "chmpx.pid_file",
        "/var/run/antpickax/chmpx.pid",
        Path,
        "file with the process id of chmpx",
    ),
    key("chmpx.control_address", "127.0.0.1", Address, "address of the control port of chmpx"),
    key("chmpx.ctlport", "", Number(1, 32767), "control port, when chmpx is started with -ctlport"),
    key(
        "chmpx.cuk",
        "",
        Text("as it is given to chmpx"),
        "own key, when chmpx is started with -cuk",
    ),
    key(
        "chmpx.unit",
        "chmpx.service",
        Text("the name of a unit, with its .service"),
        "systemd unit that supervises chmpx",
    ),
    key(
        "chmpx.signal",
        "HUP",
        Text("the name of a signal without SIG, such as HUP"),
        "signal for on_change = signal; HUP ends chmpx",
    ),
    key(
        "chmpx.restart_command",
        "",
        Text("a program and its arguments, separated by blanks; no shell sees them"),
        "command that restarts chmpx, in place of the unit",
    ),
    key("chmpx.command_timeout", "60s", ANY, "longest time for a command"),
    key("chmpx.adopt_within", "15s", ANY, "chmpx has this long to take a file"),
    key("chmpx.hold", "10s", ANY, "chmpx must survive a new file for this long"),
    key("chmpx.start_within", "90s", ANY, "chmpx must be back this long after a restart"),
    key(
        "chmpx.restarts_per_hour",
        "3",
        Number(0, u32::MAX),
        "restarts of chmpx by the agent, at most",
    ),
    key(
        "chmpx.spread",
        "5min",
        ANY,
        "window over which the slaves spread cold changes, each with its restart",
    ),
    key("metrics.textfile", "", Path, "file for a node exporter to collect, ending in .prom"),
    key("paths.state_dir", "/var/lib/k2hdkc-slave-agent", Path, "what survives a reboot"),
    key("paths.runtime_dir", "/run/k2hdkc-slave-agent", Path, "lock, socket and status"),
    key(
        "paths.antpickax_dir",
        "/etc/antpickax",
        Path,
        "where the official user-data script leaves files",
    ),
    key("paths.instance_id", "/var/lib/cloud/data/instance-id", Path, "cloud-init's instance id"),
    key("paths.resolv_conf", "/etc/resolv.conf", Path, "where the domain of the tag comes from"),
];

impl Key {
    /// The setting of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }

    /// Its section and its name within.
    pub fn parts(&self) -> (&'static str, &'static str) {
        self.name.split_once('.').unwrap_or(("", self.name))
    }
}
