//! A connection that a test holds in its hand: bytes out, one answer at a time back.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use super::http::{Raw, head, host};

const PATIENCE: Duration = Duration::from_secs(30);

/// One connection in plain HTTP.
#[derive(Debug)]
pub struct Conversation {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Conversation {
    /// Connects, from a certain address of this machine if need be.
    pub async fn open(url: &str, from: Option<IpAddr>) -> io::Result<Self> {
        let to: SocketAddr = host(url).parse().map_err(io::Error::other)?;
        let socket = if to.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        if let Some(from) = from {
            socket.bind(SocketAddr::new(from, 0))?;
        }
        let stream = socket.connect(to).await?;
        Ok(Self { stream, buffer: Vec::new() })
    }

    /// Sends these bytes and no more.
    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Sends a GET and waits for its answer.
    pub async fn get(&mut self, target: &str, headers: &str) -> io::Result<Raw> {
        self.send(format!("GET {target} HTTP/1.1\r\nHost: x\r\n{headers}\r\n").as_bytes()).await?;
        self.answer("GET").await
    }

    /// Waits for one complete answer; an error when the connection ends before.
    pub async fn answer(&mut self, method: &str) -> io::Result<Raw> {
        let (mut raw, begin) = loop {
            match head(&self.buffer)? {
                Some(found) => break found,
                None => self.fill().await?,
            }
        };
        self.buffer.drain(..begin);
        let has_body = method != "HEAD" && raw.status != 204 && raw.status != 304;
        let length = raw.header("content-length").and_then(|length| length.parse().ok());
        let length = if has_body { length.unwrap_or(0) } else { 0 };
        while self.buffer.len() < length {
            self.fill().await?;
        }
        let rest = self.buffer.split_off(length);
        raw.body = std::mem::replace(&mut self.buffer, rest);
        Ok(raw)
    }

    /// Waits until the other side ends the connection, and gives how: an end, or a reset.
    pub async fn end(&mut self) -> io::Result<()> {
        loop {
            match self.fill().await {
                Ok(()) => self.buffer.clear(),
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }

    async fn fill(&mut self) -> io::Result<()> {
        let read = self.stream.read_buf(&mut self.buffer);
        match tokio::time::timeout(PATIENCE, read).await?? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}
