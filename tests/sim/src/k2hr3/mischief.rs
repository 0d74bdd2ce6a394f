//! The bytes of wrong answers.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::faults::Fault;
use super::json::Json;
use super::response::Response;
use super::routes::{Route, gzip};

/// No client needs more to find out that it is too much.
const MOST_BYTES: usize = 256 << 20;

const LOGIN_PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head>\n\
    <body><form action=\"/login\"><input name=\"user\"></form></body></html>\n";

/// The answer that a fault gives instead of the server's own.
pub(crate) fn canned(fault: &Fault, route: Route) -> Option<Response> {
    match fault {
        Fault::Status { status, body, headers } => {
            let response = match body {
                Some(body) => {
                    Response::bytes(*status, "text/plain; charset=utf-8", body.clone().into())
                }
                None => Response::failed(*status, "Internal server error"),
            };
            let add =
                |response: Response, (name, value): &(String, String)| response.with(name, value);
            Some(headers.iter().fold(response, add))
        }
        Fault::LoginPage => {
            Some(Response::bytes(200, "text/html; charset=utf-8", LOGIN_PAGE.into()))
        }
        Fault::Redirect { status, location } => {
            Some(Response::failed(*status, "moved").with("Location", location))
        }
        Fault::GzipBomb { bytes } => {
            Some(zipped(Response::bytes(200, "application/json; charset=utf-8", bomb(*bytes))))
        }
        Fault::ErrorWith200 => Some(Response::failed(200, "Internal server error")),
        Fault::Resource { value } => Some(Response::done(200, [("resource", value.clone())])),
        Fault::Oversized { bytes } => {
            let text = "#".repeat(*bytes.min(&MOST_BYTES));
            Some(Response::done(200, [("resource", Json::Text(text))]))
        }
        Fault::InvalidJson => {
            let half = r#"{"result":true,"message":null,"resource":"[GLOBAL]\n"#;
            Some(Response::bytes(200, "application/json; charset=utf-8", half.into()))
        }
        Fault::LostRegistration if route == Route::Register => Some(Response::done(201, [])),
        Fault::LostRegistration
        | Fault::Delay { .. }
        | Fault::Hang
        | Fault::Reset { .. }
        | Fault::ResetReused
        | Fault::ContentLength { .. }
        | Fault::Endless
        | Fault::Drip { .. }
        | Fault::DripAll { .. }
        | Fault::Gzip => None,
    }
}

/// The answer with its head or body changed, and whether the connection ends with it.
pub(crate) fn reshaped(response: &Response, fault: Option<&Fault>) -> (Response, bool) {
    let mut response = response.clone();
    match fault {
        Some(Fault::ContentLength { off_by }) => {
            let length = i64::try_from(response.body.len()).unwrap_or(i64::MAX);
            set_length(&mut response, length.saturating_add(*off_by).max(0));
            (response, true)
        }
        Some(Fault::Endless) => {
            response.headers.retain(|(name, _)| name != "Content-Length" && name != "ETag");
            (response.with("Transfer-Encoding", "chunked"), true)
        }
        Some(Fault::Gzip) if !response.body.is_empty() => {
            response.body = gzip(&response.body);
            let length = i64::try_from(response.body.len()).unwrap_or(i64::MAX);
            set_length(&mut response, length);
            (zipped(response), false)
        }
        _ => (response, false),
    }
}

fn zipped(response: Response) -> Response {
    response.with("Content-Encoding", "gzip")
}

fn set_length(response: &mut Response, length: i64) {
    for (name, value) in &mut response.headers {
        if name == "Content-Length" {
            *value = length.to_string();
        }
    }
}

/// A valid answer with a resource of that many bytes, in gzip.
fn bomb(bytes: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let length = u64::try_from(bytes.min(MOST_BYTES)).unwrap_or_default();
    // Writing into memory cannot fail.
    let written = encoder
        .write_all(br#"{"result":true,"message":null,"resource":""#)
        .and_then(|()| std::io::copy(&mut std::io::repeat(b'#').take(length), &mut encoder))
        .and_then(|_| encoder.write_all(b"\"}"))
        .and_then(|()| encoder.finish());
    written.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_is_small_and_becomes_what_was_asked_for() {
        let zipped = bomb(1 << 20);
        assert!(zipped.len() < 20_000);
        let mut text = String::new();
        flate2::read::GzDecoder::new(zipped.as_slice()).read_to_string(&mut text).unwrap();
        let json: Json = text.parse().unwrap();
        assert_eq!(json.member("resource").and_then(Json::as_text).unwrap().len(), 1 << 20);
    }
}
