//! Who this node is, from the first source that says so: a setting, then what the official
//! user-data script left under `/etc/antpickax`, then cloud-init and the host itself.

use std::fs;
use std::path::{Path, PathBuf};

use super::SettingsError;
use super::table::Table;
use crate::model::identity::{Cuk, Identity, Role, Tag};

/// The name of the systemd credential that holds the role token.
const CREDENTIAL: &str = "role-token";
/// No file of an identity is longer; a larger one is something else.
const LONGEST: u64 = 64 * 1024;

/// Gives the bytes of a small file; `None` where there is none.
pub type Left<'a> = &'a dyn Fn(&Path) -> Option<Vec<u8>>;

/// Where an identity is looked for: the settings, then files.
pub(super) struct Sources<'a> {
    pub(super) table: &'a Table,
    pub(super) root: &'a Path,
    pub(super) left: Left<'a>,
}

pub(super) fn identity(sources: &Sources<'_>) -> Result<Identity, SettingsError> {
    let table = sources.table;
    let role = sources.required("k2hr3.role", "k2hr3-role-name")?;
    let role = Role::parse(&role).map_err(|e| table.invalid("k2hr3.role", e.to_string()))?;
    let resource = match table.optional("k2hr3.resource") {
        None => role.resource(),
        Some(resource) if resource.starts_with("yrn:") => resource.to_lowercase(),
        Some(_) => {
            let why = "a full name is needed: yrn:yahoo:::<tenant>:resource:<path>";
            return Err(table.invalid("k2hr3.resource", why));
        }
    };
    let cuk = cuk(sources)?;
    let tag = tag(sources)?;
    Ok(Identity { role, resource, cuk, tag })
}

pub(super) fn api_uri(sources: &Sources<'_>) -> Result<String, SettingsError> {
    let table = sources.table;
    let uri = sources.required("k2hr3.api_uri", "k2hr3-api-uri")?;
    let uri = uri.trim_end_matches('/');
    // Some write the version into the base.
    let uri = uri.strip_suffix("/v1").unwrap_or(uri);
    let host = uri.strip_prefix("http://").or_else(|| uri.strip_prefix("https://"));
    if host.is_none_or(|host| host.is_empty() || host.contains(['?', '#', '@', ' '])) {
        return Err(table.invalid("k2hr3.api_uri", "http://HOST[:PORT] or https://… is needed"));
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

fn cuk(sources: &Sources<'_>) -> Result<Cuk, SettingsError> {
    let Sources { table, root, .. } = *sources;
    let files = [antpickax(table, root, "k2hr3-cuk"), table.path("paths.instance_id", root)];
    let in_a_file = || files.iter().find_map(|file| sources.content(file));
    let found = table.optional("node.cuk").or_else(in_a_file);
    let cuk = found.ok_or_else(|| SettingsError::Missing {
        key: "node.cuk",
        help: format!("neither {} nor {} gives it", files[0].display(), files[1].display()),
    })?;
    Cuk::parse(&cuk).map_err(|error| table.invalid("node.cuk", error.to_string()))
}

/// The tag that the official script uses: host name and domain. `tag=` of its parameter file wins.
fn tag(sources: &Sources<'_>) -> Result<Option<Tag>, SettingsError> {
    let Sources { table, root, .. } = *sources;
    let left = || {
        let parameter = sources.content(&antpickax(table, root, "k2hr3-tag-param"))?;
        parameter.strip_prefix("tag=").map(str::to_owned)
    };
    let own = || {
        let name = nix::unistd::gethostname().ok()?.into_string().ok()?;
        let resolver = sources.content(&table.path("paths.resolv_conf", root)).unwrap_or_default();
        Some(with_domain(&name, &resolver))
    };
    let Some(tag) = table.optional("node.tag").or_else(left).or_else(own) else { return Ok(None) };
    let tag = Tag::parse(&tag).map_err(|error| table.invalid("node.tag", error.to_string()))?;
    Ok(Some(tag))
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

impl Sources<'_> {
    /// A setting, or what stands in the file of the official script.
    fn required(&self, key: &'static str, file: &str) -> Result<String, SettingsError> {
        let file = antpickax(self.table, self.root, file);
        let found = self.table.optional(key).or_else(|| self.content(&file));
        found.ok_or_else(|| SettingsError::Missing {
            key,
            help: format!("set it in the settings file, or let {} give it", file.display()),
        })
    }

    /// The text of a file without white space around it; `None` when it is not there or empty.
    fn content(&self, path: &Path) -> Option<String> {
        let text = String::from_utf8((self.left)(path)?).ok()?;
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }
}

fn antpickax(table: &Table, root: &Path, file: &str) -> PathBuf {
    table.path("paths.antpickax_dir", root).join(file)
}

/// The bytes of a small file; `None` when it is not there or is something else.
pub(super) fn small_file(path: &Path) -> Option<Vec<u8>> {
    let small = fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() <= LONGEST);
    small.then(|| fs::read(path).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::super::{Flags, Layers, read};
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
        let missing = settings(root.path(), &[]).unwrap_err().to_string();
        assert!(missing.contains("instance-id"), "{missing}");
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
    }
}
