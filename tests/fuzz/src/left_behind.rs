//! What the official tools leave on a host: the files of an identity, and the settings of the
//! helper that is taken over from.

use std::path::{Path, PathBuf};

use k2hdkc_slave_agent::model::helper::Found;
use k2hdkc_slave_agent::model::host_step::Step;
use k2hdkc_slave_agent::model::identity::{Cuk, Role, RoleToken, Tag};
use k2hdkc_slave_agent::settings::{Flags, Layers, Table, decide};

use super::{is_plain, pieces};

pub fn read(bytes: &[u8]) {
    let [role, cuk, tag, uri, resolver, token, conf, overrides] = pieces(bytes);
    let file = |path: &Path| {
        let name = path.file_name()?.to_str()?;
        let known = [
            ("k2hr3-role-name", role),
            ("k2hr3-cuk", cuk),
            ("k2hr3-tag-param", tag),
            ("k2hr3-api-uri", uri),
            ("resolv.conf", resolver),
        ];
        known.iter().find(|(known, _)| *known == name).map(|(_, bytes)| bytes.to_vec())
    };
    identity(&file);
    secret(token);
    take_over(conf, overrides);
}

/// A name that is accepted is accepted again as it is told, and can be sent.
fn identity(file: &dyn Fn(&Path) -> Option<Vec<u8>>) {
    let layers = Layers::with_environment(Flags::default(), Vec::new());
    let Ok(settings) = decide(&Table::defaults(), &layers, file) else { return };
    let identity = settings.identity;
    assert_eq!(Role::parse(&identity.role.to_string()).unwrap(), identity.role);
    assert_eq!(Cuk::parse(identity.cuk.as_str()).unwrap(), identity.cuk);
    if let Some(tag) = identity.tag {
        assert!(is_plain(tag.as_str()));
        assert_eq!(Tag::parse(tag.as_str()).unwrap(), tag);
    }
    assert!(is_plain(&identity.resource) && identity.resource.starts_with("yrn:yahoo:::"));
    assert!(settings.k2hr3.api_uri.starts_with("http"));
    assert!(is_plain(&settings.k2hr3.api_uri), "{:?}", settings.k2hr3.api_uri);
}

/// A token fits into a header and shows itself nowhere else.
fn secret(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match RoleToken::parse(text) {
        Ok(token) => {
            assert!(token.header().bytes().all(|byte| byte.is_ascii_graphic()));
            assert_eq!(format!("{token:?}"), "RoleToken(…)");
        }
        Err(error) => assert!(is_plain(&error.to_string()) && error.to_string().len() < 200),
    }
}

/// The drop-in that takes over leads to the very file that the helper writes.
fn take_over(conf: &[u8], overrides: &[u8]) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok().filter(|it| !it.is_empty());
    let found = Found {
        conf: text(conf),
        overrides: text(overrides),
        directory: "/etc/antpickax".into(),
        resource_name: "slave".to_owned(),
        target: "/etc/k2hdkc/slave.ini".into(),
        directory_mode: Some(0o777),
        token_mode: Some(0o644),
    };
    if !found.can_be_written_down() {
        return;
    }
    for step in found.take_over(Path::new("/d.conf"), None) {
        if let Step::Write(path, text) = step {
            let mut table = Table::defaults();
            table.take_file(&path, &text).unwrap();
            assert_eq!(PathBuf::from(table.entry("target.path").unwrap().0), found.output());
        }
    }
}
