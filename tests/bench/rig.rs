//! A node to be measured: stand-ins, and the agent as it is shipped.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use sim::chmpx::{Builder, Chmpx, free_port};
use sim::k2hr3::{Admin, Cluster, NamedBy, Papers, Validity};
use tempfile::TempDir;

pub const AGENT: &str = env!("CARGO_BIN_EXE_k2hdkc-slave-agent");

/// How K2HR3 is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    Http,
    Tls,
}

pub struct Rig {
    pub k2hr3: Admin,
    cluster: Cluster,
    directory: TempDir,
    chmpx: Option<Chmpx>,
    agent: Option<Child>,
}

impl Rig {
    /// A node of a cluster of so many servers that looks every `interval`, with nothing running on
    /// it yet.
    pub async fn new(interval: &str, servers: u8, reach: Reach) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let papers = Papers::issue(directory.path(), &["127.0.0.1"], Validity::Good).unwrap();
        let path = |path: &Path| path.display().to_string();
        let (certificate, key) = (path(&papers.certificate), path(&papers.key));
        let tls = ["--tls-cert", certificate.as_str(), "--tls-key", key.as_str()];
        let arguments: &[&str] = if reach == Reach::Tls { &tls } else { &[] };
        let k2hr3 = Admin::spawn(&program("k2hr3-sim"), arguments).await.unwrap();
        let plan = k2hr3.cluster("c1").servers(servers).named_by(NamedBy::Ip);
        let cluster = plan.ports(8020, 8021, free_port().unwrap()).await.unwrap();
        let rig = Self { k2hr3, cluster, directory, chmpx: None, agent: None };
        fs::create_dir_all(rig.etc()).unwrap();
        let token = rig.etc().join("token");
        fs::write(&token, rig.cluster.token()).unwrap();
        fs::set_permissions(&token, fs::Permissions::from_mode(0o600)).unwrap();
        let bin = rig.builder().install().unwrap();
        let settings = format!(
            "[k2hr3]\napi_uri = {}\nrole = {}\ntoken_file = {}\nca_file = {}\n[node]\n\
             cuk = i-bench\ntag = {}\n[pace]\ninterval = {interval}\nsettle = 0s\n[chmpx]\n\
             status_command = {}\nconftest_command =\npid_file = {}\n",
            rig.k2hr3.url(),
            rig.cluster.role(),
            path(&token),
            path(&papers.authority),
            own_address(),
            path(&bin.join("chmpxstatus")),
            path(&rig.directory.path().join("chmpx/pid/chmpx.pid")),
        );
        fs::write(rig.etc().join("slave-agent.conf"), settings).unwrap();
        rig
    }

    fn etc(&self) -> PathBuf {
        self.directory.path().join("root/etc/k2hdkc")
    }

    /// Has the agent ask chmpx without its tools, whose start is most of a look that is wished for.
    pub fn without_tools(&self) {
        let file = self.etc().join("slave-agent.conf");
        let settings = fs::read_to_string(&file).unwrap();
        let kept = settings.lines().filter(|line| !line.starts_with("status_command"));
        let kept: Vec<_> = kept.chain(["status_command ="]).collect();
        fs::write(file, kept.join("\n")).unwrap();
    }

    /// What another poller needs to know.
    pub fn environment(&self) -> [(&'static str, String); 5] {
        [
            ("K2HR3_URL", self.k2hr3.url().to_owned()),
            ("ROLE", self.cluster.role()),
            ("RESOURCE", self.cluster.resource()),
            ("CUK", "i-bench".to_owned()),
            ("TOKEN_FILE", self.etc().join("token").display().to_string()),
        ]
    }

    /// The text that is published.
    pub async fn text(&self) -> String {
        let answer: serde_json::Value =
            serde_json::from_str(&self.cluster.published().await.unwrap().text()).unwrap();
        answer["resource"].as_str().unwrap().to_owned()
    }

    /// Publishes another text.
    pub async fn publish(&self, text: &str) {
        self.cluster.publish(text).await.unwrap();
    }

    /// Where the agent listens.
    pub fn socket(&self) -> PathBuf {
        crate::looks::socket_below(&self.directory.path().join("root"))
    }

    /// Waits for the first file.
    pub async fn installed(&self) {
        let end = Instant::now() + Duration::from_secs(30);
        while !self.target().exists() || !self.socket().exists() {
            assert!(Instant::now() < end, "nothing is installed");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub fn target(&self) -> PathBuf {
        self.directory.path().join("root/etc/k2hdkc/slave.ini")
    }

    fn builder(&self) -> Builder {
        let short = Duration::from_millis(100);
        let folder = self.directory.path().join("chmpx");
        Builder::new(self.target(), folder).helped(short, Duration::ZERO, Duration::ZERO)
    }

    pub fn start_chmpx(&mut self) {
        self.chmpx = Some(self.builder().spawn().unwrap());
    }

    pub fn start_agent(&mut self) {
        let mut command = Command::new(AGENT);
        command.arg("--root").arg(self.directory.path().join("root")).arg("run");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.agent = Some(command.spawn().unwrap());
    }

    pub fn agent_pid(&self) -> u32 {
        self.agent.as_ref().unwrap().id()
    }

    pub async fn settled(&self) {
        let status = self.directory.path().join("root/run/k2hdkc-slave-agent/status.json");
        let end = Instant::now() + Duration::from_secs(30);
        while !fs::read_to_string(&status).is_ok_and(|text| text.contains("\"code\": \"settled\""))
        {
            assert!(Instant::now() < end, "the node does not settle");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A request for the published text by somebody who has it, as bytes.
    pub async fn unchanged_request(&self) -> String {
        let token = format!("R={}", self.cluster.token());
        let path = format!("/v1/resource/{}", self.cluster.resource());
        let read = self.k2hr3.raw("GET", &path, &[("x-auth-token", &token)], "").await.unwrap();
        let etag = read.header("etag").unwrap();
        format!(
            "GET {path} HTTP/1.1\r\nhost: k2hr3\r\nx-auth-token: {token}\r\nif-none-match: {etag}\r\n\r\n"
        )
    }

    /// How long the requests of a first boot take by themselves: read, register, read.
    pub async fn bare_requests(&self) -> Duration {
        let token = format!("R={}", self.cluster.token());
        let headers = [("x-auth-token", token.as_str())];
        let read = format!("/v1/resource/{}", self.cluster.resource());
        let register = format!("/v1/role/{}?cuk=i-bare", self.cluster.role());
        let begin = Instant::now();
        self.k2hr3.raw("GET", &read, &headers, "").await.unwrap();
        self.k2hr3.raw("PUT", &register, &headers, "").await.unwrap();
        self.k2hr3.raw("GET", &read, &headers, "").await.unwrap();
        begin.elapsed()
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        if let Some(agent) = &mut self.agent {
            // It may have ended by itself.
            let _gone = agent.kill();
            let _reaped = agent.wait();
        }
    }
}

/// A program of the stand-ins. They are not what is measured: the quick profile has them sooner,
/// and links to them lie where their library looks, beside this program.
fn program(name: &str) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    let here = Path::new(AGENT).parent().unwrap();
    BUILT.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--package", "sim", "--bins"]);
        let ended = build.current_dir(env!("CARGO_MANIFEST_DIR")).status().unwrap();
        assert!(ended.success(), "the stand-ins do not build");
        for name in ["k2hr3", "chmpx", "chmpxstatus", "chmpxconftest", "chmpx-helper"] {
            let name = format!("{name}-sim");
            let (link, program) = (here.join(&name), here.with_file_name("debug").join(&name));
            if link == program {
                continue;
            }
            // It may be there from an earlier run.
            let _gone = fs::remove_file(&link);
            std::os::unix::fs::symlink(program, link).unwrap();
        }
    });
    here.join(name)
}

fn own_address() -> String {
    let interfaces = nix::ifaddrs::getifaddrs().unwrap();
    let own = interfaces.filter_map(|interface| {
        let address = interface.address?;
        address.as_sockaddr_in().map(nix::sys::socket::SockaddrIn::ip)
    });
    own.into_iter().find(|address| !address.is_loopback()).unwrap().to_string()
}
