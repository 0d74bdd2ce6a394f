//! One slave node: a K2HR3 with a cluster, a chmpx, and the agent, each a process of its own.

// With their places: other test programs take this file in by its path.
#[path = "support/asking.rs"]
mod asking;
#[path = "support/machine.rs"]
mod machine;
#[path = "support/running.rs"]
mod running;
#[path = "support/waiting.rs"]
mod waiting;

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Child;
use std::time::Duration;

use sim::chmpx::{Chmpx, free_port};
use sim::k2hr3::{Admin, Cluster, NamedBy};
use tempfile::TempDir;

pub use machine::{own_address, program};

pub const AGENT: &str = env!("CARGO_BIN_EXE_k2hdkc-slave-agent");
pub const CUK: &str = "i-test-0001";
/// Whatever is waited for has to come within this time; a loaded machine is slow.
pub const LIMIT: Duration = Duration::from_secs(40);

/// A node in a directory of its own.
pub struct Node {
    pub directory: TempDir,
    pub k2hr3: Admin,
    pub cluster: Cluster,
    pub ctlport: u16,
    pub chmpx: Option<Chmpx>,
    agent: Option<Child>,
    /// The network namespace that the agent runs in, if it is not that of the test.
    pub namespace: Option<String>,
    settings: Vec<(String, String)>,
}

impl Node {
    /// A node of a cluster of three servers, with nothing running on it yet.
    pub async fn new() -> Self {
        Self::with_k2hr3(&[]).await
    }

    /// The same with a K2HR3 that is started with more arguments.
    pub async fn with_k2hr3(arguments: &[&str]) -> Self {
        let k2hr3 = Admin::spawn(&program("k2hr3-sim"), arguments).await.unwrap();
        let ctlport = free_port().unwrap();
        let cluster = k2hr3
            .cluster("c1")
            .servers(3)
            .ports(8020, 8021, ctlport)
            // Neither chmpx nor the agent depends on this machine's resolver then.
            .named_by(NamedBy::Ip)
            .await
            .unwrap();
        let directory = tempfile::tempdir().unwrap();
        for path in ["root/etc/k2hdkc", "root/run", "root/var/lib", "chmpx"] {
            fs::create_dir_all(directory.path().join(path)).unwrap();
        }
        let mut node = Self {
            settings: Vec::new(),
            directory,
            k2hr3,
            cluster,
            ctlport,
            chmpx: None,
            agent: None,
            namespace: None,
        };
        node.write_token(node.cluster.token());
        let bin = node.builder().install().unwrap();
        let tool = |name: &str| {
            let real = std::env::var(format!("K2AGENT_{}", name.to_uppercase()));
            real.unwrap_or_else(|_| bin.join(name).display().to_string())
        };
        let pid_file = node.path("chmpx/pid/chmpx.pid").display().to_string();
        let settings = [
            ("k2hr3.api_uri", node.k2hr3.url().to_owned()),
            ("k2hr3.role", node.cluster.role()),
            ("k2hr3.token_file", node.token_file().display().to_string()),
            ("k2hr3.connect_timeout", "2s".to_owned()),
            ("k2hr3.timeout", "3s".to_owned()),
            ("node.cuk", CUK.to_owned()),
            ("node.tag", own_address()),
            ("pace.interval", "500ms".to_owned()),
            ("pace.longest_wait", "1s".to_owned()),
            ("pace.settle", "0s".to_owned()),
            ("chmpx.status_command", tool("chmpxstatus")),
            ("chmpx.conftest_command", tool("chmpxconftest")),
            ("chmpx.pid_file", pid_file),
            ("chmpx.spread", "0s".to_owned()),
        ];
        for (key, value) in settings {
            node.set(key, &value);
        }
        node
    }

    /// A node on which everything runs, and which has nothing left to do.
    pub async fn settled() -> Self {
        let mut node = Self::new().await;
        node.start_chmpx();
        node.start_agent();
        node.until_settled("the first time").await;
        node
    }

    /// A node that has grown by a server, and whose chmpx lives with both files.
    pub async fn grown() -> Self {
        let mut node = Self::new().await;
        node.set("chmpx.hold", "0s");
        node.start_chmpx();
        node.start_agent();
        node.until_settled("the first time").await;
        node.cluster.add_server(Cluster::server(4)).await.unwrap();
        node.until("both are good", |report| {
            report.settled && report.good.as_ref().is_some_and(|good| good.generation == 2)
        })
        .await;
        node
    }

    /// Changes a setting; takes effect at the next start of the agent.
    pub fn set(&mut self, key: &str, value: &str) {
        self.settings.retain(|(known, _)| known != key);
        self.settings.push((key.to_owned(), value.to_owned()));
        let mut lines = Vec::new();
        let mut sections: Vec<_> =
            self.settings.iter().map(|(key, _)| key.split_once('.').unwrap().0).collect();
        sections.sort_unstable();
        sections.dedup();
        for section in sections {
            lines.push(format!("[{section}]"));
            for (key, value) in &self.settings {
                if let Some(key) = key.strip_prefix(&format!("{section}.")) {
                    lines.push(format!("{key} = {value}"));
                }
            }
        }
        let file = self.path("root/etc/k2hdkc/slave-agent.conf");
        fs::write(file, lines.join("\n") + "\n").unwrap();
    }

    /// Leaves a setting to its default.
    pub fn unset(&mut self, key: &str) {
        self.settings.retain(|(known, _)| known != key);
        let (first, value) = self.settings[0].clone();
        self.set(&first, &value);
    }

    /// The template that K2HR3 renders for the role.
    pub async fn template(&self) -> String {
        let resource = self.k2hr3.resource(&self.cluster.main_resource()).await.unwrap();
        resource.unwrap().string.unwrap()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn target(&self) -> PathBuf {
        self.path("root/etc/k2hdkc/slave.ini")
    }

    pub fn token_file(&self) -> PathBuf {
        self.path("root/etc/k2hdkc/role-token")
    }

    pub fn write_token(&self, token: &str) {
        use std::os::unix::fs::OpenOptionsExt as _;
        let staged = self.path("root/token-staged");
        let mut options = fs::File::options();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&staged);
        io::Write::write_all(file.as_mut().unwrap(), token.as_bytes()).unwrap();
        fs::rename(staged, self.token_file()).unwrap();
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(agent) = &mut self.agent {
            // It may have ended by itself.
            let _gone = agent.kill();
            let _reaped = agent.wait();
        }
    }
}
