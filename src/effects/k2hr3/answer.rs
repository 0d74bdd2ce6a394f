//! What K2HR3 answered, taken apart with bounds on everything.

use reqwest::Response;
use reqwest::header::HeaderValue;
use serde::Deserialize;
use serde_json::Value;

use super::{Answer, connect, refused, retry_after};
use crate::model::failure::{Class, Failure, Request};
use crate::model::identity::RoleToken;

/// The longest body that is read.
const LONGEST: usize = 1024 * 1024;
/// The longest part of an error message that is shown.
const SHOWN: usize = 200;

#[derive(Deserialize)]
struct Envelope {
    result: bool,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    resource: Option<Value>,
}

/// Reads a published text out of `response`.
pub(super) async fn published(
    request: Request,
    response: Response,
    token: Option<&RoleToken>,
) -> Result<Answer, Failure> {
    let status = response.status().as_u16();
    if status != 200 {
        return Err(failed(request, response, token).await);
    }
    let etag = response.headers().get("etag").and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    match content(request, response, token).await? {
        Some(Value::String(text)) => Ok(Answer::Text { text, etag }),
        other => {
            let failure = stranger("the answer holds no text for the resource".to_owned());
            // Some other type in a success is K2HR3's own fault, too.
            let class = if other.is_some() { Class::Busy } else { failure.class };
            Err(Failure { class, ..failure })
        }
    }
}

/// Reads the value of a key out of `response`; `None` when the resource has no such key.
pub(super) async fn value(
    request: Request,
    response: Response,
    token: Option<&RoleToken>,
) -> Result<Option<Value>, Failure> {
    let status = response.status().as_u16();
    if status == 200 {
        return content(request, response, token).await;
    }
    let retry_after = retry_after(&response);
    let body = body(response).await.unwrap_or_default();
    // What a missing key is told apart by from a missing resource (measured on 2.0.3).
    if status == 404 && message(&body).contains("does not have value for type(keys[") {
        return Ok(None);
    }
    Err(Failure { retry_after, ..declined(request, status, &body, token) })
}

/// What the envelope of a success holds.
async fn content(
    request: Request,
    response: Response,
    token: Option<&RoleToken>,
) -> Result<Option<Value>, Failure> {
    let status = response.status().as_u16();
    let encodings = response.headers().get_all("content-encoding").into_iter();
    if let Some(encoding) = encodings.map(HeaderValue::as_bytes).find(|it| is_packed(it)) {
        let encoding = String::from_utf8_lossy(encoding);
        return Err(stranger(format!("the answer is packed with {encoding}, unasked")));
    }
    opened(request, status, &body(response).await?, token)
}

/// Whether an encoding is one. Some proxies write down that there is none (RFC 9110: `identity`).
fn is_packed(encoding: &[u8]) -> bool {
    let encoding = encoding.trim_ascii();
    !encoding.is_empty() && !encoding.eq_ignore_ascii_case(b"identity")
}

/// What is in the envelope `body` of an answer with the status of a success. No text of a failure
/// holds `token`.
pub fn opened(
    request: Request,
    status: u16,
    body: &[u8],
    token: Option<&RoleToken>,
) -> Result<Option<Value>, Failure> {
    let envelope: Envelope = serde_json::from_slice(body).map_err(|error| {
        // The error quotes what it did not expect.
        let error = shown(&error.to_string(), token);
        stranger(format!("the answer is not K2HR3's JSON ({error})"))
    })?;
    if envelope.result {
        return Ok(envelope.resource);
    }
    let Some(message) = envelope.message else {
        return Err(stranger("the answer says neither what it holds nor what is wrong".to_owned()));
    };
    // K2HR3 breaks its own contract, which is its fault and may pass; a stranger knows none.
    let failure = refused(request, status, &message, &shown(&message, token));
    Err(Failure { class: Class::Busy, ..failure })
}

/// Whether `response` is a success, which is `expected` for this request.
pub(super) async fn done(
    request: Request,
    expected: u16,
    response: Response,
    token: Option<&RoleToken>,
) -> Result<(), Failure> {
    if response.status().as_u16() == expected {
        return Ok(());
    }
    Err(failed(request, response, token).await)
}

async fn failed(request: Request, response: Response, token: Option<&RoleToken>) -> Failure {
    let status = response.status().as_u16();
    let retry_after = retry_after(&response);
    let body = body(response).await.unwrap_or_default();
    Failure { retry_after, ..declined(request, status, &body, token) }
}

