//! A slave with its folder, and the few things that tests do to its file.
use std::{
    fs,
    path::{Path, PathBuf},
};

use nix::{
    fcntl::{AT_FDCWD, RenameFlags, renameat2},
    sys::signal::Signal,
};
use sim::chmpx::{
    Builder, Chmpx,
    events::{Event, Kind},
    free_port,
};
use tempfile::TempDir;

const HOSTS: &str = "127.0.0.1 localhost\n192.0.2.10 slv1.example slv1\n\
    192.0.2.101 srv1.example\n192.0.2.102 srv2.example\n192.0.2.103 srv3.example\n";

/// A folder with a configuration, and the port that it speaks of.
pub(crate) struct Slave {
    folder: TempDir,
    pub(crate) port: u16,
}

impl Slave {
    pub(crate) fn new() -> Self {
        let slave = Self { folder: TempDir::new().unwrap(), port: free_port().unwrap() };
        fs::create_dir(slave.folder.path().join("etc")).unwrap();
        fs::write(slave.conf(), slave.text(1)).unwrap();
        slave
    }

    pub(crate) fn conf(&self) -> PathBuf {
        self.beside("slave.ini")
    }

    /// A path in the folder of the configuration.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join("etc").join(name)
    }

    /// The good configuration with this FILEVERSION.
    pub(crate) fn text(&self, generation: i32) -> String {
        let port = self.port;
        format!(
            "[GLOBAL]\nGROUP = test\nFILEVERSION = {generation:07}\nDATE = Thu, 28 May 2020 04:56:20 +0000\n\
             MODE = SLAVE\nDELIVERMODE = hash\nMAXCHMPX = 8\nREPLICA = 1\n\
             CTLPORT = {port}\nSELFCTLPORT = {port}\nSELFCUK = own\n\
             [SVRNODE]\nNAME = srv1.example\nPORT = 8020\nCTLPORT = 8021\nCUK = one\n\
             [SVRNODE]\nNAME = srv2.example\nPORT = 8020\nCTLPORT = 8021\nCUK = two\n\
             [SLVNODE]\nNAME = slv1.example\nCUK = own\n"
        )
    }

    pub(crate) fn builder(&self) -> Builder {
        Builder::new(self.conf(), self.folder.path().join("sim"))
            .hosts(HOSTS)
            .unwrap()
            .host("slv1.example", "127.0.0.1,192.0.2.10")
    }

    pub(crate) async fn start(&self) -> Chmpx {
        self.builder().start().await.unwrap()
    }

    /// Writes a new file and renames it over the configuration.
    pub(crate) fn replace(&self, text: &str) {
        fs::rename(self.staged(text), self.conf()).unwrap();
    }

    /// Writes a new file and exchanges it with the configuration.
    pub(crate) fn exchange(&self, text: &str) {
        let staged = self.staged(text);
        let exchange = RenameFlags::RENAME_EXCHANGE;
        renameat2(AT_FDCWD, &staged, AT_FDCWD, &self.conf(), exchange).unwrap();
    }

    pub(crate) fn staged(&self, text: &str) -> PathBuf {
        let path = self.beside(".new-slave.ini");
        fs::write(&path, text).unwrap();
        path
    }

    /// What the tools see, which has to be there.
    pub(crate) fn revision(chmpx: &Chmpx) -> i32 {
        chmpx.state().unwrap().revision
    }
}

/// Waits until chmpx has been through its loop once more, and gives all events up to then.
///
/// Whatever the kernel had queued for it before has been looked at by then, so that what is not
/// among these events was not noticed.
pub(crate) async fn settled(chmpx: &mut Chmpx) -> Vec<Event> {
    let signals = |events: &[Event]| events.iter().filter(|e| e.event == Kind::Signal).count();
    let before = signals(&chmpx.events().unwrap());
    chmpx.signal(Signal::SIGUSR1).unwrap();
    chmpx.wait_for(|events| signals(events) > before).await.unwrap()
}

/// How often something happened.
pub(crate) fn count(events: &[Event], kind: Kind) -> usize {
    events.iter().filter(|event| event.event == kind).count()
}

/// Keeps an inode alive by a second name.
pub(crate) fn link(from: &Path, to: &Path) {
    fs::hard_link(from, to).unwrap();
}
