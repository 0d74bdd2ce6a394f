//! HTTP/1.1 by hand, because the faults need control of every byte: reading requests within Node's
//! limits, and writing heads.

use std::net::IpAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::clock::http_date;
use super::request::Request;
use super::response::Response;

/// Node's limit for the request line and the headers.
const MOST_HEAD: usize = 16 << 10;
/// Nothing that a test sends is longer.
const MOST_BODY: usize = 4 << 20;

/// Why no request could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unread {
    /// The client went away, or the connection idled too long.
    Closed,
    /// 400, without a body.
    Malformed,
    /// 431, without a body.
    HeadTooLarge,
    /// 413.
    BodyTooLarge,
}

/// Reads one request; `buffer` keeps what came after it.
pub(crate) async fn read(
    stream: &mut (impl AsyncRead + Unpin),
    buffer: &mut Vec<u8>,
    peer: IpAddr,
    idle: Duration,
) -> Result<Request, Unread> {
    let mut wait = idle;
    let (mut request, head) = loop {
        match head(buffer, peer)? {
            Some(found) => break found,
            None => fill(stream, buffer, wait).await?,
        }
        // Once a request began, Node waits longer for the rest of it.
        wait = Duration::from_secs(60);
    };
    buffer.drain(..head);
    let length = match request.header("content-length").map(|length| length.parse::<usize>()) {
        None if request.header("transfer-encoding").is_some() => return Err(Unread::Malformed),
        None => 0,
        Some(Ok(length)) if length <= MOST_BODY => length,
        Some(Ok(_)) => return Err(Unread::BodyTooLarge),
        Some(Err(_)) => return Err(Unread::Malformed),
    };
    while buffer.len() < length {
        fill(stream, buffer, wait).await?;
    }
    let rest = buffer.split_off(length);
    request.body = std::mem::replace(buffer, rest);
    Ok(request)
}

async fn fill(
    stream: &mut (impl AsyncRead + Unpin),
    buffer: &mut Vec<u8>,
    wait: Duration,
) -> Result<(), Unread> {
    match tokio::time::timeout(wait, stream.read_buf(buffer)).await {
        Ok(Ok(count)) if count > 0 => Ok(()),
        Ok(Ok(_) | Err(_)) | Err(_) => Err(Unread::Closed),
    }
}

/// The request without its body, and where the body begins; none while the head is incomplete.
fn head(buffer: &[u8], peer: IpAddr) -> Result<Option<(Request, usize)>, Unread> {
    let mut headers = [httparse::EMPTY_HEADER; 100];
    let mut parsed = httparse::Request::new(&mut headers);
    let length = match parsed.parse(buffer) {
        Ok(httparse::Status::Complete(length)) if length <= MOST_HEAD => length,
        Ok(httparse::Status::Partial) if buffer.len() <= MOST_HEAD => return Ok(None),
        Ok(httparse::Status::Complete(_) | httparse::Status::Partial)
        | Err(httparse::Error::TooManyHeaders) => return Err(Unread::HeadTooLarge),
        Err(_) => return Err(Unread::Malformed),
    };
    let text = |bytes: &[u8]| bytes.iter().map(|byte| char::from(*byte)).collect::<String>();
    let headers = parsed.headers.iter().map(|header| (header.name.to_owned(), text(header.value)));
    let mut request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        target: parsed.path.unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body: Vec::new(),
        peer,
        keep_alive: false,
    };
    let connection = request.header("connection").unwrap_or_default().to_ascii_lowercase();
    request.keep_alive = parsed.version == Some(1) && connection != "close";
    Ok(Some((request, length)))
}

/// The status line and the headers in Node's order.
pub(crate) fn head_of(response: &Response, keep_alive: bool, idle: Duration, now: i64) -> Vec<u8> {
    let status = response.status;
    let mut text = format!("HTTP/1.1 {status} {}\r\nX-Powered-By: Express\r\n", reason(status));
    let mut line = |name: &str, value: &str| {
        for part in [name, ": ", value, "\r\n"] {
            text.push_str(part);
        }
    };
    for (name, value) in &response.headers {
        line(name, value);
    }
    line("Date", &http_date(now));
    if keep_alive {
        line("Connection", "keep-alive");
        line("Keep-Alive", &format!("timeout={}", idle.as_secs()));
    } else {
        line("Connection", "close");
    }
    if response.ends_empty {
        line("Content-Length", "0");
    }
    text.push_str("\r\n");
    // Header values are Latin-1 on the wire; ours are ASCII but for what a test injects.
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
}

/// What Node itself answers before Express sees anything.
pub(crate) fn bare_refusal(unread: Unread) -> Option<(u16, String)> {
    let status = match unread {
        Unread::Closed => return None,
        Unread::Malformed => 400,
        Unread::HeadTooLarge => 431,
        Unread::BodyTooLarge => 413,
    };
    Some((status, format!("HTTP/1.1 {status} {}\r\nConnection: close\r\n\r\n", reason(status))))
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Payload Too Large",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read_all(bytes: &[u8]) -> Vec<Result<Request, Unread>> {
        let (mut stream, mut buffer) = (bytes, Vec::new());
        let mut all = Vec::new();
        loop {
            let peer = std::net::Ipv4Addr::LOCALHOST.into();
            let one = read(&mut stream, &mut buffer, peer, Duration::from_secs(1)).await;
            let ended = one.is_err();
            all.push(one);
            if ended {
                return all;
            }
        }
    }

    #[tokio::test]
    async fn two_requests_may_come_at_once_each_with_its_body() {
        let bytes = b"POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nhiGET /b HTTP/1.0\r\n\r\n";
        let all = read_all(bytes).await;
        let [Ok(first), Ok(second), Err(Unread::Closed)] = all.as_slice() else {
            panic!("{all:?}");
        };
        assert_eq!((first.target.as_str(), first.body.as_slice()), ("/a", b"hi".as_slice()));
        assert!(first.keep_alive && !second.keep_alive);
    }

    #[tokio::test]
    async fn too_large_heads_and_garbage_are_refused() {
        let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(MOST_HEAD));
        assert_eq!(
            read_all(long.as_bytes()).await.pop().unwrap().unwrap_err(),
            Unread::HeadTooLarge
        );
        assert_eq!(
            read_all(b"\x00\x01\r\n\r\n").await.pop().unwrap().unwrap_err(),
            Unread::Malformed
        );
        let huge = b"PUT / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n";
        assert_eq!(read_all(huge).await.pop().unwrap().unwrap_err(), Unread::BodyTooLarge);
    }
}
