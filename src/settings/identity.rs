//! Who this node is, from the first source that says so: a setting, then what the official
//! user-data script left under `/etc/antpickax`, then cloud-init and the host itself.

use std::path::{Path, PathBuf};

use super::table::{Origin, Table};
use super::{Layers, SettingsError};
use crate::effects::small_file;
use crate::model::identity::{Cuk, Identity, InvalidName, Role, Tag};

/// What the official user-data script leaves under `/etc/antpickax`.
const API_URI: &str = "k2hr3-api-uri";
const ROLE: &str = "k2hr3-role-name";
const CUK: &str = "k2hr3-cuk";

/// The name of the systemd credential that holds the role token.
const CREDENTIAL: &str = "role-token";
/// No file of an identity is longer; a larger one is something else.
const LONGEST: u64 = 64 * 1024;

/// Gives the bytes of a small file; `None` where there is none.
pub type Left<'a> = &'a dyn Fn(&Path) -> Option<Vec<u8>>;

/// Fills in what nobody set from what others left on this host.
pub(super) fn complete(table: &mut Table, root: &Path, left: Left<'_>) {
    let content = |path: &Path| text(&left(path)?);
    let instance_id = table.path("paths.instance_id", root);
    for (key, path) in [
        ("k2hr3.api_uri", antpickax(table, root, API_URI)),
        ("k2hr3.role", antpickax(table, root, ROLE)),
        ("node.cuk", antpickax(table, root, CUK)),
        ("node.cuk", instance_id),
    ] {
        let value = content(&path);
        table.fill(key, value, Origin::File { path, line: None });
    }
    // The tag that the official script uses: `tag=` of its parameter file, else host and domain.
    let path = antpickax(table, root, "k2hr3-tag-param");
    let tag = content(&path).and_then(|text| text.strip_prefix("tag=").map(str::to_owned));
    table.fill("node.tag", tag, Origin::File { path, line: None });
    let own = own_name(&content(&table.path("paths.resolv_conf", root)).unwrap_or_default());
    table.fill("node.tag", own, Origin::HostName);
    let resource = Role::parse(&table.text("k2hr3.role")).ok().map(|role| role.resource());
    table.fill("k2hr3.resource", resource, Origin::Follows("k2hr3.role"));
}

pub(super) fn identity(table: &Table, layers: &Layers) -> Result<Identity, SettingsError> {
    let root = layers.root();
    let named = |key, error: &InvalidName| table.invalid_for(key, error.why());
    let role = required(table, layers, "k2hr3.role", vec![antpickax(table, root, ROLE)])?;
    let role = Role::parse(&role).map_err(|error| named("k2hr3.role", &error))?;
    let resource = table.text("k2hr3.resource").to_lowercase();
    if !resource.starts_with("yrn:") {
        return Err(table.invalid_for("k2hr3.resource", "this is no full name"));
    }
    let sources = vec![antpickax(table, root, CUK), table.path("paths.instance_id", root)];
    let cuk = required(table, layers, "node.cuk", sources)?;
    let cuk = Cuk::parse(&cuk).map_err(|error| named("node.cuk", &error))?;
    let tag = table.optional("node.tag").map(|tag| Tag::parse(&tag)).transpose();
    let tag = tag.map_err(|error| named("node.tag", &error))?;
    Ok(Identity { role, resource, cuk, tag })
}

pub(super) fn api_uri(table: &Table, layers: &Layers) -> Result<String, SettingsError> {
    let sources = vec![antpickax(table, layers.root(), API_URI)];
    let uri = required(table, layers, "k2hr3.api_uri", sources)?;
    let uri = uri.trim_end_matches('/');
    // Some write the version into the base.
    let uri = uri.strip_suffix("/v1").unwrap_or(uri);
    let host = uri.strip_prefix("http://").or_else(|| uri.strip_prefix("https://"));
    // A file that was left may hold more than one line.
    let is_foreign = |c: char| c.is_whitespace() || c.is_control() || "?#@".contains(c);
    if host.is_none_or(|host| host.is_empty() || host.contains(is_foreign)) {
        return Err(table.invalid("k2hr3.api_uri"));
    }
    Ok(uri.to_owned())
}

/// Where the role token may be, best source first. The files need not exist.
pub(super) fn token_files(table: &Table, root: &Path) -> Vec<PathBuf> {
    if let Some(file) = table.optional_path("k2hr3.token_file", root) {
        return vec![file];
    }
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY");
    let credential = credentials.map(|directory| PathBuf::from(directory).join(CREDENTIAL));
    let left = antpickax(table, root, "k2hr3-role-token");
    credential.into_iter().chain([left]).collect()
}

/// The name of this host, with its domain.
fn own_name(resolver: &str) -> Option<String> {
    let name = nix::unistd::gethostname().ok()?.into_string().ok()?;
    Some(with_domain(&name, resolver))
}

