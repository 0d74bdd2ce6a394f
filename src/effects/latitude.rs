//! Finds out what this host needs beyond what the shipped unit allows.

use std::path::Path;
use std::time::Duration;

use super::{command, small_file};
use crate::model::host_step::AGENT;
use crate::model::latitude::Needs;
use crate::model::settings::Settings;
use crate::model::supervisor::{CONF, OVERRIDES, user_of_chmpx};

/// Where chmpx keeps its shared memory if it exists when chmpx starts; its package makes it.
pub const MEMORY: &str = "/var/lib/antpickax";
/// systemd answers from memory.
const LIMIT: Duration = Duration::from_secs(10);

/// What the host below `root` needs.
pub async fn needs(settings: &Settings, root: &Path) -> Needs {
    let text = |name: &str| small_file::text(&settings.paths.antpickax_dir.join(name)).ok();
    let of_helper = user_of_chmpx(text(CONF).as_deref(), text(OVERRIDES).as_deref());
    let mut users = vec![of_helper, settings.target.owner.clone()];
    if let Some(unit) = &settings.chmpx.unit {
        users.push(user_of_unit(unit).await);
    }
    let named = |user: &String| !user.is_empty() && user.split(':').next() != Some("root");
    let memory = root.join(MEMORY.trim_start_matches('/'));
    let limit = small_file::text(&root.join("proc/sys/user/max_user_namespaces"));
    Needs {
        user: users.into_iter().flatten().find(named),
        directory: settings.target.path.parent().unwrap_or(Path::new("/")).to_owned(),
        memory_in_tmp: is_chmpx_here(root) && !memory.is_dir(),
        no_user_namespaces: limit.is_ok_and(|limit| limit.trim() == "0"),
    }
}

/// Before chmpx is here nothing tells where it will keep its memory.
fn is_chmpx_here(root: &Path) -> bool {
    ["usr/bin/chmpx", "usr/local/bin/chmpx"].iter().any(|path| root.join(path).exists())
}

/// Has systemd start the service anew, as the unit now stands and with the directories there now are.
pub async fn start_anew() {
    let words = ["try-restart", "--no-block", "--", AGENT];
    if let Err(error) = command::run("systemctl".as_ref(), &words, LIMIT).await {
        tracing::warn!(%error, "the service has to be restarted by hand");
    }
}

async fn user_of_unit(unit: &str) -> Option<String> {
    let words = ["show", "--property=User", "--value", "--", unit];
    let ended = command::run("systemctl".as_ref(), &words, LIMIT).await.ok()?;
    (ended.code == Some(0)).then(|| ended.output.trim().to_owned())
}
