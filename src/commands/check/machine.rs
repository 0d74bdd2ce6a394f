//! The verdict for programs: one JSON object a file, each on its line.

use serde_json::{Value, json};

use super::super::compare::server;
use super::Looked;
use crate::model::conf::Mode;
use crate::model::rules::Code;

pub(super) fn told(looked: &Looked<'_>) -> String {
    format!("{}\n", object(looked))
}

/// The role that chmpx takes, found out where MODE is not given; none where MODE is wrong.
fn mode(looked: &Looked<'_>) -> Option<&'static str> {
    let conf = &looked.file.conf;
    let is_server = looked.verdict.findings.iter().any(|it| it.code == Code::ServerMode);
    match conf.mode() {
        None if conf.global("MODE").is_some() => None,
        Some(Mode::Server) => Some("SERVER"),
        None if is_server => Some("SERVER"),
        Some(Mode::Slave) | None => Some("SLAVE"),
    }
}

fn object(looked: &Looked<'_>) -> Value {
    let Looked { file, verdict, own_name } = looked;
    let (path, conf) = (&file.path, &file.conf);
    let (servers, slaves) = if verdict.loads {
        (conf.servers_where_self_is(own_name), conf.slaves().len())
    } else {
        (Vec::new().into(), 0)
    };
    let findings: Vec<_> = verdict
        .findings
        .iter()
        .map(|it| {
            json!({
                "code": it.code.as_str(),
                "level": it.level.as_str(),
                "line": it.line,
                "message": it.message,
                "help": it.help,
            })
        })
        .collect();
    json!({
        "file": path.display().to_string(),
        "loads": verdict.loads,
        "starts": verdict.starts,
        "group": conf.group().map(ToString::to_string),
        "mode": mode(looked),
        "generation": conf.file_version().map(|version| version.value),
        "servers": servers.iter().map(server).collect::<Vec<_>>(),
        "slaves": slaves,
        "findings": findings,
    })
}
