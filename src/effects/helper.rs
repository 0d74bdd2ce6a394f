//! The official helper on this host: what is there of it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::small_file;
use crate::model::helper::{CONF, Found};
use crate::model::supervisor::OVERRIDES;

/// What is there of the helper in `directory`.
pub fn found(directory: &Path, resource: &str, target: &Path) -> Found {
    let text = |name: &str| small_file::text(&directory.join(name)).ok();
    let mode = |path: &Path| fs::metadata(path).ok().map(|meta| meta.permissions().mode() & 0o7777);
    Found {
        conf: text(CONF),
        overrides: text(OVERRIDES),
        directory: directory.to_owned(),
        resource_name: resource.rsplit(['/', ':']).next().unwrap_or_default().to_owned(),
        target: target.to_owned(),
        directory_mode: mode(directory),
        token_mode: mode(&directory.join("k2hr3-role-token")),
    }
}
