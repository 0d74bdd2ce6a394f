//! The text form of Prometheus, version 0.0.4.

use std::fmt::{Display, Write as _};

/// What every name begins with.
const PREFIX: &str = "k2hdkc_slave_agent_";

/// What kind of figure it is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Gauge,
    Counter,
    Histogram,
}

/// A text that grows figure by figure.
#[derive(Debug, Default)]
pub(super) struct Page(String);

impl Page {
    /// Begins a family of figures. `help` is one line.
    pub(super) fn family(&mut self, name: &str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Gauge => "gauge",
            Kind::Counter => "counter",
            Kind::Histogram => "histogram",
        };
        // Writing to a string cannot fail.
        let _infallible = writeln!(self.0, "# HELP {PREFIX}{name} {help}");
        let _infallible = writeln!(self.0, "# TYPE {PREFIX}{name} {kind}");
    }

    /// One figure of the family that was begun last.
    pub(super) fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(PREFIX);
        self.0.push_str(name);
        for (number, (label, word)) in labels.iter().enumerate() {
            self.0.push(if number == 0 { '{' } else { ',' });
            let _infallible = write!(self.0, "{label}=\"{}\"", escaped(word));
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
        let _infallible = writeln!(self.0, " {value}");
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}

fn escaped(word: &str) -> String {
    word.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_cannot_break_out_of_its_quotes() {
        let mut page = Page::default();
        page.sample("x", &[("a", "b\"\\\n"), ("c", "d")], 7);
        assert_eq!(page.into_text(), format!("{PREFIX}x{{a=\"b\\\"\\\\\\n\",c=\"d\"}} 7\n"));
    }
}
