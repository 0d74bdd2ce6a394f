//! Where the server runs: in a thread of this process, as a child, or elsewhere.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::oneshot;

use super::AdminError;
use crate::k2hr3::server::{Options, Server};

const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) url: String,
    pub(crate) admin_url: String,
    /// Keeps the server alive; never read.
    _server: Life,
}

#[derive(Debug)]
#[expect(dead_code, reason = "held for what dropping them does")]
enum Life {
    /// Dropping it ends the thread.
    Thread(oneshot::Sender<()>),
    /// Dropping it kills the child. Its output stays open, so that it can write.
    Child(Box<Child>, Lines<BufReader<ChildStdout>>),
    Elsewhere,
}

impl Process {
    pub(crate) fn here(options: Options) -> Result<Self, AdminError> {
        let (told, urls) = mpsc::channel();
        let (alive, ended) = oneshot::channel();
        std::thread::Builder::new()
            .name("k2hr3-sim".to_owned())
            .spawn(move || serve(options, &told, ended))
            .map_err(AdminError::Start)?;
        let (url, admin_url) = urls
            .recv_timeout(PATIENCE)
            .map_err(io::Error::other)
            .and_then(|urls| urls)
            .map_err(AdminError::Start)?;
        Ok(Self { url, admin_url, _server: Life::Thread(alive) })
    }

    pub(crate) async fn spawn(binary: &Path, arguments: &[&str]) -> Result<Self, AdminError> {
        let listens = arguments.contains(&"--listen");
        let listen = if listens { &[][..] } else { &["--listen", "127.0.0.1:0"] };
        let mut child = Command::new(binary)
            .args(listen)
            .args(["--admin", "127.0.0.1:0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(AdminError::Start)?;
        let missing = || AdminError::Start(io::Error::other("k2hr3-sim told no address"));
        let mut lines = BufReader::new(child.stdout.take().ok_or_else(missing)?).lines();
        let (mut url, mut admin_url) = (None, None);
        while url.is_none() || admin_url.is_none() {
            let line = tokio::time::timeout(PATIENCE, lines.next_line())
                .await
                .map_err(|late| AdminError::Start(late.into()))?
                .map_err(AdminError::Start)?
                .ok_or_else(missing)?;
            match line.split_once(" on ") {
                Some(("k2hr3-sim listening", at)) if url.is_none() => url = Some(at.to_owned()),
                Some(("k2hr3-sim admin", at)) => admin_url = Some(at.to_owned()),
                Some(_) | None => {}
            }
        }
        Ok(Self {
            url: url.unwrap_or_default(),
            admin_url: admin_url.unwrap_or_default(),
            _server: Life::Child(Box::new(child), lines),
        })
    }

    pub(crate) fn elsewhere(url: &str) -> Self {
        let url = url.trim_end_matches('/');
        Self { url: url.to_owned(), admin_url: url.to_owned(), _server: Life::Elsewhere }
    }
}

/// The thread: a runtime of its own, so that a test that blocks its own does not block the server.
fn serve(
    options: Options,
    told: &mpsc::Sender<io::Result<(String, String)>>,
    ended: oneshot::Receiver<()>,
) {
    let served =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map(|runtime| {
            runtime.block_on(async {
                let started = Server::start(options).await.map(|server| {
                    let url = server.urls.first().cloned().unwrap_or_default();
                    let admin_url = server.admin_url.clone().unwrap_or_else(|| url.clone());
                    (server, (url, admin_url))
                });
                match started {
                    Ok((server, urls)) => {
                        told.send(Ok(urls)).unwrap_or_default();
                        tokio::select! {
                            () = server.serve() => {}
                            // The last handle is gone: the sender is never used, only dropped.
                            _ = ended => {}
                        }
                    }
                    Err(error) => told.send(Err(error)).unwrap_or_default(),
                }
            });
        });
    if let Err(error) = served {
        told.send(Err(error)).unwrap_or_default();
    }
}
