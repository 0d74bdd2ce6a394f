//! `/v1/userdata/…` and `/v1/extdata/…`: how a script reaches a node at its first boot.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Answer, no_such_route};
use crate::k2hr3::registerpath;
use crate::k2hr3::request::Request;
use crate::k2hr3::response::Response;
use crate::k2hr3::state::{Refusal, Script, State, refused};
use crate::k2hr3::yrn::Yrn;

const CLOUD_CONFIG: &str = "#cloud-config\n";
const SCRIPT: &str = "#!/bin/sh\n\
    echo '{{= %K2HR3_ROLE_NAME% }}' > /etc/antpickax/k2hr3-role-name\n\
    echo '{{= %K2HR3_ROLE_TENANT% }}' > /etc/antpickax/k2hr3-role-tenant\n\
    echo '{{= %K2HR3_ROLE_TOKEN% }}' > /etc/antpickax/k2hr3-role-token\n\
    echo '{{= %K2HR3_API_HOST_URI% }}' > /etc/antpickax/k2hr3-api-uri\n";
const ERROR_SCRIPT: &str = "#!/bin/sh\necho '{{= %K2HR3_ERROR_MSG% }}'\n";

const NOT_ALLOWED: &str = "GET request is not allowed from your client";

/// What the five literal tokens of a script stand for.
#[derive(Default)]
struct Values {
    role: String,
    tenant: String,
    token: String,
    error: String,
}

impl Values {
    /// Nobody checks whether the token is still good.
    fn of(path: &str) -> Option<Self> {
        let (role, token) = registerpath::decoded(path)?;
        let tenant = format!("yrn:yahoo:::{}", Yrn::parse(&role, "role")?.tenant);
        Some(Self { role, tenant, token, error: String::new() })
    }

    fn filled(&self, template: &str, base_uri: &str) -> String {
        [
            ("K2HR3_ROLE_NAME", self.role.as_str()),
            ("K2HR3_ROLE_TENANT", &self.tenant),
            ("K2HR3_ROLE_TOKEN", &self.token),
            ("K2HR3_API_HOST_URI", base_uri),
            ("K2HR3_ERROR_MSG", &self.error),
        ]
        .iter()
        .fold(template.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{{= %{name}% }}}}"), value)
        })
    }
}

/// One attachment: its type, its file name and its text.
type Part = (&'static str, &'static str, String);

pub(super) fn userdata(state: &mut State, request: &Request, path: &str) -> Answer {
    if request.method != "GET" {
        return no_such_route();
    }
    let agent = user_agent(request)?;
    if !agent.contains("cloud-init") {
        return refused(400, NOT_ALLOWED);
    }
    if path.is_empty() {
        return refused(400, "GET request url does not have userdata path parameter");
    }
    let parts = parts(state, path);
    let boundary = format!("================K2HR3INIT{}==", state.clock.now().saturating_mul(1000));
    let kind = format!("multipart/mixed; boundary=\"{boundary}\"; charset=utf-8");
    let body = multipart(&parts, &boundary);
    let count = parts.len();
    if !wants_gzip(&agent) && !accepts_gzip(request) {
        let plain = Response::bytes(200, &kind, body.into_bytes());
        return Ok(plain
            .with("MIME-Version", "1.0")
            .with("Number-Attachments", &count.to_string()));
    }
    let head =
        format!("Content-Type: {kind}\r\nMIME-Version: 1.0\r\nNumber-Attachments: {count}\r\n\r\n");
    Ok(zipped(&(head + &body), "application/zip", "k2hr3-userdata.gz"))
}

/// An undecodable path is no error: the node gets a script that says so.
fn parts(state: &State, path: &str) -> Vec<Part> {
    let template = |name: &str, default: &str| {
        state
            .userdata
            .get(name)
            .map_or_else(|| default.to_owned(), |script| script.template.clone())
    };
    let Some(values) = Values::of(path) else {
        let error = "could not decode the registerpath".to_owned();
        let text = Values { error, ..Values::default() }
            .filled(&template("error", ERROR_SCRIPT), &state.base_uri);
        return vec![("text/x-shellscript", "k2hr3-init-error.sh", text)];
    };
    let script = values.filled(&template("script", SCRIPT), &state.base_uri);
    // The cloud-config gets no substitution at all.
    let mut parts = vec![
        ("text/cloud-config", "k2hr3-cloud-config.txt", template("cc", CLOUD_CONFIG)),
        ("text/x-shellscript", "k2hr3-init.sh", script),
    ];
    // A template that the server cannot read is no error either: its part is missing.
    parts.retain(|(_, _, text)| !text.is_empty());
    parts
}

