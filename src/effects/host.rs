//! This host's names and addresses, and what stands at the paths that TLS needs.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::ifaddrs::getifaddrs;
use nix::sys::utsname::uname;

use super::access::{Reader, barriers};
use super::resolver;
use crate::model::conf::{Given, Questions};
use crate::model::host::{Host, PathKind};

/// How many names are looked up at a time.
const LOOKUPS: usize = 16;

/// Finds out what `questions` ask for, as far as that is possible within `limit`.
///
/// A name that is not answered in time stays unknown, and so does one that the resolver cannot
/// answer for now. `reader` is who chmpx runs as, if that is known.
pub fn facts(
    questions: &Questions,
    given: Given,
    reader: Option<&Reader>,
    limit: Duration,
) -> Host {
    let own_name = own_name();
    let names = questions.names.iter().cloned().chain(own_name.clone()).collect();
    let answers: BTreeMap<_, _> = resolver::ask(names, LOOKUPS, limit)
        .into_iter()
        .filter_map(|(name, answer)| Some((name, answer.addresses?)))
        .collect();

    let own_addresses = own_name.as_ref().and_then(|name| answers.get(name));
    let hosts = fs::read_to_string("/etc/hosts").unwrap_or_default();
    Host {
        names: second_names(own_name.as_deref(), own_addresses, &hosts),
        // Whether DNS itself knows it takes a query that the resolver library does not offer.
        possible_names: own_name.into_iter().collect(),
        addresses: addresses(),
        answers,
        asked_resolver: true,
        paths: kinds(&questions.paths),
        barriers: reader.map(|reader| barriers(&questions.paths, reader)).unwrap_or_default(),
        given,
    }
}

/// What stands at `paths`, and nothing else: no name is asked for.
pub fn places(paths: &[PathBuf], reader: Option<&Reader>) -> Host {
    Host {
        paths: kinds(paths),
        barriers: reader.map(|reader| barriers(paths, reader)).unwrap_or_default(),
        ..Host::default()
    }
}

/// What stands at `paths`. Of one that may not be looked at it stays unknown.
pub fn kinds(paths: &[PathBuf]) -> BTreeMap<PathBuf, PathKind> {
    paths.iter().filter_map(|path| Some((path.clone(), kind(path)?))).collect()
}

fn own_name() -> Option<String> {
    let name = uname().ok()?.nodename().to_str()?.to_owned();
    (!name.is_empty()).then_some(name)
}

fn addresses() -> Vec<IpAddr> {
    let Ok(interfaces) = getifaddrs() else { return Vec::new() };
    interfaces
        .filter_map(|interface| interface.address)
        .filter_map(|address| {
            let four = address.as_sockaddr_in().map(|address| IpAddr::V4(address.ip()));
            four.or_else(|| address.as_sockaddr_in6().map(|address| IpAddr::V6(address.ip())))
        })
        .collect()
}

/// What /etc/hosts calls the addresses of the host name, but for that name itself.
///
/// chmpx counts these names as local (`ChmNetDb::InitializeLocalHostnames` in lib/chmnetdb.cc). It
/// asks by `getnameinfo`, which safe code cannot call; names that only DNS knows are left out, so
/// that at worst a pattern is not seen to match.
fn second_names(own: Option<&str>, addresses: Option<&Vec<IpAddr>>, hosts: &str) -> Vec<String> {
    let mut names = Vec::new();
    for address in addresses.into_iter().flatten() {
        let line = hosts.lines().find_map(|line| {
            let line = line.split_once('#').map_or(line, |(line, _)| line);
            let mut words = line.split_ascii_whitespace();
            let found = words.next()?.parse::<IpAddr>().ok()?;
            (found == *address).then(|| words.next()).flatten()
        });
        if let Some(name) = line.filter(|name| Some(*name) != own) {
            names.push(name.to_owned());
        }
    }
    names.dedup();
    names
}

/// Where chmpx would look for a relative path is nobody's wish.
fn kind(path: &Path) -> Option<PathKind> {
    match fs::metadata(path) {
        Ok(_) if path.is_relative() => Some(PathKind::Missing),
        Ok(found) if found.is_file() => Some(PathKind::File),
        Ok(found) if found.is_dir() => Some(PathKind::Directory),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => None,
        Ok(_) | Err(_) => Some(PathKind::Missing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_files_directories_or_missing() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("ca.pem");
        fs::write(&file, "").unwrap();
        let none = dir.path().join("none");
        let paths = vec![dir.path().to_owned(), file.clone(), none.clone(), "Cargo.toml".into()];
        let questions = Questions { names: Vec::new(), paths };
        let host = facts(&questions, Given::default(), None, Duration::from_secs(2));
        assert_eq!(host.paths[dir.path()], PathKind::Directory);
        assert_eq!(host.paths[&file], PathKind::File);
        assert_eq!(host.paths[&none], PathKind::Missing);
        assert_eq!(host.paths[Path::new("Cargo.toml")], PathKind::Missing);
    }

    #[test]
    fn the_loopback_address_is_among_the_own_ones() {
        assert!(addresses().contains(&IpAddr::from([127, 0, 0, 1])));
    }

    #[test]
    fn a_second_name_in_the_hosts_file_is_local_and_the_host_name_is_not() {
        let hosts = "127.0.1.1 vm\n192.0.2.10 vm.example vm # this one\n";
        let address = vec![IpAddr::from([192, 0, 2, 10])];
        assert_eq!(second_names(Some("vm"), Some(&address), hosts), ["vm.example"]);
        assert!(second_names(Some("vm.example"), Some(&address), hosts).is_empty());
    }
}
