//! `config`: what holds, and who said so.

use std::path::Path;

use super::{Exit, Failed};
use crate::settings::{self, KEYS, Key, Layers, Origin, Table};

/// Show the settings that hold, or check whether they can be used.
#[derive(Debug, clap::Args)]
pub struct Config {
    #[command(subcommand)]
    what: What,
}

/// What of them.
#[derive(Debug, clap::Subcommand)]
enum What {
    /// Print every setting as it holds, as a settings file; passwords are left out
    Show {
        /// One setting a line, with where its value comes from
        #[arg(long)]
        origin: bool,
    },
    /// Check whether the agent could start with the settings as they are now
    Check,
}

impl Config {
    /// Reads the settings as the agent would at its start.
    pub fn run(&self, layers: &Layers) -> Result<(Exit, String), Failed> {
        let text = match self.what {
            What::Show { origin: true } => {
                with_origins(&settings::effective(layers)?, layers.root())
            }
            What::Show { origin: false } => as_file(&settings::effective(layers)?, layers.root()),
            What::Check => {
                settings::read(layers)?;
                "the settings can be used\n".to_owned()
            }
        };
        Ok((Exit::Ok, text))
    }
}

fn as_file(table: &Table, root: &Path) -> String {
    let mut lines = Vec::new();
    let mut section = "";
    for key in KEYS {
        if key.parts().0 != section {
            lines.extend((!lines.is_empty()).then(String::new));
            section = key.parts().0;
            lines.push(format!("[{section}]"));
        }
        let (value, whole) = value(table, key, root);
        lines.extend((!whole).then(|| "# without what stands before the @".to_owned()));
        lines.push(match value.as_str() {
            "" => format!("#{} =", key.parts().1),
            value => format!("{} = {value}", key.parts().1),
        });
    }
    lines.join("\n") + "\n"
}

fn with_origins(table: &Table, root: &Path) -> String {
    let rows: Vec<_> = KEYS
        .iter()
        .map(|key| {
            let origin = table.entry(key.name).map_or(&Origin::Default, |(_, origin)| origin);
            (format!("{} = {}", key.name, value(table, key, root).0), origin)
        })
        .collect();
    let width = rows.iter().map(|(setting, _)| setting.chars().count()).max().unwrap_or_default();
    let line = |(setting, origin): &(String, &Origin)| format!("{setting:<width$}  {origin}");
    rows.iter().map(line).collect::<Vec<_>>().join("\n") + "\n"
}

/// The value as it may be shown, and whether that is all of it.
fn value(table: &Table, key: &Key, root: &Path) -> (String, bool) {
    let value = table.holds(key, root);
    let shown = settings::shown(key.name, &value);
    let whole = shown == value;
    (shown, whole)
}
