//! A tiny HTTP/1.1 client: one request a connection, nothing interpreted.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(30);
const MOST: u64 = 64 << 20;

/// An answer as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// The status.
    pub status: u16,
    /// The headers in order.
    pub headers: Vec<(String, String)>,
    /// All that came after the headers.
    pub body: Vec<u8>,
}

impl Raw {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

pub(crate) async fn exchange(
    url: &str,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> io::Result<Raw> {
    let bytes = request(url, method, target, headers, body);
    let all = async {
        let mut stream = TcpStream::connect(host(url)).await?;
        stream.write_all(bytes.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(MOST).read_to_end(&mut answer).await?;
        Ok::<_, io::Error>(answer)
    };
    let answer = tokio::time::timeout(PATIENCE, all).await??;
    parsed(&answer)
}

pub(crate) fn host(url: &str) -> &str {
    url.strip_prefix("http://").unwrap_or(url).trim_end_matches('/')
}

fn request(url: &str, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut text = format!("{method} {target} HTTP/1.1\r\nHost: {}\r\n", host(url));
    for (name, value) in headers {
        text = text + name + ": " + value + "\r\n";
    }
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("connection")) {
        text += "Connection: close\r\n";
    }
    if !body.is_empty() {
        text = text + "Content-Length: " + &body.len().to_string() + "\r\n";
    }
    text + "\r\n" + body
}

fn parsed(answer: &[u8]) -> io::Result<Raw> {
    let Some((mut raw, begin)) = head(answer)? else {
        return Err(io::ErrorKind::UnexpectedEof.into());
    };
    raw.body = answer.get(begin..).unwrap_or_default().to_vec();
    Ok(raw)
}

/// The answer without its body, and where that begins; none while the head is incomplete.
pub(crate) fn head(answer: &[u8]) -> io::Result<Option<(Raw, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut head = httparse::Response::new(&mut headers);
    let length = match head.parse(answer).map_err(io::Error::other)? {
        httparse::Status::Complete(length) => length,
        httparse::Status::Partial => return Ok(None),
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers = head.headers.iter().map(|one| (one.name.to_owned(), text(one.value)));
    let status = head.code.unwrap_or_default();
    Ok(Some((Raw { status, headers: headers.collect(), body: Vec::new() }, length)))
}