/// `name` with the domain that resolv.conf gives: the last word of its last `search` line, else of
/// its `domain` line. A name that has a domain keeps it.
fn with_domain(name: &str, resolver: &str) -> String {
    let last_word = |keyword: &str| {
        let mut lines = resolver.lines().filter_map(|line| line.trim().strip_prefix(keyword));
        let words = lines.rfind(|rest| rest.starts_with([' ', '\t']))?;
        words.split_whitespace().last().map(|word| word.trim_matches('.').to_owned())
    };
    let domain = last_word("search").or_else(|| last_word("domain")).unwrap_or_default();
    if name.contains('.') || domain.is_empty() {
        return name.to_owned();
    }
    format!("{name}.{domain}")
}

fn required(
    table: &Table,
    layers: &Layers,
    key: &'static str,
    sources: Vec<PathBuf>,
) -> Result<String, SettingsError> {
    let settings_file = layers.settings_file();
    table.optional(key).ok_or(SettingsError::Missing { key, settings_file, sources })
}

fn antpickax(table: &Table, root: &Path, file: &str) -> PathBuf {
    table.path("paths.antpickax_dir", root).join(file)
}

/// The bytes of a small file; `None` when it is not there or is something else.
pub(super) fn left_behind(path: &Path) -> Option<Vec<u8>> {
    small_file::bytes(path, LONGEST).ok()
}

/// What a file says, without white space around it; `None` when that is nothing.
fn text(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::{Flags, read};
    use super::*;
    use crate::model::settings::Settings;

    /// What the official user-data script leaves: no line ends, all values raw.
    fn left_by_the_official_script() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let directory = root.path().join("etc/antpickax");
        fs::create_dir_all(&directory).unwrap();
        for (name, text) in [
            ("k2hr3-role-token", "00ff"),
            ("k2hr3-role-name", "yrn:yahoo:::t1:role:c1/slave"),
            ("k2hr3-cuk", "i-left"),
            ("k2hr3-tag-param", "tag=host.left"),
            ("k2hr3-api-uri", "https://k2hr3.example:443"),
        ] {
            fs::write(directory.join(name), text).unwrap();
        }
        root
    }

    fn settings(root: &Path, set: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let set = set.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let flags = Flags { root: Some(root.to_owned()), settings_file: None, set };
        read(&Layers::with_environment(flags, vec![]))
    }

    #[test]
    fn what_the_official_script_left_is_enough() {
        let root = left_by_the_official_script();
        let settings = settings(root.path(), &[]).unwrap();
        assert_eq!(settings.identity.role.to_string(), "yrn:yahoo:::t1:role:c1/slave");
        assert_eq!(settings.identity.resource, "yrn:yahoo:::t1:resource:c1/slave");
        assert_eq!(settings.identity.cuk.as_str(), "i-left");
        assert_eq!(settings.identity.tag.unwrap().as_str(), "host.left");
        assert_eq!(settings.k2hr3.api_uri, "https://k2hr3.example:443");
        let token = root.path().join("etc/antpickax/k2hr3-role-token");
        assert_eq!(settings.k2hr3.token_files, [token]);
    }

    #[test]
    fn a_setting_wins_over_what_the_official_script_left() {
        let root = left_by_the_official_script();
        let settings = settings(
            root.path(),
            &[("node.cuk", "i-set"), ("node.tag", "t"), ("k2hr3.api_uri", "http://h:1/v1/")],
        )
        .unwrap();
        assert_eq!(settings.identity.cuk.as_str(), "i-set");
        assert_eq!(settings.identity.tag.unwrap().as_str(), "t");
        assert_eq!(settings.k2hr3.api_uri, "http://h:1");
    }

    #[test]
    fn the_instance_id_of_cloud_init_is_the_last_resort() {
        let root = left_by_the_official_script();
        fs::remove_file(root.path().join("etc/antpickax/k2hr3-cuk")).unwrap();
        let missing = settings(root.path(), &[]).unwrap_err();
        assert!(missing.help().contains("instance-id"), "{}", missing.help());
        fs::create_dir_all(root.path().join("var/lib/cloud/data")).unwrap();
        fs::write(root.path().join("var/lib/cloud/data/instance-id"), "i-cloud\n").unwrap();
        assert_eq!(settings(root.path(), &[]).unwrap().identity.cuk.as_str(), "i-cloud");
    }

    #[test]
    fn the_tag_gets_the_domain_of_the_resolver() {
        assert_eq!(with_domain("h", "search a.example b.example\n"), "h.b.example");
        assert_eq!(with_domain("h", "domain d.example\nnameserver ::1\n"), "h.d.example");
        assert_eq!(with_domain("h", "search a\nsearch b\n"), "h.b");
        assert_eq!(with_domain("h", "search .\n"), "h");
        assert_eq!(with_domain("h.x", "search a\n"), "h.x");
        assert_eq!(with_domain("h", "# search a\n"), "h");
    }

    #[test]
    fn a_base_that_is_no_url_is_refused_with_its_origin() {
        let root = left_by_the_official_script();
        let error = settings(root.path(), &[("k2hr3.api_uri", "k2hr3")]).unwrap_err().to_string();
        assert!(error.starts_with("command line: k2hr3.api_uri = k2hr3"), "{error}");
        fs::write(root.path().join("etc/antpickax/k2hr3-api-uri"), "http://h:1\nhttp://g").unwrap();
        assert!(settings(root.path(), &[]).is_err(), "two lines");
    }
}
