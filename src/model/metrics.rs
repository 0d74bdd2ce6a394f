//! The figures of this agent in the text form of Prometheus.
//!
//! Labels only have values out of short lists: no name of a server, no hash, no text of an error.

mod counts;
mod exposition;
mod tally;

use std::fmt::Display;

use super::failure::Outlook;
use super::memory::{Mark, Seconds};
use super::observed::{Carrier, Server};
use super::report::Report;
pub use counts::Counts;
use exposition::{Kind, Page};
pub use tally::{Histogram, Tally};

/// All figures at the time `now`, as one text.
pub fn render(report: &Report, counts: &Counts, now: Seconds) -> String {
    let mut page = Page::default();
    let version = env!("CARGO_PKG_VERSION");
    page.gauge("build_info", "The version of the agent.", &[("version", version)], 1);
    node(&mut page, report, counts);
    file(&mut page, report, now);
    chmpx(&mut page, report);
    k2hr3(&mut page, report, counts);
    done(&mut page, counts);
    page.into_text()
}

/// What an operator sees first.
fn node(page: &mut Page, report: &Report, counts: &Counts) {
    let at = "When the agent started, in seconds since 1970.";
    page.gauge("started_timestamp_seconds", at, &[], counts.started);
    let code = report.verdict.code.as_str();
    page.gauge("verdict_info", "The verdict, by its stable code.", &[("code", code)], 1);
    page.gauge("settled", "Whether nothing is left to do.", &[], u8::from(report.settled));
    let mut codes: Vec<_> = report.situations.iter().map(|told| told.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    if !codes.is_empty() {
        let help = "What an operator should know, by its stable code.";
        page.gauges("situation", help, "code", codes.into_iter().map(|code| (code, 1)));
    }
    let count = |is| report.troubles.iter().filter(|trouble| trouble.outlook == is).count();
    let outlooks = [("passing", Outlook::Passing), ("lasting", Outlook::Lasting)];
    let troubles = outlooks.map(|(word, outlook)| (word, count(outlook)));
    let help = "What could not be found out or done, by whether it may pass by itself.";
    page.gauges("troubles", help, "outlook", troubles);
}

/// Published, installed, adopted.
fn file(page: &mut Page, report: &Report, now: Seconds) {
    if let Some(published) = &report.published {
        let help = "Since when K2HR3 has published its present text, in seconds since 1970.";
        page.optional("published_timestamp_seconds", help, published.since);
        let help = "The servers that are published; missing while the text is refused.";
        page.optional("published_servers", help, published.servers);
    }
    let generation = |mark: &Option<Mark>| mark.as_ref().map(|mark| mark.generation);
    let at = |mark: &Option<Mark>| mark.as_ref().map(|mark| mark.at);
    let (installed, adopted) = (&report.installed, &report.adopted);
    page.optional("installed_generation", "The generation on disk.", generation(installed));
    let help = "When the file on disk was put there, in seconds since 1970.";
    page.optional("installed_timestamp_seconds", help, at(installed));
    let help = "The generation that chmpx was last proven to have in force.";
    page.optional("adopted_generation", help, generation(adopted));
    let help = "When that was proven, in seconds since 1970.";
    page.optional("adopted_timestamp_seconds", help, at(adopted));
    let help = "How long ago that was proven, when this was written.";
    page.optional("adopted_age_seconds", help, at(adopted).map(|at| now.saturating_sub(at)));
}

fn chmpx(page: &mut Page, report: &Report) {
    let chmpx = &report.chmpx;
    let is_up = match chmpx.state.as_str() {
        "up" => Some(1),
        "down" => Some(0),
        _ => None,
    };
    page.optional("chmpx_up", "Whether chmpx runs; missing while that is unknown.", is_up);
    let help = "The generation that chmpx shows.";
    page.optional("chmpx_generation", help, chmpx.generation);
    if !chmpx.servers.is_empty() {
        let count = |state| chmpx.servers.iter().filter(|server| state_of(server) == state).count();
        let states = ["connected", "unconnected", "down"].map(|state| (state, count(state)));
        let help = "The servers in the table of chmpx, by their state; missing where it does not \
                    tell them.";
        page.gauges("servers", help, "state", states);
    }
    let help = "Restarts of chmpx that are left in this hour.";
    page.optional("restarts_left", help, report.restarts_left);
}

fn state_of(server: &Server) -> &'static str {
    match (server.is_up(), server.connected) {
        (_, true) => "connected",
        (true, false) => "unconnected",
        (false, false) => "down",
    }
}

