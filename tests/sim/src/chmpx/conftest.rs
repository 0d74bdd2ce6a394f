//! The look-alike of chmpxconftest: what a file means, as text.
use std::{fmt::Write as _, fs, path::Path};

use super::{
    config::{Config, IdType, Node},
    date,
    host::Host,
    load::{self, Overrides},
};

/// What the tool prints and how it exits: 0 for a broken file as well as for a good one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Standard output.
    pub stdout: String,
    /// Standard error, where `-d` asks for it.
    pub stderr: String,
    /// The exit code.
    pub code: u8,
}

impl Outcome {
    fn failed(reason: impl Into<String>) -> Self {
        Self { stdout: String::new(), stderr: format!("[ERR] {}\n", reason.into()), code: 1 }
    }
}

/// Runs the tool with these arguments, without the program.
pub fn run(arguments: impl IntoIterator<Item = String>) -> Outcome {
    let mut conf = None;
    let mut loud = false;
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        match argument.trim_start_matches('-') {
            "conf" | "f" => conf = arguments.next(),
            "d" | "g" => {
                match arguments.next().map(|level| level.to_ascii_uppercase()).as_deref() {
                    Some("ERR" | "WAN" | "INF") => loud = true,
                    _ => return Outcome::failed("Wrong parameter value \"-d\"."),
                }
            }
            "no_check_update" => {}
            _ => return Outcome::failed(format!("{argument} is not known.")),
        }
    }
    let Some(conf) = conf else { return Outcome::failed("Could not build configuration object.") };
    match check(Path::new(&conf)) {
        Ok(Ok(stdout)) => Outcome { stdout, stderr: String::new(), code: 0 },
        Ok(Err(refusal)) => {
            let stderr =
                format!("[ERR] LoadConfiguration : configuration file({conf}) {refusal}\n");
            Outcome {
                stdout: String::new(),
                stderr: if loud { stderr } else { String::new() },
                code: 0,
            }
        }
        Err(reason) => Outcome::failed(reason),
    }
}

/// The text for a file that loads, the refusal of one that does not, or that it is none at all.
fn check(conf: &Path) -> Result<Result<String, load::Refusal>, String> {
    if !load::is_ini(conf) {
        return Err("the type of the file is not known".to_owned());
    }
    if !conf.is_file() {
        return Err(format!("{} is no file", conf.display()));
    }
    let host = Host::from_environment().map_err(|error| error.to_string())?;
    let bytes = fs::read(conf).map_err(|error| error.to_string())?;
    Ok(load::load(&bytes, &host, &Overrides::default()).map(|config| text(&config)))
}

fn text(config: &Config) -> String {
    let mut text = String::from("configuration{\n");
    let mut line = |key: &str, value: &str| {
        writeln!(text, "\t{key:<15} = {value}").ok();
    };
    let id_type = match config.id_type {
        IdType::Name => "NAME",
        IdType::Cuk => "CUK",
        IdType::CtlEndpoints => "CTLENDPOINTS",
        IdType::Custom => "CUSTOM",
    };
    line("GROUP", &config.group);
    line("REVISION", &config.revision.to_string());
    line("DATE", &date::unix_seconds(&config.date).to_string());
    line("MODE", if config.server_mode { "SERVER" } else { "SLAVE" });
    line("DELIVER MODE", if config.random { "RANDOM" } else { "HASH" });
    line("SELF CTLPORT", &config.self_ctlport.to_string());
    line("SELF CUK", or_none(&config.self_cuk));
    line("CHMPXID TYPE", id_type);
    for (key, number) in &config.numbers {
        line(key, &number.to_string());
    }
    for (key, on) in &config.switches {
        line(key, if *on { "on" } else { "off" });
    }
    line("SSL_MIN_VER", &config.tls.0);
    line("NSSDB_DIR", or_none(&config.tls.1));
    for (kind, nodes) in [("server", &config.servers), ("slave", &config.slaves)] {
        for (index, node) in nodes.iter().enumerate() {
            block(&mut text, kind, index + 1, node);
        }
    }
    text.push_str("}\n");
    text
}

fn block(text: &mut String, kind: &str, number: usize, node: &Node) {
    writeln!(text, "\t{kind}[{number}]{{").ok();
    let mut line = |key: &str, value: &str| {
        writeln!(text, "\t\t{key:<14}= {value}").ok();
    };
    line("NAME", &node.name);
    line("PORT", &node.port.to_string());
    line("CTLPORT", &node.ctlport.to_string());
    for (key, list) in [
        ("ENDPOINTS", &node.endpoints),
        ("CTLENDPOINTS", &node.ctlendpoints),
        ("FORWARD_PEERS", &node.forward_peers),
        ("REVERSE_PEERS", &node.reverse_peers),
    ] {
        if list.is_empty() {
            line(key, "n/a");
        } else {
            let items = list.iter().map(|item| format!("\t\t\t{} ( {} )\n", item.host, item.port));
            line(key, &format!("{{\n{}\t\t}}", items.collect::<Vec<_>>().concat()));
        }
    }
    line("CUK", or_none(&node.cuk));
    line("CUSTOM_ID_SEED", or_none(&node.seed));
    line("SSL", if node.tls.on { "yes" } else { "no" });
    text.push_str("\t}\n");
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "n/a" } else { text }
}
