//! The machine that the tests run on: programs, users, addresses.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::{AGENT, Node};

/// A program that runs chmpx as somebody who owns nothing here.
pub(super) fn as_nobody(node: &Node) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let open = |path: &Path| {
        fs::set_permissions(path, fs::Permissions::from_mode(0o777)).unwrap();
    };
    open(node.directory.path());
    fs::create_dir_all(node.path("chmpx/state")).unwrap();
    open(&node.path("chmpx"));
    open(&node.path("chmpx/state"));
    let script = node.path("as-nobody");
    let program = program("chmpx-sim");
    let words = "setpriv --reuid 65534 --regid 65534 --clear-groups";
    fs::write(&script, format!("#!/bin/sh\nexec {words} {} \"$@\"\n", program.display())).unwrap();
    open(&script);
    script
}

/// A program of the stand-ins; they are built when the first test asks.
pub fn program(name: &str) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--package", "sim", "--bins"]);
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        let ended = build.current_dir(env!("CARGO_MANIFEST_DIR")).status().unwrap();
        assert!(ended.success(), "the stand-ins do not build");
    });
    Path::new(AGENT).with_file_name(name)
}

/// An address by which chmpx finds this host: of an interface, and not of the loopback one, which
/// it leaves out (measured).
pub fn own_address() -> String {
    let interfaces = nix::ifaddrs::getifaddrs().unwrap();
    let addresses = interfaces.filter_map(|interface| {
        let address = interface.address?;
        address.as_sockaddr_in().map(nix::sys::socket::SockaddrIn::ip)
    });
    let own = addresses.into_iter().find(|address| !address.is_loopback());
    own.map_or_else(
        || nix::unistd::gethostname().unwrap().into_string().unwrap(),
        |a| a.to_string(),
    )
}
