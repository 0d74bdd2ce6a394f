//! What a look costs, and what is left of many.

use std::path::PathBuf;
use std::time::Duration;

use k2hdkc_slave_agent::effects::socket::{self, Request, Until};

use crate::floor;
use crate::process::{self, Usage, milliseconds};
use crate::rig::{Reach, Rig};
use crate::table::Tables;

/// Looks over a connection that is kept: ten a second.
const KEPT: (&str, u64) = ("100ms", 600);
/// Looks that connect anew, as in real life: a connection that was idle for four seconds is given
/// up, because K2HR3 closes it after five.
const ANEW: (&str, u64) = ("5s", 20);
/// Changes that are measured.
const CHANGES: u32 = 20;
/// Looks after which memory is measured.
const MANY: u32 = 100_000;

/// One unchanged look, by all that it costs.
struct Look {
    cpu: f64,
    calls: Option<f64>,
    bytes: f64,
    wakes: f64,
    resident: f64,
    own: f64,
}

pub async fn unchanged(tables: &mut Tables) {
    tables.part(
        "An unchanged look",
        "K2HR3 answers 304. Goals over HTTP with a kept connection: 0.2 ms, 12 system calls; 6 MiB resident with TLS.",
        &["", "CPU", "system calls", "bytes, both ways", "wake-ups", "resident", "of its own"],
    );
    let kept = |servers, reach| measured(servers, reach, KEPT);
    let anew = |reach| measured(3, reach, ANEW);
    // Each counts for its own process alone, and sleeps nearly all the time.
    let (floor, http, tls, http_anew, tls_anew, thirty, many) = tokio::join!(
        floor::cpu_of_a_look(),
        kept(3, Reach::Http),
        kept(3, Reach::Tls),
        anew(Reach::Http),
        anew(Reach::Tls),
        kept(30, Reach::Http),
        kept(250, Reach::Http),
    );
    let none = || "-".to_owned();
    let what = "floor: the request alone, by bare calls".to_owned();
    tables.row(&[what, format!("{floor:.3} ms"), none(), none(), none(), none(), none()]);
    let rows = [
        ("HTTP, connection kept, 3 servers", http),
        ("HTTP, connection kept, 30 servers", thirty),
        ("HTTP, connection kept, 250 servers", many),
        ("HTTP, connecting anew, 3 servers", http_anew),
        ("TLS, connection kept, 3 servers", tls),
        ("TLS, connecting anew, 3 servers", tls_anew),
    ];
    for (what, look) in rows {
        tables.row(&[
            what.to_owned(),
            format!("{:.3} ms", look.cpu),
            look.calls.map_or("no strace".to_owned(), |calls| format!("{calls:.1}")),
            format!("{:.0}", look.bytes),
            format!("{:.1}", look.wakes),
            format!("{:.1} MiB", look.resident),
            format!("{:.1} MiB", look.own),
        ]);
    }
}

async fn measured(servers: u8, reach: Reach, (interval, looks): (&str, u64)) -> Look {
    let mut rig = Rig::new(interval, servers, reach).await;
    rig.start_chmpx();
    rig.start_agent();
    rig.settled().await;
    let pid = rig.agent_pid();
    let (usage, counts) = (Usage::of(pid), rig.k2hr3.counts().await.unwrap());
    let wanted = counts.with(304) + looks;
    let after = loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let after = rig.k2hr3.counts().await.unwrap();
        if after.with(304) >= wanted {
            break after;
        }
    };
    let spent = Usage::of(pid);
    let done = (after.with(304) - counts.with(304)) as f64;
    let calls = if interval == KEPT.0 { calls_of_a_look(&rig).await } else { None };
    let calls = match calls {
        Some(calls) => Some(calls),
        // Few looks, far apart: long enough for some of them.
        None => calls_during(&rig, Duration::from_secs(26)).await,
    };
    Look {
        cpu: milliseconds(spent.cpu.saturating_sub(usage.cpu)) / done,
        calls,
        // The questions about the counts are not counted themselves.
        bytes: (after.received + after.sent - counts.received - counts.sent) as f64 / done,
        wakes: spent.wakes_since(&usage) as f64 / done,
        resident: spent.resident,
        own: spent.private,
    }
}

async fn calls_of_a_look(rig: &Rig) -> Option<f64> {
    calls_during(rig, Duration::from_secs(4)).await
}

async fn calls_during(rig: &Rig, span: Duration) -> Option<f64> {
    let pid = rig.agent_pid();
    let before = rig.k2hr3.counts().await.unwrap().with(304);
    let calls = tokio::task::spawn_blocking(move || process::system_calls(pid, span));
    let calls = calls.await.unwrap()?;
    let looks = rig.k2hr3.counts().await.unwrap().with(304) - before;
    Some(calls as f64 / looks as f64)
}

/// Looks that find another text: judged, installed, told.
pub async fn changed(tables: &mut Tables) {
    tables.part(
        "A changed look",
        "Read, judged, diffed, put in place with two fsyncs, remembered and told; no chmpx runs.",
        &["", "CPU"],
    );
    for servers in [3, 30, 250] {
        let mut rig = Rig::new("1h", servers, Reach::Http).await;
        rig.start_agent();
        rig.installed().await;
        let text = rig.text().await;
        let before = Usage::of(rig.agent_pid());
        for number in 0..CHANGES {
            rig.publish(&format!("{text}\n# change {number}\n")).await;
            look(&rig).await;
        }
        let spent = Usage::of(rig.agent_pid()).cpu.saturating_sub(before.cpu);
        let cpu = milliseconds(spent) / f64::from(CHANGES);
        tables.row(&[format!("{servers} servers"), format!("{cpu:.2} ms")]);
    }
}

async fn look(rig: &Rig) {
    let request = Request::Refresh { force: false, until: Until::Adopted, limit: 30 };
    socket::ask(&rig.socket(), &request).await.unwrap();
}

/// What happens between two looks, and what is left of very many.
pub async fn rest(tables: &mut Tables, long: bool) {
    tables.part("At rest", "Goals: no wake-up; 8 MiB at most.", &["", "measured"]);
    let mut rig = Rig::new("1h", 3, Reach::Http).await;
    rig.start_chmpx();
    rig.start_agent();
    rig.settled().await;
    // The connection is given up after four idle seconds, a thread that resolved names after ten.
    tokio::time::sleep(Duration::from_secs(14)).await;
    let before = Usage::of(rig.agent_pid());
    tokio::time::sleep(Duration::from_secs(10)).await;
    let after = Usage::of(rig.agent_pid());
    let wakes = after.wakes_since(&before);
    tables.row(&["wake-ups in ten seconds between two looks".to_owned(), wakes.to_string()]);
    tables.row(&memory("memory after the first looks", &after));
    if long {
        // Each is wished for, and no chmpx runs.
        let mut rig = Rig::new("1h", 3, Reach::Http).await;
        rig.without_tools();
        rig.start_agent();
        rig.installed().await;
        for _ in 0..MANY {
            look(&rig).await;
        }
        tables.row(&memory("memory after 100,000 looks", &Usage::of(rig.agent_pid())));
    }
}

fn memory(what: &str, usage: &Usage) -> [String; 2] {
    let Usage { resident, proportional, .. } = usage;
    [what.to_owned(), format!("{resident:.1} MiB resident, {proportional:.1} MiB proportional")]
}

/// Where the agent listens below `root`.
pub fn socket_below(root: &std::path::Path) -> PathBuf {
    root.join("run/k2hdkc-slave-agent/agent.sock")
}
