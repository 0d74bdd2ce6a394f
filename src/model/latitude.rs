//! What this host needs beyond what the shipped unit of the service allows, and the drop-in that
//! allows it. A host on which chmpx runs as root needs nothing.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Where the drop-in is.
pub const DROP_IN: &str = "/etc/systemd/system/k2hdkc-slave-agent.service.d/50-this-host.conf";
/// What to do when the unit is in the way.
pub const HELP: &str = "the unit of the service does not allow it: put chmpx-user.conf of its \
                        documentation into /etc/systemd/system/k2hdkc-slave-agent.service.d/, or \
                        let `k2hdkc-slave-agent take-over --apply` write what this host needs";
/// What the unit allows to be written already.
const ALLOWED: [&str; 2] = ["/etc/k2hdkc", "/etc/antpickax"];
/// What a chmpx of another user needs, each directive with its reason.
const ANOTHER_USER: &str = include_str!("../../systemd/chmpx-user.conf");

/// What was found on the host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// The user that chmpx runs as or that its file is to belong to, if it is not root.
    pub user: Option<String>,
    /// The directory of the target.
    pub directory: PathBuf,
    /// Whether chmpx keeps its memory in /tmp: it does where /var/lib/antpickax is missing.
    pub memory_in_tmp: bool,
    /// Whether the kernel makes no user namespaces. Then the shipped unit does not even start.
    pub no_user_namespaces: bool,
}

impl Needs {
    /// The text of the drop-in; `None` where the shipped unit will do.
    pub fn drop_in(&self) -> Option<String> {
        let mut text = String::new();
        if self.user.is_some() {
            text.push_str(ANOTHER_USER.trim_start_matches(|c| c != '['));
        } else if self.no_user_namespaces {
            text.push_str("[Service]\nPrivateUsers=no\n");
        }
        let mut lines = String::new();
        if !ALLOWED.iter().any(|allowed| self.directory.starts_with(allowed)) {
            let _infallible = writeln!(lines, "ReadWritePaths={}", quoted(&self.directory));
        }
        if self.memory_in_tmp {
            lines.push_str("PrivateTmp=no\nReadWritePaths=/tmp\n");
        }
        if !lines.is_empty() && text.is_empty() {
            text.push_str("[Service]\n");
        }
        text.push_str(&lines);
        (!text.is_empty())
            .then(|| format!("# Written by k2hdkc-slave-agent: {}.\n{text}", self.why()))
    }

    fn why(&self) -> String {
        match &self.user {
            Some(user) => format!("chmpx or its file is of {user}"),
            None => "what this host needs".to_owned(),
        }
    }
}

/// A path as systemd reads one: in quotes, and without specifiers.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%");
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual() -> Needs {
        Needs { directory: "/etc/k2hdkc".into(), ..Needs::default() }
    }

    #[test]
    fn a_chmpx_of_root_with_the_usual_target_needs_nothing() {
        assert_eq!(usual().drop_in(), None);
        assert_eq!(Needs { directory: "/etc/antpickax/x".into(), ..usual() }.drop_in(), None);
    }

    #[test]
    fn another_user_needs_what_the_delivered_drop_in_says() {
        let text = Needs { user: Some("k2hdkc".to_owned()), ..usual() }.drop_in().unwrap();
        for line in ANOTHER_USER.lines().filter(|line| line.contains('=')) {
            assert!(text.contains(line), "{text}");
        }
        let head = "# Written by k2hdkc-slave-agent: chmpx or its file is of k2hdkc.\n[Service]\n";
        assert!(text.starts_with(head) && text.matches("[Service]").count() == 1, "{text}");
    }

    #[test]
    fn each_need_alone_loosens_nothing_else() {
        let head = "# Written by k2hdkc-slave-agent: what this host needs.\n[Service]\n";
        let elsewhere = Needs { directory: "/srv/50% of \"it\"".into(), ..usual() };
        let in_tmp = Needs { memory_in_tmp: true, ..usual() };
        let old_kernel = Needs { no_user_namespaces: true, ..usual() };
        for (needs, lines) in [
            (elsewhere, "ReadWritePaths=\"/srv/50%% of \\\"it\\\"\"\n"),
            (in_tmp, "PrivateTmp=no\nReadWritePaths=/tmp\n"),
            (old_kernel, "PrivateUsers=no\n"),
        ] {
            assert_eq!(needs.drop_in().unwrap(), format!("{head}{lines}"));
        }
    }
}
