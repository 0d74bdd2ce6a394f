//! Waiting: for what the agent says, and for its end.

use std::time::Duration;

use k2hdkc_slave_agent::model::report::Report;
use nix::sys::signal::Signal;
use sim::chmpx::Chmpx;
use tokio::time::{Instant, sleep};

use super::{LIMIT, Node};

impl Node {
    /// Waits for a report that fulfils `condition`.
    pub async fn until(&self, what: &str, condition: impl Fn(&Report) -> bool) -> Report {
        let start = Instant::now();
        loop {
            let report = self.report();
            if let Some(report) = report.as_ref().filter(|report| condition(report)) {
                return report.clone();
            }
            assert!(
                start.elapsed() < LIMIT,
                "waited in vain: {what}\n{report:#?}\n{}\nchmpx: {:?}",
                self.log(),
                self.chmpx.as_ref().map(Chmpx::log)
            );
            sleep(Duration::from_millis(10)).await;
        }
    }

    pub async fn until_code(&self, code: &str) -> Report {
        self.until(code, |report| report.verdict.code.as_str() == code).await
    }

    /// Waits until what K2HR3 publishes now is in force.
    pub async fn until_settled(&self, what: &str) -> Report {
        let start = Instant::now();
        loop {
            let servers = self.cluster.servers().await.unwrap().len();
            let report = self
                .until(what, |report| {
                    matches!(report.verdict.code.as_str(), "settled" | "draining")
                        && report.published.as_ref().is_some_and(|p| p.servers == Some(servers))
                        && report.adopted.as_ref().is_some_and(|adopted| {
                            report.installed.as_ref().is_some_and(|installed| {
                                (&adopted.published, adopted.generation)
                                    == (&installed.published, installed.generation)
                            })
                        })
                })
                .await;
            if self.cluster.servers().await.unwrap().len() == servers {
                return report;
            }
            assert!(start.elapsed() < LIMIT, "the cluster does not come to rest");
        }
    }

    /// Sends the agent a signal and waits for its end. Returns its exit code.
    pub async fn stop_agent(&mut self, signal: Signal) -> Option<i32> {
        self.signal_agent(signal);
        let mut agent = self.agent.take().unwrap();
        let start = Instant::now();
        loop {
            if let Some(status) = agent.try_wait().unwrap() {
                return status.code();
            }
            assert!(start.elapsed() < LIMIT, "the agent does not end");
            sleep(Duration::from_millis(5)).await;
        }
    }
}