/// What an answer with the status of a failure and the body `body` means. The text does not hold
/// `token`.
pub fn declined(request: Request, status: u16, body: &[u8], token: Option<&RoleToken>) -> Failure {
    let message = message(body);
    refused(request, status, &message, &shown(&message, token))
}

/// The message of an error. It only explains: without it the status says enough.
fn message(body: &[u8]) -> String {
    let envelope: Option<Envelope> = serde_json::from_slice(body).ok();
    envelope.and_then(|envelope| envelope.message).unwrap_or_default()
}

async fn body(mut response: Response) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| connect::failure(&error))? {
        if body.len() + chunk.len() > LONGEST {
            return Err(stranger("the answer is longer than 1 MiB".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn stranger(text: String) -> Failure {
    Failure { class: Class::Stranger, text, retry_after: None }
}

/// What may be shown of an error message: K2HR3 puts the token into its 401, and the whole
/// resource, secrets included, into the error of a template.
fn shown(message: &str, token: Option<&RoleToken>) -> String {
    let redacted = token.map_or_else(|| message.to_owned(), |token| token.redact(message));
    let cut = ["template engine:", "template string :"]
        .iter()
        .filter_map(|mark| redacted.find(mark).map(|at| at + mark.len()))
        .min()
        .unwrap_or(redacted.len());
    let text = redacted.get(..cut).unwrap_or_default();
    let mut shown = String::new();
    for word in text.split_inclusive(|c: char| !c.is_ascii_hexdigit()) {
        let hex = word.trim_end_matches(|c: char| !c.is_ascii_hexdigit());
        shown.push_str(if hex.len() >= 32 { "(hidden)" } else { word });
        if hex.len() >= 32 {
            shown.push_str(word.get(hex.len()..).unwrap_or_default());
        }
    }
    shown.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_token_is_shown_not_even_that_of_somebody_else() {
        let own = RoleToken::parse("secret-0123").unwrap();
        let other = "ab".repeat(32);
        let message = format!("token({other}) and token(secret-0123) is not existed");
        let shown = shown(&message, Some(&own));
        assert_eq!(shown, "token((hidden)) and token((token)) is not existed");
    }

    #[test]
    fn an_answer_that_is_said_not_to_be_packed_is_not() {
        assert!(!is_packed(b"identity") && !is_packed(b" Identity ") && !is_packed(b""));
        assert!(is_packed(b"gzip") && is_packed(b"identity, br") && is_packed(b"\xff"));
    }

    #[test]
    fn what_is_no_envelope_is_neither_quoted_with_a_token_nor_at_length() {
        let token = RoleToken::parse("secret-0123").unwrap();
        let text = |body: &str| {
            opened(Request::ReadByToken, 200, body.as_bytes(), Some(&token)).unwrap_err().text
        };
        assert!(!text("{\"result\":\"secret-0123\"}").contains("secret"));
        let long = text(&format!("{{\"result\":\"{}\"}}", "é".repeat(9000)));
        assert!(long.chars().count() < 2 * SHOWN, "{long}");
    }

    #[test]
    fn a_success_that_says_it_is_none_is_a_fault_of_k2hr3_and_of_no_stranger() {
        let class = |body: &str| {
            opened(Request::ReadByToken, 200, body.as_bytes(), None).unwrap_err().class
        };
        assert_eq!(class(r#"{"result":false,"message":"not now"}"#), Class::Busy);
        assert_eq!(class(r#"{"result":false}"#), Class::Stranger);
        assert_eq!(class(r#"{"status":"ok"}"#), Class::Stranger);
        assert_eq!(class("<html>"), Class::Stranger);
    }

    #[test]
    fn the_resource_in_the_error_of_a_template_is_not_shown() {
        let message = "Could not load resource for template engine: \"pass=x\"";
        assert_eq!(shown(message, None), "Could not load resource for template engine:");
        let message = "failed to expand \"yrn\" … wrong in template string : \"pass=x\"";
        assert!(!shown(message, None).contains("pass"));
    }

    #[test]
    fn a_long_or_strange_message_is_cut_and_kept_on_one_line() {
        let shown = shown(&format!("a\nb{}", " é".repeat(500)), None);
        assert!(shown.starts_with("a b") && shown.chars().count() == SHOWN);
    }
}
