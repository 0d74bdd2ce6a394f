//! The control port of chmpx: plain text, one command a connection, all of it in one segment.
//!
//! A connection makes chmpx read its file again without applying it, so it is used sparingly and
//! never within a second of an exchange (measured: 4 of 40 changes were swallowed).

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The longest answer that is read.
const LONGEST: u64 = 4 * 1024 * 1024;

/// The answer to `command`, within `limit`.
pub(super) async fn ask(address: SocketAddr, command: &str, limit: Duration) -> io::Result<String> {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(format!("{command}\n").as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(LONGEST).read_to_end(&mut answer).await?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    timeout(limit, exchange).await.map_err(io::Error::from)?
}