fn k2hr3(page: &mut Page, report: &Report, counts: &Counts) {
    let help = "Whether K2HR3 has confirmed this node as a member of its role.";
    page.gauge("registered", help, &[], u8::from(report.registered));
    let carried = |carrier| u8::from(report.carrier == Some(carrier));
    let carriers = [("token", carried(Carrier::Token)), ("address", carried(Carrier::Address))];
    page.gauges("carrier", "By what right K2HR3 lets this node read.", "by", carriers);
    let help = "Failures to reach K2HR3 in a row.";
    page.gauge("consecutive_failures", help, &[], report.failures);
    let help = "When K2HR3 last told what it publishes, in seconds since 1970.";
    page.optional("looked_timestamp_seconds", help, counts.looked);
    page.tally("looks_total", "Looks at K2HR3, by their result.", "result", counts.looks());
    page.counter("requests_total", "Requests to K2HR3, each attempt counted.", counts.requests);
    let help = "Bytes of the bodies that K2HR3 sent.";
    page.counter("received_bytes_total", help, counts.received);
}

/// What the agent has done.
fn done(page: &mut Page, counts: &Counts) {
    page.counter("registrations_total", "Registrations of this node.", counts.registrations);
    let help =
        "Files put in place, by occasion; swallowed: to heal a change that chmpx did not take.";
    page.tally("installations_total", help, "occasion", counts.installations.counts());
    let help = "Earlier files put back, by who wanted it; by the agent: chmpx was lost, and what is \
                published is quarantined.";
    page.tally("rollbacks_total", help, "by", counts.rollbacks.counts());
    page.counter("restarts_total", "Restarts of chmpx by the agent.", counts.restarts);
    let help = "Steps that the agent could not carry out.";
    page.counter("failed_steps_total", help, counts.failed_steps);
    let help =
        "Time from when a new text was first seen until chmpx was proven to have it in force.";
    page.histogram("adoption_seconds", help, &counts.adoptions);
}

impl Page {
    fn gauge(&mut self, name: &str, help: &str, labels: &[(&str, &str)], value: impl Display) {
        self.family(name, Kind::Gauge, help);
        self.sample(name, labels, value);
    }

    fn optional(&mut self, name: &str, help: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.gauge(name, help, &[], value);
        }
    }

    fn gauges<'a, V: Display>(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        values: impl IntoIterator<Item = (&'a str, V)>,
    ) {
        self.family(name, Kind::Gauge, help);
        for (word, value) in values {
            self.sample(name, &[(label, word)], value);
        }
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.family(name, Kind::Counter, help);
        self.sample(name, &[], value);
    }

    fn tally(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        counts: impl Iterator<Item = (&'static str, u64)>,
    ) {
        self.family(name, Kind::Counter, help);
        for (word, count) in counts {
            self.sample(name, &[(label, word)], count);
        }
    }

    fn histogram(&mut self, name: &str, help: &str, histogram: &Histogram) {
        self.family(name, Kind::Histogram, help);
        let bucket = format!("{name}_bucket");
        for (bound, count) in histogram.buckets() {
            self.sample(&bucket, &[("le", &bound.to_string())], count);
        }
        self.sample(&bucket, &[("le", "+Inf")], histogram.count());
        self.sample(&format!("{name}_sum"), &[], histogram.sum());
        self.sample(&format!("{name}_count"), &[], histogram.count());
    }
}

#[cfg(test)]
mod tests;
