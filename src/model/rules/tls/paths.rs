//! The paths of certificates and keys: that chmpx has room for them, and that they lead somewhere.

use super::super::Code;
use super::Files;
use crate::model::conf::{Entry, Keys, Text};
use crate::model::host::{Barrier, PathKind};

/// chmpx has room for shorter paths only (`CHM_MAX_PATH_LEN`).
const LONGEST_PATH: usize = 1023;

impl Files<'_> {
    pub(super) fn look_at_authority(&mut self, keys: &Keys) {
        if let Some(entry) = set(keys, "CAPATH") {
            self.look_at_path("CAPATH", entry, &[PathKind::Directory, PathKind::File]);
        }
    }

    pub(super) fn look_at_paths(&mut self, keys: &Keys, names: &[&str]) {
        for key in names {
            if let Some(entry) = set(keys, key) {
                self.look_at_path(key, entry, &[PathKind::File]);
            }
        }
    }

    pub(super) fn look_at_path(&mut self, key: &str, entry: &Entry, fit: &[PathKind]) {
        let (value, line) = (&entry.value, Some(entry.line));
        if value.is_empty() {
            self.findings.add(Code::TlsPath, line, format_args!("{key} is empty"));
            return;
        }
        if value.len() > LONGEST_PATH {
            self.findings.add(
                Code::TlsPath,
                line,
                format_args!("chmpx has no room for the {} bytes of {key}", value.len()),
            );
        }
        let Some(host) = self.host else { return };
        match host.path(value) {
            Some(kind) if fit.contains(&kind) => {
                if let Some(Barrier::Above { user, directory }) = host.barrier(value) {
                    let directory = directory.display();
                    self.findings.add(
                        Code::TlsPath,
                        line,
                        format_args!(
                            "{key} names `{}`, and chmpx (user {user}) may not enter {directory}",
                            value.brief()
                        ),
                    );
                }
            }
            Some(_) => {
                let what = if fit.contains(&PathKind::File) { "file" } else { "directory" };
                self.findings.add(
                    Code::TlsPath,
                    line,
                    format_args!(
                        "{key} names `{}`, and there is no such {what} on this host",
                        value.brief()
                    ),
                );
            }
            None => {
                self.findings.add(
                    Code::TlsPathUnknown,
                    line,
                    format_args!(
                        "whether `{}` exists on this host could not be found out",
                        value.brief()
                    ),
                );
            }
        }
    }
}

/// A key with a path in it: empty and NULL unset it.
pub(super) fn set<'a>(keys: &'a Keys, key: &str) -> Option<&'a Entry> {
    let is_set = |value: &Text| !value.is_empty() && !value.is_word("NULL");
    keys.get(key.as_bytes()).filter(|entry| is_set(&entry.value))
}
