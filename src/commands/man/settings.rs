//! k2hdkc-slave-agent.conf(5): every setting.

use super::roff::Page;
use crate::model::memory::Seconds;
use crate::settings::{KEYS, Key, Kind};

/// The page.
pub(super) fn page(date: Seconds) -> String {
    let mut page =
        Page::new("k2hdkc-slave-agent.conf", 5, date, "settings of the K2HDKC slave agent");
    page.heading("SYNOPSIS");
    page.opening("/etc/k2hdkc/slave-agent.conf, /etc/k2hdkc/slave-agent.conf.d/*.conf");
    page.heading("DESCRIPTION");
    page.opening(
        "An INI file: sections in brackets, `key = value`, and remarks behind `#` in lines of their own. \
         Values are taken as they stand, quotes and backslashes included. A key that does not exist is an \
         error, and so is a value that is not possible.",
    );
    page.paragraph(
        "Later wins: the file, the drop-ins in the order of their names, the environment \
         (K2HDKC_SLAVE_AGENT_PACE_INTERVAL=10s), the command line (`--set pace.interval=10s`). \
         `k2hdkc-slave-agent config show --origin` tells what holds and where it was said.",
    );
    page.paragraph(
        "None has to be set where the user data of K2HR3 left the role, the token and the address of K2HR3 \
         in /etc/antpickax. A running agent reads its settings again after `systemctl reload`, \
         which is SIGHUP.",
    );
    page.paragraph("A duration without a unit is in seconds; the units are ms, s, min, h and d.");
    let mut section = "";
    for key in KEYS {
        if key.parts().0 != section {
            section = key.parts().0;
            page.heading(&format!("[{section}]"));
            page.opening(about(section));
        }
        page.entry(key.parts().1, &told(key));
    }
    page.heading("EXAMPLE");
    page.opening("Where nothing was left in /etc/antpickax, these are needed:");
    page.verbatim(EXAMPLE.lines());
    page.heading("SEE ALSO");
    page.opening("k2hdkc-slave-agent(8)");
    page.into_text()
}

const EXAMPLE: &str = "[k2hr3]
api_uri = https://k2hr3.example:443
role = yrn:yahoo:::tenant1:role:mycluster/slave
token_file = /etc/k2hdkc/role-token

[node]
cuk = i-0123456789";

fn about(section: &str) -> &'static str {
    match section {
        "k2hr3" => "How K2HR3 is reached, and as which role.",
        "node" => "Who this node is.",
        "target" => "The file that is replaced.",
        "pace" => "When the agent looks, and how long it waits.",
        "chmpx" => "How chmpx is asked, restarted and waited for.",
        "metrics" => "Figures for a monitoring system.",
        "paths" => "Where things are.",
        _ => "Further settings.",
    }
}

fn told(key: &Key) -> String {
    let default = match (key.default, key.kind) {
        ("", _) => "Not set by default.".to_owned(),
        (default, Kind::Path) => format!("Default: {default}, below `--root`."),
        (default, _) => format!("Default: {default}."),
    };
    let mut help = key.help.chars();
    let first = help.next().map(|letter| letter.to_ascii_uppercase());
    let help: String = first.into_iter().chain(help).collect();
    format!("{help}. Possible: {}. {default}", key.kind)
}
