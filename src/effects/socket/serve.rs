//! The agent's end: whoever connects says what is wanted, and is answered.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::timeout;

use super::{Line, Request, put};

/// The longest request.
const LONGEST: u64 = 4096;
/// Who connects has to say what is wanted within this time.
const PATIENCE: Duration = Duration::from_secs(5);

/// Listens at `path`, where a socket that was left by a dead agent is replaced.
pub fn listen(path: &Path) -> io::Result<UnixListener> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Answers whoever connects, for ever.
pub async fn serve(listener: UnixListener, line: Line) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let line = line.clone();
                tokio::spawn(async move {
                    if let Err(error) = answer(stream, line).await {
                        tracing::debug!(%error, "a request over the socket failed");
                    }
                });
            }
            Err(error) => {
                // Out of descriptors: whoever holds them will let go.
                tracing::debug!(%error, "cannot accept");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn answer(mut stream: UnixStream, line: Line) -> io::Result<()> {
    let mut text = String::new();
    let (reader, mut writer) = stream.split();
    let mut reader = BufReader::new(reader.take(LONGEST));
    timeout(PATIENCE, reader.read_line(&mut text)).await??;
    let told = match serde_json::from_str(&text)? {
        Request::Metrics => return put(&mut writer, &line.metrics()).await,
        Request::Status => line.last(),
        Request::Follow => return line.tell_all(reader, writer).await,
        Request::Refresh { force, until, limit } => line.refresh(force, until, limit).await,
        Request::RollBack { limit } => line.roll_back(limit).await,
        Request::Membership { wanted, limit } => line.membership(wanted, limit).await,
    };
    put(&mut writer, &told).await
}

impl Line {
    /// Tells every report until the other end hangs up.
    async fn tell_all(
        mut self,
        mut reader: impl AsyncRead + Unpin,
        mut writer: impl AsyncWrite + Unpin,
    ) -> io::Result<()> {
        loop {
            self.told.mark_unchanged();
            put(&mut writer, &self.last()).await?;
            tokio::select! {
                changed = self.told.changed() => changed.map_err(io::Error::other)?,
                // Nothing more is asked for over this connection: this is its end.
                _ended = reader.read_u8() => return Ok(()),
            }
        }
    }
}