fn multipart(parts: &[Part], boundary: &str) -> String {
    let framed = |(kind, name, text): &Part| {
        format!(
            "--{boundary}\r\nContent-Type: {kind}; charset=\"us-ascii\"\r\nMIME-Version: 1.0\r\n\
             Content-Transfer-Encoding: 7bit\r\n\
             Content-Disposition: attachment; filename=\"{name}\"\r\n\r\n{text}\r\n"
        )
    };
    parts.iter().map(framed).collect::<String>() + &format!("--{boundary}--\r\n")
}

pub(super) fn extdata(state: &mut State, request: &Request, path: &str) -> Answer {
    if request.method != "GET" {
        return no_such_route();
    }
    // Split at the last slash, so a proxy that decodes %2F breaks the path.
    let Some((name, registerpath)) = path.rsplit_once('/') else {
        return refused(400, "GET request url does not have extdata path parameter");
    };
    let Some(Script { template, useragent, contenttype }) = state.extdata.get(name) else {
        return refused(400, format!("GET request URL path({name}) does not exist"));
    };
    let agent = user_agent(request)?;
    if !useragent.is_empty() && agent != useragent.to_lowercase() {
        return refused(400, NOT_ALLOWED);
    }
    let Some(values) = Values::of(registerpath) else {
        return refused(400, format!("GET /extdata/{name}/{registerpath} is invalid"));
    };
    let text = values.filled(template, &state.base_uri);
    if accepts_gzip(request) {
        return Ok(zipped(&text, "application/zip", &format!("{name}.gz")));
    }
    let kind =
        contenttype.split(';').next().filter(|kind| !kind.is_empty()).unwrap_or("text/plain");
    Ok(Response::bytes(200, &format!("{kind}; charset=utf-8"), text.into_bytes()))
}

fn user_agent(request: &Request) -> Result<String, Refusal> {
    match request.header("user-agent") {
        Some(agent) if !agent.is_empty() => Ok(agent.to_lowercase()),
        Some(_) | None => refused(400, "GET request does not have User-Agent header"),
    }
}

/// `cloud-init/a.b.c` with a > 0, b > 7 or c ≥ 9; two numbers are not a version.
fn wants_gzip(agent: &str) -> bool {
    let version = agent.split_once("cloud-init/").map_or("", |(_, version)| version);
    let numbers: Option<Vec<u32>> = version
        .splitn(3, '.')
        .map(|number| {
            let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
            number.get(..end)?.parse().ok()
        })
        .collect();
    match numbers.as_deref() {
        Some([major, minor, patch]) => *major > 0 || *minor > 7 || *patch >= 9,
        Some(_) | None => false,
    }
}

/// A bare list item only: one with a quality does not match.
fn accepts_gzip(request: &Request) -> bool {
    request
        .header("accept-encoding")
        .is_some_and(|list| list.split(',').any(|one| matches!(one.trim(), "gzip" | "deflate")))
}

fn zipped(text: &str, kind: &str, name: &str) -> Response {
    Response::bytes(200, kind, gzip(text.as_bytes()))
        .with("Content-Encoding", "gzip")
        .with("Content-Transfer-Encoding", "binary")
        .with("Content-Disposition", &format!("attachment; filename={name}"))
}

/// The bytes in gzip format. Writing into memory cannot fail.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_forced_for_new_versions_of_cloud_init_with_three_numbers() {
        for (agent, wanted) in [
            ("cloud-init/23.4.4", true),
            ("cloud-init/0.7.9", true),
            ("cloud-init/0.8.0", true),
            ("cloud-init/0.7.8", false),
            ("cloud-init/23.1", false),
            ("cloud-init 0.7.9", false),
        ] {
            assert_eq!(wants_gzip(agent), wanted, "{agent}");
        }
    }

    #[test]
    fn a_script_is_filled_in_only_where_the_spelling_is_exact() {
        let values = Values { token: "$&t".to_owned(), ..Values::default() };
        let template = "{{= %K2HR3_ROLE_TOKEN% }} {{=%K2HR3_ROLE_TOKEN%}} ${{x}}";
        assert_eq!(values.filled(template, ""), "$&t {{=%K2HR3_ROLE_TOKEN%}} ${{x}}");
    }
}
